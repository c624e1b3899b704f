/**
 * How a cell is sealed: AES-256-GCM under a data key, bound to the place it stands in, so that it opens nowhere else. Data keys are
 * themselves sealed by the master key. Functions of their input alone; the nonces are given.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';

const keyBytes = 32;
export const nonceBytes = 12;
const tagBytes = 16;
/** Told apart from whatever may come later. */
const format = 1;

/** Something is wrong with the keys; the message is for the operator. */
export class KeyError extends Error {
  readonly code = 'KEYS_UNUSABLE';
}

function encrypt(key: Buffer, nonce: Buffer, bound: string, text: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(bound));
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, bound: string, sealed: Buffer): Buffer {
  const nonce = sealed.subarray(0, nonceBytes);
  const tag = sealed.subarray(-tagBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(bound)).setAuthTag(tag);
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
}

/** A data key and the number that cells name it by. */
export interface DataKey {
  id: number;
  key: Buffer;
}

const boundTo = (keyId: number, place: string) => `jiesu ${format} ${keyId} ${place}`;

/** One byte of format, four of the key's number, then nonce, ciphertext and tag. */
export function sealCell({ id, key }: DataKey, place: string, text: string, nonce: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(format);
  head.writeUInt32BE(id, 1);
  return Buffer.concat([head, encrypt(key, nonce, boundTo(id, place), Buffer.from(text))]);
}

/** Which key a cell needs. Throws KeyError for what is no cell. */
export function keyOfCell(cell: Buffer): number {
  if (cell.length < 5 + nonceBytes + tagBytes || cell.readUInt8() !== format) throw new KeyError('密文的格式无法识别');
  return cell.readUInt32BE(1);
}

/** The text of a cell. Throws KeyError where it was changed, or moved here from another place. */
export function openCell({ id, key }: DataKey, place: string, cell: Buffer): string {
  try {
    return decrypt(key, boundTo(id, place), cell.subarray(5)).toString('utf8');
  } catch {
    throw new KeyError('密文已被改动或移动');
  }
}

export function wrapKey(master: Buffer, purpose: string, key: Buffer, nonce: Buffer): Buffer {
  return encrypt(master, nonce, `jiesu key ${purpose}`, key);
}

/** Throws KeyError where the master key is another one. */
export function unwrapKey(master: Buffer, purpose: string, wrapped: Buffer): Buffer {
  try {
    return decrypt(master, `jiesu key ${purpose}`, wrapped);
  } catch {
    throw new KeyError('主密钥打不开数据密钥');
  }
}

/** Tells master keys apart without telling anything of them. */
export function fingerprint(master: Buffer): string {
  return createHash('sha256').update('jiesu master ').update(master).digest('hex').slice(0, 16);
}

/** A key as it is written in a file or a variable: 32 bytes in base64. Throws KeyError, which does not quote it. */
export function parseKey(text: string, from: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== keyBytes || key.toString('base64').replace(/=+$/, '') !== text.trim().replace(/=+$/, ''))
    throw new KeyError(`${from} 应为 32 字节的 base64，如 openssl rand -base64 32 所给`);
  return key;
}

/** A key of one use made from another. */
export function derive(key: Buffer, use: string): Buffer {
  return createHmac('sha256', key).update(`jiesu ${use}`).digest();
}

/** The last eleven digits, so that +86 199 0000 1234 and 19900001234 are one number; null without a digit. */
export function plainPhone(phone: string): string | null {
  return phone.replace(/\D/g, '').slice(-11) || null;
}

export function blind(key: Buffer, value: string | Buffer): Buffer {
  return createHmac('sha256', key).update(value).digest();
}
