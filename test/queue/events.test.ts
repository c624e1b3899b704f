/** Server-sent events over real sockets: what a unit's streams tell, to whom, from where on, and when they end. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'drizzle-orm';
import type { FastifyInstance } from 'fastify';
import t from 'tap';
import { build } from '../../src/app.ts';
import { createContext } from '../../src/context.ts';
import { connectTo } from '../../src/db/connect.ts';
import { createLogger } from '../../src/logger.ts';
import type { StreamSettings } from '../../src/queue/jobs.ts';
import { app, type Caller, complaint, refused, type T, type TestApp } from '../helper.ts';

interface Event {
  id: string;
  order: { id: string; status: string; complaint: { caller: { phone: string | null } | null } };
}

interface Stream {
  events: Event[];
  /** All that came, as it came. */
  text: () => string;
  response: http.IncomingMessage;
  /** The last id, from the first block on. */
  lastId: () => string;
  /** Waits for a number of events in all. */
  count(events: number): Promise<Event[]>;
  ended: Promise<unknown>;
  stop(): void;
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something holds; after half a minute the test goes on and says what does not. */
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1500 && !holds(); tries += 1) await wait(20);
}

async function listen(service: FastifyInstance): Promise<string> {
  const { port } = (service.server.address() ?? {}) as Partial<AddressInfo>;
  return port === undefined ? service.listen({ host: '127.0.0.1', port: 0 }) : `http://127.0.0.1:${port}`;
}

async function open(t: T, service: FastifyInstance, caller: Caller, since = '', lastId = ''): Promise<Stream> {
  const address = await listen(service);
  const request = http.get(`${address}/api/v1/queue/events${since && `?since=${since}`}`, {
    agent: false,
    headers: { authorization: `Bearer ${caller.token}`, ...(lastId === '' ? {} : { 'last-event-id': lastId }) },
  });
  const [response]: http.IncomingMessage[] = await once(request, 'response');
  if (response === undefined) throw new Error('no response');
  t.equal(response.statusCode, 200, 'a stream');
  let text = '';
  let rest = '';
  const events: Event[] = [];
  response.setEncoding('utf8').on('data', (chunk: string) => {
    // Enough to look into: one stream below carries many megabytes.
    if (text.length < 100_000) text += chunk;
    const blocks = `${rest}${chunk}`.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const { event, id, data } = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s, 2)));
      if (event === 'order') events.push({ id: id ?? '', order: JSON.parse(data ?? '') });
    }
  });
  response.on('error', () => undefined);
  const ended = new Promise((resolve) => response.once('close', resolve));
  const stop = () => request.destroy();
  t.teardown(stop);
  return {
    events,
    response,
    text: () => text,
    lastId: () => /.*^id: (\S+)$/ms.exec(text)?.[1] ?? '',
    count: async (count) => {
      await until(() => events.length >= count);
      return events;
    },
    ended,
    stop,
  };
}

/** A second node on the same database, with settings of its own. */
async function node(t: T, service: TestApp, streams: Partial<StreamSettings>): Promise<FastifyInstance> {
  const connection = await connectTo(service.connection.url, 4);
  const ctx = await createContext(connection.db, { clock: () => service.clock.now, signal: connection.signal });
  const other = await build(ctx, createLogger({ LOG_LEVEL: 'silent' }), { streams });
  t.teardown(async () => {
    await other.close();
    await connection.close();
  });
  return other;
}

async function file(operator: Caller, changes: object = {}): Promise<string> {
  return (await operator.post('/complaints', complaint(changes))).body.orders[0].id;
}

const told = (stream: Stream) => stream.events.map(({ order }) => `${order.id} ${order.status}`);
/** Only a signal wakes such a node: the looks from time to time are too far apart for a test. */
const bySignal = { lookMs: 3_600_000 };

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

t.test('a stream ends with its token', async (t) => {
  const service = await app(t);
  const operator = await service.as('operator');
  const far = await node(t, service, { ...bySignal, heartbeatMs: 50 });
  const [revoked, good] = [await service.as('handler', '110105026'), await service.as('manager', '110105026')];
  const [ends, stays] = [await open(t, far, revoked), await open(t, far, good)];
  await until(() => ends.text().includes('\n:\n\n'));
  t.match(ends.text(), /\n\n:\n\n/, 'a comment keeps it alive');
  await service.connection.db.execute(
    sql`update tokens set revoked_at = now() where id = (select min(id) from tokens where role = 'handler')`,
  );
  await ends.ended;
  t.ok(ends.response.complete, 'the end is an orderly one');
  const id = await file(operator);
  await stays.count(1);
  t.same([told(ends), told(stays)], [[], [`${id} dispatched`]], 'the other goes on');
  service.clock.forward(366 * 24 * 60);
  await stays.ended;
  t.ok(stays.response.complete, 'and ends when its token expires');
});

