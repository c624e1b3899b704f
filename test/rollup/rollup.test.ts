/** Reports off the rollups say what the orders say, whatever has been folded in, and the rollups can be made again at any time. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { foldPending, keepUp, rebuild } from '../../src/rollup/service.ts';
import { chaoyang, jianwai, maizidian, no, poor, wangjing, world, yes } from '../assessment/lives.ts';
import { town } from '../assessment/reports/town.ts';
import { callsAndHours, cells, sameFigures, wide } from './figures.ts';

const quiet = () => undefined;

t.test('a town, made anew and kept up', async (t) => {
  const { analyst, connection, clock, ctx } = await town(t);
  const { db } = connection;
  t.same(await db.execute(sql`select * from rollup_state`), [], 'nothing yet: the reports count the orders');
  const made = await rebuild(db, clock.now, quiet);
  t.ok((made?.complaints ?? 0) >= 84);
  const asked = await sameFigures(t, db, analyst, 'made anew', wide);
  t.ok(asked > 500, `${asked} reports`);
  t.same(await keepUp(db, ctx.clock()), { rebuilt: null, folded: 0 });

  // The reports do read them.
  const { body: before } = await analyst.get('/reports/volume?period=2026-11&by=district');
  await db.execute(sql`update rollup_cells set volume = volume + 1000 where "by" = 'district'`);
  const { body: after } = await analyst.get('/reports/volume?period=2026-11&by=district');
  t.ok(after.total.volume > before.total.volume + 999);
  await db.execute(sql`update rollup_cells set volume = volume - 1000 where "by" = 'district'`);
});

t.test('hard lives, told while the rollups are there', async (t) => {
  const w = await world(t);
  const { db } = w.connection;
  await keepUp(db, w.clock.now);
  const whole = async (street: string, day: string, answer: object = yes, changes: object = {}) => {
    const told = await w.tell(`${day}T08:00`, street, changes);
    return (await told.at(`${day}T10:00`).reply()).at(`${day}T15:00`).call(answer);
  };
  for (const day of ['10-05', '10-17', '10-20', '11-02', '11-03']) {
    await whole(wangjing, day);
    await whole(maizidian, day, no);
    await whole(jianwai, day, poor, { type: 'consult' });
  }
  w.time('11-19T09:00');
  await sameFigures(t, db, w.analyst, 'nothing folded in yet');
  t.ok((await foldPending(db)) >= 15);
  await sameFigures(t, db, w.analyst, 'all folded in');

  // Opened again and answered twice, within the period and across two; struck out in both ways, for one reason and for two; redispatched.
  const again = await whole(wangjing, '10-21', no);
  await (await again.at('10-23').reply()).at('11-02').call(yes);
  const across = await whole(maizidian, '10-16', no);
  await (await across.at('10-22').reply()).at('10-23').call(yes);
  const moved = await w.tell('11-03T09:00', wangjing);
  await moved.at('11-03T10:00').dispatch(chaoyang);
  const [a, b, c, d] = [
    await whole(wangjing, '11-02'),
    await whole(wangjing, '11-02'),
    await whole(maizidian, '10-10'),
    await whole(jianwai, '10-18'),
  ];
  w.time('11-10');
  await w.strike(a.number, 'none', true);
  await w.strike(b.number, 'response-only', true);
  await w.strike(c.number, 'none', true);
  await w.strike(d.number, 'none', null);
  await w.strike(across.number, 'none', true);
  w.time('11-19T09:00');
  const { body } = await w.analyst.get('/reports/rates?period=2026-11&basis=assessed&unit=110105026');
  t.equal(body.items[0].excluded.strike, 2, 'one reason, two scopes: both are told');
  await sameFigures(t, db, w.analyst, 'some folded in, some pending');
  t.ok((await foldPending(db)) > 5);
  await sameFigures(t, db, w.analyst, 'and now all');
  await keepUp(db, w.clock.now);
  const [kept, apart] = [await cells(db), await callsAndHours(db)];
  t.ok(Object.keys(apart.hours).length > 100, 'hours are packed');
  await sameFigures(t, db, w.analyst, 'and packed');
  t.ok(kept.length > 200, `${kept.length} cells`);
  await rebuild(db, w.clock.now, quiet);
  t.same(await cells(db), kept, 'made anew they are the same');
  t.same(await callsAndHours(db), apart);
});

t.test('one writer at a time, and new reference data', async (t) => {
  const w = await world(t);
  const { db } = w.connection;
  await keepUp(db, w.clock.now);
  await w.tell('10-05T08:00', wangjing);
  const [one, two] = await Promise.all([foldPending(db), foldPending(db)]);
  t.ok(one + two === 1, `counted once: ${one} + ${two}`);
  await db.execute(sql`update request_types set scope = 'none' where code = 'complain'`);
  await sameFigures(t, db, w.analyst, 'made by other reference data: not used');
  t.not((await keepUp(db, w.clock.now)).rebuilt, null, 'and made anew');
  await sameFigures(t, db, w.analyst, 'made anew');
});
