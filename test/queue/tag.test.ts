/** Polling that costs little: the tag of an answer, the counts beside the list, and a position that stays where nothing changed. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { app, type Caller, complaint } from '../helper.ts';

async function file(operator: Caller, level: string): Promise<string> {
  return (await operator.post('/complaints', complaint({ level }))).body.orders[0].id;
}

/** Asks until the answer no longer changes: others' open transactions may hold a change back for a moment. */
async function settled(unit: Caller, url: string) {
  for (let tries = 0, last = ''; ; tries += 1) {
    const answer = await unit.get(url);
    const tag = String(answer.headers.etag);
    if (tag === last || tries >= 100) return answer;
    last = tag;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

t.test('a tag stands for an answer until something in it changes', async (t) => {
  const service = await app(t);
  const operator = await service.as('operator');
  const unit = await service.as('handler', '110105026');
  const id = await file(operator, 'L1');
  await file(operator, 'L3');
  const first = await settled(unit, '/queue');
  const tag = String(first.headers.etag);
  t.match(tag, /^W\/"[\w-]{22}"$/);
  const ask = (url: string, known: string, caller = unit) => caller.get(url, { 'if-none-match': known });
  const same = await ask('/queue', tag);
  t.same([same.status, same.text, same.headers.etag], [304, '', tag], 'nothing changed');
  t.equal((await ask('/queue', `"other", ${tag}`)).status, 304, 'one of several');
  t.equal((await ask('/queue', '*')).status, 304, 'any');
  t.equal((await ask('/queue', '"other"')).status, 200, 'another');
  for (const url of ['/queue?limit=1', '/queue?status=signed', `/queue?since=${first.body.since}`])
    t.equal((await ask(url, tag)).status, 200, `another question: ${url}`);
  t.equal((await ask('/queue', tag, await service.as('manager', '110105026'))).status, 200, 'another role');
  t.equal((await ask('/queue', tag, await service.as('handler', '110105001'))).status, 200, 'another unit');
  t.equal((await ask('/queue?since=abc', tag)).status, 400, 'no tag makes a bad cursor good');
  service.clock.forward(121);
  const overdue = await ask('/queue', tag);
  t.same([overdue.status, overdue.body.counts.overdue], [200, 1], 'an order became overdue');
  await unit.post(`/orders/${id}/sign`);
  const signed = await ask('/queue', String(overdue.headers.etag));
  t.same([signed.status, signed.body.items[0].status], [200, 'signed'], 'an order was signed: told at once');
});

t.test('since: nothing changed', async (t) => {
  const service = await app(t);
  const operator = await service.as('operator');
  const unit = await service.as('handler', '110105026');
  t.same((await unit.get('/queue')).body.counts, {
    dispatched: 0,
    signed: 0,
    contacted: 0,
    objected: 0,
    parked: 0,
    overdue: 0,
  });
  const { since: empty } = (await unit.get('/queue')).body;
  t.equal((await unit.get(`/queue?since=${empty}`)).body.since, empty, 'a unit without orders stays where it is');
  const id = await file(operator, 'L2');
  const { since } = (await settled(unit, `/queue?since=${empty}`)).body;
  // Transactions of others move on; the unit's position does not.
  for (let n = 0; n < 3; n += 1) await operator.post('/complaints', complaint({ text: '丰台区右安门街道路灯不亮。' }));
  const still = await settled(unit, `/queue?since=${since}`);
  t.match(still.body, { items: [], next: null, since, counts: { dispatched: 1, overdue: 0 } });
  const known = { 'if-none-match': String(still.headers.etag) };
  t.equal((await unit.get(`/queue?since=${since}`, known)).status, 304);
  await unit.post(`/orders/${id}/sign`);
  const changed = await settled(unit, `/queue?since=${since}`);
  t.match(changed.body, { items: [{ id, status: 'signed' }], counts: { dispatched: 0, signed: 1 } });
  t.not(changed.body.since, since);
  const other = await unit.get(`/queue?since=${since}&status=contacted`);
  t.same([other.body.items, other.body.since], [[], changed.body.since], 'a filter does not hold the position back');
});

t.test('counts: the open orders of the unit by state, whatever page is asked for', async (t) => {
  const service = await app(t);
  const operator = await service.as('operator');
  const unit = await service.as('handler', '110105026');
  const ids: string[] = [];
  for (const level of ['L1', 'L2', 'L3', 'L4', 'L1']) ids.push(await file(operator, level));
  const [a, b, c] = ids;
  for (const id of [a, b, c]) await unit.post(`/orders/${id}/sign`);
  await unit.post(`/orders/${b}/contact`, { way: 'phone' });
  await unit.post(`/orders/${c}/reply`, { result: 'resolved', text: '已处理。' });
  const counts = { dispatched: 2, signed: 1, contacted: 1, objected: 0, parked: 0, overdue: 0 };
  for (const query of ['', '?limit=1', '?status=replied', '?status=signed'])
    t.same((await unit.get(`/queue${query}`)).body.counts, counts, query);
  service.clock.forward(121);
  t.same((await unit.get('/queue')).body.counts, { ...counts, overdue: 2 }, 'both of level 1 that are open');
});

t.test('a tag tells of a change that commits late', async (t) => {
  const service = await app(t);
  const operator = await service.as('operator');
  const unit = await service.as('handler', '110105026');
  const { db } = service.connection;
  const a = await file(operator, 'L1');
  const b = await file(operator, 'L2');
  await settled(unit, '/queue');
  let commit = () => {};
  const held = new Promise<void>((resolve) => {
    commit = resolve;
  });
  let written = () => {};
  const early = new Promise<void>((resolve) => {
    written = resolve;
  });
  const slow = db.transaction(async (tx) => {
    await tx.execute(sql`update orders set reason = 'slow' where id = ${Number(a)}`);
    written();
    await held;
  });
  await early;
  await db.execute(sql`update orders set reason = 'fast' where id = ${Number(b)}`);
  const between = await unit.get('/queue');
  t.same(
    between.body.items.map(({ reason }: { reason: string }) => reason === 'fast'),
    [false, true],
    'a change later than an open transaction shows in the list',
  );
  const known = { 'if-none-match': String(between.headers.etag) };
  t.equal((await unit.get('/queue', known)).status, 304);
  commit();
  await slow;
  const after = await unit.get('/queue', known);
  t.same([after.status, after.body.items[0].reason], [200, 'slow']);
});
