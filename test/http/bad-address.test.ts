/** Bad addresses, queries and cursors, and bad bodies of units and call-back agents: 4xx, named, and nothing changed. */
import t from 'tap';
import { type Answer, app, type Caller, complaint, refused, stored } from '../helper.ts';

const { as, app: service, connection } = await app(t);
const callers = {
  operator: await as('operator'),
  street: await as('handler', '110105026'),
  agent: await as('callback'),
  analyst: await as('analyst'),
  dispatcher: await as('dispatcher'),
};
type Name = keyof typeof callers;
const { operator, street, agent } = callers;

const filed = await operator.post('/complaints', complaint());
const { number } = filed.body;
const order = filed.body.orders[0].id;
const waiting = await operator.post('/complaints', complaint({ text: '你好，我想说一件事情。' }));
const lists: [Name, string][] = [
  ['operator', '/complaints'],
  ['street', '/queue'],
  ['agent', '/callbacks'],
];

t.test('queries', async (t) => {
  const everyList: [string, ...string[]][] = [
    ['limit=0', 'limit'],
    ['limit=501', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=abc', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=', 'limit'],
    ['limit=5&limit=6', 'limit'],
    ['limit=99999999999999999999', 'limit'],
    ['status=open', 'status'],
    ['status=%00', 'status'],
    ['colour=red', 'colour'],
    ['__proto__=1', '__proto__'],
    ['cursor=', 'cursor'],
    [`cursor=${'A'.repeat(2001)}`, 'cursor'],
  ];
  for (const [name, list] of lists) {
    for (const [query, ...paths] of everyList) {
      refused(t, `${list}?${query}`, await callers[name].get(`${list}?${query}`), 400, 'VALIDATION_FAILED', ...paths);
    }
  }
  const some: [Name, string, ...string[]][] = [
    ['operator', '/complaints?q=%20', 'q'],
    ['operator', '/complaints?q=%1b[0m垃圾', 'q'],
    ['operator', `/complaints?q=${'楼'.repeat(101)}`, 'q'],
    ['operator', '/complaints?from=2026-02-30', 'from'],
    ['operator', '/complaints?to=yesterday', 'to'],
    ['operator', '/complaints?from=2026-11-22T00:00:00Z', 'from'],
    // A date, but not one for PostgreSQL.
    ['operator', '/complaints?from=0000-01-01', 'from'],
    ['operator', '/complaints?channel=fax', 'channel'],
    ['operator', "/complaints?phone=1'or'1", 'phone'],
    ['operator', '/complaints?district=%00', 'district'],
    ['street', '/queue?sort=colour', 'sort'],
    ['street', '/queue?since=', 'since'],
    ['analyst', '/reports/rates?by=colour', 'by'],
    ['analyst', '/reports/rates?period=2026-13', 'period'],
    ['analyst', '/reports/rates?period=november', 'period'],
    ['analyst', '/reports/rates?district=999999', 'district'],
    ['analyst', '/reports/rates?unit=%00', 'unit'],
    ['analyst', '/reports/rates?colour=red', 'colour'],
  ];
  for (const [name, url, ...paths] of some) {
    refused(t, url, await callers[name].get(url), 400, 'VALIDATION_FAILED', ...paths);
  }
});

