/** Webhooks through the API: who may have which, what each is told of, and addresses that are refused. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { app, complaint, refused, stored, type TestApp } from '../helper.ts';
import { onThisMachine, receiver, signaturesBy, worker } from './receiver.ts';

const street = '110105026';
/** Neighbouring street of the same district, and its district. */
const other = '110105024';
const district = '110105';
const far = '110101';

async function countRows({ connection }: TestApp) {
  const [row] = await connection.db.execute<Record<string, number>>(sql`select
    (select count(*)::int from webhooks) as webhooks, (select count(*)::int from outbox) as outbox`);
  return { ...(await stored(connection)), ...row };
}

t.test('addresses that are refused', async (t) => {
  const service = await app(t);
  const admin = await service.as('admin');
  const hook = await receiver(t);
  const before = await countRows(service);
  const urls = [
    'https://127.0.0.1/hook',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://[::ffff:127.0.0.1]/',
    'https://127.0.0.1./',
    'https://１２７.０.０.１/',
    'https://a:b@8.8.8.8/',
    'https://localhost/',
    'https://localhost./',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[fd00::1]/',
    'http://8.8.8.8/',
    'https://8.8.8.8:22/',
    'https://no-such-host.invalid/',
    'javascript:alert(1)',
    'hook',
    hook.url,
  ];
  for (const url of urls) refused(t, url, await admin.post('/webhooks', { url }), 422, 'WEBHOOK_URL_REFUSED', 'url');
  const bodies: [Record<string, unknown>, ...string[]][] = [
    [{}, 'url'],
    [{ url: '' }, 'url'],
    [{ url: 1 }, 'url'],
    [{ url: 'https://8.8.8.8/', actions: [] }, 'actions'],
    [{ url: 'https://8.8.8.8/', actions: ['Sign!'] }, 'actions.0'],
    [{ url: 'https://8.8.8.8/', unit: '999' }, 'unit'],
    [{ url: 'https://8.8.8.8/', scope: 'all' }, 'scope'],
    [{ url: 'https://8.8.8.8/', description: '\u0000' }, 'description'],
  ];
  for (const [body, ...paths] of bodies)
    refused(t, JSON.stringify(body), await admin.post('/webhooks', body), 400, 'VALIDATION_FAILED', ...paths);
  t.same(await countRows(service), before, 'nothing stored');

  const made = await admin.post('/webhooks', { url: 'https://8.8.8.8/a' });
  t.match(made.body, { url: 'https://8.8.8.8/a', scope: 'all', active: true, secret: /^whsec_/ });
  const { id } = made.body;
  refused(t, 'changed', await admin.patch(`/webhooks/${id}`, { url: hook.url }), 422, 'WEBHOOK_URL_REFUSED', 'url');
  t.equal((await admin.get(`/webhooks/${id}`)).body.url, 'https://8.8.8.8/a', 'stays as it was');

  // As if the name had been another's when it was registered.
  const deliveries = worker(t, service.ctx);
  for (const host of ['127.0.0.1', 'localhost']) {
    await service.connection.db.execute(sql`update webhooks set url = ${`http://${host}:${hook.port}/`}`);
    const { delivery } = (await admin.post(`/webhooks/${id}/test`)).body;
    await deliveries.drain();
    const [newest] = (await admin.get(`/webhooks/${id}/deliveries?limit=1`)).body.items;
    t.match(newest, { id: delivery, type: 'ping', status: 'pending', failure: 'address' }, `${host} when connecting`);
  }
  t.equal(hook.got.length, 0, 'nothing was sent');
});

t.test('each is told of its own', async (t) => {
  const service = await app(t, undefined, onThisMachine);
  const { as } = service;
  const [admin, operator, channel, rival, handler] = await Promise.all([
    as('admin'),
    as('operator'),
    as('channel', undefined, 'app'),
    as('channel', undefined, 'rival'),
    as('handler', street),
  ]);
  const managers = {
    street: await as('manager', street),
    other: await as('manager', other),
    far: await as('manager', far),
  };
  const owners = { admin, channel, rival, ...managers, district: await as('manager', district) };
  const hooks = new Map<string, Awaited<ReturnType<typeof receiver>>>();
  for (const [name, owner] of Object.entries(owners)) {
    const hook = await receiver(t);
    t.equal((await owner.post('/webhooks', { url: hook.url, description: name })).status, 201, name);
    hooks.set(name, hook);
  }
  const person = { name: '钱记号', phone: '19900008765', kind: 'person', secret: true };
  const body = complaint({
    caller: { name: person.name, phone: person.phone },
    title: '标题记号',
    address: '地址记号',
  });
  const byChannel = (await channel.post('/complaints', { ...body, channel: 'app' })).body;
  const byOperator = (await operator.post('/complaints', body)).body;
  for (const { orders } of [byChannel, byOperator]) {
    await handler.post(`/orders/${orders[0].id}/sign`);
    await handler.post(`/orders/${orders[0].id}/contact`, { way: 'phone', note: '便条记号' });
    await handler.post(`/orders/${orders[0].id}/reply`, { result: 'resolved', text: '答复记号', basis: '依据记号' });
  }
  await worker(t, service.ctx).drain();
  const told = (name: string) => hooks.get(name)?.got ?? [];
  const numbers = (name: string) => [...new Set(told(name).map(({ body }) => body.data.number))].sort();
  const both = [byChannel.number, byOperator.number].sort();
  t.same(numbers('admin'), both);
  t.equal(told('admin').length, 10);
  t.same(numbers('channel'), [byChannel.number], 'a channel of what it filed');
  t.same(told('rival'), [], 'and of nothing else');
  t.same(numbers('street'), both);
  t.equal(told('street').length, 8, 'a unit of its orders');
  t.ok(told('street').every(({ body }) => body.data.unit === street));
  t.equal(told('district').length, 8, 'a district of those of its streets');
  t.same([...told('other'), ...told('far')], [], "never of another's");
  const sent = [...hooks.values()].flatMap(({ got }) => got.map(({ text }) => text)).join('\n');
  t.notMatch(sent, /记号|1990000|花家地|垃圾|operator#|handler#/, 'no person, no free text');
});

t.test("another's webhook is not there", async (t) => {
  const service = await app(t, undefined, onThisMachine);
  const { as } = service;
  const hook = await receiver(t);
  const owner = await as('manager', street);
  const id = (await owner.post('/webhooks', { url: hook.url, unit: street })).body.id;
  refused(t, 'unit', await owner.post('/webhooks', { url: hook.url, unit: other }), 400, 'VALIDATION_FAILED', 'unit');
  const channel = await as('channel');
  refused(
    t,
    'unit',
    await channel.post('/webhooks', { url: hook.url, unit: street }),
    400,
    'VALIDATION_FAILED',
    'unit',
  );
  for (const stranger of [await as('manager', other), await as('manager', district), channel]) {
    t.same((await stranger.get('/webhooks')).body, { items: [], next: null });
    const answers = [
      await stranger.get(`/webhooks/${id}`),
      await stranger.patch(`/webhooks/${id}`, { url: 'https://10.0.0.1/' }),
      await stranger.patch(`/webhooks/${id}`, { active: false }),
      await stranger.delete(`/webhooks/${id}`),
      await stranger.post(`/webhooks/${id}/rotate`),
      await stranger.post(`/webhooks/${id}/test`),
      await stranger.get(`/webhooks/${id}/deliveries`),
      await stranger.post(`/webhooks/${id}/replay`, {}),
    ];
    for (const answer of answers) refused(t, `answer ${answers.indexOf(answer)}`, answer, 404, 'NOT_FOUND');
  }
  const colleague = await as('manager', street);
  t.match((await colleague.get('/webhooks')).body.items, [{ id, scope: 'unit', unit: street, active: true }]);
  t.match((await (await as('admin')).get(`/webhooks/${id}`)).body, { id }, 'the administrator sees all');
});

t.test('a webhook from its making to its end', async (t) => {
  const service = await app(t, undefined, onThisMachine);
  const admin = await service.as('admin');
  const operator = await service.as('operator');
  const deliveries = worker(t, service.ctx);
  const hook = await receiver(t);
  const made = (await admin.post('/webhooks', { url: hook.url, actions: ['dispatch'] })).body;
  t.match((await admin.get(`/webhooks/${made.id}`)).text, /^(?!.*whsec_).*$/s, 'the key is not told again');
  await operator.post('/complaints', complaint());
  await deliveries.drain();
  t.same(
    hook.got.map(({ body }) => body.type),
    ['order.dispatch'],
    'only the actions asked for',
  );

  const idle = (await admin.patch(`/webhooks/${made.id}`, { active: false, description: '停' })).body;
  t.match(idle, { active: false, description: '停', actions: ['dispatch'] });
  await operator.post('/complaints', complaint());
  await admin.patch(`/webhooks/${made.id}`, { active: true, actions: null });
  await operator.post('/complaints', complaint());
  await admin.patch(`/webhooks/${made.id}`, { active: false });
  await deliveries.drain();
  t.equal(hook.got.length, 1, 'nothing while it is off');
  const list = `/webhooks/${made.id}/deliveries?status=dead&limit=1`;
  const first = (await admin.get(list)).body;
  t.match(first.items, [{ type: 'order.dispatch', status: 'dead', failure: 'off', log: [] }]);
  const second = (await admin.get(`${list}&cursor=${first.next}`)).body;
  t.match(second, { items: [{ type: 'complaint.file', status: 'dead' }], next: null });
  refused(
    t,
    'cursor',
    await admin.get(`${list.replace('dead', 'pending')}&cursor=${first.next}`),
    400,
    'INVALID_CURSOR',
  );

  await admin.patch(`/webhooks/${made.id}`, { active: true });
  await admin.post(`/webhooks/${made.id}/replay`, { deliveries: [second.items[0].id] });
  await deliveries.drain();
  t.match(hook.got[1], { id: second.items[0].id, body: { type: 'complaint.file' } });
  t.ok(hook.got[1] && signaturesBy(made.secret, hook.got[1]));

  await service.connection.db.execute(sql`update tokens set revoked_at = now() where role = 'admin'`);
  await operator.post('/complaints', complaint());
  await deliveries.drain();
  t.equal(hook.got.length, 2, 'nothing for an owner whose token is revoked');
  await service.connection.db.execute(sql`update tokens set revoked_at = null where role = 'admin'`);
  t.equal((await admin.delete(`/webhooks/${made.id}`)).status, 204);
  refused(t, 'gone', await admin.get(`/webhooks/${made.id}`), 404, 'NOT_FOUND');
  t.same((await admin.get('/webhooks')).body.items, []);
  t.equal((await operator.post('/complaints', complaint())).status, 201);

  for (let count = 0; count < 10; count += 1) t.equal((await admin.post('/webhooks', { url: hook.url })).status, 201);
  refused(t, 'an eleventh', await admin.post('/webhooks', { url: hook.url }), 409, 'TOO_MANY_WEBHOOKS');
  const page = (await admin.get('/webhooks?limit=7')).body;
  const rest = (await admin.get(`/webhooks?limit=7&cursor=${page.next}`)).body;
  t.equal(new Set([...page.items, ...rest.items].map(({ id }: { id: string }) => id)).size, 10);
});
