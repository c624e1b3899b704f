/** Codes of the second factor (RFC 6238, six digits, 30 seconds, SHA-1: what authenticator apps know). Pure. */
import { Secret, TOTP } from 'otpauth';

const period = 30;
/** One code before and one after: clocks of telephones differ (RFC 6238, 5.2). */
const tolerance = 1;
/** As long as the hash (RFC 4226, 4 R6: 160 bits recommended). */
export const secretBytes = 20;

function totp(secret: Buffer, login: string): TOTP {
  const bytes = new Uint8Array(secret).buffer;
  return new TOTP({ issuer: 'jiesu', label: login, secret: new Secret({ buffer: bytes }), period });
}

/** What an authenticator app takes over, as an address for a QR code and as text to type. */
export function enrolment(secret: Buffer, login: string): { uri: string; secret: string } {
  const one = totp(secret, login);
  return { uri: one.toString(), secret: one.secret.base32 };
}

/**
 * The time step that a code, as it was typed, belongs to; null where it is none of now, or none after `last`: a code is taken once.
 */
export function stepOf(secret: Buffer, typed: string, last: number, now: Date): number | null {
  const token = typed.normalize('NFKC').replace(/\s/g, '');
  // The library compares bytes, and throws where six characters are more.
  if (!/^[0-9]{6}$/.test(token)) return null;
  const delta = totp(secret, '').validate({ token, timestamp: now.getTime(), window: tolerance });
  if (delta === null) return null;
  const step = Math.floor(now.getTime() / 1000 / period) + delta;
  return step > last ? step : null;
}
