/** 登录锁定: how long a login name is closed after failures. Pure. */

/** After `free` attempts that failed the name is closed for a while, which doubles with each further one. */
export interface LockoutRule {
  free: number;
  firstSeconds: number;
  maxSeconds: number;
  /** After so long without an attempt the count begins anew. */
  forgetHours: number;
}

/** 等保 2.0 三级 8.1.4.1 b) asks for a limit of failed logins; the numbers are ours: some 30 guesses a day at the most. */
export const lockout: LockoutRule = { free: 5, firstSeconds: 60, maxSeconds: 3600, forgetHours: 24 };

/** Attempts a minute from one address, whatever the name: one house may have one address for all its desks. */
export interface LoginLimits {
  address: number;
}
export const loginLimits: LoginLimits = { address: 60 };

export interface Attempts {
  count: number;
  at: Date;
}

/** Until when no attempt is looked at. */
export function closedUntil({ free, firstSeconds, maxSeconds }: LockoutRule, { count, at }: Attempts): Date {
  if (count < free) return at;
  const seconds = Math.min(maxSeconds, firstSeconds * 2 ** (count - free));
  return new Date(at.getTime() + seconds * 1000);
}

/**
 * Counts an attempt before it is looked at, so that many at one time are not more than one after another: a success takes it back.
 * Where the name is closed, until when.
 */
export function countAttempt(rule: LockoutRule, before: Attempts | null, now: Date): Attempts | { until: Date } {
  if (before === null || now.getTime() - before.at.getTime() >= rule.forgetHours * 3_600_000)
    return { count: 1, at: now };
  const until = closedUntil(rule, before);
  // Counting further would change nothing, and a small number holds it.
  return until > now ? { until } : { count: Math.min(before.count + 1, 1000), at: now };
}