t.test('cursors', async (t) => {
  for (let i = 0; i < 2; i += 1) await operator.post('/complaints', complaint());
  const cursors = {
    complaints: (await operator.get('/complaints?limit=1')).body.next,
    'complaints of a district': (await operator.get('/complaints?limit=1&district=110105')).body.next,
    queue: (await street.get('/queue?limit=1')).body.next,
    'queue of a status': (await street.get('/queue?limit=1&status=dispatched')).body.next,
    since: (await street.get('/queue')).body.since,
    catalog: (await operator.get('/catalog/needs?limit=1')).body.next,
  };
  const own: Record<string, keyof typeof cursors> = {
    '/complaints?cursor=': 'complaints',
    '/queue?cursor=': 'queue',
    '/queue?since=': 'since',
    '/callbacks?cursor=': 'complaints',
    '/catalog/units?cursor=': 'complaints',
  };
  const readers: Record<string, Caller> = { queue: street, complaints: operator, callbacks: agent, catalog: operator };
  const random = ['x', '%F0%9F%98%A1', 'bnVsbA', 'e30', 'W10', Buffer.from('[[],{},null]').toString('base64url')];
  for (const [url, mine] of Object.entries(own)) {
    const reader = readers[url.split(/[/?]/)[1] ?? ''] as Caller;
    for (const [name, cursor] of Object.entries(cursors)) {
      t.type(cursor, 'string', name);
      const answer = await reader.get(url + cursor);
      if (name === mine && !/callbacks|catalog/.test(url)) t.equal(answer.status, 200, `${url} takes its own`);
      else refused(t, `${url} with a cursor of ${name}`, answer, 400, 'INVALID_CURSOR');
    }
    for (const cursor of random) refused(t, url + cursor, await reader.get(url + cursor), 400, 'INVALID_CURSOR');
  }
  const elsewhere = await (await as('handler', '110105')).get(`/queue?cursor=${cursors.queue}`);
  refused(t, 'a cursor of another unit', elsewhere, 400, 'INVALID_CURSOR');
});

// The position in a cursor is not signed, so it is checked before PostgreSQL sees it.
t.test('cursors made by hand', async (t) => {
  const write = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  const positions = [
    [5, 1],
    ['2026-11-22', 'x'],
    ['2026-11-22', 1.5],
    ['2026-11-22', 1e300],
    ['0000-01-01', 1],
    ['Sunday 2020', 1],
  ];
  for (const [at, id] of positions) {
    const cursors: [Caller, string][] = [
      [street, `/queue?cursor=${write('queue', '110105026 ', at, id)}`],
      [operator, `/complaints?cursor=${write('complaints', '{}', at, id)}`],
      [agent, `/callbacks?cursor=${write('callbacks', 'due', at, id)}`],
      [street, `/queue?since=${write('changes', '110105026', at, id)}`],
    ];
    for (const [reader, url] of cursors) {
      const { status } = await reader.get(url);
      t.ok(status < 500, `${url.split('=')[0]} at ${at}, ${id}: ${status}`);
    }
  }
});

t.test('addresses', async (t) => {
  const addresses: [Name, string, number, string, ...string[]][] = [
    ['operator', '/complaints/%00', 400, 'VALIDATION_FAILED', 'number'],
    ['operator', '/complaints/20261122', 400, 'VALIDATION_FAILED', 'number'],
    ['operator', "/complaints/1'or'1'='1", 400, 'VALIDATION_FAILED', 'number'],
    ['operator', '/complaints/209911220000001', 404, 'NOT_FOUND'],
    ['street', '/orders/%00', 400, 'VALIDATION_FAILED', 'id'],
    ['street', '/orders/-1', 400, 'VALIDATION_FAILED', 'id'],
    ['street', '/orders/1e3', 400, 'VALIDATION_FAILED', 'id'],
    ['street', '/orders/0', 404, 'NOT_FOUND'],
    ['street', '/orders/999999999999999', 404, 'NOT_FOUND'],
    ['street', '/orders/9999999999999999999999', 400, 'VALIDATION_FAILED', 'id'],
    ['street', '/catalog/secrets', 404, 'NOT_FOUND'],
    ['operator', '/nowhere', 404, 'NOT_FOUND'],
    ['operator', '/../../etc/passwd', 404, 'NOT_FOUND'],
  ];
  for (const [name, url, status, code, ...paths] of addresses) {
    refused(t, url, await callers[name].get(url), status, code, ...paths);
  }
  for (const url of ['/complaints/%zz', '/orders/%E0%A4', '/%']) {
    const answer = await operator.get(url);
    t.equal(answer.status, 400, url);
    t.match(answer.headers['content-type'], /^application\/problem\+json/, url);
    t.match(answer.body.title, /\p{Script=Han}/u, url);
  }
  for (const method of ['DELETE', 'PUT', 'PATCH'] as const) {
    const url = `/api/v1/orders/${order}`;
    const { statusCode } = await service.inject({ method, url, headers: { authorization: `Bearer ${street.token}` } });
    t.ok([404, 405].includes(statusCode), method);
  }
});

