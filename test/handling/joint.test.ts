/** Work of several: whistles and reports, communities, corrections, and what becomes of tasks that were handed out. */
import t from 'tap';
import { city, district, done, inVain, type Life, life, other, street } from '../life.ts';

const spot = { arrivedAt: '2026-11-22T12:30:00+08:00', text: '已到场，联合清理。' };
const community = '110105026034';

/** An order that has called a department of the city; the department's own order. */
async function whistled(service: Life) {
  const filed = await service.signed();
  const answer = await service.act(service.manager, filed.id, 'whistle', { units: [city], reason: '联合处置' });
  const called = (await service.of('handler', city)) ?? service.handler;
  const [task] = (await service.order(filed.id)).children;
  return { ...filed, answer, called, task };
}

t.test('a whistle, the report and the confirmation', async (t) => {
  const service = await life(t);
  const { act, order, manager, clock, of } = service;
  for (const by of ['own order', 'order of the street']) {
    const { id, answer, called, task } = await whistled(service);
    t.match(answer, { status: 200, body: { id, status: 'signed', version: 3 } });
    t.match(task, { unit: { code: city }, role: 'whistle', status: 'dispatched', arrivedAt: null, inTime: null });
    const queue = (await called.get('/queue')).body.items;
    t.match(queue.at(-1), {
      id: task.id,
      role: 'whistle',
      parentId: id,
      reason: '联合处置',
      allowed: ['sign', 'report'],
    });
    t.equal(Date.parse(task.dueAt) - clock.now.getTime(), 120 * 60_000, 'two hours to come');
    await inVain(t, service, 'it reads the order that called', () => called.get(`/orders/${id}`), 404, 'NOT_FOUND');
    await inVain(
      t,
      service,
      'a second whistle',
      () => act(manager, id, 'whistle', { units: [city], reason: '再次' }),
      400,
      'VALIDATION_FAILED',
      'units.0',
    );
    await inVain(
      t,
      service,
      'confirmed before it came',
      () => act(manager, id, 'confirm', { unit: city, tookPart: true }),
      409,
      'ILLEGAL_ACTION',
    );
    await inVain(t, service, 'a called unit replies', () => act(called, task.id, 'reply', done), 409, 'ILLEGAL_ACTION');
    clock.forward(30);
    const at = by === 'own order' ? task.id : id;
    const arrivedAt = new Date(clock.now.getTime() - 60_000).toISOString();
    const early = { ...spot, arrivedAt: '2026-11-22T11:59:59+08:00' };
    await inVain(
      t,
      service,
      'came before',
      () => act(called, at, 'report', early),
      400,
      'VALIDATION_FAILED',
      'arrivedAt',
    );
    await inVain(
      t,
      service,
      'in a stale version',
      () => act(called, at, 'report', { ...spot, arrivedAt, version: 9 }),
      409,
      'STALE_VERSION',
    );
    const stranger = await of('handler', other);
    await inVain(
      t,
      service,
      'one not called',
      () => act(stranger, at, 'report', { ...spot, arrivedAt }),
      404,
      'NOT_FOUND',
    );
    const reported = await act(called, at, 'report', { ...spot, arrivedAt });
    t.match(reported, {
      status: 200,
      body: { id: task.id, status: 'replied', statusLabel: '已报到待确认', allowed: [] },
    });
    t.match((await order(id)).children, [{ status: 'replied', inTime: true, tookPart: null }]);
    await inVain(
      t,
      service,
      'reported twice',
      () => act(called, task.id, 'report', { ...spot, arrivedAt }),
      409,
      'ILLEGAL_ACTION',
    );
    const confirmed = await act(manager, id, 'confirm', { unit: city, tookPart: true, note: '出动两人' });
    t.match(confirmed, { status: 200, body: { id, status: 'signed' } });
    t.match((await order(id)).children, [{ status: 'closed', tookPart: true }]);
    await inVain(
      t,
      service,
      'confirmed twice',
      () => act(manager, id, 'confirm', { unit: city, tookPart: false }),
      400,
      'VALIDATION_FAILED',
      'unit',
    );
    t.match(
      await act(manager, id, 'whistle', { units: [city, district], reason: '再次' }),
      { status: 200 },
      'called again',
    );
    await act(service.handler, id, 'reply', done);
    const children: { status: string }[] = (await order(id)).children;
    t.same(
      children.map(({ status }) => status),
      ['closed', 'closed', 'closed'],
      'nobody need come after the reply',
    );
    t.same((await called.get('/queue')).body.items, []);
  }
});

