/** What units do with their orders. Every action is decided by the lifecycle table and written with its event in one transaction. */
import { type Session, scopeOf } from '../access/scope.ts';
import { addMinutes, shanghaiTime } from '../catalog/calendar.ts';
import type { Context } from '../context.ts';
import { AppError, fieldError } from '../http/errors.ts';
import { decide, isOrderState, lifecycle, type OrderAction, type Stamp } from './lifecycle.ts';
import type { ActionInput, EventView, OrderView } from './schemas.ts';
import {
  findOrder,
  insertCallback,
  insertEvents,
  listEvents,
  listOrders,
  listOrdersOf,
  lockFollowers,
  lockOrder,
  lockOrdersOf,
  type OrderChange,
  type OrderRow,
  statesBeforeMerge,
  updateComplaint,
  updateOrder,
} from './store.ts';
import { type Reader, viewEvents, viewOrder } from './view.ts';

const notFound = () => new AppError('NOT_FOUND', '没有这张工单');
const unitOf = ({ unit }: Session): string => {
  if (unit === null) throw new AppError('FORBIDDEN', '令牌不属于任何单位');
  return unit;
};

/** The orders of some ids, in their order, as a reader sees them. The caller has made sure that he may. */
export async function readOrders(
  ctx: Context,
  reader: Reader,
  ids: readonly number[],
  now: Date,
): Promise<OrderView[]> {
  if (ids.length === 0) return [];
  const { catalog } = ctx.judgeAt(now);
  const rows = new Map((await listOrders(ctx.db, ids)).map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = rows.get(id);
    return row === undefined ? [] : [viewOrder(row, reader, catalog, now)];
  });
}

/** All orders of a complaint that the session may see. */
export async function readOrdersOf(
  ctx: Context,
  session: Session,
  complaintId: number,
  now: Date,
): Promise<OrderView[]> {
  const { catalog } = ctx.judgeAt(now);
  const rows = await listOrdersOf(ctx.db, complaintId, scopeOf(session));
  return rows.map((row) => viewOrder(row, session, catalog, now));
}

/** One order with its history. */
export async function readOrder(ctx: Context, session: Session, id: number, now: Date) {
  const row = await findOrder(ctx.db, id, scopeOf(session));
  if (row === undefined) throw notFound();
  return {
    ...viewOrder(row, session, ctx.judgeAt(now).catalog, now),
    events: viewEvents(await listEvents(ctx.db, row.complaintId, row.id), session.role),
  };
}

/** The whole history of a complaint that the session may see. */
export async function readTimeline(ctx: Context, session: Session, complaintId: number): Promise<EventView[]> {
  return viewEvents(await listEvents(ctx.db, complaintId), session.role);
}

/**
 * Does an action on an order. Throws NOT_FOUND outside the session's scope, FORBIDDEN on another unit's order,
 * ILLEGAL_ACTION with state and allowed actions.
 */
export async function act(
  ctx: Context,
  session: Session,
  id: number,
  action: 'sign' | 'contact' | 'reply',
  input: ActionInput,
  now: Date,
): Promise<OrderView> {
  const at = input.at === undefined ? now : new Date(input.at);
  if (at > now) throw fieldError('at', '不能是将来的时间');
  return ctx.db.transaction(async (tx) => {
    const row = await lockOrder(tx, id, scopeOf(session));
    if (row === undefined) throw notFound();
    if (row.unit !== unitOf(session)) throw new AppError('FORBIDDEN', '只能处理本单位的工单');
    if (at < row.dispatchedAt) throw fieldError('at', '不能早于派单时间');
    const state = isOrderState(row.status) ? row.status : 'closed';
    const callbackFollows = row.role === 'lead' && row.wantsCallback;
    const decision = decide(state, action, session.role, { callbackFollows });
    if (!decision.ok) throw new AppError(decision.code, '', { state, allowed: decision.allowed });
    const change: OrderChange = { status: decision.to, ...stamps(decision.stamps, action === 'contact' ? at : now) };
    if (action === 'reply')
      Object.assign(change, { result: input.result, reply: input.text, basis: input.basis ?? null });
    await updateOrder(tx, row.id, change);
    await insertEvents(tx, [
      {
        complaintId: row.complaintId,
        orderId: row.id,
        at: now,
        actor: session.actor,
        action,
        fromStatus: state,
        toStatus: decision.to,
        data: eventData(action, input, at),
      },
    ]);
    const hours = ctx.judgeAt(now).catalog.assessment.callbackDueHours;
    if (action === 'reply' && row.role === 'lead')
      await afterReply(tx, row, session.actor, addMinutes(now, hours * 60), now);
    const after = await findOrder(tx, row.id, { kind: 'all' });
    return viewOrder(after ?? row, session, ctx.judgeAt(now).catalog, now);
  });
}

function stamps(names: readonly Stamp[], at: Date | null): Partial<Record<Stamp, Date | null>> {
  return Object.fromEntries(names.map((name) => [name, at]));
}

