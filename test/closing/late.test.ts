/** Answers that are recorded after they were given: counted where they were given; in a closed period as amendments. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { verifyPeriod } from '../../src/closing/jobs.ts';
import { instant, no, wangjing, world, yes } from '../assessment/lives.ts';
import { refused, stored, type T, type TestApp } from '../helper.ts';
import { answered } from '../life.ts';

const rates = '/reports/rates?period=2026-11&by=unit';
const iso = (text: string) => instant(text).toISOString();

async function verified(t: T, { connection }: TestApp): Promise<void> {
  t.same((await verifyPeriod(connection.db, '2026-11', () => undefined)).differences, []);
}

t.test('an answer of a closed period becomes an amendment', async (t) => {
  const w = await world(t);
  const { one, analyst } = w;
  const close = () => one.post('/assessment/periods/2026-11/close');
  const amendments = async () => (await analyst.get('/assessment/periods/2026-11/amendments')).body.items;
  const known = await w.tell('10-20');
  await (await known.at('10-21').reply()).at('10-22').call(yes);
  // Replied in the period, called in it, recorded after it was closed.
  const late = await w.tell('11-16');
  await late.at('11-17').reply();
  // Received and replied before the period: nothing of it is frozen.
  const foreign = await w.tell('10-16');
  await foreign.at('10-17').reply();
  w.time('11-19T08:00');
  t.equal((await close()).status, 200);
  const frozen = (await analyst.get(rates)).body;
  t.match(frozen.items, [{ key: wangjing, volume: 2, valid: 1 }]);

  w.time('11-19T09:00');
  await late.call({ ...answered, resolved: false, satisfaction: 'dissatisfied', at: iso('11-18T23:59:59.999') });
  t.same((await analyst.get(rates)).body.items, frozen.items, 'the frozen figures stay');
  t.match(await amendments(), [
    {
      number: late.number,
      reason: '封账以后登记的回访答复',
      actor: /callback/,
      before: { scope: 'all', answer: null },
      after: { scope: 'all', answer: { at: '2026-11-18T23:59:59+08:00', unit: wangjing, resolved: false } },
    },
  ]);
  const amended = (await analyst.get(`${rates}&amended=1`)).body;
  t.match(amended.items, [{ valid: 2, resolved: 1, dissatisfied: 1, volume: 2 }]);
  t.match((await analyst.get('/reports/rates?period=2026-12&by=unit')).body.total, { valid: 0 });
  await verified(t, w);

  // Opened again by that answer, replied, and answered now: of the next period alone.
  await (await late.at('11-19T10:00').reply()).at('11-19T11:00').call(yes);
  t.equal((await amendments()).length, 1);
  t.match((await analyst.get('/reports/rates?period=2026-12&by=unit')).body.total, { valid: 1, resolved: 1 });

  const far = { ...answered, at: iso('11-12T10:59') };
  await t.rejects(foreign.call(far), /VALIDATION_FAILED/, 'a week is up');
  await foreign.call({ ...answered, at: iso('11-13') });
  t.match((await amendments())[0], {
    number: foreign.number,
    before: { answer: null },
    after: { answer: { resolved: true } },
  });
  t.match((await analyst.get(`${rates}&amended=1`)).body.items, [{ valid: 3, resolved: 2 }]);
  await verified(t, w);
});

t.test('an answer of a period that is open is counted, and frozen with it', async (t) => {
  const w = await world(t);
  const first = await w.tell('11-10');
  await first.at('11-11').reply();
  w.time('11-19T08:00');
  await first.call({ ...no, at: iso('11-18T10:00') });
  t.match((await w.analyst.get(rates)).body.total, { valid: 1, resolved: 0 });
  t.match((await w.analyst.get('/reports/rates?period=2026-12&by=unit')).body.total, { valid: 0 });
  t.equal((await w.one.post('/assessment/periods/2026-11/close')).status, 200);
  t.match((await w.analyst.get(rates)).body, { period: { amendments: 0 }, total: { valid: 1 } });
  await verified(t, w);
  const told = await w.connection.db.execute<{ at: string; told: string }>(
    sql`select at, data ->> 'at' as told from events where action = 'callback'`,
  );
  t.same(
    told.map((row) => [new Date(row.at).toISOString(), row.told]),
    [[iso('11-19T08:00'), iso('11-18T10:00')]],
    'history says when it was written, and when the call was made',
  );
  t.match(JSON.stringify((await w.complaint(first.number)).timeline), /补录，2026-11-18 10:00/);
});

t.test('instants that cannot be', async (t) => {
  const w = await world(t);
  const first = await w.tell('11-10');
  await first.at('11-11').reply();
  w.time('11-12');
  const [{ id }] = (await w.agent.get('/callbacks')).body.items;
  const before = await stored(w.connection);
  for (const [what, at] of [
    ['the future', iso('11-12T12:00:00.001')],
    ['before the reply', iso('11-11T11:59:59.999')],
    ['no instant', '2026-11-11'],
    ['no day', '2026-02-30T10:00:00+08:00'],
  ] as const)
    refused(
      t,
      what,
      await w.agent.post(`/callbacks/${id}/attempts`, { ...answered, at }),
      400,
      'VALIDATION_FAILED',
      'at',
    );
  t.same(await stored(w.connection), before, 'nothing stored');

  const vain = { way: 'phone', reached: false, at: iso('11-11T18:00') };
  t.equal((await w.agent.post(`/callbacks/${id}/attempts`, vain)).status, 201);
  const { body } = await w.agent.get(`/callbacks/${id}`);
  t.equal(body.attempts[0].at, '2026-11-11T18:00:00+08:00');
  t.equal(body.callback.nextAt, '2026-11-11T20:00:00+08:00', 'tried again from when it was tried');
});

t.test('what the caller says himself later leaves the earlier answer where it counted', async (t) => {
  const w = await world(t);
  const { analyst, one } = w;
  const told = await w.tell('11-16');
  await (await told.at('11-17').reply()).at('11-18T22:00').call(yes);
  // In the next period, before this one is closed.
  w.time('11-19T10:00');
  const [row] = await w.connection.db.execute<{ code: string }>(
    sql`select public_code as code from complaints where number = ${told.number}`,
  );
  const evaluation = { contacted: true, resolved: true, satisfaction: 'basic' };
  const given = await w.anyone.post(`/public/complaints/${told.number}/evaluation`, {
    code: row?.code,
    ...evaluation,
  });
  t.ok(given.status < 300, given.text);
  w.time('11-19T11:00');
  t.match((await analyst.get(rates)).body.total, { valid: 1, satisfied: 1, basic: 0 });
  t.match((await analyst.get('/reports/rates?period=2026-12')).body.total, { valid: 1, satisfied: 0, basic: 1 });
  t.equal((await one.post('/assessment/periods/2026-11/close')).status, 200);
  t.match((await analyst.get(rates)).body.total, { valid: 1, satisfied: 1 });
  await verified(t, w);
});
