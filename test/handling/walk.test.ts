/** Random acts of everybody on a few complaints, through the real service: no fault, no lead lost, no history shortened. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { events as eventTable, orders } from '../../src/db/tables.ts';
import { evolve, type Order, orderEvent, placed } from '../../src/workorder/order.ts';
import type { Caller, T } from '../helper.ts';
import {
  answered,
  city,
  district,
  done,
  duty,
  type Life,
  life,
  other,
  street,
  unresolved,
  withoutOneLead,
} from '../life.ts';

/** Numbers that only look random: the same each time. */
function lottery(seed: number): <V>(of: readonly [V, ...V[]]) => V {
  let state = seed;
  return (of) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return of[Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * of.length)] ?? of[0];
  };
}

const units = [street, other, district, city] as const;
type Pick = ReturnType<typeof lottery>;
/** One act: its name, by whom, and the answer's status. */
type Step = [name: string, send: () => Promise<{ status: number; body: unknown }>];

/** The acts on an order by a handler and a manager of some unit, and by the desk; mostly by those who may. */
async function onOrder(pick: Pick, service: Life, id: string, handler: Caller, manager: Caller): Promise<Step> {
  const { act, dispatcher, clock } = service;
  const allowed = new Set<string>();
  for (const caller of [handler, manager, dispatcher])
    for (const name of (await caller.get(`/orders/${id}`)).body.allowed ?? [])
      allowed.add(/^(approve|reject)/.test(name) ? 'rulings' : name);
  const on = (await service.order(id)).request?.kind ?? 'park';
  const approve = pick([true, false]);
  const given = on === 'return' && approve ? { unit: pick(units) } : {};
  const own: [string, Caller, object][] = [
    ['sign', handler, {}],
    ['contact', handler, { way: 'phone' }],
    ['reply', handler, done],
    ['return', handler, duty],
    ['extend', handler, { hours: pick([1, 24, 100]), reason: '忙' }],
    ['park', manager, { kind: '资金', reason: '等待', reviewOn: pick(['2026-11-20', '2027-01-01']) }],
    ['unpark', manager, {}],
    ['whistle', manager, { units: [pick(units)], reason: '联合处置' }],
    ['report', handler, { arrivedAt: clock.now.toISOString(), text: '已到场' }],
    ['confirm', manager, { unit: pick(units), tookPart: approve }],
    ['delegate', handler, { community: '110105026034' }],
    ['supervise', dispatcher, { reason: '督办' }],
    ['escalate', dispatcher, { reason: '提级', ...pick([{}, { unit: district }]) }],
    ['rulings', dispatcher, { on, approve, reason: '经核实', ...given }],
  ];
  // Mostly what may be done now, so that orders go far.
  const seldom = pick([0, 1, 2, 3]) > 0 ? ['return', 'supervise', 'escalate', 'contact'] : [];
  const likely = own.filter(([name]) => allowed.has(name) && !seldom.includes(name));
  const [first = ['sign', handler, {}], ...rest] = likely.length > 0 && pick([0, 1, 2, 3]) > 0 ? likely : own;
  const [name, caller, body] = pick([first, ...rest]);
  return [name, () => act(caller, id, name, body)];
}

function onComplaint(pick: Pick, service: Life, number: string, another: string): Step {
  const { dispatcher, operator } = service;
  const post = (what: string, body: object) => () => dispatcher.post(`/complaints/${number}/${what}`, body);
  const steps: [Step, ...Step[]] = [
    ['callback', () => service.callBack(number, unresolved)],
    ['dispatch', post('dispatch', { lead: pick(units), co: pick([[], [city]] as const), reason: '职责' })],
    ...[unresolved, unresolved, answered, { way: 'phone', reached: false }].map(
      (attempt): Step => ['callback', () => service.callBack(number, attempt)],
    ),
    ['reopen', post('reopen', { reason: '再次来电' })],
    ['reopen', post('reopen', { reason: '再次来电', unit: street })],
    ['link', post('link', { to: another, kind: 'merge' })],
    ['unlink', post('unlink', { to: another, reason: '各自办理' })],
    ['cancel', () => operator.post(`/complaints/${number}/cancel`, { reason: '自行解决' })],
  ];
  const chosen = pick(steps);
  // An end is seldom chosen, or few complaints would go far.
  return ['cancel', 'link', 'dispatch'].includes(chosen[0]) && pick([0, 1, 2, 3]) > 0 ? steps[0] : chosen;
}

t.test('six hundred acts', async (t) => {
  const service = await life(t);
  const { connection, clock, file, of } = service;
  const pick = lottery(20261122);
  const numbers: string[] = [];
  for (let n = 0; n < 15; n += 1) numbers.push((await file(pick(['L1', 'L2', 'L3', 'L4']))).number);
  const count = async () => {
    const [row] = await connection.db.execute<{ n: number }>(sql`select count(*)::int as n from events`);
    return row?.n ?? 0;
  };
  const done = new Map<string, number>();
  const faults: string[] = [];
  let events = await count();
  for (let step = 0; step < 600; step += 1) {
    clock.forward(pick([0, 1, 5, 30, 120]));
    const [first = '', ...rest] = numbers;
    const number = pick([first, ...rest]);
    const rows = await connection.db.execute<{ id: string; unit: string }>(sql`
      select o.id::text, o.unit from orders o join complaints c on c.id = o.complaint_id
      where c.number = ${number} order by (o.closed_at is not null), o.id desc limit 4`);
    const [one = { id: '0', unit: street }, ...others] = rows;
    const { id, unit } = pick([one, one, one, one, one, ...others]);
    const by = pick([unit, unit, unit, unit, unit, unit, unit, pick(units)]);
    const [name, send] =
      pick([0, 1, 2, 3]) > 0
        ? await onOrder(pick, service, id, await of('handler', by), await of('manager', by))
        : onComplaint(pick, service, number, pick([first, ...rest]));
    const { status, body } = await send();
    if (status < 400) done.set(name, (done.get(name) ?? 0) + 1);
    if (status >= 500) faults.push(`${name} at step ${step}: ${JSON.stringify(body)}`);
    const now = await count();
    if (now < events || (status >= 400 && now !== events)) faults.push(`${name} at step ${step}: history of ${now}`);
    events = now;
  }
  t.same(faults, []);
  t.same(await withoutOneLead(service), [], 'each complaint has exactly one lead');
  const total = [...done.values()].reduce((sum, times) => sum + times, 0);
  t.ok(total > 150 && done.size > 15, `${total} were done: ${[...done].map(([name, n]) => `${name} ${n}`).join(', ')}`);
  await recomputed(t, service);
});

/** Every order is what its history makes it. */
async function recomputed(t: T, { connection: { db } }: Life) {
  const stored = await db.select().from(orders);
  const history = await db.select().from(eventTable).orderBy(eventTable.id);
  for (const { id, complaintId: _complaint, nextLook: _look, changed: _changed, ...row } of stored) {
    const own = history.filter((event) => event.orderId === id).flatMap((event) => orderEvent(event) ?? []);
    const [first, ...rest] = own;
    if (first === undefined) return t.fail(`order ${id} has no history`);
    const told: Order = rest.reduce(evolve, placed(first));
    t.same(row, told, `order ${id} is what its ${own.length} events make it`);
  }
}
