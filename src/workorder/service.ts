/** What units do with their orders. Every action is decided by the lifecycle table and written with its event in one transaction. */
import { type Session, scopeOf } from '../access/scope.ts';
import { addMinutes, shanghaiTime } from '../catalog/calendar.ts';
import type { Context } from '../context.ts';
import { AppError, fieldError } from '../http/errors.ts';
import { page, readInstant, readNumbers, writeCursor } from '../http/schemas.ts';
import { decide, isOrderState, type OrderAction, type OrderState, type Stamp } from './lifecycle.ts';
import type { ActionInput, EventView, OrderView, QueueQuery } from './schemas.ts';
import {
  changeHorizon,
  findOrder,
  insertCallback,
  insertEvents,
  listChanges,
  listEvents,
  listOrdersOf,
  listQueue,
  lockOrder,
  type OrderChange,
  type OrderRow,
  updateComplaint,
  updateOrder,
} from './store.ts';
import { viewEvents, viewOrder } from './view.ts';

/** States in which the unit has work to do: what a queue shows unless another is asked for. */
const openStates: readonly OrderState[] = ['dispatched', 'signed', 'contacted'];

const notFound = () => new AppError('NOT_FOUND', '没有这张工单');
const unitOf = ({ unit }: Session): string => {
  if (unit === null) throw new AppError('FORBIDDEN', '令牌不属于任何单位');
  return unit;
};

/** A page of the session's unit: by due time, or with `since` only what changed. */
export async function readQueue(ctx: Context, session: Session, query: QueueQuery, now: Date) {
  const unit = unitOf(session);
  const { catalog } = ctx.judgeAt(now);
  const view = (row: OrderRow) => viewOrder(row, session, catalog, now);
  // Read before the rows: a change in between is then told twice rather than never.
  const horizon = await changeHorizon(ctx.db);
  if (query.since !== undefined) {
    const [changed = 0, id = 0] = readNumbers(query.cursor ?? query.since, 'changes', unit, 2);
    const rows = await listChanges(ctx.db, unit, { changed, id }, horizon, query.status, query.limit + 1);
    const { items, next } = page(rows, query.limit, (row) => writeCursor('changes', unit, [row.changed, row.id]));
    return { items: items.map(view), next, since: next ?? writeCursor('changes', unit, [horizon, 0]) };
  }
  const filters = `${unit} ${query.status ?? ''}`;
  const after = query.cursor === undefined ? null : readInstant(query.cursor, 'queue', filters);
  const states = query.status === undefined ? openStates : [query.status];
  const rows = await listQueue(ctx.db, unit, states, after, query.limit + 1);
  const { items, next } = page(rows, query.limit, (row) =>
    writeCursor('queue', filters, [row.dueAt.toISOString(), row.id]),
  );
  return { items: items.map(view), next, since: writeCursor('changes', unit, [horizon, 0]) };
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
  action: Exclude<OrderAction, 'close'>,
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
      await afterReply(tx, row, callbackFollows, addMinutes(now, hours * 60), now);
    const after = await findOrder(tx, row.id, { kind: 'all' });
    return viewOrder(after ?? row, session, ctx.judgeAt(now).catalog, now);
  });
}

function stamps(names: readonly Stamp[], at: Date): Partial<Record<Stamp, Date>> {
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

/** The lead's reply settles the complaint: it waits for its call-back, or is closed where none is wanted. */
async function afterReply(
  tx: Context['db'],
  row: OrderRow,
  callbackFollows: boolean,
  dueAt: Date,
  now: Date,
): Promise<void> {
  if (!callbackFollows) {
    await updateComplaint(tx, row.complaintId, { status: 'closed', closedAt: now });
    return;
  }
  await updateComplaint(tx, row.complaintId, { status: 'replied' });
  await insertCallback(tx, {
    complaintId: row.complaintId,
    orderId: row.id,
    status: 'due',
    repliedAt: now,
    dueAt,
    attempts: 0,
  });
}

/** A call-back as the order's history tells it. */
export interface CallbackEvent {
  orderId: number;
  complaintId: number;
  orderStatus: string;
  /** A valid answer closes order and complaint. */
  valid: boolean;
  data: Record<string, unknown>;
}

/** Writes a call-back into an order's history and, when it was valid, closes the order and its complaint. */
export async function recordCallback(
  tx: Context['db'],
  session: Session,
  event: CallbackEvent,
  now: Date,
): Promise<void> {
  const { orderId, complaintId, valid, data } = event;
  const about = { complaintId, orderId, at: now, actor: session.actor };
  if (!valid) return insertEvents(tx, [{ ...about, action: 'callback', data }]);
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
