/**
 * The life of orders in the database. Every change is decided by the lifecycle table and written with its event in the
 * transaction of whoever asks for it: units (`handling`), the desk (`ruling`), call-backs, links, the clocks (`watch`).
 */
import { type Session, scopeOf } from '../access/scope.ts';
import { readAttachments } from '../attachment/service.ts';
import type { Context } from '../context.ts';
import { insertEvents } from '../db/history.ts';
import { beyond } from '../db/sight.ts';
import { AppError } from '../http/errors.ts';
import { allowedActions, decide } from './decide.ts';
import { clockFacts, factsOf } from './facts.ts';
import { type OrderAction, type OrderState, openStates, transitionOf } from './lifecycle.ts';
import { nextLook } from './marks.ts';
import { evolve, type RequestKind } from './order.ts';
import { newOrder, type Placement, successor } from './placement.ts';
import { type Settled, settledBy } from './sampling.ts';
import type { EventView, OrderView } from './schemas.ts';
import {
  findEvent,
  findOrder,
  insertCallback,
  insertOrders,
  listChildren,
  listEvents,
  listOrders,
  listOrdersOf,
  listRequests,
  lockChildren,
  lockFollowers,
  lockOrder,
  lockOrdersOf,
  type OrderRow,
  setNextLook,
  takeDue,
  updateComplaint,
  updateOrder,
} from './store.ts';
import { type Reader, viewChild, viewEvents, viewOrder } from './view.ts';
import { type Act, bySystem, type Work, workOf } from './work.ts';

const notFound = () => new AppError('NOT_FOUND', '没有这张工单');

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
    return row === undefined ? [] : [viewOrder(row, reader, { catalog, vault: ctx.vault }, now)];
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
  return rows.map((row) => viewOrder(row, session, { catalog, vault: ctx.vault }, now));
}

/** One order with its history and the tasks it has handed out. */
export async function readOrder(ctx: Context, session: Session, id: number, now: Date) {
  const row = await findOrder(ctx.db, id, scopeOf(session));
  if (row === undefined) throw notFound();
  const { catalog } = ctx.judgeAt(now);
  return {
    ...viewOrder(row, session, { catalog, vault: ctx.vault }, now),
    children: (await beyond(() => listChildren(ctx.db, id))).map((child) => viewChild(child, catalog)),
    attachments: await readAttachments(ctx.db, session, row.complaintId, row.id),
    events: viewEvents(await listEvents(ctx.db, row.complaintId, row.id), session.role, catalog),
  };
}

/** The whole history of a complaint that the session may see. */
export async function readTimeline(
  ctx: Context,
  session: Session,
  complaintId: number,
  now: Date,
): Promise<EventView[]> {
  return viewEvents(await listEvents(ctx.db, complaintId), session.role, ctx.judgeAt(now).catalog);
}

/** An order of the session's scope, locked. Throws NOT_FOUND, or STALE_VERSION where it is no longer in the version named. */
export async function holdOrder(
  work: Work,
  session: Session,
  id: number,
  version: number | undefined,
): Promise<OrderRow> {
  const row = await lockOrder(work.tx, id, scopeOf(session));
  if (row === undefined) throw notFound();
  checkVersion(work, row, version);
  return row;
}

/**
 * Runs an action on an order of the session's scope, in one transaction. Throws as `holdOrder` does, or what the lifecycle
 * refuses.
 */
export async function onOrder(
  ctx: Context,
  { session, id, version, now }: Act,
  action: (work: Work, row: OrderRow) => Promise<OrderRow>,
): Promise<OrderView> {
  return ctx.db.transaction(async (tx) => {
    const work = workOf(tx, ctx, session, now);
    const row = await holdOrder(work, session, id, version);
    return viewOrder(await action(work, row), session, { catalog: work.catalog, vault: ctx.vault }, now);
  });
}

/** Throws STALE_VERSION where an order is no longer in the version that was named, if one was. */
export function checkVersion({ catalog, role, now }: Work, row: OrderRow, named: number | undefined): void {
  const { status, version } = row.order;
  if (named === undefined || named === version) return;
  const allowed = allowedActions(row.order, role, factsOf(catalog, row), now);
  throw new AppError('STALE_VERSION', '', { state: status, version, allowed });
}

/**
 * Does an action on a locked order: the new state and its event. Throws the refusal of the lifecycle table with state,
 * version and what is allowed.
 */
export async function change(
  work: Work,
  row: OrderRow,
  action: OrderAction,
  data: Record<string, unknown> = {},
): Promise<OrderRow> {
  const { tx, catalog, actor, role, now } = work;
  const decision = decide(row.order, action, role, factsOf(catalog, row), now);
  if (!decision.ok) {
    const { code, state, allowed } = decision;
    throw new AppError(code, '', { state, allowed, version: row.order.version });
  }
  const event = { at: now, actor, action, toStatus: decision.to, data };
  const order = evolve(row.order, event);
  await updateOrder(tx, row.id, order, nextLook(order, clockFacts(catalog, order.level)));
  const { id: orderId, complaintId } = row;
  await insertEvents(tx, [{ ...event, complaintId, orderId, fromStatus: row.order.status }]);
  return { ...row, order };
}

/** Gives tasks of a complaint to units, each with its own clocks; answers the ids of the orders in the same order. */
export async function place(work: Work, complaintId: number, placements: readonly Placement[]): Promise<number[]> {
  if (placements.length === 0) return [];
  const { catalog, now, actor } = work;
  const rows = placements.map((placement) => newOrder(catalog, placement, now, actor));
  const ids = await insertOrders(work.tx, complaintId, rows);
  await insertEvents(
    work.tx,
    rows.map(({ event }, index) => ({ ...event, complaintId, orderId: ids[index] ?? null })),
  );
  return ids;
}

