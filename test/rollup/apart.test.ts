/** What does not add up from days: who called more than once, and the median of the hours. */
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import t from 'tap';
import { hoursAt, hoursOf, readPack } from '../../src/assessment/reports/rolled-hours.ts';
import { erasePerson } from '../../src/privacy/service.ts';
import { foldPending, keepUp, rebuild } from '../../src/rollup/service.ts';
import { instant, jianwai, maizidian, wangjing, world } from '../assessment/lives.ts';
import { app, type T } from '../helper.ts';
import { callsAndHours, sameAnswers } from './figures.ts';

const by = (n: number) => ({ caller: { phone: `1990000000${n}` } });
const period = 'period=2026-11';
const spans = [period, 'from=2026-10-22&to=2026-11-03', 'from=2026-09-01&to=2026-12-02'];
const urls = spans.flatMap((span) =>
  ['unit', 'matter', 'kind', 'day'].flatMap((way) =>
    ['all', 'assessed'].map((basis) => `/reports/repeats?by=${way}&basis=${basis}&${span}`),
  ),
);

async function callers(t: T) {
  const w = await world(t);
  const { db } = w.connection;
  const channel = await w.as('channel');
  const total = async () => {
    const { volume, repeatCases, repeatCallers, linked, groupCases } = (
      await w.analyst.get(`/reports/repeats?${period}`)
    ).body.total;
    return [volume, repeatCases, repeatCallers, linked, groupCases];
  };
  const same = (when: string) => sameAnswers(t, db, w.analyst, when, urls);
  return { ...w, db, channel, total, same };
}

t.test('who called more than once', async (t) => {
  const w = await callers(t);
  const { db, tell, same, total } = w;
  await tell('10-12T08:00', wangjing, by(1));
  const first = await tell('10-20T08:00', wangjing, by(1));
  await (await first.at('10-20T10:00').reply()).at('10-20T15:00').call();
  await tell('10-20T09:00', jianwai, by(2));
  await tell('10-21T09:00', jianwai, by(3));
  const later = await tell('10-30T08:00', maizidian, { ...by(1), type: 'consult' });
  await (await later.at('10-30T10:00').reply()).at('10-30T15:00').call();
  await tell('11-02T08:00', maizidian);
  await tell('11-25T08:00', jianwai, by(2));
  w.time('12-01');
  await keepUp(db, w.clock.now);
  await same('made anew');
  t.same(await total(), [5, 2, 1, 0, 0], 'the first caller alone, though two called in other periods, too');

  // The reports do read them.
  await db.execute(sql`update rollup_calls set next_at = null, before_at = null where unit = ${wangjing}`);
  t.same(await total(), [5, 1, 1, 0, 0]);
  await rebuild(db, w.clock.now, () => undefined);

  // One between two others, told late; one more of who had called once; linked; of a group, which is no event of the complaint.
  const between = {
    ...by(2),
    channel: 'web',
    text: '物业公司长期不清运垃圾，物业服务差',
    receivedAt: instant('10-25').toISOString(),
  };
  t.equal((await w.channel.post('/complaints', between)).status, 201);
  const again = await tell('12-01T09:00', jianwai, by(3));
  const dispatcher = w.dispatcher;
  const link = await dispatcher.post(`/complaints/${later.number}/link`, {
    to: first.number,
    kind: 'repeat',
    reason: '同一件',
  });
  t.equal(link.status, 200);
  await same('pending');
  t.same(await total(), [6, 4, 2, 1, 0]);
  t.ok((await foldPending(db)) >= 3);
  await same('folded in');
  t.same(await total(), [6, 4, 2, 1, 0]);
  await db.execute(sql`
    with alarm as (insert into group_alarms (rule, matter, place, since, raised_at, until)
      select (select min(code) from alarm_rules), 'M05.03', ${wangjing}, now(), now(), now() returning id)
    insert into group_members select alarm.id, c.id from alarm, complaints c where c.number in (${first.number}, ${again.number})`);
  await same('of a group, pending');
  t.same(await total(), [6, 4, 2, 1, 1]);
  await foldPending(db);
  t.same(await total(), [6, 4, 2, 1, 1]);

  // Struck out, it is still a call; taken out, it is none any more.
  await w.strike(later.number, 'none', true);
  await same('struck out');
  const request = { phone: by(1).caller.phone, by: '某', reason: '应本人要求' };
  t.equal((await erasePerson(w.ctx, request, w.clock.now)).erased.length, 2);
  await same('erased, pending');
  t.same(await total(), [6, 2, 1, 1, 1]);
  await keepUp(db, w.clock.now);
  await same('erased');
  const kept = await callsAndHours(db);
  await rebuild(db, w.clock.now, () => undefined);
  t.same(await callsAndHours(db), kept, 'made anew they are the same');
});

t.test('a unit counts the callers of its own complaints', async (t) => {
  const { tell, db, of, clock, time } = await callers(t);
  await tell('10-20T08:00', wangjing, by(1));
  await tell('10-21T08:00', maizidian, by(1));
  time('12-01');
  await keepUp(db, clock.now);
  const { status, body } = await (await of('manager', wangjing)).get(`/reports/repeats?${period}`);
  t.equal(status, 200);
  t.match(body.total, { volume: 1, repeatCases: 0, repeatCallers: 0 });
  for (const role of ['jiesu_unit', 'jiesu_channel']) {
    const may = sql`select has_table_privilege(${role}, 'rollup_calls', 'select') as may`;
    t.same(await db.execute(may), [{ may: false }], `${role} does not read who called`);
  }
});

t.test('the median in the process is that of the database', async (t) => {
  const { db } = (await app(t)).connection;
  const spanMs = fc.oneof(
    fc.integer({ min: 0, max: 400_000_000 }),
    // Just where one tenth of an hour ends.
    fc
      .tuple(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: -2, max: 2 }))
      .map(([n, off]) => Math.max(0, 180_000 + n * 360_000 + off)),
  );
  const list = fc.array(spanMs, { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.array(list, { minLength: 20, maxLength: 20 }), async (lists) => {
      const given = JSON.stringify(lists);
      const rows = await db.execute<{ half: number; most: number; pack: Buffer }>(sql`
        select (${hoursOf(sql`v`, 0.5)})::float8 as half, (${hoursOf(sql`v`, 0.9)})::float8 as most,
          string_agg(float8send(v), '') as pack
        from jsonb_array_elements(${given}::jsonb) with ordinality as l(list, n), jsonb_array_elements_text(list) as e(text),
          lateral (select text::float8 as v) x
        group by n order by n`);
      for (const { half, most, pack } of rows) {
        const rising = readPack(pack).sort();
        t.same([hoursAt(rising, 0.5), hoursAt(rising, 0.9)], [half, most]);
      }
      return rows.length === lists.length;
    }),
    { numRuns: 50, seed: 5 },
  );
});
