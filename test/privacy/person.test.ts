/** What is held of one person: told on request, taken out on request, and emptied of itself when its time is over. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { createLogger } from '../../src/logger.ts';
import { runRetention } from '../../src/privacy/jobs.ts';
import { erasePerson, exportPerson } from '../../src/privacy/service.ts';
import { app, complaint, type TestApp } from '../helper.ts';

const log = createLogger({ LOG_LEVEL: 'silent' });
const answered = { disposition: 'answered' as const, answer: '已电告赵甲，电话19900001234。' };
const request = { phone: '199-0000-1234', by: '命令行', reason: '应本人要求' };

async function dump({ connection: { db } }: TestApp): Promise<string> {
  const rows = await db.execute(sql`select c.title, c.text, c.address, c.answer, c.words::text, k::text, a::text
    from complaints c left join callers k on k.complaint_id = c.id, (select jsonb_agg(a) as a from audit a) a`);
  return JSON.stringify(rows);
}

async function threeComplaints(service: TestApp) {
  const operator = await service.as('operator');
  const text = '市民赵甲反映，朝阳区望京街道花家地西里三区物业服务差，请回电19900001234，身份证110101199001011234。';
  const file = async (changes: Parameters<typeof complaint>[0]) =>
    (await operator.post('/complaints', complaint(changes))).body.number;
  return {
    operator,
    closed: await file({ text, ...answered, address: '花家地赵甲家' }),
    open: await file({ text }),
    other: await file({ caller: { name: '钱乙', phone: '19900005678' }, ...answered, answer: '已答复。' }),
  };
}

t.test('told', async (t) => {
  const service = await app(t);
  const { closed, open } = await threeComplaints(service);
  const rows = await exportPerson(service.ctx, request, service.clock.now);
  t.match(rows, [
    { number: closed, name: '赵甲', phone: '19900001234', answer: answered.answer, handling: [] },
    { number: open, name: '赵甲', status: 'dispatched', handling: [{ unit: '110105026' }] },
  ]);
  t.equal(rows.length, 2);
  t.same(await exportPerson(service.ctx, { ...request, phone: '19900007777' }, service.clock.now), []);
  await t.rejects(exportPerson(service.ctx, { ...request, phone: '---' }, service.clock.now), {
    code: 'VALIDATION_FAILED',
  });
  const audit = await service.connection.db.execute(sql`select actor, action, target, detail from audit order by id`);
  t.match(audit[0], { actor: '命令行', action: 'person.export', detail: { complaints: 2, reason: '应本人要求' } });
  t.notMatch(JSON.stringify(audit), /19900001234|赵甲/);
});

t.test('taken out, as far as nobody needs it any more', async (t) => {
  const service = await app(t);
  const { operator, closed, open, other } = await threeComplaints(service);
  t.same(await erasePerson(service.ctx, request, service.clock.now), { erased: [closed], open: [open] });
  const { body } = await operator.get(`/complaints/${closed}`);
  t.match(body.caller, { name: null, phone: null, kind: 'person' });
  t.notMatch(JSON.stringify(body), /19900001234|赵甲|110101199001011234/);
  t.match(body.text, '市民诉求人反映');
  t.match((await operator.get(`/complaints/${open}`)).body.caller, { name: '赵**' });
  t.match((await operator.get(`/complaints/${other}`)).body.caller, { name: '钱**' });
  t.same(
    (await operator.get('/complaints?phone=19900001234')).body.items.map(({ number }: { number: string }) => number),
    [open],
  );
  await service.connection.db.execute(
    sql`update complaints set status = 'closed', closed_at = now() where number = ${open}`,
  );
  t.same(await erasePerson(service.ctx, request, service.clock.now), { erased: [open], open: [] });
  t.notMatch(await dump(service), /19900001234|赵甲|110101199001011234/, 'nothing of him is left');
});

t.test('emptied when its time is over', async (t) => {
  const service = await app(t);
  const { closed, open, other } = await threeComplaints(service);
  const { ctx, clock } = service;
  const days = ctx.judgeAt(clock.now).catalog.retention?.days ?? 0;
  t.ok(days > 0, 'there is a rule');
  clock.forward(1440 * days);
  await runRetention(ctx, log);
  const emptied = async () =>
    (
      await service.connection.db.execute<{ number: string }>(
        sql`select number from callers join complaints on id = complaint_id where anonymised_at is not null order by number`,
      )
    ).map(({ number }) => number);
  t.same(await emptied(), [], 'on the last day it is still there');
  clock.forward(1440);
  await runRetention(ctx, log);
  t.same(await emptied(), [closed, other], 'a day later it is not; what is open stays');
  const rows = await service.connection.db.execute(
    sql`select kind, secret, name_sealed, phone_sealed, phone_index, address_sealed as address from callers where anonymised_at is not null`,
  );
  for (const row of rows)
    t.match(row, {
      kind: 'person',
      secret: false,
      name_sealed: null,
      phone_sealed: null,
      phone_index: null,
      address: null,
    });
  const [row] = await service.connection.db.execute<{ detail: object }>(
    sql`select detail from audit where action = 'caller.anonymise'`,
  );
  t.match(row?.detail, { rule: 'R1', complaints: { length: 2 } });
  await runRetention(ctx, log);
  t.same(await emptied(), [closed, other], 'once');
  t.ok(open);
});
