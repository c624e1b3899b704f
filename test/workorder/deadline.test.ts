/** Due times: the four levels of domain.md by natural time, a level by working days over 国庆 with its 调休; parking, extension. */
import t from 'tap';
import { shanghaiTime } from '../../src/catalog/calendar.ts';
import type { Level } from '../../src/catalog/types.ts';
import {
  deadlines,
  extend,
  missingYears,
  replyMinutes,
  resume,
  reviewDue,
  warnAt,
  warnOfReply,
} from '../../src/workorder/deadline.ts';
import { catalog } from '../helper.ts';

const { levels, calendar } = catalog();
const level = (code: string): Level => {
  const found = levels.get(code);
  if (found === undefined) throw new Error(`no level ${code}`);
  return found;
};
const times = (of: Level, from: string) => {
  const { signDueAt, contactDueAt, dueAt } = deadlines(of, calendar, new Date(from));
  return [signDueAt, contactDueAt, dueAt].map(shanghaiTime);
};

t.test('the levels of the seeds', (t) => {
  t.same([...levels.keys()], ['L1', 'L2', 'L3', 'L4']);
  const from = '2026-09-30T23:45:00+08:00';
  const expected: [string, string, string, string][] = [
    // [level, sign, first contact, reply]
    ['L1', '2026-10-01T00:15:00+08:00', '2026-10-01T01:45:00+08:00', '2026-10-01T01:45:00+08:00'],
    ['L2', '2026-10-01T01:45:00+08:00', '2026-10-01T01:45:00+08:00', '2026-10-01T23:45:00+08:00'],
    ['L3', '2026-10-01T01:45:00+08:00', '2026-10-01T23:45:00+08:00', '2026-10-07T23:45:00+08:00'],
    ['L4', '2026-10-01T01:45:00+08:00', '2026-10-01T23:45:00+08:00', '2026-10-15T23:45:00+08:00'],
  ];
  for (const [code, ...due] of expected) t.same(times(level(code), from), due, code);
  t.same(times(level('L4'), '2026-12-31T12:00:00+08:00')[2], '2027-01-15T12:00:00+08:00', 'over the end of the year');
  t.same(times(level('L3'), '2028-02-25T12:00:00+08:00')[2], '2028-03-03T12:00:00+08:00', 'over 29 February');
  t.end();
});

t.test('working days', (t) => {
  const working = (days: number): Level => ({ ...level('L3'), replyAmount: days, timeBase: 'working' });
  const cases: [string, string, number, string][] = [
    ['over the weekend', '2026-11-20T15:00:00+08:00', 1, '2026-11-23T15:00:00+08:00'],
    ['over 国庆, with the worked Saturday after it', '2026-09-30T15:00:00+08:00', 5, '2026-10-13T15:00:00+08:00'],
    ['onto the worked Saturday', '2026-10-09T08:00:00+08:00', 1, '2026-10-10T08:00:00+08:00'],
    ['onto the worked Sunday before it', '2026-09-18T16:00:00+08:00', 1, '2026-09-20T16:00:00+08:00'],
    ['from a worked Saturday', '2026-10-10T23:59:00+08:00', 1, '2026-10-12T23:59:00+08:00'],
    ['from within the holiday', '2026-10-03T10:00:00+08:00', 1, '2026-10-09T00:00:00+08:00'],
    ['from half past midnight of the first day off', '2026-09-30T16:30:00Z', 1, '2026-10-09T00:00:00+08:00'],
    ['from just before it', '2026-09-30T15:59:00Z', 1, '2026-10-08T23:59:00+08:00'],
    ['15 days over 国庆', '2026-09-25T09:00:00+08:00', 15, '2026-10-23T00:00:00+08:00'],
  ];
  for (const [what, from, days, due] of cases) t.equal(times(working(days), from)[2], due, what);
  const [sign, contact] = times(working(5), '2026-09-30T15:00:00+08:00');
  t.same([sign, contact], ['2026-09-30T17:00:00+08:00', '2026-10-01T15:00:00+08:00'], 'sign and contact stay natural');
  const hours: Level = { ...level('L2'), timeBase: 'working' };
  t.equal(times(hours, '2026-09-30T15:00:00+08:00')[2], '2026-10-01T15:00:00+08:00', 'hours are natural');
  t.end();
});

t.test('a year the calendar does not know', (t) => {
  const working: Level = { ...level('L3'), replyAmount: 2, timeBase: 'working' };
  for (const from of ['2033-03-01T09:00:00+08:00', '2019-03-01T09:00:00+08:00'])
    t.throws(() => deadlines(working, calendar, new Date(from)), RangeError, from);
  const last = Math.max(...[...calendar.years].map(Number));
  t.throws(() => deadlines(working, calendar, new Date(`${last}-12-30T20:00:00Z`)), RangeError, 'on the way into it');
  t.end();
});