t.test('who may, and how many', async (t) => {
  const service = await app(t);
  const far = await node(t, service, { perToken: 2, perUnit: 3 });
  const [one, two] = [await service.as('handler', '110105026'), await service.as('handler', '110105026')];
  const first = await open(t, far, one);
  await open(t, far, one);
  const refusal = async (caller: Caller) => {
    const answer = await far.inject({
      url: '/api/v1/queue/events',
      headers: caller.token === '' ? {} : { authorization: `Bearer ${caller.token}` },
    });
    return { status: answer.statusCode, headers: answer.headers, body: answer.json(), text: answer.body };
  };
  refused(t, 'a third of one token', await refusal(one), 429, 'TOO_MANY_STREAMS');
  await open(t, far, two);
  refused(t, 'a fourth of the unit', await refusal(two), 429, 'TOO_MANY_STREAMS');
  await open(t, far, await service.as('handler', '110105001'));
  first.stop();
  let status = 429;
  for (let tries = 0; tries < 100 && status === 429; tries += 1) {
    const headers = { authorization: `Bearer ${one.token}` };
    const hold = new AbortController();
    status = (await fetch(`${await listen(far)}/api/v1/queue/events`, { headers, signal: hold.signal })).status;
    hold.abort();
    await wait(20);
  }
  t.equal(status, 200, 'a closed one makes room');
  refused(t, 'no token', await refusal(service.anyone), 401, 'UNAUTHENTICATED');
  refused(t, 'a role without a queue', await refusal(await service.as('dispatcher')), 403, 'FORBIDDEN');
  const { statusCode } = await far.inject({ method: 'HEAD', url: '/api/v1/queue/events' });
  t.equal(statusCode, 404, 'no head of it');
});

t.test('a receiver that takes nothing is cut off, and what it did not take is kept for nobody', async (t) => {
  const service = await app(t);
  const operator = await service.as('operator');
  const unit = await service.as('handler', '110105026');
  const far = await node(t, service, { ...bySignal, heartbeatMs: 500 });
  const since = (await unit.get('/queue')).body.since;
  const id = await file(operator);
  // Enough text that neither side's socket can hold it: the same order, so that few statements make it.
  await service.connection.db.execute(sql`
    with c as (
      insert into complaints (number, public_code, source, body_hash, channel, status, text, received_at, wants_callback, type, need,
        level, judgement, "similar", catalog_version, words)
      select 'X' || n, public_code, source || n, body_hash, channel, status, repeat('很长的文字', 1000), received_at, wants_callback,
        type, need, level, judgement, "similar", catalog_version, words
      from complaints, generate_series(1, 1000) n where id = (select complaint_id from orders where id = ${Number(id)})
      returning id)
    insert into orders (complaint_id, unit, role, level, status, reason, dispatched_at, sign_due_at, contact_due_at, due_at)
    select c.id, o.unit, o.role, o.level, o.status, o.reason, o.dispatched_at, o.sign_due_at, o.contact_due_at, o.due_at
    from c, orders o where o.id = ${Number(id)}`);
  const reader = await open(t, far, unit, since);
  const dead = await open(t, far, unit, since);
  dead.response.pause();
  t.equal((await reader.count(1001)).length, 1001, 'who reads is told everything');
  await until(() => dead.response.socket.destroyed);
  dead.response.resume();
  await dead.ended;
  t.ok(dead.events.length < 1001, 'who does not is cut off');
  t.notOk(dead.response.complete);
  const next = await file(operator);
  await reader.count(1002);
  t.equal(reader.events.at(-1)?.order.id, next, 'and others go on');
});

t.test('the service stops though streams are open', async (t) => {
  const service = await app(t);
  const unit = await service.as('handler', '110105026');
  const connection = await connectTo(service.connection.url, 4);
  const ctx = await createContext(connection.db, { clock: () => service.clock.now, signal: connection.signal });
  const far = await build(ctx, createLogger({ LOG_LEVEL: 'silent' }));
  const streams = [await open(t, far, unit), await open(t, far, unit)];
  await far.close();
  await connection.close();
  for (const { ended, response } of streams) {
    await ended;
    t.ok(response.complete, 'ended in order');
  }
});
