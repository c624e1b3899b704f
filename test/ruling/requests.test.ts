/** What units ask of the desk and how it rules: returns, extensions, parking. */
import t from 'tap';
import { city, district, done, duty, inVain, type Life, life, other, street } from '../life.ts';

const leads = (complaint: { orders: { role: string; unit: { code: string }; status: string }[] }) =>
  complaint.orders.filter(({ role }) => role === 'lead').map(({ unit, status }) => `${unit.code} ${status}`);

t.test('the window of a return, by level', async (t) => {
  const service = await life(t);
  const { act, file, handler, clock } = service;
  const windows: [string, number][] = [
    ['L2', 120],
    ['L3', 1440],
    ['L4', 1440],
  ];
  for (const [level, minutes] of windows) {
    const [early, late] = [await file(level), await file(level)];
    clock.forward(minutes);
    t.match(
      await act(handler, early.id, 'return', duty),
      { status: 200, body: { status: 'objected' } },
      `${level}: to the last`,
    );
    clock.now = new Date(clock.now.getTime() + 1);
    const what = `${level}: a moment too late`;
    const answer = await inVain(
      t,
      service,
      what,
      () => act(handler, late.id, 'return', duty),
      409,
      'RETURN_WINDOW_CLOSED',
    );
    t.match(answer.body, { state: 'dispatched', allowed: ['sign'], version: 1 });
  }
  const { id } = await file('L1');
  await inVain(t, service, 'L1 takes none', () => act(handler, id, 'return', duty), 409, 'RETURN_NOT_ALLOWED');
});

