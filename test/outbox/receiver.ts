/** A receiver of webhooks on this machine, and the worker that delivers to it. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Context } from '../../src/context.ts';
import { createLogger } from '../../src/logger.ts';
import { createDeliveries, type Deliveries } from '../../src/outbox/jobs.ts';
import type { T } from '../helper.ts';

/** What the operator must open for receivers of these tests. */
export const onThisMachine = { webhookAllow: '127.0.0.0/8, ::1/128' };

export interface Got {
  id: string;
  headers: IncomingMessage['headers'];
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a body is whatever was sent; tests look into it
  body: any;
}

export interface Receiver {
  url: string;
  port: number;
  got: Got[];
  /** How the next requests are answered; 204 unless a test says otherwise. */
  answer: (got: Got, response: ServerResponse) => unknown;
  close(): Promise<void>;
}

export async function receiver(t: T): Promise<Receiver> {
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const got = { id: String(request.headers['webhook-id']), headers: request.headers, text, body: JSON.parse(text) };
    self.got.push(got);
    self.answer(got, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const self: Receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    got: [],
    answer: (_got, response) => response.writeHead(204).end(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  t.teardown(() => self.close());
  return self;
}

/** A worker that the test drives with `drain`. */
export function worker(t: T, ctx: Context, timeoutMs?: number): Deliveries {
  const deliveries = createDeliveries(ctx, createLogger({ LOG_LEVEL: 'silent' }), timeoutMs);
  t.teardown(() => deliveries.stop());
  return deliveries;
}

/** How many of the signatures in the header are of this key (`whsec_…`). */
export function signaturesBy(secret: string, { headers, text }: Got): number {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
  const expected = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  return String(headers['webhook-signature'])
    .split(' ')
    .filter((one) => one === expected).length;
}

export async function until(t: T, what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  t.fail(`never: ${what}`);
}
