/**
 * Small secrets for the database, sealed with AES-256-GCM. `about` says what a secret belongs to: sealed for one row it does not open
 * in another.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';

/** Form of what is sealed, so that another may come after it. */
const form = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** `nonce` is 12 bytes that are used once. */
export function seal(key: Buffer, nonce: Buffer, about: string, secret: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(about));
  const sealed = Buffer.concat([cipher.update(secret), cipher.final()]);
  return Buffer.concat([Buffer.of(form), nonce, cipher.getAuthTag(), sealed]);
}

/** Null where the key is another one, or what is sealed was changed or belongs elsewhere. */
export function unseal(key: Buffer, about: string, sealed: Buffer): Buffer | null {
  const [nonce, rest] = [sealed.subarray(1, 1 + nonceBytes), sealed.subarray(1 + nonceBytes)];
  if (sealed[0] !== form || rest.length < tagBytes) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(about));
  try {
    decipher.setAuthTag(rest.subarray(0, tagBytes));
    return Buffer.concat([decipher.update(rest.subarray(tagBytes)), decipher.final()]);
  } catch {
    return null;
  }
}
