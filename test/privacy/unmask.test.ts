/** Unmasking a caller: with a reason, by whom it concerns, so many times an hour, and never without its row in the audit. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { build } from '../../src/app.ts';
import { createLogger } from '../../src/logger.ts';
import { app, type Caller, complaint, refused, type TestApp } from '../helper.ts';

const whole = { name: '赵甲', phone: '19900001234' };
const unmask = (caller: Caller, number: string, reason = '首次联系') =>
  caller.post(`/complaints/${number}/unmask`, { reason });

async function audited({ connection: { db } }: TestApp) {
  const rows = await db.execute<{ actor: string; action: string; target: string; reason: string }>(
    sql`select split_part(actor, '#', 1) as actor, action, target, detail ->> 'reason' as reason from audit order by id`,
  );
  return rows.map(({ actor, action, target, reason }) => `${actor} ${action} ${target} ${reason}`);
}

t.test('masked by default for everybody, whole on request', async (t) => {
  const service = await app(t);
  const { as } = service;
  const [operator, dispatcher] = [await as('operator'), await as('dispatcher')];
  const [handler, manager] = [await as('handler', '110105026'), await as('manager', '110105026')];
  const { number, orders } = (await operator.post('/complaints', complaint())).body;
  for (const caller of [operator, dispatcher, handler, manager]) {
    const masked = await caller.get(`/complaints/${number}`);
    t.match(masked.body.caller, { name: '赵**', phone: '199****1234', masked: true });
    t.notMatch(masked.text, /19900001234|赵甲/);
    const answer = await unmask(caller, number);
    t.equal(answer.status, 200);
    t.match(answer.body, { number, ...whole });
    t.equal(answer.headers['cache-control'], 'no-store');
  }
  t.match((await handler.get(`/orders/${orders[0].id}`)).body.complaint.caller, { phone: '199****1234' });
  t.match((await handler.get('/queue')).body.items[0].complaint.caller, { phone: '199****1234' });
  t.same(
    await audited(service),
    ['operator', 'dispatcher', 'handler', 'manager'].map(
      (role) => `${role} caller.unmask complaint:${number} 首次联系`,
    ),
  );
});

t.test('not for units that have no order of it now, and for none where the caller asked for secrecy', async (t) => {
  const service = await app(t);
  const { as } = service;
  const operator = await as('operator');
  const { number } = (await operator.post('/complaints', complaint())).body;
  const secret = (await operator.post('/complaints', complaint({ caller: { ...whole, secret: true } }))).body.number;
  const [handler, other, district] = [
    await as('handler', '110105026'),
    await as('handler', '110101001'),
    await as('handler', '110105'),
  ];
  refused(t, 'of another unit', await unmask(other, number), 404, 'NOT_FOUND');
  refused(t, 'of the district above', await unmask(district, number), 403, 'UNMASK_REFUSED');
  refused(t, 'secret', await unmask(handler, secret), 403, 'UNMASK_REFUSED');
  t.match((await handler.get(`/complaints/${secret}`)).body.caller, { name: null, phone: null, secret: true });
  t.match((await unmask(operator, secret)).body, whole, 'who takes complaints down may');
  await (await as('dispatcher')).post(`/complaints/${number}/dispatch`, { lead: '110105', reason: '改派区里' });
  refused(t, 'after it went elsewhere', await unmask(handler, number), 403, 'UNMASK_REFUSED');
  t.match((await unmask(district, number)).body, whole);
  refused(
    t,
    'without a reason',
    await operator.post(`/complaints/${number}/unmask`, {}),
    400,
    'VALIDATION_FAILED',
    'reason',
  );
  refused(t, 'with a blank one', await unmask(operator, number, '  '), 400, 'VALIDATION_FAILED', 'reason');
  refused(t, 'unknown', await unmask(operator, '209911220000001'), 404, 'NOT_FOUND');
  refused(t, 'an analyst', await unmask(await as('analyst'), number), 403, 'FORBIDDEN');
  t.same(
    (await audited(service)).map((line) => line.split(' ').slice(0, 2).join(' ')),
    [
      'handler caller.refuse',
      'handler caller.refuse',
      'operator caller.unmask',
      'handler caller.refuse',
      'handler caller.unmask',
      'analyst access.refuse',
    ],
  );
});

t.test('the call-back agent, for the task that he has claimed', async (t) => {
  const service = await app(t);
  const { as, clock } = service;
  const { number, orders } = (await (await as('operator')).post('/complaints', complaint())).body;
  const handler = await as('handler', '110105026');
  await handler.post(`/orders/${orders[0].id}/sign`);
  await handler.post(`/orders/${orders[0].id}/reply`, { result: 'resolved', text: '已清运。' });
  const agent = await as('callback');
  const { items } = (await agent.get('/callbacks')).body;
  t.match(items[0].caller, { phone: '199****1234' });
  refused(t, 'not claimed', await unmask(agent, number, '回访'), 403, 'UNMASK_REFUSED');
  await agent.post(`/callbacks/${items[0].id}/claim`);
  t.match((await unmask(agent, number, '回访')).body, whole);
  refused(t, 'claimed by another', await unmask(await as('callback'), number, '回访'), 403, 'UNMASK_REFUSED');
  clock.forward(24 * 60);
  refused(t, 'the claim is over', await unmask(agent, number, '回访'), 403, 'UNMASK_REFUSED');
});

t.test('so many times an hour', async (t) => {
  const service = await app(t);
  const limited = await build(service.ctx, createLogger({ LOG_LEVEL: 'silent' }), { unmaskLimit: 3 });
  t.teardown(() => limited.close());
  const operator = await service.as('operator');
  const { number } = (await operator.post('/complaints', complaint())).body;
  const look = async (token = operator.token) =>
    (
      await limited.inject({
        method: 'POST',
        url: `/api/v1/complaints/${number}/unmask`,
        headers: { authorization: `Bearer ${token}` },
        payload: { reason: '回电 19900009999' },
      })
    ).statusCode;
  const at = await Promise.all([look(), look(), look(), look(), look()]);
  t.same(at.toSorted(), [200, 200, 200, 429, 429], 'also where they come at once');
  t.equal(await look((await service.as('operator')).token), 200, 'each token has its own');
  service.clock.forward(61);
  t.equal(await look(), 200);
  t.notMatch((await audited(service)).join(), /19900009999/, 'a reason that names a number is masked');
});

t.test('asking whether a number has complained is a look, too', async (t) => {
  const service = await app(t);
  const operator = await service.as('operator');
  await operator.get('/complaints?phone=19900001234');
  const [line] = await audited(service);
  t.match(line, /^operator caller\.search caller:[0-9a-f]{16} /);
});
