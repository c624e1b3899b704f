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

const letters = '0123456789abcdefghjkmnpqrstvwxyz';

/** Ten random bytes to be read and typed: sixteen characters that are not mistaken for each other (Crockford's), in groups of four. */
export function spell(random: Buffer): string {
  if (random.length !== 10) throw new RangeError('a secret to be typed takes 10 random bytes');
  const bits = [...random].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const text = [...bits.matchAll(/.{5}/g)].map(([five]) => letters[Number.parseInt(five, 2)]).join('');
  return inGroups(text);
}

const inGroups = (text: string) => [...text.matchAll(/.{4}/g)].map(([four]) => four).join('-');

/** What was typed for such a secret, however it was grouped; null where it cannot be one. */
export function readSpelled(typed: string): string | null {
  const text = typed.toLowerCase().replace(/[\s-]/g, '').replace(/o/g, '0').replace(/[il]/g, '1');
  return text.length === 16 ? inGroups(text) : null;
}

/** A time to live such as `90d`, `12h` or `30m`, in milliseconds; null where it is not one. */
export function parseTtl(text: string): number | null {
  const [, amount, unit] = /^([1-9]\d{0,4})([dhm])$/.exec(text) ?? [];
  const minutes = { d: 1440, h: 60, m: 1 }[unit ?? ''];
  return amount === undefined || minutes === undefined ? null : Number(amount) * minutes * 60_000;
}
