/** Call-backs: which attempts are valid, what they change, what is due, and who may. */
import fc from 'fast-check';
import t from 'tap';
import { type Attempt, checkAttempt, grades, isValid } from '../../src/callback/attempt.ts';
import { app, type Caller, complaint, refused, stored, type T } from '../helper.ts';

const answers = { contacted: true, resolved: false, satisfaction: 'dissatisfied' } as const;
const valid = { way: 'phone', reached: true, ...answers };

/** A service with complaints that are replied: their call-backs are due. */
async function due(t: T, ...levels: string[]) {
  const service = await app(t);
  const operator = await service.as('operator');
  const street = await service.as('handler', '110105026');
  const agent = await service.as('callback');
  const numbers: string[] = [];
  for (const level of levels) numbers.push(await reply(operator, street, level));
  const items = (await agent.get('/callbacks')).body.items;
  return { ...service, operator, street, agent, numbers, items };
}

async function reply(operator: Caller, street: Caller, level = 'L3'): Promise<string> {
  const { body } = await operator.post('/complaints', complaint({ level }));
  const { id } = body.orders[0];
  await street.post(`/orders/${id}/sign`);
  await street.post(`/orders/${id}/reply`, { result: 'resolved', text: '已清运。' });
  return body.number;
}

t.test('contradictions', async (t) => {
  const { agent, items, connection } = await due(t, 'L3');
  const url = `/callbacks/${items[0].id}/attempts`;
  const before = await stored(connection);
  const cases: [string, object, ...string[]][] = [
    [
      'answers of a caller who was not reached',
      { reached: false, ...answers },
      'contacted',
      'resolved',
      'satisfaction',
    ],
    ['one answer of one not reached', { reached: false, resolved: true }, 'resolved'],
    ['grade without the rest', { reached: true, satisfaction: 'basic' }, 'contacted', 'resolved'],
    ['no grade', { reached: true, contacted: true, resolved: true }, 'satisfaction'],
    ['contacted not asked', { reached: true, resolved: true, satisfaction: 'satisfied' }, 'contacted'],
    ['unknown grade', { ...valid, satisfaction: 'ok' }, 'satisfaction'],
    ['words for yes', { ...valid, resolved: '是' }, 'resolved'],
    ['null', { ...valid, contacted: null }, 'contacted'],
    ['unknown field', { ...valid, score: 10 }, 'score'],
  ];
  for (const [what, attempt, ...paths] of cases) {
    refused(t, what, await agent.post(url, { way: 'phone', ...attempt }), 400, 'VALIDATION_FAILED', ...paths);
  }
  t.same(await stored(connection), before, 'nothing stored');
  t.match((await agent.get('/callbacks')).body.items, [{ attempts: 0, status: 'due' }]);
});

t.test('an attempt is valid when the caller was reached and answered everything', (t) => {
  const maybe = <V>(of: fc.Arbitrary<V>) => fc.option(of, { nil: undefined });
  const attempts: fc.Arbitrary<Attempt> = fc.record({
    way: fc.constant('phone'),
    reached: fc.boolean(),
    contacted: maybe(fc.boolean()),
    resolved: maybe(fc.boolean()),
    satisfaction: maybe(fc.constantFrom(...grades)),
  });
  fc.assert(
    fc.property(attempts, (attempt) => {
      const given = [attempt.contacted, attempt.resolved, attempt.satisfaction].filter(
        (one) => one !== undefined,
      ).length;
      const sound = attempt.reached ? given === 0 || given === 3 : given === 0;
      return (checkAttempt(attempt).length === 0) === sound && isValid(attempt) === (attempt.reached && given === 3);
    }),
  );
  t.pass();
  t.end();
});

t.test('attempts that reach nobody keep it due', async (t) => {
  const { agent, operator, items, numbers, street, clock } = await due(t, 'L3');
  const { id, orderId } = items[0];
  const vain: object[] = [
    { way: 'phone', reached: false },
    { way: 'sms', reached: false, note: '空号' },
    { way: 'phone', reached: true, note: '接通后挂断' },
  ];
  for (const [index, attempt] of vain.entries()) {
    const { status, body } = await agent.post(`/callbacks/${id}/attempts`, attempt);
    t.equal(status, 201);
    t.match(body, { id: String, valid: false, callback: { status: 'due', attempts: index + 1, answeredAt: null } });
  }
  clock.forward(120);
  t.match((await agent.get('/callbacks?status=due')).body.items, [{ id, attempts: 3, resolved: null }]);
  t.same((await agent.get('/callbacks?status=done')).body.items, []);
  t.match((await operator.get(`/complaints/${numbers[0]}`)).body, { status: 'replied', closedAt: null });
  t.match((await street.get(`/orders/${orderId}`)).body, { status: 'replied', closedAt: null });
});