t.test('bodies of units, agents and the triage desk', async (t) => {
  await street.post(`/orders/${order}/sign`);
  const contact = `/orders/${order}/contact`;
  const reply = `/orders/${order}/reply`;
  const dispatch = `/complaints/${waiting.body.number}/dispatch`;
  const bodies: [Name, string, unknown, ...string[]][] = [
    ['street', contact, {}, 'way'],
    ['street', contact, { way: 'pigeon' }, 'way'],
    ['street', contact, { way: 'phone', note: ' ' }, 'note'],
    ['street', contact, { way: 'phone', note: 'a\u0000' }, 'note'],
    ['street', contact, { way: 'phone', at: '2026-11-22T12:01:00+08:00' }, 'at'],
    ['street', contact, { way: 'phone', at: '2026-11-22T11:59:00+08:00' }, 'at'],
    ['street', contact, { way: 'phone', at: '2016-12-31T23:59:60Z' }, 'at'],
    ['street', contact, { way: 'phone', by: 'me' }, 'by'],
    ['street', reply, { result: 'resolved' }, 'text'],
    ['street', reply, { result: 'done', text: '已清运' }, 'result'],
    ['street', reply, { result: 'resolved', text: '\n' }, 'text'],
    ['street', reply, { result: 'resolved', text: '\ud800' }, 'text'],
    ['street', reply, { result: 'resolved', text: '楼'.repeat(5001) }, 'text'],
    ['street', reply, { result: 'resolved', text: '已清运', basis: 7 }, 'basis'],
    ['street', reply, [], 'body'],
    ['agent', '/callbacks/1/attempts', {}, 'way', 'reached'],
    ['agent', '/callbacks/1/attempts', { way: 'phone', reached: 'yes' }, 'reached'],
    ['agent', '/callbacks/1/attempts', { way: 'visit', reached: false }, 'way'],
    ['agent', '/callbacks/1/attempts', { way: 'phone', reached: false, note: '' }, 'note'],
    ['agent', '/callbacks/1/attempts', { way: 'phone', reached: true, satisfaction: 5 }, 'satisfaction'],
    ['dispatcher', dispatch, {}, 'lead', 'reason'],
    ['dispatcher', dispatch, { lead: '110105', reason: ' ' }, 'reason'],
    ['dispatcher', dispatch, { lead: 110105, reason: '属地' }, 'lead'],
    ['dispatcher', dispatch, { lead: '110105', co: '110106', reason: '属地' }, 'co'],
    ['dispatcher', dispatch, { lead: '110105', co: Array(11).fill('110106'), reason: '属地' }, 'co'],
  ];
  const before = await stored(connection);
  for (const [name, url, body, ...paths] of bodies) {
    const answer: Answer = await callers[name].post(url, body as object);
    refused(t, `${url} ${JSON.stringify(body).slice(0, 60)}`, answer, 400, 'VALIDATION_FAILED', ...paths);
  }
  t.same(await stored(connection), before, 'nothing was written');
  const story = await operator.get(`/complaints/${number}`);
  t.match(story.body.orders, [{ id: order, status: 'signed', contactedAt: null, repliedAt: null }], 'nothing changed');
  const missing: [Name, string, object][] = [
    ['street', '/orders/999999999999999/sign', {}],
    ['street', '/orders/999999999999999/contact', { way: 'phone' }],
    ['agent', '/callbacks/999999999999999/attempts', { way: 'phone', reached: false }],
    ['dispatcher', '/complaints/209911220000001/dispatch', { lead: '110105', reason: '属地' }],
  ];
  for (const [name, url, body] of missing) {
    refused(t, url, await callers[name].post(url, body), 404, 'NOT_FOUND');
  }
});
