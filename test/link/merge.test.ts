/** Whole lives of merged complaints: one unit handles the lead, each caller is called back; and a merge that is undone. */
import t from 'tap';
import { app, complaint, refused, type T } from '../helper.ts';

const lift = (changes: object = {}) =>
  complaint({ text: '电梯把人困住了，请尽快来人。', matter: 'M05.06.02', street: '110105026', ...changes });
const done = { result: 'resolved', text: '已救出。' };
const pleased = { way: 'phone', reached: true, contacted: true, resolved: true, satisfaction: 'satisfied' };

async function setUp(t: T) {
  const service = await app(t);
  const [operator, dispatcher, street, agent] = [
    await service.as('operator'),
    await service.as('dispatcher'),
    await service.as('handler', '110105026'),
    await service.as('callback'),
  ];
  const file = async (changes: object = {}) => {
    const { body } = await operator.post('/complaints', lift(changes));
    service.clock.forward(10);
    return { number: String(body.number), orders: body.orders.map(({ id }: { id: string }) => id) as string[] };
  };
  const merge = (number: string, to: string) =>
    dispatcher.post(`/complaints/${number}/link`, { to, kind: 'merge', reason: '同一部电梯' });
  const unmerge = (number: string, to: string) =>
    dispatcher.post(`/complaints/${number}/unlink`, { to, reason: '不是同一部' });
  const read = async (number: string) => (await dispatcher.get(`/complaints/${number}`)).body;
  const order = async (id = '') => (await dispatcher.get(`/orders/${id}`)).body;
  const reply = async (id = '') => {
    await street.post(`/orders/${id}/sign`);
    return street.post(`/orders/${id}/reply`, done);
  };
  return { ...service, operator, dispatcher, street, agent, file, merge, unmerge, read, order, reply };
}

t.test('merged, lead replied, two call-backs, both closed', async (t) => {
  const { file, merge, read, order, reply, street, agent, dispatcher, as } = await setUp(t);
  const lead = await file({ caller: { name: '赵甲', phone: '19900001111' } });
  const other = await file({ caller: { name: '钱乙', phone: '19900002222' } });
  await street.post(`/orders/${other.orders[0]}/sign`);
  const answer = await merge(other.number, lead.number);
  t.match(answer, { status: 200, body: { number: other.number, status: 'merged', links: [{ relation: 'lead' }] } });
  t.match(await order(other.orders[0]), {
    status: 'merged',
    statusLabel: '已并单',
    closedAt: '2026-11-22T12:20:00+08:00',
    events: [{ action: 'dispatch' }, { action: 'sign' }, { action: 'merge', from: 'signed', to: 'merged' }],
  });
  t.match(await order(other.orders[1]), { status: 'merged' }, 'the order of the co-handler, too');
  t.same(
    (await street.get('/queue')).body.items.map(({ number }: { number: string }) => number),
    [lead.number],
  );
  refused(t, 'signing it', await street.post(`/orders/${other.orders[0]}/sign`), 409, 'ILLEGAL_ACTION');
  const desk = await dispatcher.post(`/complaints/${other.number}/dispatch`, { lead: '110105', reason: '属地' });
  refused(t, 'dispatching it', desk, 409, 'ILLEGAL_ACTION');

  t.equal((await reply(lead.orders[0])).status, 200);
  const { items } = (await agent.get('/callbacks')).body;
  t.match(
    items.map((one: Record<string, unknown>) => [one.number, one.orderId, one.reply]),
    [
      [lead.number, lead.orders[0], '已救出。'],
      [other.number, lead.orders[0], '已救出。'],
    ],
    'each caller his own, on the work of the lead',
  );
  t.same(
    items.map(({ caller }: { caller: { phone: string } }) => caller.phone),
    ['199****1111', '199****2222'],
  );
  t.match(await read(other.number), { status: 'replied' });
  const missed = await agent.post(`/callbacks/${items[1].id}/attempts`, { way: 'phone', reached: false });
  t.match(missed, { status: 201, body: { valid: false, callback: { status: 'due', attempts: 1 } } });
  t.equal((await agent.post(`/callbacks/${items[1].id}/attempts`, pleased)).status, 201);
  t.match(await read(other.number), { status: 'closed', closedAt: /^2026/ });
  t.match(await read(lead.number), { status: 'replied' }, 'the lead waits for its own caller');
  t.match(await order(lead.orders[0]), { status: 'replied' });
  t.equal((await agent.post(`/callbacks/${items[0].id}/attempts`, pleased)).status, 201);
  t.match(await read(lead.number), { status: 'closed' });
  t.match(await order(lead.orders[0]), { status: 'closed' });
  t.same(
    (await read(other.number)).timeline.map(({ action }: { action: string }) => action),
    ['file', 'dispatch', 'dispatch', 'sign', 'link', 'merge', 'merge', 'follow', 'callback', 'callback', 'close'],
  );
  const rates = (await (await as('analyst')).get('/reports/rates?by=unit&period=2026-12')).body.items;
  t.match(rates, [{ key: '110105026', volume: 2, closed: 2, valid: 2, resolved: 2 }], 'two callers, two answers');
});

