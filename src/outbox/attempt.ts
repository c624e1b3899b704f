/** What follows an attempt to deliver: done, again after a while, or a dead letter. Pure. */

/** Kinds of failure, as the delivery log tells them; `off` is no attempt: the webhook was switched off before one. */
export const failures = ['status', 'timeout', 'address', 'dns', 'refused', 'reset', 'tls', 'other', 'off'] as const;
export type Failure = (typeof failures)[number];

export interface Outcome {
  /** Status of the answer, where there was one. */
  status: number | null;
  /** Null when it was delivered. */
  failure: Failure | null;
  ms: number;
}

const minute = 60_000;
const hour = 60 * minute;

/** Pauses after the first failures; the last is used for all that follow. Twelve attempts take a day and a half. */
const pauses = [10_000, minute, 5 * minute, 30 * minute, 2 * hour, 6 * hour];
export const maxAttempts = 12;
/** However few attempts there were: what waited behind a slow receiver for so long is no news. */
export const maxAgeMs = 72 * hour;
/** So many dead letters in a row switch a webhook off. */
export const maxDeadInRow = 20;
/** Pauses are up to this share longer, so that what failed together does not come back together. */
const jitter = 0.2;

/**
 * When to try again after `attempts` attempts, the last of which failed; null for never. `share` is random, from 0 to below 1.
 */
export function retryAt(attempts: number, queuedAt: Date, now: Date, share: number): Date | null {
  const pause = (pauses[Math.min(attempts, pauses.length) - 1] ?? 0) * (1 + jitter * share);
  if (attempts >= maxAttempts || now.getTime() - queuedAt.getTime() >= maxAgeMs) return null;
  return new Date(now.getTime() + Math.round(pause));
}

const codes = new Map<string, Failure>([
  ['WEBHOOK_ADDRESS', 'address'],
  ['ETIMEDOUT', 'timeout'],
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['ECONNREFUSED', 'refused'],
  ['ECONNRESET', 'reset'],
  ['EPIPE', 'reset'],
]);

/** The kind of failure behind an error code of Node. */
export function failureOf(code: string | undefined): Failure {
  if (code === undefined) return 'other';
  return codes.get(code) ?? (/CERT|TLS|SSL/.test(code) ? 'tls' : 'other');
}

/** What a status says: any of 2xx is a receipt; redirects are not followed. */
export function answered(status: number, ms: number): Outcome {
  return { status, ms, failure: status >= 200 && status < 300 ? null : 'status' };
}
