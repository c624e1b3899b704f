/** Bearer tokens: 256 random bits, told once; only their SHA-256 is stored. */
import { createHash } from 'node:crypto';

const prefix = 'jiesu_';
const shape = /^jiesu_[A-Za-z0-9_-]{43}$/;

/** The token for 32 random bytes. */
export function formatToken(random: Buffer): string {
  if (random.length !== 32) throw new RangeError('a token takes 32 random bytes');
  return prefix + random.toString('base64url');
}

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** The token in an Authorization header, or null where there is none of our form. */
export function readBearer(header: string | undefined): string | null {
  const [, token] = /^Bearer +(\S+)$/i.exec(header ?? '') ?? [];
  return token !== undefined && shape.test(token) ? token : null;
}

/** A time to live such as `90d`, `12h` or `30m`, in milliseconds; null where it is not one. */
export function parseTtl(text: string): number | null {
  const [, amount, unit] = /^([1-9]\d{0,4})([dhm])$/.exec(text) ?? [];
  const minutes = { d: 1440, h: 60, m: 1 }[unit ?? ''];
  return amount === undefined || minutes === undefined ? null : Number(amount) * minutes * 60_000;
}