t.test('a valid attempt closes order and complaint', async (t) => {
  const { agent, operator, street, clock, items, numbers } = await due(t, 'L3', 'L3');
  clock.forward(90);
  const right = { contacted: true, resolved: true, satisfaction: 'basic' };
  const answered = await agent.post(`/callbacks/${items[0].id}/attempts`, { ...valid, ...right, note: '已清运' });
  const at = '2026-11-22T13:30:00+08:00';
  t.match(answered, {
    status: 201,
    body: { valid: true, callback: { status: 'done', attempts: 1, answeredAt: at, ...right } },
  });
  const { body } = await operator.get(`/complaints/${numbers[0]}`);
  t.match(body, { status: 'closed', closedAt: at, orders: [{ status: 'closed', closedAt: at }] });
  t.match(body.timeline.slice(-2), [
    { action: 'callback', actor: /^callback#\d+$/, data: { valid: true, ...right } },
    { action: 'close', from: 'replied', to: 'closed' },
  ]);
  t.match((await street.get('/queue?status=closed')).body.items, [{ number: numbers[0] }]);
  const after = await agent.post(`/callbacks/${items[0].id}/attempts`, { ...valid, resolved: true });
  refused(t, 'a second answer', after, 409, 'ILLEGAL_ACTION');
  t.match(after.body, { state: 'done', allowed: [] });
  t.match((await agent.get('/callbacks?status=done')).body.items, [{ id: items[0].id, ...right }]);
  t.match((await operator.get(`/complaints/${numbers[1]}`)).body, { status: 'replied' }, 'the other one is as it was');
});

t.test('two valid attempts at once', async (t) => {
  const { agent, as, items, connection } = await due(t, 'L3', 'L3', 'L3');
  const colleague = await as('callback');
  for (const { id } of items) {
    const url = `/callbacks/${id}/attempts`;
    const both = await Promise.all([
      agent.post(url, valid),
      colleague.post(url, { ...valid, resolved: true, satisfaction: 'satisfied' }),
    ]);
    t.same(both.map(({ status }) => status).sort(), [201, 409], 'one counts');
    const winner = both.find(({ status }) => status === 201);
    const found = (await agent.get('/callbacks?status=done')).body.items.find((one: { id: string }) => one.id === id);
    t.match(found, { attempts: 1, resolved: winner?.body.callback.resolved }, 'the answer is that of the winner');
  }
  t.match(await stored(connection), { attempts: 3 });
});

t.test('many unreached attempts at once are all counted', async (t) => {
  const { agent, items, clock } = await due(t, 'L3');
  const url = `/callbacks/${items[0].id}/attempts`;
  await Promise.all(Array.from({ length: 4 }, () => agent.post(url, { way: 'phone', reached: false })));
  clock.forward(120);
  t.match((await agent.get('/callbacks')).body.items, [{ attempts: 4 }]);
  const more = await Promise.all(Array.from({ length: 3 }, () => agent.post(url, { way: 'phone', reached: false })));
  t.same(more.map(({ status }) => status).sort(), [201, 409, 409], 'the fifth is the last');
});

t.test('what is due', async (t) => {
  const { agent, operator, street, clock } = await due(t);
  const expected: string[] = [];
  for (let i = 0; i < 7; i += 1) {
    // Two at a time are due at the same instant.
    if (i % 2 === 0) clock.forward(10);
    expected.push(await reply(operator, street, i % 2 ? 'L3' : 'L4'));
  }
  // The clock of one server may be behind: first, though written last.
  clock.forward(-35);
  expected.unshift(await reply(operator, street));
  clock.forward(35);
  const numbers = (body: { items: { number: string }[] }) => body.items.map(({ number }) => number);
  const all = (await agent.get('/callbacks')).body;
  t.same(numbers(all), expected, 'the longest waiting first');
  const [first] = all.items;
  t.match(first, { repliedAt: '2026-11-22T12:05:00+08:00', dueAt: '2026-11-25T12:05:00+08:00', overdue: false });
  t.match(first, {
    result: 'resolved',
    reply: '已清运。',
    unit: { code: '110105026' },
    caller: { phone: '199****1234' },
  });
  const pages: string[][] = [];
  for (let next: string | null = '', n = 0; next !== null && n < 9; n += 1) {
    const { body } = await agent.get(`/callbacks?status=due&limit=3${next && `&cursor=${next}`}`);
    pages.push(numbers(body));
    next = body.next;
  }
  t.same(pages, [expected.slice(0, 3), expected.slice(3, 6), expected.slice(6)], 'each once');
  clock.forward(3 * 1440 - 20);
  const overdue = (await agent.get('/callbacks')).body.items.map((one: { overdue: boolean }) => one.overdue);
  t.same(overdue, [true, true, true, false, false, false, false, false], 'three days after the reply');
});
