/** Signs what is sent, as Standard Webhooks 1.0 has it: HMAC-SHA256 over id, timestamp and body. Pure. */
import { createHmac } from 'node:crypto';

/** How a key is told to its owner: libraries of the standard take it in this form. */
export function formatSecret(key: Buffer): string {
  return `whsec_${key.toString('base64')}`;
}

/** The headers that let a receiver know sender, age and repetition. Several keys while they are being exchanged. */
export function signedHeaders(id: string, at: Date, body: string, keys: readonly Buffer[]): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const sign = (key: Buffer) => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': keys.map(sign).join(' ') };
}
