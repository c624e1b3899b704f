/** Reading complaints within a role's scope, and the triage desk's decision where the machine was not sure enough. */
import { type Session, scopeOf } from '../access/scope.ts';
import { shanghaiTime, startOfDay } from '../catalog/calendar.ts';
import { type Catalog, matterPath } from '../catalog/catalog.ts';
import type { Context } from '../context.ts';
import { AppError } from '../http/errors.ts';
import { page, readCursor, writeCursor } from '../http/schemas.ts';
import type { FieldError } from '../http/validation.ts';
import type { Judge } from '../intake/judge.ts';
import { channels, complaintStates } from '../intake/schemas.ts';
import { deadlines } from '../workorder/deadline.ts';
import { readOrdersOf } from '../workorder/service.ts';
import { speaksWithCaller, viewCaller } from '../workorder/view.ts';
import type { ComplaintDetail, ComplaintQuery, ComplaintSummary, DispatchRequest } from './schemas.ts';
import {
  type ComplaintRow,
  findComplaint,
  insertEvents,
  insertOrders,
  listComplaints,
  listEvents,
  lockComplaint,
  updateComplaint,
} from './store.ts';

const notFound = () => new AppError('NOT_FOUND', '没有这件诉求');

function summary(row: ComplaintRow, catalog: Catalog): ComplaintSummary {
  const place = (code: string | null) =>
    code === null ? null : { code, name: catalog.divisions.get(code)?.name ?? code };
  const { number, title, text, address, externalNumber, type, matter, level } = row;
  return {
    number,
    status: complaintStates.find((state) => state === row.status) ?? 'triage',
    channel: channels.find((channel) => channel === row.channel) ?? 'transfer',
    title,
    text,
    address,
    receivedAt: shanghaiTime(row.receivedAt),
    closedAt: row.closedAt && shanghaiTime(row.closedAt),
    externalNumber,
    type,
    need: { code: row.need, name: catalog.needs.get(row.need)?.name ?? row.need },
    matter: matter === null ? null : { code: matter, path: matterPath(catalog.matters, matter) },
    level,
    district: place(row.district),
    street: place(row.street),
    community: place(row.community),
    lead: row.lead === null ? null : { code: row.lead, name: catalog.units.get(row.lead)?.name ?? row.lead },
  };
}

/** A page of complaints in the session's scope, newest first. */
export async function searchComplaints(ctx: Context, session: Session, query: ComplaintQuery, now: Date) {
  // Asking whether a number has complained tells about a person, even where the answer is masked.
  if (query.phone !== undefined && !speaksWithCaller.includes(session.role))
    throw new AppError('FORBIDDEN', '此角色不能按电话查询');
  const { catalog } = ctx.judgeAt(now);
  const { q, from, to, limit, cursor, ...equal } = query;
  const filters = JSON.stringify({ q, from, to, ...equal });
  const [receivedAt, id] = cursor === undefined ? [] : readCursor(cursor, 'complaints', filters, 2);
  if (receivedAt !== undefined && Number.isNaN(Date.parse(String(receivedAt)))) throw new AppError('INVALID_CURSOR');
  const words = q === undefined ? undefined : ctx.segmenter.cut(q).filter((word) => word.trim().length >= 2);
  if (words?.length === 0) {
    throw new AppError('VALIDATION_FAILED', '', { errors: [{ path: 'q', message: '请输入至少两个字的词' }] });
  }
  const rows = await listComplaints(
    ctx.db,
    {
      ...equal,
      words,
      from: from === undefined ? undefined : startOfDay(from),
      to: to === undefined ? undefined : startOfDay(to),
    },
    scopeOf(session),
    receivedAt === undefined ? null : { receivedAt: String(receivedAt), id: Number(id) },
    limit + 1,
  );
  const { items, next } = page(rows, limit, (row) =>
    writeCursor('complaints', filters, [row.receivedAt.toISOString(), row.id]),
  );
  return { items: items.map((row) => summary(row, catalog)), next };
}