/** What the history keeps of an action. Notes and replies stand on the order; the event says how and what came of it. */
function eventData(
  action: OrderAction,
  { way, note, result, text, basis }: ActionInput,
  at: Date,
): Record<string, unknown> {
  if (action === 'contact') return { way, note: note ?? null, at: shanghaiTime(at) };
  if (action === 'reply') return { result, text, basis: basis ?? null };
  return {};
}

/**
 * The lead's reply settles the complaint, and with it those that were merged into it: each waits for its own call-back, or is
 * closed where none is wanted.
 */
async function afterReply(tx: Context['db'], row: OrderRow, actor: string, dueAt: Date, now: Date): Promise<void> {
  await settle(tx, row.complaintId, row.wantsCallback, row.id, dueAt, now);
  // After the lead: who links complaints locks it first, and so neither misses the other.
  for (const { id, wantsCallback } of await lockFollowers(tx, row.complaintId)) {
    const toStatus = await settle(tx, id, wantsCallback, row.id, dueAt, now);
    const data = { number: row.number };
    await insertEvents(tx, [
      { complaintId: id, at: now, actor, action: 'follow', fromStatus: 'merged', toStatus, data },
    ]);
  }
}

async function settle(
  tx: Context['db'],
  complaintId: number,
  wantsCallback: boolean,
  orderId: number,
  dueAt: Date,
  now: Date,
): Promise<'replied' | 'closed'> {
  if (!wantsCallback) {
    await updateComplaint(tx, complaintId, { status: 'closed', closedAt: now });
    return 'closed';
  }
  await updateComplaint(tx, complaintId, { status: 'replied' });
  await insertCallback(tx, { complaintId, orderId, status: 'due', repliedAt: now, dueAt, attempts: 0 });
  return 'replied';
}

/** Locks the orders of a complaint that is to be merged, before the complaint itself: an action on one locks in this order, too. */
export async function holdOrders(tx: Context['db'], complaintId: number): Promise<void> {
  await lockOrdersOf(tx, complaintId);
}

/**
 * Closes the open orders of a complaint that is merged into another, or opens them again as they were, with their clocks.
 * The caller holds the complaint's row locked. `data` stands in the history of each order.
 */
export async function mergeOrders(
  tx: Context['db'],
  session: Session,
  complaintId: number,
  action: 'merge' | 'unmerge',
  data: Record<string, unknown>,
  now: Date,
): Promise<void> {
  const states = action === 'unmerge' ? await statesBeforeMerge(tx, complaintId) : new Map<number, string>();
  for (const { id, status } of await lockOrdersOf(tx, complaintId)) {
    if (!isOrderState(status) || lifecycle[status][action] === undefined) continue;
    const before = states.get(id) ?? '';
    const facts = { callbackFollows: true, before: isOrderState(before) ? before : undefined };
    const decision = decide(status, action, session.role, facts);
    if (!decision.ok) throw new AppError(decision.code, '', { state: status, allowed: decision.allowed });
    const { to, clears } = decision;
    await updateOrder(tx, id, { status: to, ...stamps(clears, null), ...stamps(decision.stamps, now) });
    const about = { complaintId, orderId: id, at: now, actor: session.actor };
    await insertEvents(tx, [{ ...about, action, fromStatus: status, toStatus: to, data }]);
  }
}

/** A call-back as the order's history tells it. */
export interface CallbackEvent {
  orderId: number;
  complaintId: number;
  orderStatus: string;
  /** Whose order it is: a complaint that was merged is called back on the order of its lead. */
  orderComplaintId: number;
  /** A valid answer closes the complaint, and the order where it is its own. */
  valid: boolean;
  data: Record<string, unknown>;
}

/** Writes a call-back into the history and, when it was valid, closes the complaint and its own order. */
export async function recordCallback(
  tx: Context['db'],
  session: Session,
  event: CallbackEvent,
  now: Date,
): Promise<void> {
  const { orderId, complaintId, valid, data } = event;
  const own = event.orderComplaintId === complaintId;
  const about = { complaintId, orderId: own ? orderId : null, at: now, actor: session.actor };
  if (!valid) return insertEvents(tx, [{ ...about, action: 'callback', data }]);
  if (!own) {
    await insertEvents(tx, [
      { ...about, action: 'callback', data },
      { ...about, action: 'close', fromStatus: 'replied', toStatus: 'closed', data: {} },
    ]);
    return updateComplaint(tx, complaintId, { status: 'closed', closedAt: now });
  }
  const state = isOrderState(event.orderStatus) ? event.orderStatus : 'closed';
  const decision = decide(state, 'close', session.role, { callbackFollows: true });
  if (!decision.ok) throw new AppError(decision.code, '', { state, allowed: decision.allowed });
  await insertEvents(tx, [
    { ...about, action: 'callback', data },
    { ...about, action: 'close', fromStatus: state, toStatus: decision.to, data: {} },
  ]);
  await updateOrder(tx, orderId, { status: decision.to, ...stamps(decision.stamps, now) });
  await updateComplaint(tx, complaintId, { status: 'closed', closedAt: now });
}
