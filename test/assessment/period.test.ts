/** Periods and ranges at their edges: the 19th, 00:00 Asia/Shanghai, is 16:00 UTC on the 18th. */
import fc from 'fast-check';
import t from 'tap';
import {
  chooseSpan,
  lastComplete,
  parsePeriod,
  parseRange,
  periodAt,
  ruleOfPeriod,
  shiftPeriod,
} from '../../src/assessment/period.ts';
import { catalog } from '../helper.ts';

const on = (cycleDay: number) => ({ cycle: 'day', cycleDay, cycleTime: 0 }) as const;
const on19 = on(19);
const utc = (text: string) => new Date(text);
const refused = (path: string) => ({ code: 'VALIDATION_FAILED', extra: { errors: [{ path }] } });

t.test('a period runs from the 19th to the 19th', async (t) => {
  const table = [
    ['2026-11', '2026-10-18T16:00:00.000Z', '2026-11-18T16:00:00.000Z'],
    ['2026-12', '2026-11-18T16:00:00.000Z', '2026-12-18T16:00:00.000Z'],
    ['2027-01', '2026-12-18T16:00:00.000Z', '2027-01-18T16:00:00.000Z'],
    ['2028-03', '2028-02-18T16:00:00.000Z', '2028-03-18T16:00:00.000Z'],
    ['2000-01', '1999-12-18T16:00:00.000Z', '2000-01-18T16:00:00.000Z'],
  ] as const;
  for (const [code, from, to] of table) {
    t.same(parsePeriod(code, on19), { code, from: utc(from), to: utc(to) }, code);
  }
  t.same(parsePeriod('2026-11', on(1)).from, utc('2026-09-30T16:00:00.000Z'), 'another cycle day');
});

t.test('a period of a leap year has a day more', async (t) => {
  const days = (code: string) => {
    const { from, to } = parsePeriod(code, on19);
    return (to.getTime() - from.getTime()) / 86_400_000;
  };
  t.equal(days('2028-03'), 29);
  t.equal(days('2026-03'), 28);
  t.equal(days('2026-11'), 31);
});

t.test('the 19th 00:00 belongs to the next period, a millisecond before does not', async (t) => {
  const table = [
    ['2026-11-18T23:59:59.999+08:00', '2026-11', '2026-10'],
    ['2026-11-19T00:00:00.000+08:00', '2026-12', '2026-11'],
    ['2026-11-18T16:00:00.000Z', '2026-12', '2026-11'],
    ['2026-12-31T23:59:59.999+08:00', '2027-01', '2026-12'],
    ['2027-01-01T00:00:00.000+08:00', '2027-01', '2026-12'],
    ['2027-01-18T23:59:59.999+08:00', '2027-01', '2026-12'],
    ['2027-01-19T00:00:00.000+08:00', '2027-02', '2027-01'],
    ['2028-02-29T12:00:00.000+08:00', '2028-03', '2028-02'],
  ] as const;
  for (const [now, current, complete] of table) {
    t.equal(periodAt(utc(now), on19).code, current, `${now} lies in ${current}`);
    t.equal(lastComplete(utc(now), on19).code, complete, `${now}: ${complete} is complete`);
  }
});

t.test('periods cover time without gap or overlap, whatever the cycle day', async () => {
  const instant = fc.date({ min: utc('2001-01-01T00:00:00Z'), max: utc('2198-12-31T00:00:00Z'), noInvalidDate: true });
  fc.assert(
    fc.property(instant, fc.integer({ min: 1, max: 28 }), (now, cycleDay) => {
      const { code, from, to } = periodAt(now, on(cycleDay));
      const named = parsePeriod(code, on(cycleDay));
      return (
        from <= now &&
        now < to &&
        Number(named.from) === Number(from) &&
        Number(named.to) === Number(to) &&
        Number(periodAt(to, on(cycleDay)).from) === Number(to) &&
        Number(lastComplete(now, on(cycleDay)).to) === Number(from)
      );
    }),
  );
});

t.test('what is not a period is refused', async (t) => {
  for (const code of ['2026-13', '2026-00', '2026-1', '2026', '', '2026-11-01', '1999-12', '2200-01', '２０２６-11']) {
    t.throws(() => parsePeriod(code, on19), refused('period'), code);
  }
});