t.test('a return that is rejected', async (t) => {
  const service = await life(t);
  const { act, file, handler, rule, order, clock } = service;
  const { id } = await file();
  const { dueAt } = await order(id);
  await act(handler, id, 'sign');
  await act(handler, id, 'contact', { way: 'phone' });
  const asked = await act(handler, id, 'return', { ...duty, proposedUnit: city });
  const request = { kind: 'return', ...duty, proposedUnit: city, by: /^handler#/ };
  t.match(asked.body, { status: 'objected', statusLabel: '退单待裁定', request, allowed: [] });
  clock.forward(30);
  await inVain(t, service, 'a reply meanwhile', () => act(handler, id, 'reply', done), 409, 'ILLEGAL_ACTION');
  await inVain(
    t,
    service,
    'a ruling on something else',
    () => rule(id, { on: 'park', approve: true }),
    409,
    'ILLEGAL_ACTION',
  );
  await inVain(
    t,
    service,
    'rejected and given away',
    () => rule(id, { on: 'return', approve: false, unit: city }),
    400,
    'VALIDATION_FAILED',
    'unit',
  );
  t.match(
    (await rule(id, { on: 'return', approve: false })).body,
    { status: 'contacted', request: null, dueAt },
    'as before',
  );
  t.match(await act(handler, id, 'return', duty), { status: 200 }, 'once more');
  await rule(id, { on: 'return', approve: false });
  const third = await inVain(
    t,
    service,
    'a third time',
    () => act(handler, id, 'return', duty),
    409,
    'RETURNS_EXHAUSTED',
  );
  t.notOk(third.body.allowed.includes('return'), 'the ruling binds');
  t.match(await act(handler, id, 'reply', done), { status: 200 }, 'it is handled then');
});

t.test('a return that is approved, and where it goes', async (t) => {
  const service = await life(t);
  const { act, file, handler, rule, order, complaint, clock, of } = service;
  const { id, number } = await file();
  await act(handler, id, 'return', duty);
  for (const [what, unit] of [
    ['nobody', undefined],
    ['oneself', street],
    ['an unknown unit', 'BJ-NIX'],
  ])
    await inVain(
      t,
      service,
      `to ${what}`,
      () => rule(id, { on: 'return', approve: true, ...(unit && { unit }) }),
      400,
      'VALIDATION_FAILED',
      'unit',
    );
  clock.forward(60);
  const ruled = await rule(id, { on: 'return', approve: true, unit: other });
  t.match(ruled, { status: 200, body: { id, status: 'reassigned', current: false, request: null, allowed: [] } });
  const [, next] = (await complaint(number)).orders;
  t.match(next, {
    unit: { code: other },
    role: 'lead',
    status: 'dispatched',
    dispatchedAt: '2026-11-22T13:00:00+08:00',
  });
  t.match(next, { dueAt: '2026-11-29T13:00:00+08:00', round: 1, current: true }, 'with clocks of its own');
  const second = await of('handler', other);
  t.match(await act(second, next.id, 'return', { ...duty, proposedUnit: city }), { status: 200 });
  t.match(await rule(next.id, { on: 'return', approve: true }), { status: 200 }, 'to the unit proposed');
  t.same(leads(await complaint(number)), [`${street} reassigned`, `${other} reassigned`, `${city} dispatched`]);
  const [, , last] = (await complaint(number)).orders;
  const third = await of('handler', city);
  await inVain(t, service, 'after two returns', () => act(third, last.id, 'return', duty), 409, 'RETURNS_EXHAUSTED');
  t.match(
    (await handler.get(`/orders/${id}`)).body,
    { status: 'reassigned', allowed: [] },
    'the first still sees his own',
  );
  t.equal((await handler.get(`/complaints/${number}`)).status, 200, 'and the complaint');
  await inVain(t, service, 'but cannot act', () => act(handler, id, 'sign'), 409, 'ILLEGAL_ACTION');
  t.same(
    (await order(id)).events.map(({ action }: { action: string }) => action),
    ['dispatch', 'return', 'approveReturn'],
  );
});

t.test('a co-handler may be let go without another', async (t) => {
  const service = await life(t);
  const { act, rule, dispatcher, complaint, file, of } = service;
  const { number } = await file();
  const helper = await of('handler', city);
  await dispatcher.post(`/complaints/${number}/dispatch`, { lead: street, co: [city], reason: '协办' });
  const before = await complaint(number);
  const co = before.orders.at(-1);
  await act(helper, co.id, 'return', duty);
  t.match(await rule(co.id, { on: 'return', approve: true }), { status: 200, body: { status: 'reassigned' } });
  t.equal((await complaint(number)).orders.length, 2, 'nobody takes its place');
  t.same(leads(await complaint(number)), [`${street} dispatched`], 'the lead is as it was');
});

t.test('an extension', async (t) => {
  const service = await life(t);
  const { act, handler, signed, rule, order, clock } = service;
  const { id } = await signed();
  await inVain(t, service, 'before it is asked', () => rule(id, { on: 'extend', approve: true }), 409, 'NO_REQUEST');
  const asked = await act(handler, id, 'extend', { days: 7, reason: '等待专家' });
  t.match(asked.body, {
    status: 'signed',
    request: { kind: 'extend', minutes: 7 * 1440 },
    dueAt: '2026-11-29T12:00:00+08:00',
  });
  await inVain(
    t,
    service,
    'asked twice',
    () => act(handler, id, 'extend', { days: 1, reason: '忙' }),
    409,
    'REQUEST_PENDING',
  );
  const park = { kind: '资金', reason: '等待', reviewOn: '2026-12-01' };
  await inVain(t, service, 'and parking', () => act(service.manager, id, 'park', park), 409, 'REQUEST_PENDING');
  await inVain(t, service, 'and a return', () => act(handler, id, 'return', duty), 409, 'REQUEST_PENDING');
  t.match((await rule(id, { on: 'extend', approve: false })).body, {
    request: null,
    dueAt: '2026-11-29T12:00:00+08:00',
  });
  await act(handler, id, 'extend', { hours: 48, reason: '等待专家' });
  const longer = await rule(id, { on: 'extend', approve: true });
  t.match(longer.body, { dueAt: '2026-12-01T12:00:00+08:00', request: null, status: 'signed' });
  await inVain(
    t,
    service,
    'a second one',
    () => act(handler, id, 'extend', { days: 1, reason: '忙' }),
    409,
    'EXTENSIONS_EXHAUSTED',
  );
  const late = await signed();
  const refused = await signed();
  await act(handler, late.id, 'extend', { days: 1, reason: '忙' });
  clock.forward(7 * 1440);
  await inVain(
    t,
    service,
    'asked when it is due',
    () => act(handler, refused.id, 'extend', { days: 1, reason: '忙' }),
    409,
    'ALREADY_DUE',
  );
  await inVain(
    t,
    service,
    'approved when it is due',
    () => rule(late.id, { on: 'extend', approve: true }),
    409,
    'ALREADY_DUE',
  );
  t.match(await rule(late.id, { on: 'extend', approve: false }), {
    status: 200,
    body: { overdue: false, minutesLeft: 0 },
  });
  t.match((await order(id)).events.at(-1), {
    sentence: /^同意延期（朝阳区望京街道办事处），时限改为 2026-12-01 12:00，理由：经核实$/,
  });
});

t.test('parking stops the reply clock', async (t) => {
  const service = await life(t);
  const { act, handler, manager, dispatcher, signed, rule, clock, of } = service;
  const park = { kind: '资金', reason: '等待拨款', reviewOn: '2026-12-20' };
  for (const [lifter, by] of [
    [manager, 'the unit'],
    [dispatcher, 'the desk'],
  ] as const) {
    const { id } = await signed();
    clock.forward(1440);
    const asked = await act(manager, id, 'park', park);
    t.match(asked.body, { status: 'signed', request: { kind: 'park', parkKind: '资金', reviewOn: '2026-12-20' } });
    t.match((await rule(id, { on: 'park', approve: false })).body, { status: 'signed', request: null, parked: null });
    await act(manager, id, 'park', park);
    t.match((await rule(id, { on: 'park', approve: true })).body, {
      status: 'parked',
      parked: { kind: '资金' },
      minutesLeft: 6 * 1440,
    });
    clock.forward(20 * 1440);
    t.match(
      (await handler.get(`/orders/${id}`)).body,
      { overdue: false, minutesLeft: 6 * 1440, allowed: [] },
      'it stands',
    );
    await inVain(t, service, 'a reply meanwhile', () => act(handler, id, 'reply', done), 409, 'ILLEGAL_ACTION');
    const above = await of('manager', district);
    await inVain(t, service, 'lifted by the district', () => act(above, id, 'unpark'), 403, 'FORBIDDEN');
    const lifted = await act(lifter, id, 'unpark', { reason: '资金到位' });
    t.match(lifted.body, { status: 'signed', parked: null, overdue: false, minutesLeft: 6 * 1440 }, `lifted by ${by}`);
    clock.forward(6 * 1440 + 1);
    t.match((await act(handler, id, 'contact', { way: 'phone' })).body, { overdue: true, minutesLeft: -1 });
    await act(manager, id, 'park', { ...park, reviewOn: '2027-12-20' });
    await rule(id, { on: 'park', approve: true });
    clock.forward(1440);
    t.match((await act(lifter, id, 'unpark')).body, { status: 'contacted', overdue: true }, 'what was late stays late');
    clock.now = new Date('2026-11-22T12:00:00+08:00');
  }
});

/** Ids of what waits for a ruling, page by page. */
async function waiting({ dispatcher }: Life, query: string): Promise<string[]> {
  const ids: string[] = [];
  for (let next: string | null = '', n = 0; next !== null && n < 20; n += 1) {
    const { body } = await dispatcher.get(`/rulings?limit=2${query}${next && `&cursor=${next}`}`);
    ids.push(...body.items.map(({ id }: { id: string }) => id));
    next = body.next;
  }
  return ids;
}

t.test('what waits for a ruling', async (t) => {
  const service = await life(t);
  const { act, handler, manager, signed, file, rule } = service;
  const [a, b, c, d, e] = [
    await signed('L4'),
    await signed('L2'),
    await signed('L3'),
    await file('L3'),
    await signed('L3'),
  ];
  t.same(await waiting(service, ''), []);
  await act(handler, a.id, 'extend', { days: 1, reason: '忙' });
  await act(handler, b.id, 'extend', { hours: 1, reason: '忙' });
  await act(manager, c.id, 'park', { kind: '资金', reason: '等待', reviewOn: '2026-12-01' });
  await act(handler, d.id, 'return', duty);
  await act(handler, e.id, 'extend', { days: 1, reason: '忙' });
  t.same(await waiting(service, ''), [b.id, c.id, d.id, e.id, a.id], 'the earliest due first');
  t.same(await waiting(service, '&on=extend'), [b.id, e.id, a.id]);
  t.same(await waiting(service, '&on=park'), [c.id]);
  t.same(await waiting(service, '&on=return'), [d.id]);
  await rule(b.id, { on: 'extend', approve: true });
  await act(handler, a.id, 'reply', done);
  await service.operator.post(`/complaints/${d.number}/cancel`, { reason: '自行解决' });
  await service.dispatcher.post(`/complaints/${c.number}/dispatch`, { lead: district, reason: '属地' });
  t.same(await waiting(service, ''), [e.id], 'what was ruled on, replied, called off or re-dispatched waits no more');
});
