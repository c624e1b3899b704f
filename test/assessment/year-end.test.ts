/** The last instant of a year and the first of the next, in Beijing: days, calendar months, and periods that are closed. */
import t from 'tap';
import { verifyPeriod } from '../../src/closing/jobs.ts';
import { readSeeds, seed } from '../../src/db/seed.ts';
import { no, type World, wangjing, world, yes } from './lives.ts';

const last = '2026-12-31T23:59:59.999';
const first = '2027-01-01T00:00';

/** Periods are calendar months. */
async function byMonth({ connection, ctx, clock }: World): Promise<void> {
  const { data, ...seeds } = readSeeds();
  const assessment = data.assessment.map((rule) => ({ ...rule, cycle: 'month' as const, cycleDay: 1 }));
  await seed(connection.db, { ...seeds, hash: 'by month', data: { ...data, assessment } }, clock.now);
  await ctx.refresh();
}

t.test('a year ends at midnight in Beijing', async (t) => {
  const w = await world(t);
  await byMonth(w);
  const { analyst, one } = w;
  const get = async (query: string) => (await analyst.get(`/reports/rates?${query}`)).body;

  // Received, replied and answered on the last instant.
  await (await (await w.tell(last)).at(last).reply()).at(last).call(yes);
  // All on the first.
  await (await (await w.tell(first)).at(first).reply()).at(first).call(no);
  // Received and replied in the one year, answered in the other.
  await (await (await w.tell('2026-12-30')).at(last).reply()).at(first).call(yes);
  w.time('2027-02-01T00:00');

  const december = await get('period=2026-12&by=unit');
  t.match(december.period, { from: '2026-12-01T00:00:00+08:00', to: '2027-01-01T00:00:00+08:00' });
  t.match(december.items, [{ key: wangjing, volume: 2, replied: 2, closed: 1, valid: 1, resolved: 1 }]);
  const january = await get('period=2027-01&by=unit');
  // The one that was not resolved was opened again: it is not closed.
  t.match(january.items, [{ key: wangjing, volume: 1, replied: 1, closed: 1, valid: 2, resolved: 1 }]);
  t.match((await get('period=2027-01&by=unit&compare=previous')).compared, { code: '2026-12' });

  const days = await get('from=2026-12-31&to=2027-01-02&by=day');
  t.match(days.items, [
    { key: '2026-12-31', volume: 1, replied: 2, valid: 1 },
    { key: '2027-01-01', volume: 1, replied: 1, valid: 2 },
  ]);
  t.match((await get('from=2026-12-31&to=2027-01-01&by=day')).items, [{ key: '2026-12-31', volume: 1, valid: 1 }]);
  t.match((await get('from=2027-01-01&to=2027-01-02&by=day')).items, [{ key: '2027-01-01', volume: 1, valid: 2 }]);
  const hours = (await analyst.get('/reports/volume?from=2026-12-31&to=2027-01-02&by=hour')).body;
  t.match(hours.items, [
    { key: '00', volume: 1 },
    { key: '23', volume: 1 },
  ]);

  for (const [code, valid] of [
    ['2026-12', 1],
    ['2027-01', 2],
  ] as const) {
    t.equal((await one.post(`/assessment/periods/${code}/close`)).status, 200);
    t.match(await get(`period=${code}&by=day`), { period: { closed: true }, total: { valid } });
    t.same((await verifyPeriod(w.connection.db, code, () => undefined)).differences, [], code);
  }
});
