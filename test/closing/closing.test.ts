/** Closing a period: what is frozen stays, what comes later is an amendment, and the events give the same again. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { verifyPeriod } from '../../src/closing/jobs.ts';
import { basic, no, wangjing, world, yes } from '../assessment/lives.ts';
import { refused } from '../helper.ts';

t.test('a period is closed once, and stays as it was', async (t) => {
  const w = await world(t);
  const { one, analyst, connection } = w;
  const first = await w.tell('10-20');
  await (await first.at('10-21').reply()).at('10-22').call(no);
  const second = await w.tell('10-23');
  await (await second.at('10-24').reply()).at('10-25').call(basic);
  const third = await w.tell('11-18T23:59:59.999');
  await (await third.at('11-18T23:59:59.999').reply()).at('11-19T00:00').call(yes);

  w.time('11-18T23:59:59.999');
  refused(t, 'not ended', await one.post('/assessment/periods/2026-11/close'), 409, 'PERIOD_NOT_ENDED');
  refused(t, 'no month', await one.post('/assessment/periods/2026-13/close'), 400, 'VALIDATION_FAILED', 'period');
  w.time('11-20');
  t.match((await one.get('/assessment/periods')).body.items, [
    { code: '2026-12', status: 'open', ended: false },
    { code: '2026-11', status: 'open', ended: true, cases: null, closedAt: null },
  ]);
  const query = '/reports/rates?period=2026-11&by=unit';
  const before = (await analyst.get(query)).body;
  t.match(before.items, [{ key: wangjing, volume: 3, valid: 2, resolved: 1, replied: 3, closed: 1 }]);
  const both = await Promise.all([0, 1].map(() => one.post('/assessment/periods/2026-11/close')));
  t.same(both.map(({ status }) => status).sort(), [200, 409], 'of two at once one closes');
  refused(t, 'twice', await one.post('/assessment/periods/2026-11/close'), 409, 'PERIOD_CLOSED');
  t.match((await analyst.get('/assessment/periods/2026-11')).body, {
    status: 'closed',
    cases: 3,
    ruleVersion: '2026-1',
  });

  const closed = (await analyst.get(query)).body;
  t.same({ ...closed, period: 0 }, { ...before, period: 0 }, 'the same figures');
  t.match(closed.period, { closed: true, amendments: 0, amended: false });
  t.same((await analyst.get(`${query}&unit=${wangjing}`)).body.items, before.items, 'the same by a filter');
  t.same(await verifyPeriod(connection.db, '2026-11', () => undefined).then(({ differences }) => differences), []);

  // The first was opened again; it is answered in the next period, and the closed one does not move.
  await (await first.at('11-21').reply()).at('11-22').call(yes);
  t.same((await analyst.get(query)).body, closed);
  t.match((await analyst.get('/reports/rates?period=2026-12&by=unit')).body.items, [{ valid: 2, resolved: 2 }]);
  t.same((await verifyPeriod(connection.db, '2026-11', () => undefined)).differences, []);

  // An answer that is entered late.
  refused(
    t,
    'nothing new',
    await one.post('/assessment/periods/2026-11/amendments', { number: second.number, reason: '补录' }),
    409,
    'NOTHING_TO_AMEND',
  );
  await connection.db.execute(sql`
    insert into callback_attempts (callback_id, at, actor, way, reached, valid, contacted, resolved, satisfaction)
    select id, answered_at + interval '1 minute', actor, 'phone', true, true, true, true, 'satisfied'
    from callbacks cross join (values ('callback#0')) v(actor)
    where complaint_id = (select id from complaints where number = ${first.number})
      and answered_at < '2026-11-19T00:00:00+08:00'`);
  const amended = await one.post('/assessment/periods/2026-11/amendments', {
    number: first.number,
    reason: '录音复核',
  });
  t.equal(amended.status, 201);
  t.match(amended.body, {
    reason: '录音复核',
    exclusion: null,
    before: { scope: 'all', answer: { resolved: false } },
    after: { scope: 'all', answer: { resolved: true, satisfaction: 'satisfied' } },
  });
  t.same((await analyst.get(query)).body.items, closed.items, 'frozen all the same');
  t.match((await analyst.get(query)).body.period, { amendments: 1, amended: false });
  const now = (await analyst.get(`${query}&amended=1`)).body;
  t.match(now.period, { amended: true });
  t.match(now.items, [{ key: wangjing, volume: 3, valid: 2, resolved: 2, satisfied: 1, basic: 1 }]);
  t.equal((await analyst.get('/assessment/periods/2026-11/amendments')).body.items.length, 1);

  const cases = (await analyst.get('/assessment/periods/2026-11/cases?limit=2')).body;
  // The first stands with both of its orders: the one that was answered, and the one that it was opened again with.
  t.match(cases.items, [
    { number: first.number, firstUnit: wangjing, answer: { resolved: false }, onTime: true },
    { number: first.number, receivedAt: '2026-10-20T12:00:00+08:00', answer: null, repliedAt: null },
  ]);
  const rest = (await analyst.get(`/assessment/periods/2026-11/cases?limit=2&cursor=${cases.next}`)).body;
  t.match(rest, {
    next: null,
    items: [
      { number: second.number, answer: { satisfaction: 'basic' }, repliedAt: '2026-10-24T12:00:00+08:00' },
      { number: third.number, answer: null },
    ],
  });

  for (const statement of [
    sql`update period_figures set counts = '{}'`,
    sql`delete from period_cases`,
    sql`update period_amendments set reason = ''`,
    sql`update assessment_periods set status = 'closing'`,
    sql`insert into period_figures (period, basis, by, depth, key, counts) values ('2026-11', 'all', 'unit', 1, 'x', '{}')`,
  ]) {
    await t.rejects(connection.db.execute(statement), 'history is not edited');
  }
});
