/**
 * What to expect of a count by the season: the mean of the same span in earlier weeks, and by how much such counts differ of
 * themselves. Pure.
 */

import type { Span } from '../figures/span.ts';
import type { Line } from '../figures/table.ts';

const day = 86_400_000;
const windows = 8;
const fewestWindows = 4;
const floor = 5;
const hotFrom = 2;

/**
 * The windows that a span is held against: `count` of them, each `step` ms before the next, whole weeks apart so that the days of
 * the week agree and no two overlap. Of a span that is not over only the part that has passed is compared: `length` ms.
 */
export function windowsOf({ from, to }: Span, now: Date) {
  const whole = to.getTime() - from.getTime();
  const step = Math.ceil(whole / (7 * day)) * 7 * day;
  const length = Math.max(0, Math.min(whole, now.getTime() - from.getTime()));
  return {
    step,
    length,
    count: windows,
    /** How many of them lie after the first complaint there ever was. */
    usableSince: (first: Date | null) =>
      first === null ? 0 : Math.max(0, Math.min(windows, Math.floor((from.getTime() - first.getTime()) / step))),
  };
}

const round = (value: number, decimals: number) => Math.round(value * 10 ** decimals) / 10 ** decimals;

/**
 * A count against those of `usable` earlier windows; windows without a case are not listed in `earlier`. Few windows say nothing:
 * all is null then. The deviation is at least the square root of the expectation (what counting alone would make it) and 1.
 */
export function expectation(now: number, earlier: readonly number[], usable: number): Line {
  if (usable < fewestWindows) return { expected: null, deviation: null, rise: null, hot: null };
  const mean = earlier.reduce((sum, count) => sum + count, 0) / usable;
  const missing = usable - earlier.length;
  const squares = earlier.reduce((sum, count) => sum + (count - mean) ** 2, 0) + missing * mean ** 2;
  const deviation = Math.max(Math.sqrt(squares / (usable - 1)), Math.sqrt(mean), 1);
  const rise = (now - mean) / deviation;
  return {
    expected: round(mean, 1),
    deviation: round(deviation, 1),
    rise: round(rise, 2),
    hot: now >= floor && rise >= hotFrom,
  };
}
