/** The due times of an order from its level. Pure; all instants are zoned, days are counted in Asia/Shanghai. */
import { addMinutes, addWorkdays, type WorkCalendar } from '../catalog/calendar.ts';
import type { Level } from '../catalog/types.ts';

export interface Deadlines {
  signDueAt: Date;
  contactDueAt: Date;
  /** When the reply is due. */
  dueAt: Date;
}

const minutesPerDay = 1440;

/**
 * Due times of an order dispatched at `from`. Sign and first contact run in natural minutes; the reply limit in natural
 * time or, for a level that says so, in working days (docs/domain.md, chain and rules, 5 and 6).
 * Throws a RangeError when working days are asked of a year the calendar does not know.
 */
export function deadlines(level: Level, calendar: WorkCalendar, from: Date): Deadlines {
  return {
    signDueAt: addMinutes(from, level.signMinutes),
    contactDueAt: addMinutes(from, level.contactMinutes),
    dueAt: replyDue(level, calendar, from),
  };
}

function replyDue({ replyAmount, replyUnit, timeBase }: Level, calendar: WorkCalendar, from: Date): Date {
  if (replyUnit === 'hour') return addMinutes(from, replyAmount * 60);
  return timeBase === 'working'
    ? addWorkdays(calendar, from, replyAmount)
    : addMinutes(from, replyAmount * minutesPerDay);
}