t.test('a report too late, and one confirmed after the reply', async (t) => {
  const service = await life(t);
  const { id, called, task } = await whistled(service);
  service.clock.forward(121);
  const arrivedAt = service.clock.now.toISOString();
  await service.act(called, task.id, 'sign');
  t.match(await service.act(called, task.id, 'report', { ...spot, arrivedAt }), { status: 200 }, 'signed first');
  await service.act(service.handler, id, 'reply', done);
  t.match(
    (await service.order(id)).children,
    [{ status: 'replied', inTime: false }],
    'what came stays to be confirmed',
  );
  t.match(await service.act(service.manager, id, 'confirm', { unit: city, tookPart: false }), { status: 200 });
  t.match((await service.order(id)).children, [{ status: 'closed', tookPart: false }]);
});

t.test('only streets whistle and hand on to communities', async (t) => {
  const service = await life(t);
  const { dispatcher, act, of, file } = service;
  const { number } = await file();
  await dispatcher.post(`/complaints/${number}/dispatch`, { lead: city, reason: '职责' });
  const { orders } = await service.complaint(number);
  const id = orders.at(-1).id;
  await act(await of('handler', city), id, 'sign');
  const head = await of('manager', city);
  await inVain(
    t,
    service,
    'a department whistles',
    () => act(head, id, 'whistle', { units: [street], reason: '联合处置' }),
    409,
    'ILLEGAL_ACTION',
  );
  t.match((await head.get(`/orders/${id}`)).body.allowed, ['park']);
});

t.test('a community', async (t) => {
  const service = await life(t);
  const { act, handler, order, clock, agent } = service;
  const { id, number } = await service.signed();
  clock.forward(10);
  const handed = await act(handler, id, 'delegate', { community, cell: '第三网格', reason: '就近处置' });
  t.match(handed, { status: 200, body: { id, role: 'lead', status: 'signed' } }, 'the street stays lead');
  const [task] = (await order(id)).children;
  const { dueAt } = await order(id);
  t.match(task, {
    role: 'sub',
    unit: { code: street },
    community: { code: community, name: '花家地西里社区居委会' },
    dueAt,
  });
  const { events } = await order(id);
  t.match(events.at(-1), {
    action: 'delegate',
    sentence: '朝阳区望京街道办事处交办花家地西里社区居委会（第三网格），理由：就近处置',
  });
  await act(handler, task.id, 'sign');
  t.match(await act(handler, task.id, 'contact', { way: 'visit' }), { status: 200 });
  await inVain(
    t,
    service,
    'handed on again',
    () => act(handler, task.id, 'delegate', { community }),
    409,
    'ILLEGAL_ACTION',
  );
  await inVain(
    t,
    service,
    'returned',
    () => act(handler, task.id, 'return', { reason: '不属于', duty: '无' }),
    409,
    'ILLEGAL_ACTION',
  );
  t.match(await act(handler, task.id, 'reply', done), { status: 200, body: { status: 'closed' } }, 'its own reply');
  t.match(await service.complaint(number), { status: 'dispatched' });
  t.same((await agent.get('/callbacks')).body.items, [], 'nobody is called back for it');
  await act(handler, id, 'delegate', { community });
  await act(handler, id, 'reply', done);
  t.match((await order(id)).children, [{ status: 'closed' }, { status: 'closed' }], 'an open one ends with the reply');
  const ended = (await service.complaint(number)).timeline.filter((one: { action: string }) => one.action === 'close');
  t.match(ended, [{ actor: 'system', sentence: '结案，理由：主办单位已办结' }]);
});