const at = (text: string) => new Date(`${text}:00+08:00`);
const five: Level = { ...level('L3'), replyAmount: 5, timeBase: 'working' };

t.test('an extension, in the time the level counts in', (t) => {
  const cases: [string, Level, string, number, string][] = [
    ['hours', level('L2'), '2026-10-01T08:00', 24 * 60, '2026-10-02T08:00'],
    ['days', level('L3'), '2026-09-30T12:00', 7 * 1440, '2026-10-07T12:00'],
    ['working days, over 国庆', five, '2026-09-30T12:00', 2 * 1440, '2026-10-09T12:00'],
    ['working hours, over 国庆', five, '2026-09-30T12:00', 13 * 60, '2026-10-08T01:00'],
  ];
  for (const [what, of, due, minutes, until] of cases) t.same(extend(of, calendar, at(due), minutes), at(until), what);
  t.same(
    ['L1', 'L2', 'L3', 'L4'].map((code) => replyMinutes(level(code))),
    [120, 1440, 7 * 1440, 15 * 1440],
  );
  t.end();
});

t.test('after parking, as much is left as there was', (t) => {
  const cases: [string, Level, string, string, string, string][] = [
    // [level, due, parked at, resumed at, due then]
    ['natural', level('L3'), '2026-11-29T12:00', '2026-11-24T12:00', '2027-03-01T08:00', '2027-03-06T08:00'],
    ['at once', level('L3'), '2026-11-29T12:00', '2026-11-24T12:00', '2026-11-24T12:00', '2026-11-29T12:00'],
    ['due that minute', level('L3'), '2026-11-29T12:00', '2026-11-29T12:00', '2026-12-20T12:00', '2026-11-29T12:00'],
    ['late already', level('L3'), '2026-11-29T12:00', '2026-11-30T12:00', '2026-12-20T12:00', '2026-11-29T12:00'],
    ['working days', five, '2026-09-30T12:00', '2026-09-28T12:00', '2026-10-03T12:00', '2026-10-10T00:00'],
    [
      'resumed on a worked Saturday',
      five,
      '2026-09-30T12:00',
      '2026-09-29T12:00',
      '2026-10-10T12:00',
      '2026-10-12T12:00',
    ],
  ];
  for (const [what, of, due, parkedAt, now, until] of cases)
    t.same(resume(of, calendar, at(due), at(parkedAt), at(now)), at(until), what);
  t.end();
});

t.test('a warning with a quarter of the limit left', (t) => {
  const cases: [string, Level, string, number, string][] = [
    ['two hours', level('L1'), '2026-11-22T12:00', 2500, '2026-11-22T13:30'],
    ['seven days', level('L3'), '2026-11-22T12:00', 2500, '2026-11-27T18:00'],
    ['a tenth', level('L2'), '2026-11-22T12:00', 1000, '2026-11-23T09:36'],
    ['nothing', level('L2'), '2026-11-22T12:00', 0, '2026-11-23T12:00'],
    ['five working days, over 国庆', five, '2026-09-28T00:00', 2500, '2026-10-08T18:00'],
  ];
  for (const [what, of, from, left, expected] of cases) {
    const { dueAt } = deadlines(of, calendar, at(from));
    t.same(warnOfReply(of, calendar, at(from), dueAt, left), at(expected), what);
  }
  t.same(warnAt(null, at('2026-11-22T12:00'), at('2026-11-22T14:00'), 2500), at('2026-11-22T13:30'), 'of any clock');
  t.same(
    warnAt(calendar, at('2026-10-03T12:00'), at('2026-10-09T00:00'), 2500),
    at('2026-10-08T18:00'),
    'from a day off',
  );
  t.end();
});

t.test('a review is over at the end of its day', (t) => {
  t.same(reviewDue('2026-12-31'), at('2027-01-01T00:00'));
  t.end();
});

t.test('years that are missing are known before they are needed', (t) => {
  const working: Level = { ...level('L3'), replyAmount: 15, timeBase: 'working' };
  const on = (date: string, ...of: Level[]) => missingYears(of, calendar, new Date(`${date}T12:00:00+08:00`));
  t.same(on('2026-06-01', level('L3'), working), [], 'far from the end of the year');
  t.same(on('2026-12-20', working), ['2027'], 'a limit would reach into it');
  t.same(on('2027-02-01', working), ['2027']);
  t.same(on('2027-12-31', working), ['2027', '2028']);
  t.same(
    on('2027-02-01', level('L3'), level('L1'), { ...level('L2'), timeBase: 'working' }),
    [],
    'natural days and hours',
  );
  t.end();
});
