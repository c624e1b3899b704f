/** What a unit reads of its cases is what the city reads: who leads them now, and their figures, also where one has gone on to another. */
import t from 'tap';
import { foldPending, keepUp } from '../../src/rollup/service.ts';
import { app, complaint } from '../helper.ts';

const [first, second] = ['110105026', '110105001'];

t.test('who leads is told to the units that help, and to the one before', async (t) => {
  const service = await app(t);
  const { body } = await (await service.as('operator')).post('/complaints', complaint());
  const [lead, helper] = [await service.as('manager', first), await service.as('handler', second)];
  const order = `/orders/${body.orders[0].id}`;
  t.equal((await (await service.as('handler', first)).post(`${order}/sign`)).status, 200);
  t.equal((await lead.post(`${order}/whistle`, { units: [second], reason: '联合处置' })).status, 200);
  const leadOf = async (caller: typeof helper) => (await caller.get(`/complaints/${body.number}`)).body.lead.code;
  t.equal(await leadOf(helper), first);
  t.match((await helper.get('/complaints')).body.items, [{ lead: { code: first } }]);
  const dispatcher = await service.as('dispatcher');
  await dispatcher.post(`/complaints/${body.number}/dispatch`, { lead: '110105', reason: '改派' });
  t.equal(await leadOf(lead), '110105');
});

t.test('a case that was handed on', async (t) => {
  const service = await app(t);
  const operator = await service.as('operator');
  const dispatcher = await service.as('dispatcher');
  const analyst = await service.as('analyst');
  const units = [await service.as('manager', first), await service.as('manager', second)];
  await operator.post('/complaints', complaint());
  const { body } = await operator.post('/complaints', complaint());
  const moved = await dispatcher.post(`/complaints/${body.number}/dispatch`, { lead: second, reason: '属地' });
  t.equal(moved.status, 200);
  const same = async (state: string) => {
    for (const asked of [
      'volume?by=unit',
      'volume?by=day',
      'needs?by=need',
      'timeliness?by=unit',
      'supervision?by=unit',
      'rates?by=unit',
    ])
      for (const [at, unit] of [first, second].entries()) {
        const url = `/reports/${asked}&unit=${unit}`;
        const [own, all] = [await units[at]?.get(url), await analyst.get(url)];
        t.equal(own?.status, 200, url);
        t.same([own?.body.items, own?.body.total], [all.body.items, all.body.total], `${url}, ${state}`);
      }
  };
  await same('counted from the orders');
  await keepUp(service.ctx.db, service.clock.now);
  await same('off the rollups');
  await operator.post(`/complaints/${body.number}/cancel`, { reason: '自行解决' });
  await same('with a change that is not folded in');
  t.ok((await foldPending(service.ctx.db)) > 0);
  const cases = async (at: number) =>
    (await units[at]?.get('/reports/volume/cases?by=unit&figure=volume&key=total'))?.body;
  t.match([await cases(0), await cases(1)], [{ count: 1 }, { count: 1 }], 'and each lists its own');
});
