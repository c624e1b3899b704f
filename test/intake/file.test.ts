/** POST /complaints and POST /assist: what is answered, and what is stored with it or not at all. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { app, complaint, refused, stored } from '../helper.ts';

/** 电梯困人 in 望京街道: the street leads, 市场监管 helps (rule R006), whatever the words are. */
const lift = () => complaint({ text: '电梯把人困住了，请尽快来人。', matter: 'M05.06.02', street: '110105026' });
const vague = () => complaint({ text: '你好，我想说一件事情。' });
const nowhere = () => complaint({ text: '物业公司长期不清运垃圾，来电反映物业服务差的问题。' });

t.test('the answer of a filed complaint', async (t) => {
  const { as, connection } = await app(t);
  const { status, body, headers } = await (await as('operator')).post('/complaints', complaint());
  t.equal(status, 201);
  t.match(headers['content-type'], /^application\/json; charset=utf-8/);
  t.same(Object.keys(body).sort(), ['classification', 'code', 'group', 'number', 'orders', 'similar', 'status']);
  const { classification, orders } = body;
  t.match(classification, {
    need: { code: 'ZJ', name: '住有所居', confidence: Number, accepted: true, alternatives: Array },
    matter: { code: 'M05.03.02', path: ['住房与物业', '物业管理', '物业服务差'], confidence: Number },
    type: { code: 'complain', confidence: Number },
    level: { code: 'L3', reason: /./ },
    place: {
      status: 'resolved',
      district: { code: '110105', name: '朝阳区' },
      street: { code: '110105026', name: '望京街道' },
      confidence: Number,
      candidates: Array,
      evidence: /花家地|望京/,
    },
    dispatch: { status: 'dispatch', lead: { code: '110105026', kind: 'street' }, co: [], rule: 'default', reason: /./ },
  });
  t.match(classification.place.community, { code: /^110105026\d{3}$/, name: /花家地/ });
  t.equal(classification.need.alternatives.length, 2, 'Top-3 of needs');
  t.ok(classification.matter.alternatives.length >= 2, 'Top-3 of matters');
  t.match(classification.model, /./, 'the model is told and stored');
  for (const one of classification.matter.alternatives) t.match(one, { code: /^M/, path: Array, confidence: Number });
  for (const one of classification.evidence)
    t.match(one, { text: String, for: /matter|need|type|level/, weight: Number });
  t.ok(classification.evidence.length > 0, 'the words that decided are told');
  t.same(Object.keys(orders[0]).sort(), [
    'contactDueAt',
    'dueAt',
    'id',
    'level',
    'role',
    'signDueAt',
    'status',
    'unit',
  ]);
  t.match(orders, [{ unit: { code: '110105026', kind: 'street', name: /望京/ }, role: 'lead', status: 'dispatched' }]);
  t.same(body.similar, []);
  t.match(await stored(connection), { complaints: 1, callers: 1, orders: 1, events: 2, callbacks: 0 });
});

t.test('where a complaint goes', async (t) => {
  const { as, connection } = await app(t);
  const operator = await as('operator');
  const ways: [string, object, string, string[]][] = [
    ['words and place clear', complaint(), 'dispatched', ['lead 110105026']],
    ['words not clear', vague(), 'triage', []],
    ['place not known', nowhere(), 'triage', []],
    ['place outside the city', { ...nowhere(), address: '河北省廊坊市三河市燕郊镇' }, 'triage', []],
    [
      'the place given by codes',
      { ...nowhere(), district: '110105', street: '110105026' },
      'dispatched',
      ['lead 110105026'],
    ],
    ['only the district known', { ...nowhere(), district: '110105' }, 'dispatched', ['lead 110105']],
    ['a lead and a co-handler', lift(), 'dispatched', ['lead 110105026', 'co BJ-SCJ']],
    ['answered at once', { ...complaint(), disposition: 'answered', answer: '每日清运两次。' }, 'answered', []],
    ['led to court', { ...complaint(), disposition: 'redirected' }, 'redirected', []],
    ['handed over', { ...complaint(), disposition: 'handover' }, 'handover', []],
  ];
  for (const [what, request, status, orders] of ways) {
    const before = await stored(connection);
    const { body } = await operator.post('/complaints', request);
    t.equal(body.status, status, what);
    const placed = body.orders.map(
      (order: { role: string; unit: { code: string } }) => `${order.role} ${order.unit.code}`,
    );
    t.same(placed, orders, `${what}: orders`);
    t.match(body.classification.dispatch.reason, /\p{Script=Han}/u, `${what}: the reason`);
    const after = await stored(connection);
    t.equal(Number(after.orders) - Number(before.orders), orders.length, `${what}: orders stored`);
    t.equal(Number(after.events) - Number(before.events), 1 + orders.length, `${what}: events stored`);
    const { body: read } = await operator.get(`/complaints/${body.number}`);
    t.match(read, { status, closedAt: disposedOf(status) ? '2026-11-22T12:00:00+08:00' : null }, `${what}: read again`);
  }
});

const disposedOf = (status: string) => ['answered', 'redirected', 'handover'].includes(status);

