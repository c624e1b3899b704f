/** What units do with their orders. Each is decided by the lifecycle table and written with its event in one transaction. */
import { unitOf } from '../access/scope.ts';
import { preciseTime } from '../catalog/calendar.ts';
import type { Context } from '../context.ts';
import { AppError, fieldError } from '../http/errors.ts';
import type { FieldError } from '../http/validation.ts';
import { resume } from '../workorder/deadline.ts';
import { levelOf } from '../workorder/facts.ts';
import { openStates } from '../workorder/lifecycle.ts';
import type { OrderView } from '../workorder/schemas.ts';
import {
  change,
  checkVersion,
  holdChildren,
  holdOrder,
  type OrderRow,
  onOrder,
  place,
  readEvent,
  settleReply,
} from '../workorder/service.ts';
import { viewOrder } from '../workorder/view.ts';
import { type Act, type Work, workOf } from '../workorder/work.ts';
import {
  calledBy,
  communityFault,
  correctionFaults,
  extensionOf,
  instantFault,
  reportDue,
  reviewFault,
  whistleFaults,
} from './checks.ts';
import type {
  ConfirmRequest,
  ContactRequest,
  CorrectRequest,
  DelegateRequest,
  ExtendRequest,
  ParkRequest,
  ReplyRequest,
  ReportRequest,
  ReturnRequest,
  UnparkRequest,
  WhistleRequest,
} from './schemas.ts';

function refuse(errors: FieldError[]): void {
  if (errors.length > 0) throw new AppError('VALIDATION_FAILED', '', { errors });
}

/**
 * Runs an action on an order of the session's own unit, in one transaction. Throws NOT_FOUND outside the session's scope,
 * FORBIDDEN on another unit's order, STALE_VERSION, or what the lifecycle refuses.
 */
async function onOwn(
  ctx: Context,
  act: Act,
  action: (work: Work, row: OrderRow) => Promise<OrderRow>,
): Promise<OrderView> {
  return onOrder(ctx, act, async (work, row) => {
    if (row.order.unit !== unitOf(act.session)) throw new AppError('FORBIDDEN', '只能处理本单位的工单');
    return action(work, row);
  });
}

/** 签收. */
export async function sign(ctx: Context, act: Act): Promise<OrderView> {
  return onOwn(ctx, act, (work, row) => change(work, row, 'sign'));
}

/** 联系诉求人; `at` where it was earlier than now. */
export async function contact(ctx: Context, act: Act, { at, way, note }: ContactRequest): Promise<OrderView> {
  return onOwn(ctx, act, async (work, row) => {
    if (at !== undefined) refuse(instantFault('at', new Date(at), row.order, work.now));
    const stated = at === undefined ? work.now : new Date(at);
    return change(work, row, 'contact', { way, note: note ?? null, at: preciseTime(stated) });
  });
}

/** 办结回复: to be called back, or closed where no call-back follows. */
export async function reply(ctx: Context, act: Act, { result, text, basis }: ReplyRequest): Promise<OrderView> {
  return onOwn(ctx, act, async (work, row) => {
    const replied = await change(work, row, 'reply', { result, text, basis: basis ?? null });
    await settleReply(work, replied);
    return replied;
  });
}

/** 申请退单: waits for the desk's ruling while the clocks run on. */
export async function requestReturn(
  ctx: Context,
  act: Act,
  { reason, duty, proposedUnit }: ReturnRequest,
): Promise<OrderView> {
  return onOwn(ctx, act, async (work, row) => {
    if (proposedUnit !== undefined) {
      if (!work.catalog.units.has(proposedUnit)) throw fieldError('proposedUnit', `没有单位 ${proposedUnit}`);
      if (proposedUnit === row.order.unit) throw fieldError('proposedUnit', '不能建议改派给本单位');
    }
    return change(work, row, 'return', { reason, duty, ...(proposedUnit === undefined ? {} : { proposedUnit }) });
  });
}

/** 申请延期. */
export async function extend(ctx: Context, act: Act, request: ExtendRequest): Promise<OrderView> {
  return onOwn(ctx, act, async (work, row) => {
    const asked = extensionOf(request, row.order, work.catalog);
    if ('path' in asked) throw fieldError(asked.path, asked.message);
    return change(work, row, 'extend', { ...asked, reason: request.reason });
  });
}

/** 申请挂账. */
export async function park(ctx: Context, act: Act, { kind, reason, reviewOn }: ParkRequest): Promise<OrderView> {
  return onOwn(ctx, act, async (work, row) => {
    refuse(reviewFault(reviewOn, work.now));
    return change(work, row, 'park', { kind, reason, reviewOn });
  });
}

