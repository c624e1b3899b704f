/** Units in order among their like, and their classes; and the report of exclusions. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { classesOf, rankUnits, type UnitRow } from '../../src/assessment/ranking.ts';
import { type Counts, compareRows, ratesRow } from '../../src/assessment/rates.ts';
import { catalog, refused } from '../helper.ts';
import { jianwai, maizidian, no, wangjing, world, yes } from './lives.ts';

const { assessment: rule, data } = catalog();
const zero = { volume: 0, closed: 0, replied: 0, repliedOnTime: 0, basic: 0, excluded: {} };

function unit(key: string, valid: number, resolved: number, more: Partial<UnitRow & { volume: number }> = {}): UnitRow {
  const { volume = valid, ...rest } = more;
  const counts: Counts = {
    ...zero,
    ...{ volume, valid, responseValid: valid, contacted: valid, resolved, satisfied: resolved },
    dissatisfied: valid - resolved,
  };
  return { row: ratesRow(key, key, counts, rule), kind: 'street', ended: false, rise: null, ...rest };
}

const inOrder = (units: readonly UnitRow[]) => units.toSorted((a, b) => compareRows(a.row, b.row));

t.test('ties go by volume, then by code; who cannot be compared has no rank', async (t) => {
  const units = inOrder([
    unit('c', 20, 19),
    unit('b', 20, 19),
    unit('a', 40, 38),
    unit('few', 9, 9),
    unit('none', 0, 0, { volume: 50 }),
    unit('ended', 20, 20, { ended: true }),
    unit('city', 20, 1, { kind: 'city' }),
  ]);
  const rows = rankUnits(units, data.classes, true);
  t.same(Object.fromEntries(rows.map(({ key, rank, of, unranked }) => [key, [rank, of, unranked]])), {
    ended: [null, 3, 'ended'],
    few: [null, 3, 'small'],
    a: [1, 3, null],
    b: [2, 3, null],
    c: [3, 3, null],
    city: [1, 1, null],
    none: [null, 3, 'no-answers'],
  });
  t.same(
    rows.filter(({ rank }) => rank !== null).map(({ key, rank }) => `${key}${rank}`),
    ['a1', 'b2', 'c3', 'city1'],
  );
  t.ok(
    rankUnits(units, data.classes, false).every(({ rank, of }) => rank === null && of === 0),
    'switched off',
  );
  t.same(
    rankUnits([unit('only', 20, 20)], [], true).map(({ rank, of }) => [rank, of]),
    [[1, 1]],
    'a group of one',
  );
  t.same(rankUnits([], data.classes, true), []);
});

t.test('classes by rule data', async (t) => {
  const codes = (kind: string, measures: object) =>
    classesOf(kind, { composite: null, resolution: null, change: null, volume: null, ...measures }, data.classes).map(
      ({ code }) => code,
    );
  t.same(codes('street', { composite: 9500, resolution: 9000 }), ['leading']);
  t.same(codes('street', { composite: 9499, resolution: 9000 }), [], 'all conditions hold, or none');
  t.same(codes('street', { change: 200, resolution: 8499 }), ['improving', 'rectifying'], 'one may be in several');
  t.same(codes('street', { resolution: 8500 }), [], 'below does not take in its bound');
  t.same(codes('street', { volume: 20_000 }), ['high-volume']);
  t.same(codes('city', { volume: 20_000 }), [], 'a class of streets');
});

t.test('ranking and exclusions through the service', async (t) => {
  const w = await world(t);
  const { analyst, connection, as, ctx } = w;
  const good = await (await (await w.tell('10-20')).at('10-21').reply()).at('10-22').call(yes);
  await (await (await w.tell('10-20', maizidian)).at('10-21').reply()).at('10-22').call(no);
  await w.tell('10-20', jianwai, { type: 'consult' });
  await w.strike(good.number, 'response-only', true, 'mediation');
  const get = async (name: string, query = '') => (await analyst.get(`/reports/${name}?period=2026-11${query}`)).body;
  const ranking = await get('ranking');
  t.match(ranking, { ranked: true, why: null, compared: { code: '2026-10' } });
  t.match(
    ranking.items.map(({ key, rank, unranked }: Record<string, unknown>) => [key, rank, unranked]),
    [
      [wangjing, null, 'small'],
      [maizidian, null, 'small'],
      [jianwai, null, 'no-answers'],
    ],
  );
  t.same((await get('ranking', '&group=enterprise')).items, [], 'a group without units: an honest empty report');
  refused(t, 'no group', await analyst.get('/reports/ranking?group=village'), 400, 'VALIDATION_FAILED', 'group');
  refused(t, 'by', await analyst.get('/reports/exclusions?by=planet'), 400, 'VALIDATION_FAILED', 'by');
  const backwards = '/reports/ranking?from=2026-11-01&to=2026-10-01';
  refused(t, 'from after to', await analyst.get(backwards), 400, 'VALIDATION_FAILED', 'to');
  t.same((await analyst.get('/reports/ranking?period=2030-01')).body.items, [], 'a future period');

  const manager = await as('manager', maizidian);
  t.match((await manager.get('/reports/ranking?period=2026-11')).body, {
    items: [{ key: maizidian }],
    total: { valid: 1 },
  });

  const report = await get('exclusions');
  t.match(report.total, {
    excluded: 2,
    all: { volume: 3, valid: 2, resolutionRate: 0.5 },
    assessed: { volume: 2, valid: 1, resolutionRate: 0 },
    reasons: [
      { code: 'consult', name: '咨询', count: 1 },
      { code: 'mediation', name: '行政调解类', count: 1 },
    ],
  });
  t.equal(report.items.length, 3);

  const [here, last] = [await get('rates', '&compare=previous'), await get('rates', '&compare=year')];
  t.match(here, { compared: { code: '2026-10' }, total: { change: { resolutionRate: null, composite: null } } });
  t.match(last, { compared: { code: '2025-11' } });
  const next = (await analyst.get('/reports/rates?from=2026-10-23&to=2026-10-26&compare=previous')).body;
  t.match(next.compared, { from: '2026-10-20T00:00:00+08:00', to: '2026-10-23T00:00:00+08:00' });

  await connection.db.execute(sql`update assessment_rules set ranked = false`);
  await connection.db.execute(
    sql`insert into catalog_versions (hash, source, loaded_at) values ('x', 'built-in', now())`,
  );
  await ctx.refresh();
  const off = await get('ranking');
  t.match(off, { ranked: false, why: /不排名/ });
  t.ok(off.items.every(({ rank }: { rank: null }) => rank === null));
});