t.test('a range takes in its first day and not its last', async (t) => {
  t.same(parseRange('2026-01-01', '2026-02-01'), {
    from: utc('2025-12-31T16:00:00.000Z'),
    to: utc('2026-01-31T16:00:00.000Z'),
  });
  t.same(parseRange('2028-02-29', '2028-03-01').from, utc('2028-02-28T16:00:00.000Z'));
  t.ok(parseRange('2021-11-22', '2026-11-22'), 'five years');
  t.ok(parseRange('2024-02-29', '2029-02-28'));
});

t.test('what is not a range is refused with the field at fault', async (t) => {
  const table = [
    ['2026-02-01', '2026-01-01', 'to'],
    ['2026-01-01', '2026-01-01', 'to'],
    ['2026-02-29', '2026-03-01', 'from'],
    ['2026-01-01', '2026-04-31', 'to'],
    ['2026-1-1', '2026-02-01', 'from'],
    ['2026-01-01T00:00:00Z', '2026-02-01', 'from'],
    ['1999-12-31', '2000-02-01', 'from'],
    ['2021-11-22', '2026-11-23', 'to'],
    ['2024-02-29', '2029-03-01', 'to'],
    [undefined, '2026-02-01', 'from'],
    ['2026-02-01', undefined, 'to'],
  ] as const;
  for (const [from, to, path] of table) t.throws(() => parseRange(from, to), refused(path), `${from} to ${to}`);
});

t.test('a report is asked for a period, for dates, or for neither', async (t) => {
  const now = utc('2026-11-22T09:00:00+08:00');
  t.equal(chooseSpan({}, on19, now).code, '2026-12', 'the current period');
  t.equal(chooseSpan({ period: '2026-10' }, on19, now).code, '2026-10');
  t.equal(chooseSpan({ from: '2026-10-01', to: '2026-10-02' }, on19, now).code, null);
  t.throws(() => chooseSpan({ period: '2026-10', from: '2026-10-01', to: '2026-10-02' }, on19, now), refused('period'));
  t.throws(() => chooseSpan({ period: '2026-10', to: '2026-10-02' }, on19, now), refused('period'));
  t.throws(() => chooseSpan({ to: '2026-10-02' }, on19, now), refused('from'));
});

t.test('calendar months, and days that begin at noon', async (t) => {
  const month = { cycle: 'month', cycleDay: 1, cycleTime: 0 } as const;
  t.same(parsePeriod('2026-11', month), {
    code: '2026-11',
    from: utc('2026-10-31T16:00:00Z'),
    to: utc('2026-11-30T16:00:00Z'),
  });
  t.equal(periodAt(utc('2026-11-30T23:59:59.999+08:00'), month).code, '2026-11');
  t.equal(periodAt(utc('2026-12-01T00:00:00+08:00'), month).code, '2026-12');
  t.equal(lastComplete(utc('2027-01-05T00:00:00+08:00'), month).code, '2026-12');
  const noon = { cycle: 'day', cycleDay: 19, cycleTime: 720 } as const;
  t.same(parsePeriod('2027-01', noon), {
    code: '2027-01',
    from: utc('2026-12-19T12:00:00+08:00'),
    to: utc('2027-01-19T12:00:00+08:00'),
  });
  t.equal(periodAt(utc('2027-01-19T11:59:59.999+08:00'), noon).code, '2027-01');
  t.equal(periodAt(utc('2027-01-19T12:00:00+08:00'), noon).code, '2027-02');
  t.equal(shiftPeriod(parsePeriod('2027-01', noon), -1, noon).code, '2026-12');
  t.equal(shiftPeriod(parsePeriod('2027-01', noon), -12, noon).code, '2026-01');
});

t.test('the rule of a period is the one in force on its last day', async (t) => {
  const { assessment } = catalog();
  const [old, next] = [
    { ...assessment, validTo: '2026-12-01' },
    { ...assessment, version: '2', validFrom: '2026-12-01' },
  ];
  const rules = [old, next];
  t.equal(ruleOfPeriod(rules, '2026-11', next).version, old.version);
  t.equal(ruleOfPeriod(rules, '2026-12', old).version, '2');
  t.equal(ruleOfPeriod(rules, '2025-06', next).version, '2', 'older than all rules: that of today');
});
