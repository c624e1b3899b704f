/** The queue of a unit: order, pages, filters, and what has changed since the last poll. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { app, type Caller, complaint, type TestApp } from '../helper.ts';

const ids = (answer: { body: { items: { id: string }[] } }) => answer.body.items.map(({ id }) => id);

/** Files complaints of some levels for 望京街道; answers the ids of their orders. */
async function file(operator: Caller, ...levels: string[]): Promise<string[]> {
  const orders: string[] = [];
  for (const level of levels) orders.push((await operator.post('/complaints', complaint({ level }))).body.orders[0].id);
  return orders;
}

async function street(service: TestApp) {
  return { operator: await service.as('operator'), unit: await service.as('handler', '110105026') };
}

/** Follows `next`, which goes back as `cursor`, to the end; at most 20 pages. */
async function pages(unit: Caller, url: string): Promise<string[][]> {
  const all: string[][] = [];
  let next: string | null = null;
  do {
    const answer = await unit.get(next === null ? url : `${url}&cursor=${next}`);
    all.push(answer.status === 200 ? ids(answer) : [`${answer.status}`]);
    next = answer.body.next ?? null;
  } while (next !== null && all.length < 20);
  return all;
}

t.test('the most urgent first, in pages', async (t) => {
  const service = await app(t);
  const { operator, unit } = await street(service);
  const [a, b, c, d] = await file(operator, 'L3', 'L1', 'L4', 'L2');
  service.clock.forward(1);
  const [e, f, g] = await file(operator, 'L1', 'L3', 'L3');
  const expected = [b, e, d, a, f, g, c];
  t.same(ids(await unit.get('/queue')), expected);
  t.same(ids(await unit.get('/queue?sort=due')), expected);
  const [first, ...rest] = await pages(unit, '/queue?limit=3');
  t.same([first, ...rest], [expected.slice(0, 3), expected.slice(3, 6), expected.slice(6)], 'each once');
  t.same(await pages(unit, '/queue?limit=7'), [expected], 'a page that is just full is the last');
  const { body } = await unit.get('/queue?limit=3');
  await unit.post(`/orders/${b}/sign`);
  await unit.post(`/orders/${b}/reply`, { result: 'resolved', text: '已处理。' });
  t.same(ids(await unit.get(`/queue?limit=3&cursor=${body.next}`)), expected.slice(3, 6), 'a page is not shifted');
  t.match(body.items[0], { id: b, level: 'L1', minutesLeft: 119, overdue: false, statusLabel: '待签收' });
  service.clock.forward(120);
  t.match((await unit.get(`/orders/${e}`)).body, { minutesLeft: 0, overdue: false }, 'due this minute');
  service.clock.forward(1);
  t.match((await unit.get('/queue')).body.items[0], { id: e, minutesLeft: -1, overdue: true });
});

t.test('by status', async (t) => {
  const service = await app(t);
  const { operator, unit } = await street(service);
  const [a = '', b = '', c = '', d = ''] = await file(operator, 'L1', 'L2', 'L3', 'L4');
  for (const id of [b, c, d]) await unit.post(`/orders/${id}/sign`);
  for (const id of [c, d]) await unit.post(`/orders/${id}/contact`, { way: 'phone' });
  await unit.post(`/orders/${d}/reply`, { result: 'explained', text: '已解释。' });
  const expected: [string, string[]][] = [
    ['', [a, b, c]],
    ['?status=dispatched', [a]],
    ['?status=signed', [b]],
    ['?status=contacted', [c]],
    ['?status=replied', [d]],
    ['?status=closed', []],
  ];
  for (const [query, orders] of expected) t.same(ids(await unit.get(`/queue${query}`)), orders, query);
  t.same(ids(await (await service.as('manager', '110105026')).get('/queue')), [a, b, c], 'the manager sees the same');
  t.same(ids(await (await service.as('handler', '110105001')).get('/queue')), [], 'another street sees nothing');
  t.same(ids(await (await service.as('handler', '110105')).get('/queue')), [], 'the queue of the district is its own');
});

/**
 * Polls until as many orders were told as asked for: a change is told once every older transaction of the server has
 * ended, and other tests use the same server. Answers what was told and the next position.
 */
async function poll(unit: Caller, since: string, count: number): Promise<{ told: string[]; since: string }> {
  const told = new Set<string>();
  for (let at = since, tries = 0; ; tries += 1) {
    const answer = await unit.get(`/queue?since=${at}`);
    for (const id of ids(answer)) told.add(id);
    at = answer.body.since;
    if (told.size >= count || tries >= 100) return { told: [...told].sort(), since: at };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

t.test('since: only what changed', async (t) => {
  const service = await app(t);
  const { operator, unit } = await street(service);
  const empty = (await unit.get('/queue')).body.since;
  const [a = '', b = '', c = ''] = await file(operator, 'L1', 'L2', 'L3');
  const filed = await poll(unit, empty, 3);
  t.same(filed.told, [a, b, c].sort(), 'new orders');
  t.same(ids(await unit.get(`/queue?since=${filed.since}`)), [], 'then nothing');
  await unit.post(`/orders/${b}/sign`);
  const signed = await poll(unit, filed.since, 1);
  t.same(signed.told, [b], 'a signed order and not the others');
  await unit.post(`/orders/${b}/reply`, { result: 'resolved', text: '已处理。' });
  const [d = ''] = await file(operator, 'L4');
  const later = await poll(unit, signed.since, 2);
  t.same(later.told, [b, d].sort(), 'one that has left the queue, and a new one');
  t.same(ids(await unit.get(`/queue?since=${later.since}`)), [], 'then nothing');
  const other = await service.as('handler', '110105001');
  t.same((await other.get(`/queue?since=${(await other.get('/queue')).body.since}`)).body.items, [], 'nor for others');
});

t.test('since: a transaction that began before a poll and commits after it', async (t) => {
  const service = await app(t);
  const { operator, unit } = await street(service);
  const { db } = service.connection;
  const empty = (await unit.get('/queue')).body.since;
  const [a = '', b = ''] = await file(operator, 'L1', 'L2');
  const start = (await poll(unit, empty, 2)).since;
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
  const between = await unit.get(`/queue?since=${start}`);
  t.notOk(ids(between).includes(a), 'what is not committed is not told');
  commit();
  await slow;
  const after = await poll(unit, between.body.since, ids(between).includes(b) ? 1 : 2);
  t.ok(after.told.includes(a), 'the slow one is told by a later poll');
  t.ok(after.told.includes(b) || ids(between).includes(b), 'and so is the fast one');
});

t.test('since: pages', async (t) => {
  const service = await app(t);
  const { operator, unit } = await street(service);
  const empty = (await unit.get('/queue')).body.since;
  const orders = (await file(operator, 'L3', 'L3', 'L3', 'L3', 'L3', 'L3', 'L3')).sort();
  t.same((await poll(unit, empty, 7)).told, orders);
  const seen: string[] = [];
  for (let since = empty, page = 0; page < 3; page += 1) {
    const answer = await unit.get(`/queue?limit=3&since=${since}`);
    seen.push(...ids(answer));
    since = answer.body.since;
  }
  t.same(seen.sort(), orders, 'by going on with `since`: each once');
  const byCursor = await pages(unit, `/queue?limit=3&since=${empty}`);
  t.same(byCursor.flat().sort(), orders, 'by sending `next` as `cursor`, as in every list: each once');
});
