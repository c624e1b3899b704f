/** One complaint's whole way, as its users go it: intake, queue, handling, call-back, report. */
import t from 'tap';
import { app, complaint } from './helper.ts';

t.test('from intake to the rates report', async (t) => {
  const { as, clock } = await app(t);
  const operator = await as('operator');
  const street = await as('handler', '110105026');
  const agent = await as('callback');
  const analyst = await as('analyst');

  const filed = await operator.post('/complaints', complaint());
  t.equal(filed.status, 201);
  t.match(filed.body, {
    number: /^20261122\d{7}$/,
    code: /^[0-9A-HJKMNP-TV-Z]{26}$/,
    status: 'dispatched',
    classification: { need: { code: 'ZJ', accepted: true }, place: { street: { code: '110105026' } } },
    orders: [{ unit: { code: '110105026', kind: 'street' }, role: 'lead', status: 'dispatched', level: 'L3' }],
  });
  t.match(filed.body.orders[0], {
    signDueAt: '2026-11-22T14:00:00+08:00',
    contactDueAt: '2026-11-23T12:00:00+08:00',
    dueAt: '2026-11-29T12:00:00+08:00',
  });
  const { id } = filed.body.orders[0];

  const queue = await street.get('/queue');
  t.equal(queue.body.items.length, 1);
  t.match(queue.body.items[0], { id, number: filed.body.number, allowed: ['sign'], minutesLeft: 7 * 1440 });

  clock.forward(30);
  t.match((await street.post(`/orders/${id}/sign`)).body, { status: 'signed', signedAt: '2026-11-22T12:30:00+08:00' });
  clock.forward(60);
  t.match((await street.post(`/orders/${id}/contact`, { way: 'phone', note: '已约定上门' })).body, {
    status: 'contacted',
  });
  clock.forward(1440);
  const reply = await street.post(`/orders/${id}/reply`, { result: 'resolved', text: '垃圾已清运，杂物已清理。' });
  t.match(reply.body, { status: 'replied', result: 'resolved', overdue: false, allowed: [] });
  t.equal((await street.get('/queue')).body.items.length, 0, 'nothing is left to do for the unit');

  const due = await agent.get('/callbacks?status=due');
  t.match(due.body.items, [{ number: filed.body.number, orderId: id, attempts: 0, caller: { phone: '199****1234' } }]);
  const callback = due.body.items[0].id;
  const missed = await agent.post(`/callbacks/${callback}/attempts`, { way: 'phone', reached: false });
  t.match(missed, { status: 201, body: { valid: false, callback: { status: 'due', attempts: 1 } } });
  const answer = { way: 'phone', reached: true, contacted: true, resolved: true, satisfaction: 'basic' };
  const answered = await agent.post(`/callbacks/${callback}/attempts`, answer);
  t.match(answered, { status: 201, body: { valid: true, callback: { status: 'done', attempts: 2, resolved: true } } });
  t.equal((await agent.post(`/callbacks/${callback}/attempts`, answer)).body.code, 'ILLEGAL_ACTION');

  const report = await analyst.get('/reports/rates?by=street&period=2026-12');
  t.match(report.body.items, [
    {
      key: '110105026',
      volume: 1,
      closed: 1,
      valid: 1,
      resolved: 1,
      responseRate: 1,
      resolutionRate: 1,
      satisfactionRate: 0.9,
    },
  ]);
  t.match(report.body.items[0], { composite: 96, onTimeRate: 1, small: true, meetsTarget: true });
  t.match(report.body.total, { volume: 1, valid: 1, composite: 96 });

  const story = await operator.get(`/complaints/${filed.body.number}`);
  t.same(
    story.body.timeline.map((event: { action: string }) => event.action),
    ['file', 'dispatch', 'sign', 'contact', 'reply', 'callback', 'callback', 'close'],
  );
  t.equal(story.body.status, 'closed');
});