/** One complaint with its orders and its whole history. */
export async function readComplaint(
  ctx: Context,
  session: Session,
  number: string,
  now: Date,
): Promise<ComplaintDetail> {
  const scope = scopeOf(session);
  const row = await findComplaint(ctx.db, number, scope);
  if (row === undefined) throw notFound();
  const history = await listEvents(ctx.db, row.id);
  const { callerName: name, callerPhone: phone, callerKind: kind, callerSecret } = row;
  return {
    ...summary(row, ctx.judgeAt(now).catalog),
    wantsCallback: row.wantsCallback,
    answer: row.answer,
    occurredAt: row.occurredAt && shanghaiTime(row.occurredAt),
    caller: viewCaller(kind === null ? null : { name, phone, kind, secret: callerSecret ?? false }, session.role),
    classification: row.judgement,
    orders: await readOrdersOf(ctx, session, row.id, now),
    timeline: history.map(({ at, actor, action, fromStatus, toStatus, data }) => ({
      at: shanghaiTime(at),
      actor,
      action,
      from: fromStatus,
      to: toStatus,
      data,
    })),
  };
}

function checkDispatch({ lead, co, level, matter, need }: DispatchRequest, judge: Judge): FieldError[] {
  const { catalog } = judge;
  const problems: FieldError[] = [];
  const fault = (path: string, message: string) => problems.push({ path, message });
  if (!catalog.units.has(lead)) fault('lead', `没有单位 ${lead}`);
  co?.forEach((unit, index) => {
    if (!catalog.units.has(unit)) fault(`co.${index}`, `没有单位 ${unit}`);
    else if (unit === lead || co.indexOf(unit) !== index) fault(`co.${index}`, '单位重复');
  });
  if (level !== undefined && !catalog.levels.has(level)) fault('level', `没有紧急程度 ${level}`);
  if (need !== undefined && !catalog.needs.has(need)) fault('need', `没有七有五性编码 ${need}`);
  if (matter !== undefined && judge.leaf(matter) === undefined) fault('matter', `没有末级事项 ${matter}`);
  return problems;
}

/**
 * Sends a complaint that waits at the triage desk to its units. The machine's judgement stays as it was; the decision and
 * its reason go into the history. Throws NOT_FOUND, VALIDATION_FAILED, or ILLEGAL_ACTION when it is not waiting.
 */
export async function dispatchComplaint(
  ctx: Context,
  session: Session,
  number: string,
  request: DispatchRequest,
  now: Date,
): Promise<ComplaintDetail> {
  const judge = ctx.judgeAt(now);
  const errors = checkDispatch(request, judge);
  if (errors.length > 0) throw new AppError('VALIDATION_FAILED', '', { errors });
  await ctx.db.transaction(async (tx) => {
    const row = await lockComplaint(tx, number);
    if (row === undefined) throw notFound();
    if (row.status !== 'triage')
      throw new AppError('ILLEGAL_ACTION', '只有待研判的诉求可以派单', { state: row.status, allowed: [] });
    const { lead, co = [], reason } = request;
    const level = request.level ?? row.level;
    const clock = judge.catalog.levels.get(level);
    if (clock === undefined) throw new Error(`no level ${level}`);
    const due = deadlines(clock, judge.catalog.calendar, now);
    const matter = request.matter ?? row.matter;
    const need =
      request.need ?? (request.matter === undefined ? row.need : (judge.leaf(request.matter)?.need ?? row.need));
    const order = (unit: string, role: 'lead' | 'co') => ({
      complaintId: row.id,
      unit,
      role,
      level,
      status: 'dispatched',
      reason,
      dispatchedAt: now,
      ...due,
    });
    const placed = await insertOrders(tx, [order(lead, 'lead'), ...co.map((unit) => order(unit, 'co'))]);
    await updateComplaint(tx, row.id, { status: 'dispatched', level, matter, need });
    const about = { complaintId: row.id, at: now, actor: session.actor };
    await insertEvents(tx, [
      {
        ...about,
        action: 'triage',
        fromStatus: 'triage',
        toStatus: 'dispatched',
        data: { level, matter, need, reason },
      },
      ...placed.map(({ id, unit, role, dueAt }) => ({
        ...about,
        orderId: id,
        action: 'dispatch',
        toStatus: 'dispatched',
        data: { unit, role, dueAt: shanghaiTime(dueAt), reason },
      })),
    ]);
  });
  return readComplaint(ctx, session, number, now);
}
