/** A generated history is whole: the events say what the orders say, and the reports count it. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { lastComplete } from '../../src/assessment/period.ts';
import { makeCases } from '../../src/commands/demo.ts';
import { runCase } from '../../src/demo/service.ts';
import { generate } from '../../src/generate/service.ts';
import { rebuild } from '../../src/rollup/service.ts';
import { verify } from '../../src/verify/service.ts';
import { app } from '../helper.ts';
import { sameFigures } from '../rollup/figures.ts';

const quiet = () => undefined;

t.test('lives told once, written many times over', async (t) => {
  const service = await app(t);
  const { ctx, connection, as, clock } = service;
  const { db } = connection;
  await t.rejects(generate(db, { complaints: 10, weeks: 10, words: true }, quiet), /只有 0 件/);
  const { catalog } = ctx.judgeAt(clock.now);
  for (const one of makeCases(catalog, lastComplete(clock.now, catalog.assessment), 220, 5)) await runCase(ctx, one);
  const indexes = () => db.execute(sql`select indexdef from pg_indexes where schemaname = 'public' order by 1`);
  const [before, kept] = [await verify(db, quiet), await indexes()];
  const said: string[] = [];
  await generate(db, { complaints: 700, weeks: 10, words: true }, (what) => said.push(what));
  t.ok(said.includes('已写入 700 / 700 件诉求'));
  t.same(await indexes(), kept, 'no index is lost');
  const after = await verify(db, quiet);
  t.same(after.differences, [], 'the events replay to what is stored');
  t.equal(after.complaints, before.complaints + 700);
  t.ok(after.orders > before.orders + 600 && after.events > before.events + 2000, JSON.stringify(after));
  const spread = await db.execute(sql`
    select count(distinct date_trunc('week', received_at))::int as weeks, count(distinct number)::int as numbers
    from complaints where source = 'generate'`);
  t.ok(Number(spread[0]?.weeks) >= 10 && spread[0]?.numbers === 700, JSON.stringify(spread));

  await rebuild(db, clock.now, quiet);
  await sameFigures(t, db, await as('analyst'), 'a generated history');
  const operator = await as('operator');
  const { status, body } = await operator.post('/complaints', {
    channel: 'phone',
    text: '小区垃圾没有人清运，物业不管',
  });
  t.equal(status, 201, 'the service goes on');
  t.equal((await operator.get(`/complaints/${body.number}`)).status, 200);
});
