/** The clocks of orders, complaints and call-backs as they run out: what is told, once, whoever looks and however late. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { createLogger } from '../../src/logger.ts';
import { runWatch, startWatch } from '../../src/watch/jobs.ts';
import { cleanUp, watchOrders } from '../../src/watch/service.ts';
import { app, complaint, type T } from '../helper.ts';

const log = createLogger({ LOG_LEVEL: 'silent' });
const done = { result: 'resolved', text: '已处理。' };

async function setUp(t: T) {
  const service = await app(t);
  const operator = await service.as('operator');
  const dispatcher = await service.as('dispatcher');
  const street = await service.as('handler', '110105026');
  const file = async (changes: object = {}) => (await operator.post('/complaints', complaint(changes))).body;
  const look = () => runWatch(service.ctx, log);
  const told = async (order: string): Promise<string[]> => {
    const { body } = await dispatcher.get(`/orders/${order}`);
    return body.events
      .filter(({ actor }: { actor: string }) => actor === 'system')
      .map(({ action, data }: { action: string; data: { clock: string; rule?: string } }) =>
        [action, data.clock, data.rule].filter((part) => part !== undefined).join(' '),
      );
  };
  return { ...service, operator, dispatcher, street, file, look, told };
}

t.test('a limit is warned of with a quarter left, marked when it has run out, and the rules follow', async (t) => {
  const { file, look, told, clock } = await setUp(t);
  const { orders } = await file({ level: 'L2' });
  const [{ id }] = orders;
  await look();
  t.same(await told(id), [], 'nothing yet');
  clock.forward(89);
  await look();
  t.same(await told(id), [], 'more than a quarter is left of the two hours to sign');
  clock.forward(1);
  await look();
  await look();
  const warned = ['warn sign', 'warn contact'];
  t.same(await told(id), warned, 'once, however often one looks');
  clock.forward(30);
  await look();
  const overdue = [...warned, 'overdue sign', 'overdue contact', 'remind sign E04'];
  t.same((await told(id)).toSorted(), overdue.toSorted());
});

t.test('what fell due while nobody looked is caught up with, in order', async (t) => {
  const { file, look, told, dispatcher, clock, as } = await setUp(t);
  const { orders, number } = await file({ level: 'L1' });
  const [{ id }] = orders;
  clock.forward(60 * 24);
  await look();
  const events = await told(id);
  t.same(events, [
    'warn sign',
    'overdue sign',
    'supervise sign E01',
    'warn contact',
    'warn reply',
    'overdue contact',
    'supervise contact E02',
    'overdue reply',
    'escalate reply E03',
  ]);
  const { body } = await dispatcher.get(`/complaints/${number}`);
  const standing = body.orders.map(
    ({ unit, role, status }: { unit: { code: string }; role: string; status: string }) => [unit.code, role, status],
  );
  t.same(standing, [
    ['110105026', 'co', 'dispatched'],
    ['110105', 'lead', 'dispatched'],
  ]);
  t.match((await (await as('handler', '110105')).get('/queue')).body.items, [{ role: 'lead', level: 'L1' }]);
  clock.forward(60 * 24 * 7);
  await look();
  const [, lead] = (await dispatcher.get(`/complaints/${number}`)).body.orders;
  t.ok((await told(lead.id)).includes('supervise reply E03'), 'above a district there is nobody: a supervision');
  t.match(lead, { unit: { code: '110105' }, current: true });
});

t.test('what is done in time is not told', async (t) => {
  const { file, look, told, street, clock } = await setUp(t);
  const [{ id }] = (await file()).orders;
  clock.forward(10);
  await street.post(`/orders/${id}/sign`);
  await street.post(`/orders/${id}/contact`, { way: 'phone' });
  await street.post(`/orders/${id}/reply`, done);
  clock.forward(60 * 24 * 30);
  await look();
  t.same(await told(id), []);
});

t.test('parked: only its review is told; taken up again: its limit anew', async (t) => {
  const { file, look, told, street, dispatcher, as, clock } = await setUp(t);
  const manager = await as('manager', '110105026');
  const [{ id }] = (await file()).orders;
  await street.post(`/orders/${id}/sign`);
  await street.post(`/orders/${id}/contact`, { way: 'phone' });
  await manager.post(`/orders/${id}/park`, { kind: '资金', reason: '等待预算', reviewOn: '2026-12-31' });
  await dispatcher.post(`/orders/${id}/rulings`, { on: 'park', approve: true, reason: '同意' });
  clock.now = new Date('2026-12-31T23:59:00+08:00');
  await look();
  t.same(await told(id), [], 'the day of review is not over');
  clock.forward(1);
  await look();
  t.same(await told(id), ['overdue review', 'remind review E13']);
  t.equal((await manager.post(`/orders/${id}/unpark`)).status, 200);
  clock.forward(60 * 24 * 6);
  await look();
  t.same((await told(id)).slice(2), ['warn reply'], 'seven days were left when it was parked');
});

t.test('several nodes look at the same moment: each mark once', async (t) => {
  const { ctx, file, clock, connection } = await setUp(t);
  for (let n = 0; n < 30; n += 1) await file({ level: 'L1' });
  clock.forward(60 * 5);
  const ticks = await Promise.all(Array.from({ length: 4 }, () => watchOrders(ctx, clock.now, log)));
  const sum = ticks.reduce((all, one) => all + one.ticks, 0);
  const [row] = await connection.db.execute<{ marks: number; distinct: number }>(sql`
    select count(*)::int as marks, count(distinct (order_id, data ->> 'mark'))::int as distinct from events where data ? 'mark'`);
  t.equal(row?.marks, row?.distinct);
  t.equal(row?.marks, sum);
  t.ok(sum >= 30 * 9, `${sum}`);
});

t.test('a fault with one order does not stop the others', async (t) => {
  const { file, look, told, clock, connection } = await setUp(t);
  const [broken, whole] = [(await file()).orders[0].id, (await file()).orders[0].id];
  await connection.db.execute(sql`create function fail() returns trigger language plpgsql as
    $$ begin raise exception 'broken' using errcode = 'ZZ001'; end $$`);
  await connection.db.execute(
    sql.raw(`create trigger broken before insert on events for each row
    when (new.order_id = ${Number(broken)}) execute function fail()`),
  );
  clock.forward(100);
  await look();
  t.same(await told(whole), ['warn sign']);
  await connection.db.execute(sql`drop trigger broken on events`);
  await look();
  t.same(await told(broken), [], 'it is left alone for a while');
  clock.forward(31);
  await look();
  t.ok((await told(broken)).includes('warn sign'), 'and then caught up with');
});

t.test('complaints at the triage desk, and call-backs', async (t) => {
  const { file, look, dispatcher, street, clock, operator } = await setUp(t);
  const waiting = await operator.post('/complaints', complaint({ text: '有个事情想反映一下，希望有人管管。' }));
  t.equal(waiting.body.status, 'triage');
  const { orders, number } = await file();
  await street.post(`/orders/${orders[0].id}/sign`);
  await street.post(`/orders/${orders[0].id}/reply`, done);
  clock.forward(60 * 24 * 4);
  await look();
  await look();
  const late = async (of: string) =>
    (await dispatcher.get(`/complaints/${of}`)).body.timeline.filter(
      ({ action }: { action: string }) => action === 'overdue',
    );
  t.match(await late(waiting.body.number), [{ data: { clock: 'dispatch' }, sentence: /^派单超时/ }]);
  t.match(await late(number), [{ data: { clock: 'callback' }, sentence: /^回访超时/ }]);
});

t.test('other rules have all open orders looked at', async (t) => {
  const { ctx, file, look, told, clock, connection } = await setUp(t);
  const [{ id }] = (await file()).orders;
  clock.forward(30);
  await look();
  t.same(await told(id), []);
  await connection.db.execute(sql`update levels set sign_minutes = 30`);
  await connection.db.execute(
    sql`insert into escalation_rules values ('E99', '{}', 'sign', 0, 'supervise', '试行', '2026-01-01', null)`,
  );
  await connection.db.execute(sql`insert into catalog_versions (hash, source, loaded_at)
    select hash, source, loaded_at from catalog_versions order by version desc limit 1`);
  await ctx.refresh();
  clock.forward(90);
  await look();
  t.ok((await told(id)).includes('supervise sign E99'));
});

t.test('daily work is done once a day, and again though a day was missed', async (t) => {
  const { ctx, operator, clock, connection } = await setUp(t);
  await operator.post('/complaints', complaint(), { 'idempotency-key': 'one' });
  t.equal(await cleanUp(ctx, clock.now), 0, 'nothing is old');
  t.equal(await cleanUp(ctx, clock.now), null, 'done today');
  clock.forward(60 * 24 * 3);
  t.same((await Promise.all([cleanUp(ctx, clock.now), cleanUp(ctx, clock.now)])).toSorted(), [1, null].toSorted());
  const [row] = await connection.db.execute<{ n: number }>(sql`select count(*)::int as n from idempotency_keys`);
  t.equal(row?.n, 0);
});

t.test('the watch of a serving process starts by itself and stops in order', async (t) => {
  const { ctx, file, told, clock } = await setUp(t);
  const [{ id }] = (await file()).orders;
  clock.forward(100);
  const watch = startWatch(ctx, log, '* * * * * *');
  for (let left = 200; left > 0 && (await told(id)).length === 0; left -= 1)
    await new Promise((go) => setTimeout(go, 50));
  await watch.stop();
  t.same(await told(id), ['warn sign']);
  clock.forward(100);
  await new Promise((go) => setTimeout(go, 1200));
  t.same(await told(id), ['warn sign'], 'nothing after it was stopped');
});