/** Orders whose clocks have something to say by now, locked; those that another node holds are left to it. */
export async function takeDueOrders({ tx, now }: Work, count: number): Promise<OrderRow[]> {
  return takeDue(tx, now, count);
}

/** Notes when the clocks of an order are to be looked at next. */
export async function postponeLook({ tx }: Work, { id }: OrderRow, at: Date | null): Promise<void> {
  await setNextLook(tx, id, at);
}

/** The tasks that an order has handed out, locked. */
export async function holdChildren({ tx }: Work, parentId: number): Promise<OrderRow[]> {
  return lockChildren(tx, parentId);
}

/** An order whatever the session's scope, locked. */
export async function findWork({ tx }: Work, id: number): Promise<OrderRow> {
  const row = await lockOrder(tx, id, { kind: 'all' });
  if (row === undefined) throw notFound();
  return row;
}

/** One event of an order's history. */
export async function readEvent({ tx }: Work, orderId: number, id: number) {
  return findEvent(tx, orderId, id);
}

/** Ends the tasks that an order has handed out and that are still open. */
export async function endChildren(work: Work, parentId: number, reason: string): Promise<void> {
  for (const child of await lockChildren(work.tx, parentId)) {
    const ends = transitionOf(child.order.status, 'close')?.needs?.includes('child') ?? false;
    if (ends) await change(bySystem(work), child, 'close', { reason });
  }
}

/**
 * The unit above takes the lead with clocks of its own; the one that had it goes on as a co-handler. `data` stands in the
 * history.
 */
export async function escalateTo(
  work: Work,
  row: OrderRow,
  unit: string,
  data: { reason: string; mark?: string },
): Promise<OrderRow> {
  const after = await change(work, row, 'escalate', { ...data, unit });
  await place(work, row.complaintId, [successor(row.order, unit, data.reason)]);
  return after;
}

/**
 * Opens a closed complaint again: another round with its lead, or with the unit named. The earlier round stays as it was.
 * Throws ILLEGAL_ACTION where the order is not the complaint's last lead, or is not closed.
 */
export async function reopen(work: Work, row: OrderRow, reason: string, unit = row.order.unit): Promise<void> {
  await change(work, row, 'reopen', { reason, unit });
  const next = { ...successor(row.order, unit, reason), round: row.order.round + 1 };
  await place(work, row.complaintId, [next]);
  await updateComplaint(work.tx, row.complaintId, { status: 'dispatched', closedAt: null });
}

/**
 * The lead's reply settles the complaint, and with it those that were merged into it: each waits for its own call-back, or is
 * closed where none is wanted or the rules take it for none.
 */
export async function settleReply(work: Work, row: OrderRow): Promise<void> {
  await endChildren(work, row.id, '主办单位已办结');
  if (row.order.role !== 'lead') return;
  await settle(work, row, { id: row.complaintId, number: row.number, wantsCallback: row.wantsCallback });
  // After the lead: who links complaints locks it first, and so neither misses the other.
  for (const follower of await lockFollowers(work.tx, row.complaintId)) await settle(work, row, follower);
}

/** Settles one complaint by the reply of an order, its own or that of the one it was merged into. */
async function settle({ tx, catalog, now, actor }: Work, order: OrderRow, settled: Settled): Promise<void> {
  const { toStatus, callback, events } = settledBy(catalog, order, settled, now, actor);
  await updateComplaint(tx, settled.id, { status: toStatus, ...(toStatus === 'closed' ? { closedAt: now } : {}) });
  if (callback !== null) await insertCallback(tx, callback);
  await insertEvents(tx, events);
}

/** Orders that wait for a ruling, the earliest due first. */
export async function readRequests(
  ctx: Context,
  kind: RequestKind | undefined,
  after: { at: string; id: number } | null,
  count: number,
): Promise<OrderRow[]> {
  return listRequests(ctx.db, kind, after, count);
}

/** Whether other complaints were merged into one and wait for its reply. */
export async function isFollowed({ tx }: Work, complaintId: number): Promise<boolean> {
  return (await lockFollowers(tx, complaintId)).length > 0;
}

/** Locks the orders of a complaint before the complaint itself: an action on one locks in this order, too. */
export async function holdOrders(tx: Context['db'], complaintId: number): Promise<OrderRow[]> {
  let held = await lockOrdersOf(tx, complaintId);
  // Whoever adds an order holds another one: what was added while we waited is seen only by looking again.
  for (;;) {
    const again = await lockOrdersOf(tx, complaintId);
    if (again.length === held.length) return again;
    held = again;
  }
}

/**
 * Throws CONFLICT where a complaint that waited at the triage desk was dispatched by somebody else meanwhile: its orders are not
 * among those that are held.
 */
export function checkHeld(held: readonly OrderRow[], status: string): void {
  if (held.length === 0 && status === 'dispatched') throw new AppError('CONFLICT', '', { state: status, allowed: [] });
}

/**
 * Does the same to all orders of a complaint that are open (or, to unmerge, merged). `data` stands in the history of each.
 * Throws ILLEGAL_ACTION where one of them does not allow it now: a return or an extension is waited for, say.
 */
export async function changeAll(
  work: Work,
  rows: readonly OrderRow[],
  action: 'merge' | 'unmerge' | 'cancel',
  data: Record<string, unknown>,
): Promise<void> {
  const concerned: readonly OrderState[] = action === 'unmerge' ? ['merged'] : openStates;
  for (const row of rows) {
    if (concerned.includes(row.order.status)) await change(work, row, action, data);
  }
}

export type { OrderRow };