t.test('unmerged: the orders go on where they were, with their clocks', async (t) => {
  const { file, merge, unmerge, read, order, street, agent, clock, reply } = await setUp(t);
  const lead = await file();
  const other = await file({ caller: { phone: '19900002222' } });
  await street.post(`/orders/${other.orders[0]}/sign`);
  const before = [await order(other.orders[0]), await order(other.orders[1])];
  await merge(other.number, lead.number);
  clock.forward(90);
  const answer = await unmerge(lead.number, other.number);
  t.match(answer, { status: 200, body: { number: lead.number, status: 'dispatched', links: [] } }, 'from either side');
  t.match(await read(other.number), { status: 'dispatched', closedAt: null });
  for (const [index, id] of other.orders.entries()) {
    const { status, dueAt, signDueAt, contactDueAt, signedAt, closedAt, events } = await order(id);
    const was = before[index];
    t.same(
      { status, dueAt, signDueAt, contactDueAt, signedAt, closedAt },
      {
        status: index === 0 ? 'signed' : 'dispatched',
        dueAt: was.dueAt,
        signDueAt: was.signDueAt,
        contactDueAt: was.contactDueAt,
        signedAt: was.signedAt,
        closedAt: null,
      },
    );
    t.match(events.at(-1), { action: 'unmerge', from: 'merged', to: status, data: { number: lead.number } });
  }
  // Merged again in another state, and undone again: the newest merge counts.
  await street.post(`/orders/${other.orders[0]}/contact`, { way: 'phone' });
  await merge(other.number, lead.number);
  await unmerge(other.number, lead.number);
  t.match(await order(other.orders[0]), { status: 'contacted' });
  await reply(lead.orders[0]);
  const numbers = (await agent.get('/callbacks')).body.items.map(({ number }: { number: string }) => number);
  t.same(numbers, [lead.number], 'it follows no longer');
  t.match(await read(other.number), { status: 'dispatched' });
});

t.test('once the lead is replied there is no way back, nor in', async (t) => {
  const { file, merge, unmerge, reply } = await setUp(t);
  const [lead, other, late] = [await file(), await file(), await file()];
  await merge(other.number, lead.number);
  await reply(lead.orders[0]);
  const answer = await unmerge(other.number, lead.number);
  refused(t, 'unmerging', answer, 409, 'ILLEGAL_ACTION');
  t.equal(answer.body.state, 'replied');
  refused(t, 'merging into it', await merge(late.number, lead.number), 409, 'ILLEGAL_ACTION');
  refused(t, 'merging what is replied', await merge(lead.number, late.number), 409, 'ILLEGAL_ACTION');
});

t.test(
  'one that waits at the desk; one that wants no call-back; one merged into one that is merged later',
  async (t) => {
    const { file, merge, unmerge, read, reply, agent, operator } = await setUp(t);
    const vague = (await operator.post('/complaints', complaint({ text: '你好，我想说一件事情。' }))).body;
    const lead = await file();
    const silent = await file({ wantsCallback: false });
    const middle = await file();
    t.equal((await merge(vague.number, middle.number)).status, 200);
    t.match((await unmerge(vague.number, middle.number)).body, { status: 'triage' }, 'waits again');
    await merge(vague.number, middle.number);
    await merge(silent.number, lead.number);
    await merge(middle.number, lead.number);
    refused(t, 'the other way round', await merge(lead.number, middle.number), 409, 'ALREADY_LINKED');
    const late = await file();
    refused(t, 'into one that is merged', await merge(late.number, middle.number), 409, 'ILLEGAL_ACTION');
    await reply(lead.orders[0]);
    t.match(await read(silent.number), { status: 'closed', closedAt: /^2026/ });
    const numbers = (await agent.get('/callbacks')).body.items.map(({ number }: { number: string }) => number);
    t.same(numbers.sort(), [vague.number, lead.number, middle.number].sort(), 'all that follow, through others, too');
  },
);

t.test('a merge and the reply of its lead at once: either it is refused, or its caller is called back', async (t) => {
  const { file, merge, street, read, agent } = await setUp(t);
  for (let round = 0; round < 6; round += 1) {
    const [lead, other] = [await file(), await file()];
    await street.post(`/orders/${lead.orders[0]}/sign`);
    const [merged, replied] = await Promise.all([
      merge(other.number, lead.number),
      street.post(`/orders/${lead.orders[0]}/reply`, done),
    ]);
    t.equal(replied.status, 200);
    t.equal((await read(other.number)).status, merged.status === 200 ? 'replied' : 'dispatched');
    const due = (await agent.get('/callbacks?limit=500')).body.items.map(({ number }: { number: string }) => number);
    t.equal(due.includes(other.number), merged.status === 200);
  }
});
