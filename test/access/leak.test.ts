/** What other units do leaves no trace in anything that a unit may read: its answers before and after are equal, byte for byte. */
import { unzipSync } from 'fflate';
import t from 'tap';
import { type Answer, app, type Caller, complaint } from '../helper.ts';
import { answered, done, lifeOf } from '../life.ts';
import { onThisMachine } from '../outbox/receiver.ts';
import { open } from '../queue/stream.ts';
import { type Place, places, streetOf, unknown } from './places.ts';

const life = await lifeOf(await app(t, undefined, onThisMachine));
const { own, neighbour, elsewhere } = await places(life, life.operator);
const [handler, manager] = [await life.of('handler', streetOf.own), await life.of('manager', streetOf.own)];

const reports = ['rates', 'needs', 'volume', 'timeliness', 'supervision', 'hot', 'repeats', 'exclusions'];
const formats = ['json', 'csv', 'xlsx'];
/** Clocks and numbers of requests stand still here; what is compared is all of an answer. */
const ofBoth = ({ number, order, attachment }: Place) => [
  '/complaints?limit=500',
  '/complaints?q=电梯&limit=500',
  '/complaints?q=漏水&limit=500',
  '/complaints?phone=19900005555',
  `/complaints/${number}`,
  `/complaints/${number}/attachments`,
  `/orders/${order}`,
  `/orders/${order}/attachments`,
  `/attachments/${attachment}`,
  '/queue?limit=500',
  ...['sent', 'signed', 'replied', 'closed'].map((status) => `/queue?status=${status}`),
  `/complaints/${neighbour.number}`,
  `/orders/${neighbour.order}`,
  `/orders/${elsewhere.order}/attachments`,
  `/attachments/${elsewhere.attachment}`,
];
const ofManager = [
  '/groups',
  '/groups?status=closed',
  '/webhooks',
  `/webhooks/${own.webhook}/deliveries`,
  '/assessment/exclusions',
  `/assessment/exclusions/${own.exclusion}`,
  '/assessment/periods/2026-12/cases',
  '/assessment/periods/2026-12/amendments',
  ...reports.flatMap((name) => formats.map((format) => `/reports/${name}?format=${format}`)),
  ...formats.map((format) => `/reports/volume/cases?figure=volume&key=total&format=${format}`),
  '/reports/bulletin?period=2026-12',
];

const shown = ({ status, headers, text }: Answer) => ({ status, tag: headers.etag ?? null, text });

/** The parts of a workbook without the time at which they were packed. */
async function workbook(token: string, url: string) {
  const headers = { authorization: `Bearer ${token}` };
  const { statusCode: status, rawPayload } = await life.app.inject({ url: `/api/v1${url}`, headers });
  const parts = Object.entries(unzipSync(rawPayload)).map(([name, part]) => `${name}\n${Buffer.from(part)}`);
  return { status, tag: null, text: parts.join('\n') };
}

async function lookedAt(): Promise<Map<string, ReturnType<typeof shown>>> {
  const seen = new Map<string, ReturnType<typeof shown>>();
  const look = async (who: string, caller: Caller, url: string) => {
    const isWorkbook = url.endsWith('format=xlsx');
    seen.set(`${who} ${url}`, isWorkbook ? await workbook(caller.token, url) : shown(await caller.get(encodeURI(url))));
  };
  for (const url of ofBoth(own)) {
    await look('handler', handler, url);
    await look('manager', manager, url);
  }
  for (const url of ofManager) await look('manager', manager, url);
  return seen;
}

/** Everything that happens in other units. */
async function workElsewhere(): Promise<void> {
  for (const { unit, order, callback } of [neighbour, elsewhere]) {
    const [worker, boss] = [await life.of('handler', unit), await life.of('manager', unit)];
    const text = '居民楼电梯漏水，请尽快修理。';
    const changes = { text, matter: 'M05.06.02', street: unit, caller: { name: '周甲', phone: '19900005555' } };
    const { number, orders } = (await life.operator.post('/complaints', complaint(changes))).body;
    t.ok(number, 'another complaint');
    await life.act(worker, orders[0].id, 'sign');
    await life.act(boss, order, 'park', { kind: '资金', reason: '待拨款', reviewOn: '2026-12-20' });
    t.equal((await life.act(worker, order, 'reply', done)).status < 500, true);
    await life.agent.post(`/callbacks/${callback}/attempts`, answered);
    await life.dispatcher.post(`/complaints/${number}/cancel`, { reason: '误登记' });
    await boss.post('/webhooks', { url: 'http://127.0.0.1:9/more' });
  }
  await life.operator.post('/complaints', complaint({ text: '你好，电梯' }));
}

