/** Replaying the events gives the state; whatever is changed behind their back is found and named. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { createLogger } from '../../src/logger.ts';
import { verify } from '../../src/verify/service.ts';
import { runWatch } from '../../src/watch/jobs.ts';
import { app, complaint, type T } from '../helper.ts';

const done = { result: 'resolved', text: '已处理。', basis: '条例第三条' };

/** Orders in every state, by every action but those of links. */
async function town(t: T) {
  const service = await app(t);
  const { as, clock, ctx } = service;
  const [operator, dispatcher, agent] = [await as('operator'), await as('dispatcher'), await as('callback')];
  const [street, manager] = [await as('handler', '110105026'), await as('manager', '110105026')];
  const file = async (changes: object = {}) => {
    clock.forward(1);
    const { body } = await operator.post('/complaints', complaint(changes));
    return { number: body.number, id: body.orders[0]?.id };
  };
  const ok = async (answer: Promise<{ status: number; text: string }>) => {
    const { status, text } = await answer;
    if (status >= 300) throw new Error(`${status} ${text}`);
    clock.forward(3);
  };
  const signed = async () => {
    const filed = await file();
    await ok(street.post(`/orders/${filed.id}/sign`));
    return filed;
  };
  const rule = (id: string, on: string, approve: boolean, more = {}) =>
    ok(dispatcher.post(`/orders/${id}/rulings`, { on, approve, reason: '裁定', ...more }));
  await file();
  const returned = await signed();
  await ok(street.post(`/orders/${returned.id}/return`, { reason: '不属本单位', duty: '职责清单' }));
  await rule(returned.id, 'return', true, { unit: '110105001' });
  const kept = await signed();
  await ok(
    street.post(`/orders/${kept.id}/return`, { reason: '不属本单位', duty: '职责清单', proposedUnit: '110105' }),
  );
  await rule(kept.id, 'return', false);
  await ok(street.post(`/orders/${kept.id}/extend`, { days: 3, reason: '材料未到' }));
  await rule(kept.id, 'extend', true);
  await ok(manager.post(`/orders/${kept.id}/park`, { kind: '资金', reason: '等预算', reviewOn: '2026-12-30' }));
  await rule(kept.id, 'park', true);
  const joint = await signed();
  await ok(manager.post(`/orders/${joint.id}/whistle`, { units: ['110105'], reason: '需要到场' }));
  await ok(street.post(`/orders/${joint.id}/delegate`, { community: '110105026034' }));
  await ok(dispatcher.post(`/orders/${joint.id}/supervise`, { reason: '关注' }));
  const solved = await signed();
  await ok(street.post(`/orders/${solved.id}/contact`, { way: 'phone' }));
  await ok(street.post(`/orders/${solved.id}/reply`, done));
  const { events } = (await street.get(`/orders/${solved.id}`)).body;
  const [entry] = events.filter(({ action }: { action: string }) => action === 'reply');
  await ok(
    street.post(`/orders/${solved.id}/corrections`, {
      event: entry.id,
      changes: { text: '已彻底处理。' },
      reason: '写漏',
    }),
  );
  const [call] = (await agent.get('/callbacks')).body.items;
  const answer = { way: 'phone', reached: true, contacted: true, resolved: false, satisfaction: 'dissatisfied' };
  await ok(agent.post(`/callbacks/${call.id}/attempts`, answer));
  const moved = await signed();
  await ok(dispatcher.post(`/complaints/${moved.number}/dispatch`, { lead: '110105001', reason: '改派' }));
  const gone = await signed();
  await ok(operator.post(`/complaints/${gone.number}/cancel`, { reason: '诉求人撤销' }));
  await ok(dispatcher.post(`/orders/${(await signed()).id}/escalate`, { reason: '重大' }));
  const [from, to] = [await signed(), await signed()];
  await ok(dispatcher.post(`/complaints/${from.number}/link`, { to: to.number, kind: 'merge' }));
  await ok(street.post(`/orders/${to.id}/reply`, done));
  await file({ text: '有个事情想反映一下，希望有人管管。' });
  clock.forward(60 * 24 * 9);
  await runWatch(ctx, createLogger({ LOG_LEVEL: 'silent' }));
  await ok(manager.post(`/orders/${kept.id}/unpark`));
  return { ...service, kept, solved };
}

t.test('every state and action', async (t) => {
  const { connection } = await town(t);
  const told: number[] = [];
  const found = await verify(connection.db, (done) => told.push(done));
  t.same(found.differences, []);
  const [row] = await connection.db.execute<{ complaints: number; orders: number; events: number }>(sql`select
    (select count(*)::int from complaints) as complaints, (select count(*)::int from orders) as orders,
    (select count(*)::int from events) as events`);
  t.same({ ...found, differences: undefined }, { ...row, differences: undefined }, 'all of them were looked at');
  t.same(told, [row?.complaints]);
});

t.test('what was changed behind the events', async (t) => {
  const { connection, kept, solved } = await town(t);
  const { db } = connection;
  const [row] = await db.execute<{ due: string }>(sql`update orders set due_at = due_at + interval '1 millisecond'
    where id = ${kept.id}::bigint returning due_at as due`);
  t.ok(row);
  await db.execute(sql`update complaints set status = 'closed' where number = ${solved.number}`);
  await db.execute(sql`update orders set reply = '改过的' where id = ${solved.id}::bigint`);
  await db.execute(sql`insert into orders (complaint_id, unit, role, level, status, reason, dispatched_at, sign_due_at, contact_due_at, due_at)
    select complaint_id, unit, 'co', level, 'dispatched', reason, dispatched_at, sign_due_at, contact_due_at, due_at
    from orders where id = ${kept.id}::bigint`);
  const { differences } = await verify(db, () => undefined);
  const fields = differences.map(({ number, field }) => `${number} ${field}`);
  for (const expected of [`${kept.number} dueAt`, `${solved.number} status`, `${solved.number} reply`]) {
    t.ok(fields.includes(expected), expected);
  }
  t.ok(fields.filter((field) => field.startsWith(kept.number)).length > 10, 'an order without any event');
  t.ok(
    fields.every((field) => field.startsWith(kept.number) || field.startsWith(solved.number)),
    'and nothing else',
  );
});

t.test('an order that is gone', async (t) => {
  const { connection, kept } = await town(t);
  const { db } = connection;
  await db.execute(sql`alter table events drop constraint events_order_id_orders_id_fk`);
  await db.execute(sql`delete from orders where id = ${kept.id}::bigint`);
  const { differences } = await verify(db, () => undefined);
  t.match(differences, [{ number: kept.number, orderId: Number(kept.id), field: 'id' }]);
});
