/** Some months of a small town for the reports: demo cases with whole lives, and what the demo does not do. */
import { demoCases } from '../../../src/demo/cases.ts';
import { runCase } from '../../../src/demo/service.ts';
import { createLogger } from '../../../src/logger.ts';
import { runWatch } from '../../../src/watch/jobs.ts';
import { request } from '../../demo/helper.ts';
import { app, complaint, type T } from '../../helper.ts';

const street = '110105026';
const log = createLogger({ LOG_LEVEL: 'silent' });

/** `count` demo cases in each of October's and November's period; then, in November's, some hard lives. */
export async function town(t: T, count = 40) {
  const world = await app(t);
  const { ctx, clock, as } = world;
  const starts = ['2026-09-19', '2026-10-19'];
  for (const [at, start] of starts.entries()) {
    for (const one of demoCases(request(count, at + 1, start, 30)))
      await runCase(ctx, { ...one, externalNumber: `${at}-${one.externalNumber}` });
  }
  const [operator, dispatcher, handler] = [await as('operator'), await as('dispatcher'), await as('handler', street)];
  clock.now = new Date('2026-11-02T09:00:00+08:00');
  const file = async () => {
    const { body } = await operator.post('/complaints', complaint({ level: 'L3' }));
    return { number: String(body.number), id: String(body.orders[0].id) };
  };
  const [returned, moved, late, gone] = [await file(), await file(), await file(), await file()];
  clock.forward(60);
  await handler.post(`/orders/${returned.id}/sign`);
  await handler.post(`/orders/${returned.id}/return`, { reason: '不属于本街道', duty: '三定方案' });
  clock.forward(300);
  await dispatcher.post(`/orders/${returned.id}/rulings`, {
    on: 'return',
    approve: true,
    unit: '110105',
    reason: '属实',
  });
  await dispatcher.post(`/complaints/${moved.number}/dispatch`, { lead: '110105', reason: '改派' });
  await dispatcher.post(`/orders/${late.id}/supervise`, { reason: '久未签收' });
  await dispatcher.post(`/complaints/${gone.number}/cancel`, { reason: '诉求人撤回' });
  const district = await as('handler', '110105');
  for (const { number } of [returned, moved]) {
    const { body } = await dispatcher.get(`/complaints/${number}`);
    const lead = body.orders.find((one: { unit: { code: string }; status: string }) => one.unit.code === '110105');
    await district.post(`/orders/${lead.id}/sign`);
    clock.forward(120);
    await district.post(`/orders/${lead.id}/contact`, { way: 'phone', note: '已联系' });
    await district.post(`/orders/${lead.id}/reply`, { result: 'resolved', text: '已清运。' });
  }
  // The limits run out one after the other, as the clocks look at them.
  for (let day = 0; day < 12; day += 1) {
    clock.forward(24 * 60);
    await runWatch(ctx, log);
  }
  clock.now = new Date('2026-11-19T09:00:00+08:00');
  return { ...world, analyst: await as('analyst'), returned, moved, late };
}
