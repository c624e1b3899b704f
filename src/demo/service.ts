/** Runs synthetic complaints through the service itself: filing, triage, handling, call-backs, each at its own time. */
import { machine, type Session } from '../access/scope.ts';
import { recordAttempt } from '../callback/service.ts';
import { addMinutes } from '../catalog/calendar.ts';
import { dispatchComplaint } from '../complaint/service.ts';
import type { Context } from '../context.ts';
import { contact, reply, sign } from '../handling/service.ts';
import type { Filer } from '../intake/filing.ts';
import type { FiledComplaint } from '../intake/schemas.ts';
import { fileComplaint } from '../intake/service.ts';
import type { DemoCase } from './cases.ts';
import { findCallbackOf } from './store.ts';

const filer: Filer = { source: 'demo', actor: 'demo', tokenId: null, maySetReceivedAt: true, seesOthers: true };
/** Minutes from receipt to the triage desk's decision. */
const triageMinutes = 20;

const session = (role: Session['role'], unit: string | null = null): Session =>
  machine({ tokenId: 0, role, unit, name: 'demo', actor: `demo-${role}` });

/** Runs one case; answers false when it was there already. */
export async function runCase(
  ctx: Context,
  { externalNumber, receivedAt, complaint, expected, life }: DemoCase,
): Promise<boolean> {
  const request = { ...complaint, externalNumber, receivedAt: receivedAt.toISOString() };
  const { answer, replayed } = await fileComplaint(ctx, request, filer, receivedAt);
  if (replayed) return false;
  let orders: Orders = answer.orders;
  let start = receivedAt;
  if (answer.status === 'triage') {
    const lead = answer.classification.dispatch.lead?.code ?? expected.street ?? expected.district;
    if (lead === null || life === null) return true;
    start = addMinutes(receivedAt, triageMinutes);
    const request = { lead, reason: '研判台核实后派单' };
    ({ orders } = await dispatchComplaint(ctx, session('dispatcher'), answer.number, request, start));
  }
  if (life === null || orders.length === 0) return true;
  for (const order of orders) await handle(ctx, order, life, start);
  await callBack(ctx, orders, life, start);
  return true;
}

type Life = NonNullable<DemoCase['life']>;
type Orders = (Pick<FiledComplaint['orders'][number], 'id' | 'unit'> & { role: string })[];

async function handle(ctx: Context, order: Orders[number], life: Life, start: Date): Promise<void> {
  const who = { session: session('handler', order.unit.code), id: Number(order.id) };
  const at = (minutes: number) => ({ ...who, now: addMinutes(start, minutes) });
  await sign(ctx, at(life.signMinutes));
  if (order.role === 'co') {
    await reply(ctx, at(life.replyMinutes), { result: 'explained', text: '已配合主办单位处理。' });
    return;
  }
  if (life.contactMinutes !== null) {
    await contact(ctx, at(life.contactMinutes), { way: 'phone', note: '已与诉求人联系。' });
  }
  await reply(ctx, at(life.replyMinutes), { result: life.result, text: life.reply });
}

async function callBack(ctx: Context, orders: Orders, life: Life, start: Date): Promise<void> {
  const lead = orders.find(({ role }) => role === 'lead');
  const callback = lead === undefined ? undefined : await findCallbackOf(ctx.db, Number(lead.id));
  if (callback === undefined) return;
  for (const { minutesAfterReply, ...attempt } of life.attempts) {
    await recordAttempt(
      ctx,
      session('callback'),
      callback,
      attempt,
      addMinutes(start, life.replyMinutes + minutesAfterReply),
    );
  }
}
