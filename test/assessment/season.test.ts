/** What the season leads one to expect, by hand. */
import t from 'tap';
import { earlier } from '../../src/assessment/compare.ts';
import { chooseSpan } from '../../src/assessment/period.ts';
import { expectation, windowsOf } from '../../src/assessment/season.ts';

const at = (text: string) => new Date(`${text}T00:00:00+08:00`);

t.test('windows are whole weeks apart and do not overlap', async (t) => {
  const span = { from: at('2026-10-19'), to: at('2026-11-19') };
  const whole = windowsOf(span, at('2026-12-01'));
  t.equal(whole.step / 86_400_000, 35);
  t.equal(whole.length / 86_400_000, 31);
  t.equal(
    windowsOf(span, at('2026-10-21')).length / 86_400_000,
    2,
    'of a span that is not over the part that has passed',
  );
  t.equal(windowsOf(span, at('2026-10-01')).length, 0);
  t.equal(whole.usableSince(null), 0);
  t.equal(whole.usableSince(at('2026-05-01')), 4);
});

t.test('the mean, the deviation with its floor, and when a matter is hot', async (t) => {
  t.same(expectation(20, [10, 10, 10, 10], 4), { expected: 10, deviation: 3.2, rise: 3.16, hot: true });
  t.same(expectation(4, [], 8), { expected: 0, deviation: 1, rise: 4, hot: false }, 'few are no heat');
  t.same(expectation(50, [10, 30], 4), { expected: 10, deviation: 14.1, rise: 2.83, hot: true });
  t.same(expectation(99, [1, 1, 1], 3), { expected: null, deviation: null, rise: null, hot: null });
});

const rule = { cycle: 'day', cycleDay: 19, cycleTime: 0 } as const;
const previousSpan = (span: Parameters<typeof earlier>[0]) => chooseSpan(earlier(span, 'previous'), rule, span.to);
const sameSpanLastYear = (span: Parameters<typeof earlier>[0]) => chooseSpan(earlier(span, 'year'), rule, span.to);

t.test('the period before and the same of last year', async (t) => {
  const period = { code: '2026-01', from: at('2025-12-19'), to: at('2026-01-19') };
  t.match(previousSpan(period), { code: '2025-12', from: at('2025-11-19'), to: at('2025-12-19') });
  t.match(sameSpanLastYear(period), { code: '2025-01', from: at('2024-12-19') });
  const leap = { code: null, from: at('2024-02-29'), to: at('2024-03-02') };
  t.same(previousSpan(leap), { code: null, from: at('2024-02-27'), to: at('2024-02-29') });
  t.same(sameSpanLastYear(leap), { code: null, from: at('2023-02-28'), to: at('2023-03-02') });
});