t.test('decisions of a person replace those of the machine', async (t) => {
  const { as } = await app(t);
  const operator = await as('operator');
  const given = { type: 'help', level: 'L2', need: 'AQ', matter: 'M05.06.02', street: '110105001' };
  const { body } = await operator.post('/complaints', { ...nowhere(), ...given });
  t.match(body.classification, {
    type: { code: 'help' },
    level: { code: 'L2' },
    need: { code: 'AQ', accepted: true },
    matter: { code: 'M05.06.02' },
    place: { street: { code: '110105001' } },
  });
  const times = { signDueAt: '2026-11-22T14:00:00+08:00', contactDueAt: '2026-11-22T14:00:00+08:00' };
  const clocks = { ...times, dueAt: '2026-11-23T12:00:00+08:00', level: 'L2' };
  t.match(body.orders, [
    { unit: { code: '110105001' }, ...clocks },
    { unit: { code: 'BJ-SCJ', kind: 'city' }, role: 'co', ...clocks },
  ]);
});

t.test('every street can be named by its code', async (t) => {
  const { as, ctx, clock } = await app(t);
  const operator = await as('operator');
  const { data } = ctx.judgeAt(clock.now).catalog;
  const missed: string[] = [];
  for (const { code, name } of data.divisions.filter(({ kind, zone }) => kind === 'street' && !zone)) {
    const { body } = await operator.post('/complaints', { ...nowhere(), street: code });
    if (body.classification?.place.street?.code !== code) missed.push(`${code} ${name}`);
  }
  t.same(missed, []);
});

t.test('a channel says when the complaint was received', async (t) => {
  const { as } = await app(t);
  const channel = await as('channel');
  const receivedAt = '2026-11-21T23:30:00+08:00';
  const { body } = await channel.post('/complaints', complaint({ channel: 'app', receivedAt }));
  t.match(body.number, /^20261121/, 'the number carries the day of receipt');
  t.match((await channel.get(`/complaints/${body.number}`)).body, { receivedAt, channel: 'app' });
  const late = await channel.post('/complaints', complaint({ receivedAt: '2026-11-21T16:30:00Z' }));
  t.match(late.body.number, /^20261122/, 'the day in Asia/Shanghai');
});

t.test('many at once', async (t) => {
  const { as, connection } = await app(t);
  const operator = await as('operator');
  const texts = Array.from({ length: 20 }, (_, i) => complaint({ text: `${complaint().text}第${i}次来电。` }));
  const answers = await Promise.all(texts.map((text) => operator.post('/complaints', text)));
  t.same(new Set(answers.map(({ status }) => status)), new Set([201]));
  t.equal(new Set(answers.map(({ body }) => body.number)).size, 20, 'numbers');
  t.equal(new Set(answers.map(({ body }) => body.code)).size, 20, 'public codes');
  t.equal(new Set(answers.map(({ body }) => body.orders[0].id)).size, 20, 'orders');
  t.match(await stored(connection), { complaints: 20, callers: 20, orders: 20, events: 40 });
});

// Beijing takes 25 million complaints a year; lpad() would cut the running number to seven digits.
t.test('the running number goes on after 9,999,999', async (t) => {
  const { as, connection } = await app(t);
  const operator = await as('operator');
  await connection.db.execute(sql`select setval('complaint_numbers', 9999998)`);
  const numbers = new Set<string>();
  for (let i = 0; i < 4; i += 1) {
    const { status, body } = await operator.post('/complaints', complaint());
    t.equal(status, 201);
    numbers.add(body.number);
    t.equal((await operator.get(`/complaints/${body.number}`)).status, 200, 'and can be read');
  }
  t.equal(numbers.size, 4);
});

t.test('a failure while storing stores nothing', async (t) => {
  const { as, connection } = await app(t);
  const { db } = connection;
  const operator = await as('operator');
  const failures = [
    ['an order cannot be written', sql`alter table orders add check (unit <> 'BJ-SCJ')`],
    ['an event cannot be written', sql`alter table events add check (action <> 'dispatch')`],
    ['a caller cannot be written', sql`alter table callers add check (kind <> 'person')`],
    ['a level is gone', sql`delete from levels where code = 'L2'`],
  ] as const;
  const before = await stored(connection);
  for (const [what, statement] of failures) {
    await db.execute(statement);
    const answer = await operator.post('/complaints', { ...lift(), level: 'L2' }, { 'idempotency-key': what });
    refused(t, what, answer, 500, 'INTERNAL');
    t.equal(answer.body.detail, undefined, 'the database does not speak to the client');
    t.same(await stored(connection), before, `${what}: nothing stored`);
  }
});

t.test('assist says what filing says, and stores nothing', async (t) => {
  const { as, connection } = await app(t);
  const operator = await as('operator');
  await operator.post('/complaints', complaint());
  const before = await stored(connection);
  const title = '物业不清运垃圾';
  const requests = [complaint(), lift(), vague(), nowhere(), complaint({ title }), complaint({ district: '110105' })];
  const said: unknown[] = [];
  for (const { text, title, address, district } of requests) {
    const { status, body } = await operator.post('/assist', { text, title, address, district });
    t.equal(status, 200);
    t.ok(Array.isArray(body.similar));
    t.ok(Array.isArray(body.demands));
    t.ok(Array.isArray(body.articles));
    const { similar: _, demands: __, articles: ___, ...judgement } = body;
    said.push(judgement);
  }
  t.same(await stored(connection), before, 'nothing stored');
  const again = await operator.post('/assist', { text: complaint().text });
  t.match(again.body.similar, [{ number: /^20261122/, score: Number, why: /同一事项/ }]);
  for (const [index, { matter: _, street: ___, ...request }] of requests.entries()) {
    const filed = await operator.post('/complaints', request);
    t.same(said[index], filed.body.classification, request.text);
  }
});
