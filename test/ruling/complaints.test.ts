/** What the desk decides of whole complaints: re-dispatch, supervision, escalation, calling off, opening again; and the story told. */
import t from 'tap';
import { complaint as filed } from '../helper.ts';
import {
  answered,
  city,
  district,
  done,
  duty,
  inVain,
  life,
  other,
  street,
  unresolved,
  withoutOneLead,
} from '../life.ts';

interface Row {
  id: string;
  unit: { code: string };
  role: string;
  status: string;
  round: number;
  current: boolean;
}
const rows = ({ orders }: { orders: Row[] }) =>
  orders.map((o) => `${o.unit.code} ${o.role} ${o.status} ${o.round}${o.current ? '' : ' replaced'}`);

t.test('re-dispatch keeps the trace of the first receiver', async (t) => {
  const service = await life(t);
  const { act, handler, dispatcher, complaint, order, clock, of } = service;
  const { id, number } = await service.signed();
  await act(handler, id, 'contact', { way: 'phone', note: '已约定上门' });
  const before = await order(id);
  clock.forward(60);
  const send = (body: object) => dispatcher.post(`/complaints/${number}/dispatch`, { reason: '职责在市级', ...body });
  const sent = await send({ lead: city, co: [district], level: 'L2' });
  t.match(sent, { status: 200, body: { status: 'dispatched', level: 'L2', lead: { code: city } } });
  t.same(rows(sent.body), [
    `${street} lead reassigned 1 replaced`,
    `${city} lead dispatched 1`,
    `${district} co dispatched 1`,
  ]);
  t.match(sent.body.orders[1], { level: 'L2', dueAt: '2026-11-23T13:00:00+08:00' }, 'with a clock of its own');
  const after = await order(id);
  t.same(after.events.slice(0, -1), before.events, 'its history stands');
  t.match(after.events.at(-1), { action: 'reassign', from: 'contacted', to: 'reassigned', actor: /^dispatcher#/ });
  t.match((await handler.get(`/orders/${id}`)).body, { status: 'reassigned', statusLabel: '已改派', allowed: [] });
  t.same((await handler.get('/queue')).body.items, [], 'it is not in the queue');
  for (const [action, body] of Object.entries({ reply: done, contact: { way: 'phone' }, return: duty }))
    await inVain(t, service, `${action} by the first`, () => act(handler, id, action, body), 409, 'ILLEGAL_ACTION');
  await inVain(t, service, 'to the same lead', () => send({ lead: city }), 400, 'VALIDATION_FAILED', 'lead');
  await inVain(
    t,
    service,
    'with the same helpers',
    () => send({ lead: city, co: [district] }),
    400,
    'VALIDATION_FAILED',
    'lead',
  );
  t.match(await send({ lead: city, co: [district, other] }), { status: 200 }, 'another helper');
  t.same(rows(await complaint(number)).slice(1), [
    `${city} lead dispatched 1`,
    `${district} co dispatched 1`,
    `${other} co dispatched 1`,
  ]);
  const back = await of('handler', city);
  await act(back, (await complaint(number)).orders[1].id, 'return', duty);
  await inVain(t, service, 'while a return is ruled on', () => send({ lead: street }), 409, 'ILLEGAL_ACTION');
});

t.test('supervision and escalation', async (t) => {
  const service = await life(t);
  const { act, handler, dispatcher, complaint, order, clock, of } = service;
  const { id, number } = await service.signed();
  t.match((await act(dispatcher, id, 'supervise', { reason: '多次来电' })).body, { supervisions: 1, status: 'signed' });
  t.match((await act(dispatcher, id, 'supervise', { reason: '仍未处理' })).body, { supervisions: 2 });
  for (const [what, unit] of [
    ['an unknown unit', 'BJ-NIX'],
    ['the same unit', street],
  ])
    await inVain(
      t,
      service,
      `escalated to ${what}`,
      () => act(dispatcher, id, 'escalate', { reason: '复杂', unit }),
      400,
      'VALIDATION_FAILED',
      'unit',
    );
  clock.forward(60);
  t.match((await act(dispatcher, id, 'escalate', { reason: '跨街道' })).body, {
    id,
    role: 'co',
    status: 'signed',
    current: true,
  });
  t.same(
    rows(await complaint(number)),
    [`${street} co signed 1`, `${district} lead dispatched 1`],
    'the unit above leads',
  );
  const [, lead] = (await complaint(number)).orders;
  t.match(lead, { dueAt: '2026-11-29T13:00:00+08:00', reason: '跨街道' });
  await inVain(
    t,
    service,
    'a co-handler is escalated',
    () => act(dispatcher, id, 'escalate', { reason: '复杂' }),
    409,
    'ILLEGAL_ACTION',
  );
  t.match((await act(handler, id, 'reply', done)).body, { status: 'closed' }, 'the street goes on beside it');
  t.match(await complaint(number), { status: 'dispatched' }, 'but no more settles it');
  const above = await of('handler', district);
  await inVain(
    t,
    service,
    'with nobody above',
    () => act(dispatcher, lead.id, 'escalate', { reason: '复杂' }),
    400,
    'VALIDATION_FAILED',
    'unit',
  );
  await act(above, lead.id, 'sign');
  await act(above, lead.id, 'reply', done);
  t.match(await complaint(number), { status: 'replied' });
  t.match((await order(id)).events.at(-2), {
    action: 'escalate',
    sentence: /^提级（.*望京.*），由北京市朝阳区.*主办，理由：跨街道$/,
  });
  await inVain(
    t,
    service,
    'supervised once replied',
    () => act(dispatcher, lead.id, 'supervise', { reason: '督办' }),
    409,
    'ILLEGAL_ACTION',
  );
});

t.test('calling a complaint off', async (t) => {
  const service = await life(t);
  const { act, handler, manager, dispatcher, operator, complaint, agent, as } = service;
  const cancel = (number: string, by = operator) => by.post(`/complaints/${number}/cancel`, { reason: '自行解决' });
  const { id, number } = await service.signed();
  await act(manager, id, 'whistle', { units: [city], reason: '联合处置' });
  await act(handler, id, 'extend', { days: 1, reason: '忙' });
  t.match(await cancel(number), { status: 200, body: { number, status: 'cancelled' } });
  t.same(rows(await complaint(number)), [`${street} lead cancelled 1`, `${city} whistle cancelled 1`]);
  t.match(await complaint(number), { status: 'cancelled', closedAt: String, orders: [{ request: null }] });
  t.same((await agent.get('/callbacks')).body.items, [], 'nobody is called back');
  await inVain(t, service, 'twice', () => cancel(number), 409, 'ILLEGAL_ACTION');
  const vague = (await operator.post('/complaints', filed({ text: '你好，我想说一件事情。' }))).body.number;
  t.match(
    await cancel(vague, dispatcher),
    { status: 200, body: { status: 'cancelled', orders: [] } },
    'one that waits',
  );
  await inVain(
    t,
    service,
    'then dispatched',
    () => dispatcher.post(`/complaints/${vague}/dispatch`, { lead: district, reason: '属地' }),
    409,
    'ILLEGAL_ACTION',
  );
  const replied = await service.signed();
  await act(handler, replied.id, 'reply', done);
  await inVain(t, service, 'once it is replied', () => cancel(replied.number), 409, 'ILLEGAL_ACTION');
  const [channel, stranger] = [await as('channel', undefined, 'app'), await as('channel', undefined, 'other')];
  const own = (await channel.post('/complaints', filed({ channel: 'app' }))).body.number;
  await inVain(t, service, 'by another channel', () => cancel(own, stranger), 404, 'NOT_FOUND');
  await inVain(t, service, 'what others have filed', () => cancel(replied.number, channel), 404, 'NOT_FOUND');
  t.match(await cancel(own, channel), { status: 200, body: { status: 'cancelled' } });
  await inVain(t, service, 'by a unit', () => cancel(replied.number, handler), 403, 'FORBIDDEN');
  await inVain(t, service, 'of no complaint', () => cancel('202611229999999'), 404, 'NOT_FOUND');
  await inVain(
    t,
    service,
    'without a reason',
    () => operator.post(`/complaints/${replied.number}/cancel`, {}),
    400,
    'VALIDATION_FAILED',
    'reason',
  );
});

t.test('a complaint that others were merged into is not called off', async (t) => {
  const service = await life(t);
  const { operator, dispatcher, complaint, file } = service;
  const [lead, follower] = [await file(), await file()];
  await dispatcher.post(`/complaints/${follower.number}/link`, { to: lead.number, kind: 'merge' });
  const cancel = () => operator.post(`/complaints/${lead.number}/cancel`, { reason: '自行解决' });
  await inVain(t, service, 'it has a follower', cancel, 409, 'ILLEGAL_ACTION');
  await dispatcher.post(`/complaints/${follower.number}/unlink`, { to: lead.number, reason: '各自办理' });
  t.equal((await cancel()).status, 200, 'once it has none');
  t.match(await complaint(follower.number), { status: 'dispatched' }, 'the other goes on');
});

t.test('opening again: once by rule, then by the desk', async (t) => {
  const service = await life(t);
  const { act, handler, dispatcher, complaint, order, callBack, agent, clock } = service;
  const { id, number } = await service.signed();
  const reopen = (body = {}) => dispatcher.post(`/complaints/${number}/reopen`, { reason: '诉求人再次来电', ...body });
  await inVain(t, service, 'while it is handled', reopen, 409, 'ILLEGAL_ACTION');
  await act(handler, id, 'reply', done);
  await inVain(t, service, 'while it is called back', reopen, 409, 'ILLEGAL_ACTION');
  const before = await order(id);
  clock.forward(60);
  await callBack(number, unresolved);
  t.same(rows(await complaint(number)), [`${street} lead closed 1 replaced`, `${street} lead dispatched 2`]);
  t.match(await complaint(number), { status: 'dispatched', closedAt: null });
  t.same((await order(id)).events.slice(0, before.events.length), before.events, 'the earlier round is kept');
  t.match(await order(id), { status: 'closed', reply: done.text, closedAt: '2026-11-22T13:00:00+08:00' });
  const [, second] = (await complaint(number)).orders;
  t.match(second, { dueAt: '2026-11-29T13:00:00+08:00', reason: '回访未解决，按规则重办', repliedAt: null });
  await act(handler, second.id, 'sign');
  await act(handler, second.id, 'reply', { ...done, text: '已重新清运。' });
  t.match((await agent.get('/callbacks')).body.items, [{ orderId: second.id, reply: '已重新清运。', attempts: 0 }]);
  await callBack(number, unresolved);
  t.match(await complaint(number), { status: 'closed' }, 'the rule opens it once');
  await inVain(t, service, 'to an unknown unit', () => reopen({ unit: 'BJ-NIX' }), 400, 'VALIDATION_FAILED', 'unit');
  t.match(await reopen({ unit: other }), { status: 200, body: { status: 'dispatched' } });
  t.same(rows(await complaint(number)).slice(1), [`${street} lead closed 2 replaced`, `${other} lead dispatched 3`]);
  const [, , third] = (await complaint(number)).orders;
  const neighbour = await service.of('handler', other);
  await act(neighbour, third.id, 'sign');
  await act(neighbour, third.id, 'reply', done);
  await callBack(number, answered);
  t.same((await agent.get('/callbacks?status=done')).body.items.length, 3, 'an answer of each round');
  await inVain(t, service, 'once it is resolved', reopen, 409, 'ILLEGAL_ACTION');
  const unwanted = await service.file('L3', { wantsCallback: false });
  await act(handler, unwanted.id, 'sign');
  await act(handler, unwanted.id, 'reply', done);
  const again = await dispatcher.post(`/complaints/${unwanted.number}/reopen`, { reason: '诉求人再次来电' });
  t.match(again, { status: 200, body: { orders: [{ round: 1 }, { round: 2, unit: { code: street } }] } });
  t.same(await withoutOneLead(service), []);
});

t.test('the story of a complaint in sentences', async (t) => {
  const service = await life(t);
  const { act, handler, manager, dispatcher, rule, complaint, callBack, clock, of } = service;
  const { id, number } = await service.file();
  await act(handler, id, 'return', { ...duty, proposedUnit: city });
  await rule(id, { on: 'return', approve: false });
  await act(handler, id, 'sign');
  await act(handler, id, 'contact', { way: 'phone', note: '已约定上门' });
  await act(manager, id, 'whistle', { units: [city], reason: '联合处置' });
  const called = await of('handler', city);
  await act(called, id, 'report', { arrivedAt: clock.now.toISOString(), text: '已到场' });
  await act(manager, id, 'confirm', { unit: city, tookPart: true });
  await act(handler, id, 'extend', { days: 1, reason: '等待材料' });
  await rule(id, { on: 'extend', approve: true });
  await act(manager, id, 'park', { kind: '资金', reason: '等待拨款', reviewOn: '2026-12-01' });
  await rule(id, { on: 'park', approve: true });
  clock.forward(1440);
  await act(manager, id, 'unpark', { reason: '资金到位' });
  await act(dispatcher, id, 'supervise', { reason: '多次来电' });
  await act(handler, id, 'reply', { ...done, basis: '物业管理条例' });
  await callBack(number, { way: 'phone', reached: false });
  clock.forward(120);
  await callBack(number, unresolved);
  const { timeline } = await complaint(number);
  const [unit, department] = ['朝阳区望京街道办事处', '北京市市场监督管理局'];
  t.same(
    timeline.map(({ sentence }: { sentence: string }) => sentence),
    [
      '受理诉求（电话），已派单',
      `派单给${unit}（主办），时限 2026-11-29 12:00，理由：事项“住房与物业—物业管理—物业服务差”按派单目录由所在街道（乡镇）主办`,
      `${unit}申请退单，理由：不属于本街道；职责依据：三定方案第二条；建议改派${department}`,
      `驳回退单（${unit}），理由：经核实`,
      `${unit}签收`,
      `${unit}联系诉求人（电话）：已约定上门`,
      `${unit}吹哨：${department}，理由：联合处置`,
      `派单给${department}（吹哨报到），时限 2026-11-22 14:00，理由：联合处置`,
      `${department}报到，到场时间 2026-11-22 12:00：已到场`,
      `吹哨单位确认${department}已参与处置`,
      `${unit}申请延期到 2026-11-30 12:00，理由：等待材料`,
      `同意延期（${unit}），时限改为 2026-11-30 12:00，理由：经核实`,
      `${unit}申请挂账（资金），复核日期 2026-12-01，理由：等待拨款`,
      `同意挂账，办理时限暂停（${unit}），理由：经核实`,
      `${unit}销账，恢复办理，时限改为 2026-12-01 12:00，理由：资金到位`,
      `督办（${unit}），理由：多次来电`,
      `${unit}办结，已解决：已清运。依据：物业管理条例`,
      '回访诉求人，未接通',
      '回访诉求人，未解决',
      '结案',
      `重办（${unit}），由${unit}办理，理由：回访未解决，按规则重办`,
      `派单给${unit}（主办），第 2 轮办理，时限 2026-11-30 14:00，理由：回访未解决，按规则重办`,
    ],
  );
  t.equal(
    new Set(timeline.map(({ id: one }: { id: string }) => one)).size,
    timeline.length,
    'each with an id of its own',
  );
});
