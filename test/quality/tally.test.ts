/** Intervals, sums and order of the quality report. */
import fc from 'fast-check';
import t from 'tap';
import { shanghaiDate, startOfDay } from '../../src/catalog/calendar.ts';
import type { Interval } from '../../src/quality/schemas.ts';
import { type CountedRow, compareRows, divide, qualityRow } from '../../src/quality/tally.ts';

const span = (from: string, to: string) => ({ from: startOfDay(from), to: startOfDay(to) });
const starts = (from: string, to: string, interval: Interval) =>
  divide(span(from, to), interval).map((part) => shanghaiDate(part.from));

t.test('intervals start on days, Mondays and first days of months, in Shanghai', async (t) => {
  t.same(starts('2026-12-30', '2027-01-02', 'day'), ['2026-12-30', '2026-12-31', '2027-01-01']);
  t.same(starts('2026-11-16', '2026-11-24', 'week'), ['2026-11-16', '2026-11-23'], 'from a Monday');
  t.same(starts('2026-11-22', '2026-11-24', 'week'), ['2026-11-22', '2026-11-23'], 'from a Sunday');
  t.same(starts('2026-12-30', '2027-01-05', 'week'), ['2026-12-30', '2027-01-04'], 'over the new year');
  t.same(starts('2026-01-31', '2026-03-02', 'month'), ['2026-01-31', '2026-02-01', '2026-03-01']);
  t.same(starts('2026-12-31', '2027-02-01', 'month'), ['2026-12-31', '2027-01-01']);
  t.same(starts('2026-01-01', '2026-02-01', 'none'), []);
});

t.test('the intervals of a span leave nothing out and do not overlap', async (t) => {
  const date = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
  const interval = fc.constantFrom('day' as const, 'week' as const, 'month' as const);
  fc.assert(
    fc.property(date, fc.integer({ min: 1, max: 366 }), interval, (first, days, interval) => {
      const from = startOfDay(shanghaiDate(first));
      const whole = { from, to: new Date(from.getTime() + days * 86_400_000) };
      const parts = divide(whole, interval);
      t.ok(parts[0]?.from.getTime() === whole.from.getTime() && parts.at(-1)?.to.getTime() === whole.to.getTime());
      t.ok(parts.every((part, index) => index === 0 || parts[index - 1]?.to.getTime() === part.from.getTime()));
    }),
    { numRuns: 100 },
  );
});

const counted = (start: string, judged: number, overridden: number): CountedRow => ({
  key: 'A',
  start,
  judged,
  overridden,
  triaged: judged,
  matter: overridden,
  need: 0,
  type: 0,
  level: 0,
  unit: 1,
});

t.test('a row is the sum of its intervals, its rate that of the sums', async (t) => {
  const parts = divide(span('2026-11-01', '2026-11-04'), 'day');
  const row = qualityRow('A', '甲', [counted('2026-11-03', 3, 1), counted('2026-11-01', 29, 0)], parts);
  t.match(row, { judged: 32, overridden: 1, overrideRate: 0.0313, triageRate: 1, byField: { matter: 1, unit: 2 } });
  t.match(row.series, [
    { judged: 29, overrideRate: 0 },
    { judged: 0, overridden: 0, overrideRate: null },
    { judged: 3, overridden: 1, overrideRate: 0.3333 },
  ]);
  t.match(qualityRow('total', '合计', [], parts), { judged: 0, overrideRate: null, triageRate: null });
});

t.test('the most overridden come first, then the most judged, then by key', async (t) => {
  const row = (key: string, judged: number, overridden: number) =>
    qualityRow(key, key, [{ ...counted('2026-11-01', judged, overridden), key }], []);
  const rows = [row('D', 5, 1), row('C', 9, 1), row('B', 5, 1), row('A', 100, 0), row('E', 2, 2)];
  t.same(
    rows.toSorted(compareRows).map(({ key }) => key),
    ['E', 'C', 'B', 'D', 'A'],
  );
});