t.test('tasks end when the order is given to another', async (t) => {
  const service = await life(t);
  const { act, handler, manager, dispatcher, order, rule } = service;
  const ends: [string, (id: string, number: string) => Promise<unknown>][] = [
    [
      're-dispatched',
      (_, number) => dispatcher.post(`/complaints/${number}/dispatch`, { lead: district, reason: '属地' }),
    ],
    [
      'returned',
      async (id) => {
        await act(handler, id, 'return', { reason: '不属于', duty: '三定方案' });
        return rule(id, { on: 'return', approve: true, unit: district });
      },
    ],
  ];
  for (const [what, end] of ends) {
    const { id, number } = await service.signed();
    await act(manager, id, 'whistle', { units: [city], reason: '联合处置' });
    await act(handler, id, 'delegate', { community });
    await end(id, number);
    t.match(await order(id), { status: 'reassigned', children: [{ status: 'closed' }, { status: 'closed' }] }, what);
  }
});

t.test('corrections', async (t) => {
  const service = await life(t);
  const { act, handler, clock, order, callBack } = service;
  const { id, number } = await service.signed();
  clock.forward(60);
  await act(handler, id, 'contact', { way: 'phone', at: '2026-11-22T12:50:00+08:00' });
  await act(handler, id, 'contact', { way: 'phone', note: '再次' });
  await act(handler, id, 'reply', done);
  const { events } = await order(id);
  const [first, second, reply] = events.slice(-3).map((event: { id: string }) => event.id);
  const correct = (event: string, changes: object) =>
    act(handler, id, 'corrections', { event, changes, reason: '登记有误' });
  const right = await correct(first, { at: '2026-11-22T12:20:00+08:00' });
  t.match(right, { status: 200, body: { contactedAt: '2026-11-22T12:20:00+08:00', status: 'replied' } });
  t.match((await correct(second, { at: '2026-11-22T12:10:00+08:00' })).body, {
    contactedAt: '2026-11-22T12:20:00+08:00',
  });
  t.match((await correct(reply, { text: '已全部清运。', result: 'explained' })).body, {
    reply: '已全部清运。',
    result: 'explained',
  });
  const after = await order(id);
  t.same(after.events.slice(0, events.length), events, 'the entries stay as they were');
  t.match(after.events.at(-1), {
    action: 'correct',
    from: 'replied',
    to: 'replied',
    data: { event: reply, entry: 'reply', before: { text: '已清运。', result: 'resolved' }, reason: '登记有误' },
    sentence: '朝阳区望京街道办事处更正记录，理由：登记有误',
  });
  const elsewhere = await service.signed();
  const faults: [string, string, object, string][] = [
    ['words of a contact', first, { text: '好' }, 'changes.text'],
    ['a way of a reply', reply, { way: 'phone' }, 'changes.way'],
    ['a contact to come', first, { at: '2026-11-22T13:01:00+08:00' }, 'changes.at'],
    ['a contact before the dispatch', first, { at: '2026-11-22T11:59:00+08:00' }, 'changes.at'],
    ['the signature', events.at(-4).id, { text: '好' }, 'event'],
    ['an entry of another order', (await order(elsewhere.id)).events[0].id, { text: '好' }, 'event'],
  ];
  for (const [what, event, changes, path] of faults)
    await inVain(t, service, what, () => correct(event, changes), 400, 'VALIDATION_FAILED', path);
  await callBack(number);
  await inVain(t, service, 'once it is closed', () => correct(reply, { text: '好' }), 409, 'ILLEGAL_ACTION');
});