t.test('a unit reads the same before and after', async (t) => {
  const before = await lookedAt();
  await workElsewhere();
  const after = await lookedAt();
  t.ok([...before.values()].filter(({ status }) => status === 200).length > 45, 'most is readable');
  for (const [what, answer] of before) t.same(after.get(what), answer, what);
});

t.test('ids that are others’ answer like ids that are nobody’s', async (t) => {
  const pairs: [string, string, string][] = [
    ['orders', `/orders/${elsewhere.order}`, `/orders/${unknown}`],
    ['attachments', `/attachments/${elsewhere.attachment}`, `/attachments/${unknown}`],
    ['complaints', `/complaints/${elsewhere.number}`, '/complaints/202611229999999999'],
    ['files of orders', `/orders/${elsewhere.order}/attachments`, `/orders/${unknown}/attachments`],
    ['exclusions', `/assessment/exclusions/${elsewhere.exclusion}`, `/assessment/exclusions/${unknown}`],
    ['webhooks', `/webhooks/${elsewhere.webhook}`, `/webhooks/${unknown}`],
  ];
  for (const [what, others, nobodys] of pairs) {
    const [one, other] = [await manager.get(others), await manager.get(nobodys)];
    t.same([one.status, one.text], [404, other.text], what);
    t.equal(one.status, other.status, what);
  }
  for (const action of ['sign', 'contact', 'reply', 'return', 'extend']) {
    const bodies: Record<string, object> = {
      contact: { way: 'phone' },
      reply: done,
      return: { reason: '不属于', duty: '三定' },
      extend: { days: 1, reason: '备料' },
    };
    const one = await life.act(handler, elsewhere.order, action, bodies[action]);
    const other = await life.act(handler, unknown, action, bodies[action]);
    t.same([one.status, one.text], [404, other.text], action);
  }
  const first = Number(own.order);
  const answers = new Set<string>();
  for (let id = first; id < first + 40; id += 1) {
    const { status, text } = await manager.get(`/orders/${id}`);
    if (status !== 200) answers.add(`${status} ${text}`);
  }
  t.equal(answers.size, 1, 'whatever the id in a sequence');
});

t.test('nor does the time tell', async (t) => {
  const time = async (url: string) => {
    const start = performance.now();
    await manager.get(url);
    return performance.now() - start;
  };
  const median = (times: number[]) => times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
  for (const [others, nobodys] of [
    [`/orders/${elsewhere.order}`, `/orders/${unknown}`],
    [`/complaints/${elsewhere.number}`, '/complaints/202611229999999999'],
  ] as const) {
    const [there, nowhere]: [number[], number[]] = [[], []];
    for (let round = 0; round < 60; round += 1) {
      there.push(await time(others));
      nowhere.push(await time(nobodys));
    }
    const ratio = median(there) / median(nowhere);
    t.ok(ratio > 1 / 3 && ratio < 3, `${others}: ${ratio.toFixed(2)} times as long`);
  }
});

t.test('the stream tells of nothing that others do', async (t) => {
  const stream = await open(t, life.app, handler);
  await workElsewhere();
  // What comes last is the unit's own: whatever was told before it would stand before it.
  const { orders } = (
    await life.operator.post('/complaints', complaint({ matter: 'M05.06.02', text: '电梯停了', street: streetOf.own }))
  ).body;
  const ours: { id: string; unit: { code: string } }[] = orders;
  const id = ours.find(({ unit }) => unit.code === streetOf.own)?.id;
  const events = await stream.count(1);
  stream.stop();
  t.same(
    events.map(({ order }) => order.id),
    [id],
  );
});

t.test('a channel is told of no complaint of others', async (t) => {
  const channel = await life.as('channel');
  const text = '居民楼电梯漏水，请尽快修理。';
  const mine = (await channel.post('/complaints', complaint({ text, matter: 'M05.06.02', street: streetOf.own }))).body;
  t.same([mine.similar, mine.group], [[], null], 'when it files one like them');
  t.same(
    (await channel.get('/complaints?limit=500')).body.items.map(({ number }: { number: string }) => number),
    [mine.number],
  );
  t.same((await channel.get(encodeURI('/complaints?q=电梯'))).body.items.length, 1);
});
