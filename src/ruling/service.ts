/**
 * What the dispatch desk decides: rulings on what units ask for, supervision, escalation, calling a case off and opening it
 * again. Each is decided by the lifecycle table and written with its event in one transaction.
 */
import { type Session, scopeOf } from '../access/scope.ts';
import { preciseTime } from '../catalog/calendar.ts';
import type { Context } from '../context.ts';
import { AppError, fieldError } from '../http/errors.ts';
import { page, readInstant, writeCursor } from '../http/schemas.ts';
import { extend } from '../workorder/deadline.ts';
import { levelOf } from '../workorder/facts.ts';
import type { OrderAction } from '../workorder/lifecycle.ts';
import { successor } from '../workorder/placement.ts';
import type { OrderView } from '../workorder/schemas.ts';
import {
  change,
  changeAll,
  checkHeld,
  endChildren,
  escalateTo,
  holdOrders,
  isFollowed,
  type OrderRow,
  onOrder,
  place,
  readRequests,
  reopen as reopenOrder,
} from '../workorder/service.ts';
import { viewOrder } from '../workorder/view.ts';
import { type Act, type Work, workOf } from '../workorder/work.ts';
import type {
  CancelRequest,
  ComplaintState,
  EscalateRequest,
  ReopenRequest,
  RulingQuery,
  RulingRequest,
  SuperviseRequest,
} from './schemas.ts';
import { cancelComplaint, findComplaintId, lastAnswer, lockComplaint } from './store.ts';

/** A page of what waits for a ruling, the earliest due first. */
export async function readRulings(ctx: Context, session: Session, query: RulingQuery, now: Date) {
  const { on, cursor, limit } = query;
  const { catalog } = ctx.judgeAt(now);
  const after = cursor === undefined ? null : readInstant(cursor, 'rulings', on ?? '');
  const rows = await readRequests(ctx, on, after, limit + 1);
  const { items, next } = page(rows, limit, (row) =>
    writeCursor('rulings', on ?? '', [row.order.dueAt.toISOString(), row.id]),
  );
  return { items: items.map((row) => viewOrder(row, session, { catalog, vault: ctx.vault }, now)), next };
}

function knownUnit({ catalog }: Work, unit: string, { order }: OrderRow): string {
  if (!catalog.units.has(unit)) throw fieldError('unit', `没有单位 ${unit}`);
  if (unit === order.unit) throw fieldError('unit', '不能改派给原单位');
  return unit;
}

/** The unit that takes over. A co-handler may be let go without one; a lead never. */
function heir(work: Work, row: OrderRow, { unit }: RulingRequest): string | null {
  const proposed = unit ?? row.order.request?.proposedUnit;
  if (proposed !== undefined) return knownUnit(work, proposed, row);
  if (row.order.role === 'lead') throw fieldError('unit', '同意主办单位退单须指明改派给谁');
  return null;
}

async function ruleReturn(work: Work, row: OrderRow, request: RulingRequest): Promise<OrderRow> {
  const { approve, reason } = request;
  if (!approve) return change(work, row, 'rejectReturn', { reason });
  // Whether there is anything to rule on comes before who is to take over.
  const unit = row.order.request?.kind === 'return' ? heir(work, row, request) : null;
  const ended = await change(work, row, 'approveReturn', { reason, unit });
  await endChildren(work, row.id, '已改派');
  if (unit !== null) {
    const next = { ...successor(row.order, unit, reason), role: row.order.role };
    await place(work, row.complaintId, [next]);
  }
  return ended;
}

async function ruleExtension(work: Work, row: OrderRow, { approve, reason }: RulingRequest): Promise<OrderRow> {
  if (!approve) return change(work, row, 'rejectExtension', { reason });
  const { level, dueAt, request } = row.order;
  const due = extend(levelOf(work.catalog, level), work.catalog.calendar, dueAt, request?.minutes ?? 0);
  return change(work, row, 'approveExtension', { reason, dueAt: preciseTime(due), was: preciseTime(dueAt) });
}

/** Rules on what a unit has asked for. Throws NO_REQUEST where nothing of the kind is asked, ALREADY_DUE for an extension too late. */
export async function rule(ctx: Context, act: Act, request: RulingRequest): Promise<OrderView> {
  return onOrder(ctx, act, async (work, row) => {
    const { on, approve, reason, unit } = request;
    if (unit !== undefined && (on !== 'return' || !approve)) throw fieldError('unit', '只有同意退单时才改派');
    if (on === 'return') return ruleReturn(work, row, request);
    if (on === 'extend') return ruleExtension(work, row, request);
    const action: OrderAction = approve ? 'approvePark' : 'rejectPark';
    return change(work, row, action, { reason });
  });
}

