/** The clocks of an order: due times from its level, a warning before each, what parking and an extension do. Pure. */
import {
  addMinutes,
  addWorkdays,
  addWorkingTime,
  shanghaiDate,
  startOfDay,
  type WorkCalendar,
  workingTimeBetween,
} from '../catalog/calendar.ts';
import type { Level } from '../catalog/types.ts';

export interface Deadlines {
  signDueAt: Date;
  contactDueAt: Date;
  /** When the reply is due. */
  dueAt: Date;
}

const minutesPerDay = 1440;
const minute = 60_000;

/**
 * Due times of an order dispatched at `from`. Sign and first contact run in natural minutes; the reply limit in natural
 * time or, for a level that says so, in working days (docs/domain.md, chain and rules, 5 and 6).
 * Throws a CalendarGap when working days are asked of a year the calendar does not know.
 */
export function deadlines(level: Level, calendar: WorkCalendar, from: Date): Deadlines {
  return {
    signDueAt: addMinutes(from, level.signMinutes),
    contactDueAt: addMinutes(from, level.contactMinutes),
    dueAt: replyDue(level, calendar, from),
  };
}

/** Whether the reply limit of a level counts working time: hours are always natural. */
function countsWorkingTime({ replyUnit, timeBase }: Level): boolean {
  return replyUnit === 'day' && timeBase === 'working';
}

function replyDue(level: Level, calendar: WorkCalendar, from: Date): Date {
  const { replyAmount, replyUnit } = level;
  if (replyUnit === 'hour') return addMinutes(from, replyAmount * 60);
  return countsWorkingTime(level)
    ? addWorkdays(calendar, from, replyAmount)
    : addMinutes(from, replyAmount * minutesPerDay);
}

/** The length of a level's reply limit in minutes; of a working day all 24 hours count. */
export function replyMinutes({ replyAmount, replyUnit }: Level): number {
  return replyAmount * (replyUnit === 'hour' ? 60 : minutesPerDay);
}

/** The reply's due time after an extension by `minutes`, in the time the level counts in. */
export function extend(level: Level, calendar: WorkCalendar, dueAt: Date, minutes: number): Date {
  return countsWorkingTime(level) ? addWorkingTime(calendar, dueAt, minutes * minute) : addMinutes(dueAt, minutes);
}

/** The reply's due time of an order that was parked: as much time is left as there was when it was parked. */
export function resume(level: Level, calendar: WorkCalendar, dueAt: Date, parkedAt: Date, now: Date): Date {
  // Overdue before it was parked: nothing was left, and what was late stays late.
  if (dueAt <= parkedAt) return dueAt;
  if (!countsWorkingTime(level)) return new Date(dueAt.getTime() + now.getTime() - parkedAt.getTime());
  return addWorkingTime(calendar, now, workingTimeBetween(calendar, parkedAt, dueAt));
}

/**
 * When to warn of a due time: with the share `left` of the limit left, in basis points. `working` limits are warned of in
 * working time.
 */
export function warnAt(calendar: WorkCalendar | null, from: Date, dueAt: Date, left: number): Date {
  const share = (10_000 - left) / 10_000;
  const whole = calendar === null ? dueAt.getTime() - from.getTime() : workingTimeBetween(calendar, from, dueAt);
  const spent = Math.round(whole * share);
  return calendar === null ? new Date(from.getTime() + spent) : addWorkingTime(calendar, from, spent);
}

/** The same for the reply of an order of a level. */
export function warnOfReply(level: Level, calendar: WorkCalendar, from: Date, dueAt: Date, left: number): Date {
  return warnAt(countsWorkingTime(level) ? calendar : null, from, dueAt, left);
}

/** Midnight at the end of a day of review: only then has it passed without one. */
export function reviewDue(reviewOn: string): Date {
  return new Date(startOfDay(reviewOn).getTime() + minutesPerDay * minute);
}

/**
 * The years that due times computed now may reach and that the calendar does not know; none where no level counts working days.
 */
export function missingYears(levels: Iterable<Level>, calendar: WorkCalendar, now: Date): string[] {
  const longest = Math.max(0, ...[...levels].filter(countsWorkingTime).map(({ replyAmount }) => replyAmount));
  if (longest === 0) return [];
  // Two natural days for a working one, and the longest holiday on top: more than any limit takes.
  const last = addMinutes(now, (2 * longest + 10) * minutesPerDay);
  const years = new Set([shanghaiDate(now).slice(0, 4), shanghaiDate(last).slice(0, 4)]);
  return [...years].filter((year) => !calendar.years.has(year));
}
