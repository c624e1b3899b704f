/** A re-dispatch among the units that are at it already. */
import t from 'tap';
import { app, complaint } from '../helper.ts';

t.test('a co-handler that takes the lead has one order', async (t) => {
  const { as } = await app(t);
  const dispatcher = await as('dispatcher');
  const { number } = (await (await as('operator')).post('/complaints', complaint())).body;
  const send = (body: object) => dispatcher.post(`/complaints/${number}/dispatch`, { reason: '协同办理', ...body });
  t.equal((await send({ lead: '110105026', co: ['110105001'] })).status, 200);
  const { status, body } = await send({ lead: '110105001' });
  t.equal(status, 200);
  const orders = body.orders.map((one: { unit: { code: string }; role: string; status: string; current: boolean }) =>
    [one.unit.code, one.role, one.status, one.current].join(' '),
  );
  t.same(orders, [
    '110105026 lead reassigned false',
    '110105001 co reassigned false',
    '110105001 lead dispatched true',
  ]);
});
