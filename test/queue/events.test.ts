/** Server-sent events over real sockets: what a unit's streams tell, to whom, and from where on. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { app } from '../helper.ts';
import { bySignal, file, listen, node, open, told, until, wait } from './stream.ts';

t.test('a change is told to the streams of its unit, of every node, and to no other', async (t) => {
  const service = await app(t);
  const operator = await service.as('operator');
  const unit = await service.as('handler', '110105026');
  const far = await node(t, service, bySignal);
  const streams = [
    await open(t, service.app, unit),
    await open(t, far, unit),
    await open(t, far, await service.as('manager', '110105026')),
  ];
  const others = [
    await open(t, far, await service.as('handler', '110105001')),
    await open(t, far, await service.as('handler', '110105')),
  ];
  const [here, there, masked] = streams;
  if (here === undefined || there === undefined || masked === undefined) throw new Error('no streams');
  t.match(here.response.headers, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
  await until(() => here.lastId() !== '');
  t.match(here.text(), /^retry: \d+\nid: \S+\n\n/, 'how long to wait, and where it stands');
  const id = await file(operator);
  for (const stream of streams) t.same((await stream.count(1)).length, 1);
  t.same(streams.map(told), [[`${id} dispatched`], [`${id} dispatched`], [`${id} dispatched`]]);
  t.same(there.events[0]?.order, (await unit.get('/queue')).body.items[0], 'an order as the queue shows it');
  t.equal(masked.events[0]?.order.complaint.caller?.phone, '199****1234', 'as the reader may see it');
  await unit.post(`/orders/${id}/sign`);
  for (const stream of streams) await stream.count(2);
  t.same(told(there), [`${id} dispatched`, `${id} signed`]);
  const elsewhere = await file(operator, { text: '丰台区右安门街道路灯不亮。', street: '110106001' });
  await file(operator);
  for (const stream of streams) await stream.count(3);
  t.notOk(told(there).some((line) => line.startsWith(`${elsewhere} `)));
  t.same(others.map(told), [[], []], 'nothing to another street, nor to the district');
});

t.test('a stream goes on where it was broken off: nothing is lost and nothing told twice', async (t) => {
  const service = await app(t);
  const operator = await service.as('operator');
  const unit = await service.as('handler', '110105026');
  const before = (await unit.get('/queue')).body.since;
  const first = await open(t, service.app, unit);
  const ids = [await file(operator), await file(operator)];
  await first.count(2);
  first.stop();
  for (let n = 0; n < 60; n += 1) ids.push(await file(operator));
  const resumed = await open(t, service.app, unit, '', first.lastId());
  await resumed.count(60);
  t.same([...told(first), ...told(resumed)].map((line) => line.split(' ')[0]).sort(), ids.sort(), 'each once');
  const since = await open(t, service.app, unit, before);
  t.same((await since.count(62)).map(({ order }) => order.id).sort(), ids, 'from the `since` of a poll');
  const poll = await unit.get(`/queue?since=${first.lastId()}&limit=100`);
  t.same(poll.body.items.length, 60, 'and the id of an event serves a poll');
  const both = await open(t, service.app, unit, before, since.lastId());
  const last = await file(operator);
  t.same(
    (await both.count(1)).map(({ order }) => order.id),
    [last],
    'Last-Event-ID goes before since',
  );
  const address = await listen(service.app);
  for (const [url, id] of [
    ['/queue/events?since=abc', ''],
    ['/queue/events', 'abc'],
    ['/queue/events', (await (await service.as('handler', '110105001')).get('/queue')).body.since],
  ]) {
    const headers = { authorization: `Bearer ${unit.token}`, ...(id ? { 'last-event-id': id } : {}) };
    const answer = await fetch(`${address}/api/v1${url}`, { headers });
    t.match([answer.status, await answer.json()], [400, { code: 'INVALID_CURSOR' }], `${url} ${id}`);
  }
});

t.test('a change that waits for an older transaction is told when that has ended', async (t) => {
  const service = await app(t);
  const operator = await service.as('operator');
  const unit = await service.as('handler', '110105026');
  const far = await node(t, service, { ...bySignal, lateMs: 20 });
  const stream = await open(t, far, unit);
  const { db } = service.connection;
  let commit = () => {};
  const held = new Promise<void>((resolve) => {
    commit = resolve;
  });
  let begun = () => {};
  const open1 = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const slow = db.transaction(async (tx) => {
    await tx.execute(sql`select pg_current_xact_id()`);
    begun();
    await held;
  });
  await open1;
  const id = await file(operator);
  await wait(300);
  t.same(told(stream), [], 'not yet: an older transaction might still change something');
  commit();
  await slow;
  await stream.count(1);
  t.same(told(stream), [`${id} dispatched`]);
});

t.test('what no signal told of is found by looking', async (t) => {
  const service = await app(t);
  const operator = await service.as('operator');
  const unit = await service.as('handler', '110105026');
  const far = await node(t, service, { lookMs: 50 });
  const id = await file(operator);
  await wait(200);
  const stream = await open(t, far, unit);
  // As by hand, or by a node that died right after its commit.
  await service.connection.db.execute(sql`update orders set reason = reason where id = ${Number(id)}`);
  t.same((await stream.count(1)).map(({ order }) => order.id).slice(-1), [id]);
});
