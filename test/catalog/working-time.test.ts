/**
 * Working time against a slow reference that counts minute by minute, by 2026's calendar as the State Council announced it,
 * written out here once more: days off, and the weekend days worked for them.
 */
import fc from 'fast-check';
import t from 'tap';
import {
  addWorkdays,
  addWorkingTime,
  shanghaiDate,
  shanghaiTime,
  workingTimeBetween,
} from '../../src/catalog/calendar.ts';
import { catalog } from '../helper.ts';

const { calendar } = catalog();
const minute = 60_000;
const day = 1440;
const first = Date.parse('2026-01-01T00:00:00+08:00');

const off = [
  ['2026-01-01', '2026-01-03'],
  ['2026-02-15', '2026-02-23'],
  ['2026-04-04', '2026-04-06'],
  ['2026-05-01', '2026-05-05'],
  ['2026-06-19', '2026-06-21'],
  ['2026-09-25', '2026-09-27'],
  ['2026-10-01', '2026-10-07'],
];
const worked = ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'];

/** Whether each day of 2026 is worked. */
const days = Array.from({ length: 365 }, (_, index) => {
  const date = shanghaiDate(new Date(first + index * day * minute));
  if (worked.includes(date)) return true;
  if (off.some(([from = '', to = '']) => from <= date && date <= to)) return false;
  // 1 January 2026 was a Thursday.
  return ![2, 3].includes(index % 7);
});
const isWorked = (index: number) => days[Math.floor(index / day)] === true;
const instant = (index: number) => new Date(first + index * minute);

/** Minute by minute: the minute in which the time is up; of several the last, which is worked itself. */
function slowAdd(from: number, minutes: number): number {
  let [at, left] = [from, minutes];
  while (left > 0 || !isWorked(at)) {
    if (isWorked(at)) left -= 1;
    at += 1;
  }
  return at;
}
function slowBetween(from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at += 1) if (isWorked(at)) sum += 1;
  return sum;
}

/** Minutes of the year at which everything below ends within it; around the days that are off or worked for them, often. */
const edges = [...off.flat(), ...worked].map((date) => (Date.parse(`${date}T00:00:00+08:00`) - first) / minute);
const most = 15 * day;
const somewhere = fc.oneof(
  fc.nat(300 * day),
  fc
    .tuple(fc.constantFrom(...edges), fc.integer({ min: -2 * day, max: 2 * day }))
    .map(([edge, by]) => Math.min(300 * day, Math.max(0, edge + by))),
);
const length = fc.oneof(
  fc.nat(most),
  fc.nat(15).map((count) => count * day),
);
const add = (from: Date, minutes: number) => addWorkingTime(calendar, from, minutes * minute);

t.test('the days of 2026', (t) => {
  const wrong = days.flatMap((is, index) => {
    const date = shanghaiDate(instant(index * day));
    return calendar.isWorkday(date) === is ? [] : [date];
  });
  t.same(wrong, []);
  t.equal(days.filter(Boolean).length, 248, 'worked days of the year');
  t.end();
});

t.test('adding working time agrees with counting minutes, in 10,000 cases', (t) => {
  fc.assert(
    fc.property(somewhere, length, (from, minutes) => {
      return add(instant(from), minutes).getTime() === instant(slowAdd(from, minutes)).getTime();
    }),
    { numRuns: 10_000 },
  );
  t.pass();
  t.end();
});

t.test('the working time between two instants agrees with counting minutes', (t) => {
  fc.assert(
    fc.property(somewhere, somewhere, (a, b) => {
      const found = workingTimeBetween(calendar, instant(a), instant(b));
      return found === slowBetween(a, b) * minute;
    }),
    { numRuns: 2000 },
  );
  t.pass();
  t.end();
});

/** To the millisecond. */
const moment = fc.tuple(somewhere, fc.nat(minute - 1)).map(([at, ms]) => new Date(instant(at).getTime() + ms));
const span = fc.tuple(length, fc.nat(minute - 1)).map(([minutes, ms]) => minutes * minute + ms);

t.test('what holds of working time, to the millisecond', (t) => {
  const plus = (from: Date, ms: number) => addWorkingTime(calendar, from, ms);
  fc.assert(
    fc.property(moment, span, span, (from, a, b) => {
      return plus(plus(from, a), b).getTime() === plus(from, a + b).getTime();
    }),
    { numRuns: 3000 },
  );
  t.pass('associative');
  fc.assert(
    fc.property(moment, moment, span, (a, b, ms) => {
      const [early, late] = a <= b ? [a, b] : [b, a];
      return plus(early, ms) <= plus(late, ms) && plus(early, ms) >= early;
    }),
    { numRuns: 3000 },
  );
  t.pass('monotonic in the start');
  fc.assert(
    fc.property(moment, span, span, (from, a, b) => plus(from, Math.min(a, b)) <= plus(from, Math.max(a, b))),
    { numRuns: 3000 },
  );
  t.pass('monotonic in the length');
  fc.assert(
    fc.property(moment, span, (from, ms) => workingTimeBetween(calendar, from, plus(from, ms)) === ms),
    { numRuns: 3000 },
  );
  t.pass('between undoes adding');
  fc.assert(
    fc.property(moment, fc.nat(15), (from, count) => {
      const due = addWorkdays(calendar, from, count);
      return calendar.isWorkday(shanghaiDate(due)) && due.getTime() === plus(from, count * day * minute).getTime();
    }),
    { numRuns: 2000 },
  );
  t.pass('working days end on one');
  t.end();
});

t.test('nothing is guessed of a year that the calendar does not know', (t) => {
  const last = new Date('2026-12-31T12:00:00+08:00');
  t.same(shanghaiTime(addWorkingTime(calendar, last, 11 * 60 * minute)), '2026-12-31T23:00:00+08:00');
  t.throws(() => addWorkingTime(calendar, last, 12 * 60 * minute), RangeError, 'up at the end of the year');
  t.throws(() => workingTimeBetween(calendar, last, new Date('2027-01-02T00:00:00+08:00')), RangeError);
  t.end();
});
