/** How often and when a caller is called, in which order, and what is kept of his answers. */
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import t from 'tap';
import { phoneFrom } from '../../src/callback/attempt.ts';
import { addMinutes } from '../../src/catalog/calendar.ts';
import { refused } from '../helper.ts';
import { answered, done, type Life, life, unresolved } from '../life.ts';
import { plain, useRules } from './rules.ts';

const missed = { way: 'phone', reached: false, reason: 'noAnswer' };

/** Files, signs and replies; answers the number. */
async function reply({ file, act, handler }: Life, level = 'L3'): Promise<string> {
  const { id, number } = await file(level);
  await act(handler, id, 'sign');
  await act(handler, id, 'reply', done);
  return number;
}

const numbers = async ({ agent }: Life, query = '') =>
  (await agent.get(`/callbacks${query}`)).body.items.map((one: { number: string }) => one.number);

t.test('spacing, and the last attempt', async (t) => {
  const service = await life(t);
  await useRules(service, plain);
  const { agent, clock, complaint, connection } = service;
  const number = await reply(service);
  const [{ id, orderId }] = (await agent.get('/callbacks')).body.items;
  for (let made = 1; made < 3; made += 1) {
    const { body } = await agent.post(`/callbacks/${id}/attempts`, missed);
    t.match(body, { valid: false, callback: { status: 'due', attempts: made } });
    clock.forward(59);
    t.same(await numbers(service), [], 'not due before the spacing has passed');
    clock.forward(1);
    t.match((await agent.get('/callbacks')).body.items, [{ id, attempts: made }], 'due again');
  }
  const last = await agent.post(`/callbacks/${id}/attempts`, missed);
  t.match(last, {
    status: 201,
    body: { valid: false, callback: { status: 'unreached', attempts: 3, answeredAt: null } },
  });
  const found = await complaint(number);
  t.match(found, { status: 'closed', closedAt: String, orders: [{ id: orderId, status: 'closed' }] });
  t.match(found.timeline.slice(-2), [
    { action: 'callback', sentence: '回访诉求人，未接通（无人接听）' },
    { action: 'close', data: { callback: 'unreached' } },
  ]);
  t.match((await agent.get('/callbacks?status=unreached')).body.items, [{ id, nextAt: null, resolved: null }]);
  const more = await agent.post(`/callbacks/${id}/attempts`, answered);
  refused(t, 'one more', more, 409, 'ILLEGAL_ACTION');
  const counted = await connection.db.execute(sql`select 1 from callbacks where answered_at is not null`);
  t.equal(counted.length, 0, 'nothing that counts');
  const all = (await agent.get(`/callbacks/${id}`)).body;
  t.match(all.attempts, [missed, missed, missed], 'each attempt is kept');
});

t.test('a reason that ends it at once', async (t) => {
  const service = await life(t);
  await useRules(service, plain);
  await reply(service);
  const [{ id }] = (await service.agent.get('/callbacks')).body.items;
  const wrong = { way: 'phone', reached: false, reason: 'wrongNumber' };
  t.match((await service.agent.post(`/callbacks/${id}/attempts`, wrong)).body, { callback: { status: 'unreached' } });
});

t.test('reasons that contradict', async (t) => {
  const service = await life(t);
  await reply(service);
  const [{ id }] = (await service.agent.get('/callbacks')).body.items;
  const send = (attempt: object) => service.agent.post(`/callbacks/${id}/attempts`, attempt);
  refused(t, 'reason with answers', await send({ ...answered, reason: 'busy' }), 400, 'VALIDATION_FAILED', 'reason');
  const reached = { way: 'phone', reached: true };
  refused(t, 'busy, but reached', await send({ ...reached, reason: 'busy' }), 400, 'VALIDATION_FAILED', 'reason');
  refused(t, 'unknown', await send({ ...missed, reason: 'lazy' }), 400, 'VALIDATION_FAILED', 'reason');
  refused(t, 'the caller’s own way', await send({ ...answered, way: 'public' }), 400, 'VALIDATION_FAILED', 'way');
  t.equal((await send({ ...reached, reason: 'other' })).status, 201);
});

t.test('by priority', async (t) => {
  const service = await life(t);
  await useRules(service, plain, { ...plain, code: 'T1', level: ['L1'], headStartMinutes: 120 });
  const expected: string[] = [];
  expected.push(await reply(service, 'L3'));
  service.clock.forward(119);
  expected.unshift(await reply(service, 'L1'));
  service.clock.forward(2);
  expected.push(await reply(service, 'L1'));
  expected.push(await reply(service, 'L3'));
  t.same(await numbers(service), expected, 'a head start, not a class of its own');
});

t.test('hours in which one may telephone', async (t) => {
  const start = new Date('2026-11-22T00:00:00+08:00');
  const minutes = fc.integer({ min: 0, max: 3 * 1440 });
  fc.assert(
    fc.property(minutes, fc.integer({ min: 0, max: 23 }), fc.integer({ min: 1, max: 24 }), (minute, a, b) => {
      const rule = { ...plain, fromHour: Math.min(a, b - 1), toHour: Math.max(a + 1, b) };
      const now = addMinutes(start, minute);
      const from = phoneFrom(rule, now);
      const hour = Math.floor((minute % 1440) / 60);
      const allowed = hour >= rule.fromHour && hour < rule.toHour;
      if (from === null || allowed) return from === null && allowed;
      const wait = (from.getTime() - now.getTime()) / 60_000;
      // The next opening, and the hours hold there.
      return (
        wait > 0 && wait < 1440 && phoneFrom(rule, from) === null && phoneFrom(rule, addMinutes(from, -1)) !== null
      );
    }),
  );
  const service = await life(t);
  await useRules(service, plain);
  await reply(service);
  t.match((await service.agent.get('/callbacks')).body.items, [{ phoneFrom: null }]);
  service.clock.forward(6 * 60);
  t.match((await service.agent.get('/callbacks')).body.items, [{ phoneFrom: '2026-11-23T09:00:00+08:00' }]);
});

t.test('the first and the final answer', async (t) => {
  const service = await life(t);
  const { agent, callBack, complaint, act, handler, clock } = service;
  const number = await reply(service);
  await callBack(number, unresolved);
  const { orders } = await complaint(number);
  const again = orders.at(-1).id;
  clock.forward(60);
  await act(handler, again, 'sign');
  await act(handler, again, 'reply', done);
  const { body } = await callBack(number, answered);
  t.match(body.callback, {
    resolved: true,
    answeredAt: '2026-11-22T13:00:00+08:00',
    first: { at: '2026-11-22T12:00:00+08:00', way: 'phone', resolved: false, satisfaction: 'dissatisfied' },
  });
  const items = (await agent.get('/callbacks?status=done')).body.items;
  t.match(items, [
    { resolved: false, first: { resolved: false } },
    { resolved: true, first: { resolved: false } },
  ]);
});