/** 督办. */
export async function supervise(ctx: Context, act: Act, { reason }: SuperviseRequest): Promise<OrderView> {
  return onOrder(ctx, act, (work, row) => change(work, row, 'supervise', { reason }));
}

/** 提级: the unit above, or the one named, takes the lead; the one that had it goes on beside it. */
export async function escalate(ctx: Context, act: Act, { reason, unit }: EscalateRequest): Promise<OrderView> {
  return onOrder(ctx, act, (work, row) => {
    const above = unit ?? work.catalog.units.get(row.order.unit)?.parent ?? null;
    if (above === null) throw fieldError('unit', '该单位没有上一级，请指明由哪个单位主办');
    return escalateTo(work, row, knownUnit(work, above, row), { reason });
  });
}

/**
 * A complaint of the session's scope with its orders, all locked, and whether its last valid call-back said that it is resolved.
 * Throws NOT_FOUND.
 */
async function holdComplaint({ tx }: Work, session: Session, number: string) {
  const id = await findComplaintId(tx, number, scopeOf(session));
  if (id === undefined) throw new AppError('NOT_FOUND', '没有这件诉求');
  // The orders first: an action on one locks in this order, too.
  const orders = await holdOrders(tx, id);
  const complaint = await lockComplaint(tx, id);
  checkHeld(orders, complaint.status);
  return { complaint, orders, resolved: await lastAnswer(tx, id) };
}

/** The state of a complaint as a whole, and its orders, once the desk has decided. */
async function onComplaint(
  ctx: Context,
  session: Session,
  number: string,
  now: Date,
  action: (work: Work, held: Awaited<ReturnType<typeof holdComplaint>>) => Promise<void>,
): Promise<ComplaintState> {
  return ctx.db.transaction(async (tx) => {
    const work = workOf(tx, ctx, session, now);
    await action(work, await holdComplaint(work, session, number));
    const { complaint, orders } = await holdComplaint(work, session, number);
    return {
      number,
      status: complaint.status,
      orders: orders.map((row) => viewOrder(row, session, { catalog: work.catalog, vault: ctx.vault }, now)),
    };
  });
}

/** 撤销诉求, at the caller's wish: every open order ends, and nobody is called back. Throws ILLEGAL_ACTION once it is replied,
 * or while others are merged into it. */
export async function cancel(
  ctx: Context,
  session: Session,
  number: string,
  { reason }: CancelRequest,
  now: Date,
): Promise<ComplaintState> {
  return onComplaint(ctx, session, number, now, async (work, { complaint, orders }) => {
    const { id, status } = complaint;
    if (status !== 'triage' && status !== 'dispatched') {
      throw new AppError('ILLEGAL_ACTION', '只有待研判和办理中的诉求可以撤销', { state: status, allowed: [] });
    }
    // Those who were merged into it would wait for ever. A channel is not told of what others have filed.
    if (await isFollowed(work, id)) {
      const detail = session.role === 'channel' ? '须由研判台处理' : '有诉求并入此件，须先撤销并单';
      throw new AppError('ILLEGAL_ACTION', detail, { state: status, allowed: [] });
    }
    const { tx, actor } = work;
    const data = { reason };
    const about = { complaintId: id, at: now, actor, action: 'cancel', fromStatus: status, toStatus: 'cancelled' };
    await cancelComplaint(tx, { ...about, data });
    await changeAll(work, orders, 'cancel', { reason });
  });
}

/** 重办: another round of a closed complaint that is not resolved. Throws ILLEGAL_ACTION where it is not closed, or resolved. */
export async function reopen(
  ctx: Context,
  session: Session,
  number: string,
  { reason, unit }: ReopenRequest,
  now: Date,
): Promise<ComplaintState> {
  return onComplaint(ctx, session, number, now, async (work, { complaint, orders, resolved }) => {
    const lead = orders.find(({ order }) => order.role === 'lead' && order.current);
    if (lead === undefined || complaint.status !== 'closed' || resolved === true) {
      const detail = resolved === true ? '回访已答复解决，不能重办' : '只有已结案的诉求可以重办';
      throw new AppError('ILLEGAL_ACTION', detail, { state: complaint.status, allowed: [] });
    }
    if (unit !== undefined && !work.catalog.units.has(unit)) throw fieldError('unit', `没有单位 ${unit}`);
    await reopenOrder(work, lead, reason, unit);
  });
}
