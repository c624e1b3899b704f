/**
 * Sessions of people, pure: the rules a service is given for them, the cookie that carries one, and how a request shows that it
 * comes from our own page.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Role } from './roles.ts';

/** What an operator sets about signing in (see `config.ts`). */
export interface SignInRules {
  /** False only while developing over plain HTTP. */
  secureCookies: boolean;
  /** A session ends when nothing was asked for so long, and in any case so long after its begin. */
  idleMs: number;
  absoluteMs: number;
  /** Roles that need a second factor. */
  totpRoles: readonly Role[];
}

/** OWASP Session Management Cheat Sheet: 15 to 30 minutes idle; a working day at most. */
export const defaultRules = { secureCookies: true, idleMs: 30 * 60_000, absoluteMs: 12 * 3_600_000 } as const;
/** What decides over others, and what the assessment rests on. */
export const defaultTotpRoles: readonly Role[] = ['admin', 'assessor'];

/** `__Host-`: browsers take it only over TLS, for exactly this host, and no neighbouring host can plant one. */
export const cookieName = (secure: boolean): string => (secure ? '__Host-jiesu' : 'jiesu');

const secretShape = /^[A-Za-z0-9_-]{43}$/;

/** The secret in a Cookie header; null where there is none of our form, or two. */
export function readCookie(header: string | undefined, secure: boolean): string | null {
  const start = `${cookieName(secure)}=`;
  const [value, more] = (header ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(start))
    .map((part) => part.slice(start.length));
  return value !== undefined && more === undefined && secretShape.test(value) ? value : null;
}

/** A Set-Cookie header; without a secret the one that takes the cookie away. It ends with the browser, not by a date. */
export function writeCookie(secret: string | null, secure: boolean): string {
  const flags = `${secure ? '; Secure' : ''}; HttpOnly; SameSite=Strict; Path=/`;
  return `${cookieName(secure)}=${secret ?? ''}${flags}${secret === null ? '; Max-Age=0' : ''}`;
}

/**
 * What a page must send along in `X-CSRF-Token` to change something: derived from the secret, so that it belongs to one session and
 * is stored nowhere; a foreign page has the cookie sent, but cannot read it.
 */
export function csrfOf(secret: string): string {
  return createHmac('sha256', secret).update('jiesu csrf').digest('base64url');
}

export function isCsrf(secret: string, sent: unknown): boolean {
  if (typeof sent !== 'string') return false;
  const [expected, given] = [Buffer.from(csrfOf(secret)), Buffer.from(sent)];
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** How exact last uses are kept: not a write for every request. */
const noticedMs = 60_000;

/** Whether a use is worth writing down. */
export function isNews(last: Date | null, now: Date): boolean {
  return last === null || now.getTime() - last.getTime() >= noticedMs;
}

/** Whether a session is still good: not ended, not idle for too long, not too old. */
export function isOpen(
  session: { seenAt: Date; endsAt: Date; endedAt: Date | null },
  idleMs: number,
  now: Date,
): boolean {
  const { seenAt, endsAt, endedAt } = session;
  return endedAt === null && now < endsAt && now.getTime() - seenAt.getTime() < idleMs;
}
