/**
 * Working days by the official calendar with 调休, and the time zone in which all clocks run.
 * China has had one offset without summer time since 1991, so Asia/Shanghai is computed as UTC+8: exact and fast.
 */
import type { CalendarDay } from './types.ts';

const minute = 60_000;
const day = 1440 * minute;
const offset = 8 * 60 * minute;

/** The day of an instant in Asia/Shanghai, `YYYY-MM-DD`. */
export function shanghaiDate(at: Date): string {
  return new Date(at.getTime() + offset).toISOString().slice(0, 10);
}

/** Midnight in Asia/Shanghai at the start of a day (`YYYY-MM-DD`). */
export function startOfDay(date: string): Date {
  return new Date(Date.parse(`${date}T00:00:00+08:00`));
}

/** An instant as ISO 8601 with the offset of Asia/Shanghai, to the second. */
export function shanghaiTime(at: Date): string {
  return `${new Date(at.getTime() + offset).toISOString().slice(0, 19)}+08:00`;
}

/** A day some days later or earlier. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * day).toISOString().slice(0, 10);
}

/** The same to the millisecond, where an instant must be read back as it was. */
export function preciseTime(at: Date): string {
  return `${new Date(at.getTime() + offset).toISOString().slice(0, 23)}+08:00`;
}

/** The calendar is asked for a year that it does not know. `code` is that of the answer to whoever asked. */
export class CalendarGap extends RangeError {
  readonly code = 'CALENDAR_MISSING';

  constructor(year: string) {
    super(`工作日历没有 ${year} 年的数据`);
  }
}

export interface WorkCalendar {
  /** Throws a CalendarGap for a year the calendar does not know: a guess would give wrong due times. */
  isWorkday(date: string): boolean;
  /** The years that are covered. */
  years: ReadonlySet<string>;
}

/** Builds the calendar from its exceptions; a year is known when at least one exception stands in it. */
export function buildCalendar(days: readonly CalendarDay[]): WorkCalendar {
  const exceptions = new Map(days.map(({ date, kind }) => [date, kind]));
  const years = new Set(days.map(({ date }) => date.slice(0, 4)));
  return {
    years,
    isWorkday(date) {
      if (!years.has(date.slice(0, 4))) throw new CalendarGap(date.slice(0, 4));
      const exception = exceptions.get(date);
      if (exception !== undefined) return exception === 'work';
      const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
      return weekday !== 0 && weekday !== 6;
    },
  };
}

/** The first day from `date` on that is worked. */
function firstWorkday(calendar: WorkCalendar, date: string): string {
  let found = date;
  while (!calendar.isWorkday(found)) found = addDays(found, 1);
  return found;
}

/**
 * The instant by which `ms` milliseconds of working time have passed since `from`. All 24 hours of a working day count, none
 * of a day off. Where several instants would do, because a day off lies between them, the last: time that is up as a working
 * day ends is up as the next one begins. Throws a CalendarGap in a year the calendar does not know.
 */
export function addWorkingTime(calendar: WorkCalendar, from: Date, ms: number): Date {
  const first = shanghaiDate(from);
  let date = firstWorkday(calendar, first);
  let left = ms + (date === first ? from.getTime() - startOfDay(date).getTime() : 0);
  for (; left >= day; left -= day) date = firstWorkday(calendar, addDays(date, 1));
  return new Date(startOfDay(date).getTime() + left);
}

/** The working time between two instants in milliseconds, counted as `addWorkingTime` does; 0 where `to` is not later. */
export function workingTimeBetween(calendar: WorkCalendar, from: Date, to: Date): number {
  let sum = 0;
  for (let date = shanghaiDate(from), start = startOfDay(date).getTime(); start < to.getTime(); start += day) {
    const end = Math.min(start + day, to.getTime());
    if (calendar.isWorkday(date)) sum += Math.max(0, end - Math.max(start, from.getTime()));
    date = addDays(date, 1);
  }
  return sum;
}

/**
 * The instant `days` working days after `from`, at the same time of day. A start on a day off counts from the next
 * working day's 00:00. The day of the start does not count.
 */
export function addWorkdays(calendar: WorkCalendar, from: Date, days: number): Date {
  return addWorkingTime(calendar, from, days * day);
}

/** The instant `minutes` minutes after `from`. */
export function addMinutes(from: Date, minutes: number): Date {
  return new Date(from.getTime() + minutes * minute);
}