/** 销账: by the unit, or by the desk. As much of the limit is left as there was. */
export async function unpark(ctx: Context, act: Act, request: UnparkRequest): Promise<OrderView> {
  const lift = (work: Work, row: OrderRow) => {
    const { level, dueAt, parkedAt } = row.order;
    const due =
      parkedAt === null
        ? dueAt
        : resume(levelOf(work.catalog, level), work.catalog.calendar, dueAt, parkedAt, work.now);
    return change(work, row, 'unpark', {
      reason: request?.reason ?? null,
      dueAt: preciseTime(due),
      was: preciseTime(dueAt),
    });
  };
  return act.session.unit === null ? onOrder(ctx, act, lift) : onOwn(ctx, act, lift);
}

/** 吹哨: calls units to the spot; each gets a task of its own and must report. */
export async function whistle(ctx: Context, act: Act, request: WhistleRequest): Promise<OrderView> {
  return onOwn(ctx, act, async (work, row) => {
    const children = await holdChildren(work, row.id);
    const waiting = children.filter(({ order }) => order.role === 'whistle' && openStates.includes(order.status));
    refuse(whistleFaults(request, row.order, new Set(waiting.map(({ order }) => order.unit)), work.catalog));
    const { units, reason } = request;
    const called = await change(work, row, 'whistle', { units, reason });
    const task = { role: 'whistle' as const, level: row.order.level, round: row.order.round, reason, parentId: row.id };
    const dueAt = reportDue(work.catalog, work.now);
    await place(
      work,
      row.complaintId,
      units.map((unit) => ({ ...task, unit, dueAt })),
    );
    return called;
  });
}

/** 报到, by a unit that was called: on its own task, or naming the order that called it. */
export async function report(ctx: Context, act: Act, { arrivedAt, text }: ReportRequest): Promise<OrderView> {
  return ctx.db.transaction(async (tx) => {
    const work = workOf(tx, ctx, act.session, act.now);
    const unit = unitOf(act.session);
    const called = (await holdChildren(work, act.id)).find(
      ({ order }) => order.role === 'whistle' && order.unit === unit && openStates.includes(order.status),
    );
    const row = called ?? (await holdOrder(work, act.session, act.id, undefined));
    checkVersion(work, row, act.version);
    if (row.order.unit !== unit) throw new AppError('FORBIDDEN', '只能处理本单位的工单');
    refuse(instantFault('arrivedAt', new Date(arrivedAt), row.order, work.now));
    const reported = await change(work, row, 'report', { arrivedAt: preciseTime(new Date(arrivedAt)), text });
    return viewOrder(reported, act.session, { catalog: work.catalog, vault: ctx.vault }, act.now);
  });
}

/** 确认报到: the street that whistled says whether the called unit took part. Throws NOT_FOUND where none is to be confirmed. */
export async function confirm(ctx: Context, act: Act, request: ConfirmRequest): Promise<OrderView> {
  return onOwn(ctx, act, async (work, row) => {
    const child = calledBy(await holdChildren(work, row.id), request);
    if (child === undefined) throw fieldError('unit', '没有待确认的吹哨单位');
    await change(work, child, 'confirm', { tookPart: request.tookPart, note: request.note ?? null });
    return row;
  });
}

/** 交办社区: a sub-order with its own signature and reply; the street stays lead. Due no later than the street itself. */
export async function delegate(ctx: Context, act: Act, request: DelegateRequest): Promise<OrderView> {
  return onOwn(ctx, act, async (work, row) => {
    refuse(communityFault(request, row.order, work.catalog));
    const { community, cell, reason } = request;
    const { unit, level, dueAt, round } = row.order;
    const told = reason ?? '街道交办';
    const handed = await change(work, row, 'delegate', { community, cell: cell ?? null, reason: told });
    const task = { unit, role: 'sub' as const, level, round, reason: told, parentId: row.id, community, dueAt };
    await place(work, row.complaintId, [{ ...task, ...(cell === undefined ? {} : { cell }) }]);
    return handed;
  });
}

/**
 * 更正: a wrong entry of the own unit is put right by a further one; nothing is edited. Throws VALIDATION_FAILED where the event
 * is none of the order's contacts or replies.
 */
export async function correct(ctx: Context, act: Act, request: CorrectRequest): Promise<OrderView> {
  return onOwn(ctx, act, async (work, row) => {
    const wrong = await readEvent(work, row.id, Number(request.event));
    if (wrong === undefined || (wrong.action !== 'contact' && wrong.action !== 'reply')) {
      throw fieldError('event', '这张工单没有这条联系或办结记录');
    }
    refuse(correctionFaults(request, wrong.action, row.order, work.now));
    const { event, changes, reason } = request;
    const before = Object.fromEntries(Object.keys(changes).map((name) => [name, wrong.data[name] ?? null]));
    // Only the first contact stops the clock.
    const first = wrong.fromStatus !== 'contacted';
    return change(work, row, 'correct', { event, entry: wrong.action, first, changes, before, reason });
  });
}
