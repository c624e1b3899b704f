/** What units do with their orders, who may, and what they see of the caller. */
import t from 'tap';
import { app, type Caller, complaint, refused, type T, type TestApp } from '../helper.ts';

const lift = () => complaint({ text: '电梯把人困住了，请尽快来人。', matter: 'M05.06.02', street: '110105026' });
const done = { result: 'resolved', text: '已处理。' };

async function setUp(t: T): Promise<TestApp & { operator: Caller; street: Caller }> {
  const service = await app(t);
  return { ...service, operator: await service.as('operator'), street: await service.as('handler', '110105026') };
}

t.test('the way of an order', async (t) => {
  const { operator, street, clock } = await setUp(t);
  const { body } = await operator.post('/complaints', complaint());
  const { id } = body.orders[0];
  const allowed = ['contact', 'reply', 'return', 'extend', 'delegate', 'correct'];
  const steps: [string, object | undefined, number, object][] = [
    ['reply', done, 409, { state: 'dispatched', allowed: ['sign', 'return'] }],
    ['contact', { way: 'phone' }, 409, { state: 'dispatched', allowed: ['sign', 'return'] }],
    ['sign', undefined, 200, { status: 'signed', signedAt: '2026-11-22T13:30:00+08:00', allowed }],
    ['sign', undefined, 409, { state: 'signed', allowed }],
    ['contact', { way: 'visit', at: '2026-11-22T13:40:00+08:00' }, 200, { contactedAt: '2026-11-22T13:40:00+08:00' }],
    ['contact', { way: 'phone', note: '再次联系' }, 200, { contactedAt: '2026-11-22T13:40:00+08:00' }],
    [
      'reply',
      { ...done, basis: '物业管理条例' },
      200,
      { status: 'replied', result: 'resolved', basis: '物业管理条例' },
    ],
    ['reply', done, 409, { state: 'replied', allowed: ['correct'] }],
    ['sign', undefined, 409, { state: 'replied', allowed: ['correct'] }],
  ];
  for (const [action, input, status, answer] of steps) {
    clock.forward(30);
    const found = await street.post(`/orders/${id}/${action}`, input);
    t.match(found, { status, body: answer }, action);
    if (status === 409) refused(t, `${action} refused`, found, 409, 'ILLEGAL_ACTION');
  }
  const { events } = (await street.get(`/orders/${id}`)).body;
  t.match(events, [
    { action: 'dispatch', to: 'dispatched', from: null },
    { action: 'sign', from: 'dispatched', to: 'signed', actor: /^handler#\d+$/ },
    { action: 'contact', from: 'signed', to: 'contacted', data: { way: 'visit', at: '2026-11-22T13:40:00.000+08:00' } },
    { action: 'contact', from: 'contacted', to: 'contacted', data: { note: '再次联系' } },
    { action: 'reply', from: 'contacted', to: 'replied', data: { result: 'resolved', text: '已处理。' } },
  ]);
  t.equal(events.length, 5, 'a refused action leaves no event');
});

t.test('reply without contact, and without a call-back', async (t) => {
  const { operator, street, as } = await setUp(t);
  const filed = await operator.post('/complaints', complaint({ wantsCallback: false }));
  const { id } = filed.body.orders[0];
  await street.post(`/orders/${id}/sign`);
  const reply = await street.post(`/orders/${id}/reply`, { result: 'unresolved', text: '无法处理。' });
  t.match(reply, { status: 200, body: { status: 'closed', contactedAt: null, closedAt: '2026-11-22T12:00:00+08:00' } });
  t.match((await operator.get(`/complaints/${filed.body.number}`)).body, { status: 'closed', closedAt: /^2026/ });
  t.same((await (await as('callback')).get('/callbacks?status=due')).body.items, [], 'nobody is called');
});

t.test('each co-handler has an order and a clock of its own', async (t) => {
  const { operator, street, as, clock } = await setUp(t);
  const city = await as('handler', 'BJ-SCJ');
  const agent = await as('callback');
  const filed = await operator.post('/complaints', lift());
  const [lead, co] = filed.body.orders;
  clock.forward(10);
  await city.post(`/orders/${co.id}/sign`);
  t.match(
    (await city.post(`/orders/${co.id}/reply`, done)).body,
    { status: 'closed', role: 'co' },
    'closed by its reply',
  );
  t.match((await operator.get(`/complaints/${filed.body.number}`)).body, { status: 'dispatched', closedAt: null });
  t.same((await agent.get('/callbacks')).body.items, [], 'the lead has not replied');
  t.match((await street.get(`/orders/${lead.id}`)).body, { status: 'dispatched', role: 'lead' });
  await street.post(`/orders/${lead.id}/sign`);
  await street.post(`/orders/${lead.id}/reply`, done);
  t.match((await agent.get('/callbacks')).body.items, [{ orderId: lead.id }]);
});

t.test('two sign at once', async (t) => {
  const { operator, street, as } = await setUp(t);
  const colleague = await as('handler', '110105026');
  for (let round = 0; round < 5; round += 1) {
    const { id } = (await operator.post('/complaints', complaint())).body.orders[0];
    const answers = await Promise.all([street, colleague].map((one) => one.post(`/orders/${id}/sign`)));
    t.same(answers.map(({ status }) => status).sort(), [200, 409], 'one wins');
    const { events } = (await street.get(`/orders/${id}`)).body;
    t.equal(events.filter(({ action }: { action: string }) => action === 'sign').length, 1, 'and one event');
  }
});

t.test('whose order it is', async (t) => {
  const { operator, street, as } = await setUp(t);
  const filed = await operator.post('/complaints', complaint());
  const { id } = filed.body.orders[0];
  const district = await as('handler', '110105');
  const units: [string, Caller, number, number][] = [
    ['another street', await as('handler', '110105001'), 404, 404],
    ['another district', await as('handler', '110101'), 404, 404],
    ['a city department', await as('handler', 'BJ-SCJ'), 404, 404],
    ['the district of the street', district, 200, 403],
    ['the manager of the district', await as('manager', '110105'), 200, 403],
    ['the manager of the street', await as('manager', '110105026'), 200, 403],
    ['the operator', operator, 200, 403],
  ];
  for (const [who, caller, read, write] of units) {
    t.equal((await caller.get(`/orders/${id}`)).status, read, `${who} reads the order`);
    t.equal((await caller.get(`/complaints/${filed.body.number}`)).status, read, `${who} reads the complaint`);
    const actions: [string, object | undefined][] = [
      ['sign', undefined],
      ['contact', { way: 'phone' }],
      ['reply', done],
    ];
    for (const [action, input] of actions)
      t.equal((await caller.post(`/orders/${id}/${action}`, input)).status, write, `${who}: ${action}`);
  }
  t.match((await street.get(`/orders/${id}`)).body, { status: 'dispatched', allowed: ['sign'] }, 'nothing was done');
  t.same((await district.get(`/orders/${id}`)).body.allowed, [], 'the district is not told that it may sign');
});

t.test('what is seen of the caller', async (t) => {
  const { operator, as } = await setUp(t);
  const person = { name: '欧阳乙', phone: '19900007654' };
  const open = await operator.post('/complaints', complaint({ caller: { ...person, secret: false } }));
  const secret = await operator.post('/complaints', complaint({ caller: { ...person, secret: true } }));
  const masked = { name: '欧**', phone: '199****7654', masked: true };
  const hidden = { name: null, phone: null, masked: true, secret: true };
  const views: [string, Caller, object | null, object | null][] = [
    ['handler', await as('handler', '110105026'), masked, hidden],
    ['manager', await as('manager', '110105026'), masked, hidden],
    ['handler of the district', await as('handler', '110105'), masked, hidden],
    ['operator', operator, masked, masked],
    ['dispatcher', await as('dispatcher'), masked, masked],
    ['callback', await as('callback'), masked, masked],
    ['admin', await as('admin'), masked, masked],
    ['auditor', await as('auditor'), masked, masked],
    ['assessor', await as('assessor'), null, null],
    ['analyst', await as('analyst'), null, null],
  ];
  for (const [who, caller, ...expected] of views) {
    for (const [index, filed] of [open, secret].entries()) {
      const view = expected[index] ?? null;
      const { number, orders } = filed.body;
      const answers = [await caller.get(`/complaints/${number}`)];
      if (who !== 'analyst') answers.push(await caller.get(`/orders/${orders[0].id}`));
      if (who === 'handler') answers.push(await caller.get('/queue'));
      for (const { body, text } of answers) {
        const seen = 'items' in body ? body.items[index].complaint.caller : (body.complaint ?? body).caller;
        if (view === null) t.equal(seen, null, `${who}: nobody`);
        else t.match(seen, view, `${who}: ${index === 1 ? 'secret' : 'open'}`);
        if (!('items' in body)) t.notMatch(text, /19900007654|欧阳乙/, `${who}: nowhere in the answer`);
      }
    }
  }
});
