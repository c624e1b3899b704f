/** Two act on one order at the same moment: what excludes each other is done once, nobody is answered 500, one lead remains. */
import t from 'tap';
import { type Answer, complaint as filed } from '../helper.ts';
import { city, district, done, duty, type Life, life, other, unresolved, withoutOneLead } from '../life.ts';

type Act = (order: { id: string; number: string }) => Promise<Answer>;

/** All that may be done to a signed order, or one that waits for a ruling, by its name. */
function acts({ act, handler, manager, dispatcher, operator, rule }: Life): Record<string, Act> {
  const send = (number: string, what: string, body: object) => dispatcher.post(`/complaints/${number}/${what}`, body);
  return {
    sign: ({ id }) => act(handler, id, 'sign'),
    contact: ({ id }) => act(handler, id, 'contact', { way: 'phone' }),
    reply: ({ id }) => act(handler, id, 'reply', done),
    return: ({ id }) => act(handler, id, 'return', duty),
    extend: ({ id }) => act(handler, id, 'extend', { days: 1, reason: '忙' }),
    park: ({ id }) => act(manager, id, 'park', { kind: '资金', reason: '等待', reviewOn: '2026-12-01' }),
    unpark: ({ id }) => act(manager, id, 'unpark'),
    lift: ({ id }) => act(dispatcher, id, 'unpark'),
    whistle: ({ id }) => act(manager, id, 'whistle', { units: [city], reason: '联合处置' }),
    delegate: ({ id }) => act(handler, id, 'delegate', { community: '110105026034' }),
    escalate: ({ id }) => act(dispatcher, id, 'escalate', { reason: '提级' }),
    approve: ({ id }) => rule(id, { on: 'return', approve: true, unit: district }),
    reject: ({ id }) => rule(id, { on: 'return', approve: false }),
    allow: ({ id }) => rule(id, { on: 'park', approve: true }),
    redispatch: ({ number }) => send(number, 'dispatch', { lead: city, reason: '职责' }),
    elsewhere: ({ number }) => send(number, 'dispatch', { lead: other, reason: '属地' }),
    cancel: ({ number }) => operator.post(`/complaints/${number}/cancel`, { reason: '自行解决' }),
    reopen: ({ number }) => send(number, 'reopen', { reason: '未解决' }),
  };
}

/** The ways an order is brought where the two find it. */
const stages: Record<string, string[]> = {
  dispatched: [],
  signed: ['sign'],
  objected: ['sign', 'return'],
  asked: ['sign', 'park'],
  parked: ['sign', 'park', 'allow'],
};

/** Pairs of which one forbids the other, whichever comes first. */
const exclusive: [string, string, string][] = [
  ['dispatched', 'sign', 'sign'],
  ['signed', 'return', 'reply'],
  ['signed', 'return', 'return'],
  ['signed', 'return', 'park'],
  ['signed', 'return', 'extend'],
  ['signed', 'extend', 'park'],
  ['signed', 'reply', 'reply'],
  ['signed', 'reply', 'cancel'],
  ['signed', 'reply', 'redispatch'],
  ['signed', 'cancel', 'cancel'],
  ['signed', 'return', 'redispatch'],
  ['signed', 'escalate', 'escalate'],
  ['objected', 'approve', 'approve'],
  ['objected', 'approve', 'reject'],
  ['asked', 'allow', 'reply'],
  ['asked', 'allow', 'return'],
  ['parked', 'unpark', 'lift'],
  ['parked', 'unpark', 'unpark'],
];
/** Pairs of which both may be done, one after the other, or the first only. */
const together: [string, string, string][] = [
  ['dispatched', 'sign', 'return'],
  ['dispatched', 'sign', 'cancel'],
  ['signed', 'contact', 'contact'],
  ['signed', 'contact', 'reply'],
  ['signed', 'whistle', 'reply'],
  ['signed', 'whistle', 'cancel'],
  ['signed', 'delegate', 'redispatch'],
  ['signed', 'whistle', 'delegate'],
  ['signed', 'redispatch', 'elsewhere'],
  ['signed', 'cancel', 'redispatch'],
  ['signed', 'escalate', 'redispatch'],
  ['signed', 'escalate', 'cancel'],
  ['signed', 'escalate', 'reply'],
  ['objected', 'approve', 'cancel'],
  ['objected', 'reject', 'cancel'],
  ['parked', 'unpark', 'cancel'],
  ['parked', 'unpark', 'reply'],
];

