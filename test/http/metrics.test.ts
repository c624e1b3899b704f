/** What /metrics says of orders: only those that are still open, by state. */
import t from 'tap';
import { district, duty, life } from '../life.ts';

t.test('open orders by state', async (t) => {
  const service = await life(t);
  const { app, act, handler, manager, operator, rule, file, signed } = service;
  const open = async () => {
    const { body } = await app.inject({ url: '/metrics' });
    const lines = [...body.matchAll(/^jiesu_orders_open\{status="(\w+)"\} (\d+)$/gm)];
    return Object.fromEntries(lines.map(([, status, count]) => [status, Number(count)]));
  };
  const none = { dispatched: 0, signed: 0, contacted: 0, objected: 0, parked: 0, replied: 0 };
  t.same(await open(), none);
  const [returned, parked, off] = [await file(), await signed(), await signed()];
  await act(handler, returned.id, 'return', duty);
  await act(manager, parked.id, 'park', { kind: '资金', reason: '等待', reviewOn: '2026-12-01' });
  await rule(parked.id, { on: 'park', approve: true });
  t.same(await open(), { ...none, objected: 1, parked: 1, signed: 1 });
  await rule(returned.id, { on: 'return', approve: true, unit: district });
  await operator.post(`/complaints/${off.number}/cancel`, { reason: '自行解决' });
  t.same(await open(), { ...none, dispatched: 1, parked: 1 }, 'what was re-dispatched or called off is not open');
});
