/** Reading complaints within a role's scope, and the triage desk's decision where the machine was not sure enough. */
import type { Role } from '../access/roles.ts';
import { type Session, scopeOf } from '../access/scope.ts';
import { shanghaiTime, startOfDay } from '../catalog/calendar.ts';
import { type Catalog, matterPath } from '../catalog/catalog.ts';
import type { Context } from '../context.ts';
import { AppError, fieldError } from '../http/errors.ts';
import { page, readInstant, writeCursor } from '../http/schemas.ts';
import type { FieldError } from '../http/validation.ts';
import { correctionsOf, saidOf } from '../intake/correction.ts';
import { stateOf } from '../intake/filing.ts';
import type { Judge } from '../intake/judge.ts';
import { channels } from '../intake/schemas.ts';
import { readLinks } from '../link/service.ts';
import { normalize } from '../text/normalize.ts';
import { openStates } from '../workorder/lifecycle.ts';
import { successor } from '../workorder/placement.ts';
import {
  change,
  checkHeld,
  endChildren,
  holdOrders,
  type OrderRow,
  place,
  readOrdersOf,
  readTimeline,
  type Work,
  workOf,
} from '../workorder/service.ts';
import { speaksWithCaller, viewCaller, viewText } from '../workorder/view.ts';
import type { ComplaintDetail, ComplaintQuery, ComplaintSummary, DispatchRequest } from './schemas.ts';
import {
  type ComplaintRow,
  findComplaint,
  findComplaintId,
  insertCorrections,
  insertEvents,
  type LockedComplaint,
  listComplaints,
  lockComplaint,
  updateComplaint,
} from './store.ts';

const notFound = () => new AppError('NOT_FOUND', '没有这件诉求');

function summary(row: ComplaintRow, role: Role, catalog: Catalog): ComplaintSummary {
  const shown = (words: string) => viewText(words, role);
  const place = (code: string | null) =>
    code === null ? null : { code, name: catalog.divisions.get(code)?.name ?? code };
  const { number, title, text, address, externalNumber, type, matter, level } = row;
  return {
    number,
    status: stateOf(row.status),
    channel: channels.find((channel) => channel === row.channel) ?? 'transfer',
    title: title && shown(title),
    text: shown(text),
    address: address && shown(address),
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
  const after = cursor === undefined ? null : readInstant(cursor, 'complaints', filters);
  const words = q === undefined ? undefined : ctx.segmenter.searchWords(ctx.segmenter.cut(normalize(q)));
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
    after,
    limit + 1,
  );
  const { items, next } = page(rows, limit, (row) =>
    writeCursor('complaints', filters, [row.receivedAt.toISOString(), row.id]),
  );
  return { items: items.map((row) => summary(row, session.role, catalog)), next };
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
  return {
    ...summary(row, session.role, ctx.judgeAt(now).catalog),
    wantsCallback: row.wantsCallback,
    answer: row.answer,
    occurredAt: row.occurredAt && shanghaiTime(row.occurredAt),
    caller: viewCaller(row, session.role),
    classification: row.judgement,
    orders: await readOrdersOf(ctx, session, row.id, now),
    links: await readLinks(ctx.db, row.id, scope),
    timeline: await readTimeline(ctx, session, row.id, now),
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
 * Sends a complaint that waits at the triage desk to its units, or one that is being handled to others. The machine's judgement
 * stays as it was; the decision and its reason go into the history, and where the triage desk's differs, into the corrections.
 * Throws NOT_FOUND, VALIDATION_FAILED, or ILLEGAL_ACTION when it is neither waiting nor being handled.
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
  await ctx.db.transaction((tx) => decideOn(workOf(tx, ctx, session, now), session, number, request, judge));
  return readComplaint(ctx, session, number, now);
}

/** Where the desk decides otherwise than the machine by itself. A need that only follows from the matter is no decision. */
function correctionRows(
  { id, said, judgement, catalogVersion }: LockedComplaint,
  { matter, need, level, lead }: DispatchRequest,
  { actor }: Session,
  { catalog }: Judge,
  at: Date,
) {
  const own = said ?? saidOf(judgement, judgement, catalog.judgement);
  const about = { complaintId: id, at, actor, source: 'triage' as const, model: judgement.model, catalogVersion };
  return correctionsOf(own, { matter, need, level, unit: lead }).map((correction) => ({ ...about, ...correction }));
}

/** Writes the desk's decision: the orders, the complaint's new state, what happened and what was corrected. */
async function decideOn(
  work: Work,
  session: Session,
  number: string,
  request: DispatchRequest,
  judge: Judge,
): Promise<void> {
  const { tx, now } = work;
  const id = await findComplaintId(tx, number);
  if (id === undefined) throw notFound();
  // The orders before the complaint: an action on one locks in this order, too.
  const orders = await holdOrders(tx, id);
  const row = await lockComplaint(tx, id);
  checkHeld(orders, row.status);
  if (row.status !== 'triage' && row.status !== 'dispatched') {
    throw new AppError('ILLEGAL_ACTION', '只有待研判和办理中的诉求可以派单', { state: row.status, allowed: [] });
  }
  const level = request.level ?? row.level;
  const matter = request.matter ?? row.matter;
  const need = request.need ?? (request.matter && judge.leaf(request.matter)?.need) ?? row.need;
  const { reason } = request;
  const about = { complaintId: id, at: now, actor: session.actor };
  const data = { level, matter, need, reason };
  const states = { fromStatus: row.status, toStatus: 'dispatched' };
  await insertEvents(tx, [{ ...about, ...states, action: row.status === 'triage' ? 'triage' : 'redispatch', data }]);
  if (row.status === 'triage') await insertCorrections(tx, correctionRows(row, request, session, judge, now));
  await updateComplaint(tx, id, { status: 'dispatched', level, matter, need });
  await placeAll(work, orders, id, request, level);
}

/**
 * Gives the complaint to its units: all of them from the triage desk; on a re-dispatch, the lead where it changes (the one before
 * keeps its trace) and the co-handlers that are not at it yet.
 */
async function placeAll(
  work: Work,
  orders: readonly OrderRow[],
  id: number,
  { lead, co = [], reason }: DispatchRequest,
  level: string,
): Promise<void> {
  const standing = orders.filter(({ order }) => order.current && openStates.includes(order.status));
  const before = standing.find(({ order }) => order.role === 'lead');
  const atIt = new Set(standing.filter(({ order }) => order.role === 'co').map(({ order }) => order.unit));
  const added = co.filter((unit) => !atIt.has(unit));
  const same = before?.order.unit === lead;
  if (same && added.length === 0) throw fieldError('lead', '该单位已是主办单位');
  const first =
    before === undefined ? { unit: lead, role: 'lead' as const, reason } : successor(before.order, lead, reason);
  if (before !== undefined && !same) {
    await change(work, before, 'reassign', { unit: lead, reason });
    await endChildren(work, before.id, '已改派');
  }
  await place(work, id, [
    ...(same ? [] : [{ ...first, level }]),
    ...added.map((unit) => ({ unit, role: 'co' as const, level, reason })),
  ]);
}