/** Both at once on an order brought to a stage, the first to be sent by turns: their answers. */
async function atOnce(service: Life, stage: string, pair: readonly [string, string], turn: number): Promise<Answer[]> {
  const all = acts(service);
  const order = await service.file();
  for (const step of stages[stage] ?? []) await all[step]?.(order);
  const sent = turn % 2 === 0 ? pair : ([pair[1], pair[0]] as const);
  const answers = await Promise.all(sent.map((name) => all[name]?.(order)));
  return answers.filter((answer) => answer !== undefined);
}

t.test('one wins, and the other is told the new state', async (t) => {
  const service = await life(t);
  for (const [stage, ...pair] of exclusive)
    for (let turn = 0; turn < 4; turn += 1) {
      const answers = await atOnce(service, stage, pair, turn);
      const what = `${pair.join(' and ')} of one that is ${stage}`;
      t.same(answers.map(({ status }) => status).sort(), [200, 409], what);
      const loser = answers.find(({ status }) => status === 409);
      t.match(loser?.body, { state: String, allowed: Array, code: /^[A-Z_]+$/ }, what);
    }
  t.same(await withoutOneLead(service), []);
});

t.test('both may be done, one after the other', async (t) => {
  const service = await life(t);
  for (const [stage, ...pair] of together)
    for (let turn = 0; turn < 4; turn += 1) {
      const statuses = (await atOnce(service, stage, pair, turn)).map(({ status }) => status).sort();
      t.ok(
        ['200,200', '200,409'].includes(statuses.join()),
        `${pair.join(' and ')} of one that is ${stage}: ${statuses}`,
      );
    }
  t.same(await withoutOneLead(service), []);
  const { db } = service.connection;
  const left = await db.execute(`select o.id from orders o join complaints c on c.id = o.complaint_id
    where c.status = 'cancelled' and o.closed_at is null`);
  t.same([...left], [], 'no order is left open of what was called off');
});

t.test('a complaint that waits for the desk', async (t) => {
  const service = await life(t);
  const { operator, dispatcher } = service;
  const vague = filed({ text: '你好，我想说一件事情。' });
  const { number: lead } = await service.file();
  const send = (number: string, what: string, body: object) => dispatcher.post(`/complaints/${number}/${what}`, body);
  const ways: Record<string, (number: string) => Promise<Answer>> = {
    dispatch: (number) => send(number, 'dispatch', { lead: district, reason: '属地' }),
    cancel: (number) => operator.post(`/complaints/${number}/cancel`, { reason: '自行解决' }),
    merge: (number) => send(number, 'link', { to: lead, kind: 'merge' }),
  };
  for (const [one, two] of [
    ['dispatch', 'dispatch'],
    ['dispatch', 'cancel'],
    ['dispatch', 'merge'],
    ['cancel', 'merge'],
  ])
    for (let turn = 0; turn < 4; turn += 1) {
      const { number } = (await operator.post('/complaints', vague)).body;
      const sent = turn % 2 === 0 ? [one, two] : [two, one];
      const answers = await Promise.all(sent.map((name) => ways[name ?? '']?.(number)));
      const statuses = answers.map((answer) => answer?.status ?? 0);
      // Whoever comes after the other has ended may find that it can still be done.
      t.ok(
        statuses.includes(200) && statuses.every((status) => [200, 400, 409].includes(status)),
        `${sent}: ${statuses}`,
      );
      const { status, orders } = await service.complaint(number);
      const open = orders.filter((order: { closedAt: string | null }) => order.closedAt === null).length;
      t.equal(open, status === 'dispatched' ? 1 : 0, `${sent}: ${status} with its orders`);
    }
  t.same(await withoutOneLead(service), []);
});

t.test('a call-back and the desk open it again at once', async (t) => {
  const service = await life(t);
  const { act, handler, agent, dispatcher } = service;
  for (let turn = 0; turn < 4; turn += 1) {
    const { id, number } = await service.signed();
    await act(handler, id, 'reply', done);
    const items: { id: string; number: string }[] = (await agent.get('/callbacks')).body.items;
    const callback = items.find((one) => one.number === number);
    const answers = await Promise.all([
      agent.post(`/callbacks/${callback?.id}/attempts`, unresolved),
      dispatcher.post(`/complaints/${number}/reopen`, { reason: '再次来电' }),
    ]);
    t.same(
      answers.map(({ status }) => status),
      [201, 409],
    );
    t.match((await service.complaint(number)).orders, [{ round: 1 }, { round: 2, status: 'dispatched' }]);
  }
  t.same(await withoutOneLead(service), []);
});
