/** Reading complaints within a role's scope, and the triage desk's decision where the machine was not sure enough. */
import type { Role } from '../access/roles.ts';
import { type Session, scopeOf } from '../access/scope.ts';
import { shanghaiTime, startOfDay } from '../catalog/calendar.ts';
import { type Catalog, divisionOf, matterPath, unitOf } from '../catalog/catalog.ts';
import type { Context } from '../context.ts';
import { AppError } from '../http/errors.ts';
import { page, readInstant, writeCursor } from '../http/schemas.ts';
import type { FieldError } from '../http/validation.ts';
import { correctionsOf, saidOf } from '../intake/correction.ts';
import { stateOf } from '../intake/filing.ts';
import type { Judge } from '../intake/judge.ts';
import { channels } from '../intake/schemas.ts';
import { readLinks } from '../link/service.ts';
import { normalize } from '../text/normalize.ts';
import { deadlines } from '../workorder/deadline.ts';
import { readOrdersOf, readTimeline } from '../workorder/service.ts';
import { speaksWithCaller, viewCaller, viewText } from '../workorder/view.ts';
import type { ComplaintDetail, ComplaintQuery, ComplaintSummary, DispatchRequest } from './schemas.ts';
import {
  type ComplaintRow,
  findComplaint,
  insertCorrections,
  insertEvents,
  insertOrders,
  type LockedComplaint,
  listComplaints,
  lockComplaint,
  updateComplaint,
} from './store.ts';

const notFound = () => new AppError('NOT_FOUND', '没有这件诉求');

function summary(row: ComplaintRow, role: Role, catalog: Catalog): ComplaintSummary {
  const shown = (words: string) => viewText(words, role);
  const place = (code: string | null) =>
    code === null ? null : { code, name: divisionOf(catalog, code)?.name ?? code };
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
    lead: row.lead === null ? null : { code: row.lead, name: unitOf(catalog, row.lead)?.name ?? row.lead },
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
    timeline: await readTimeline(ctx, session, row.id),
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
 * its reason go into the history, and where it differs, into the corrections. Throws NOT_FOUND, VALIDATION_FAILED, or ILLEGAL_ACTION when it is not waiting.
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
  await ctx.db.transaction((tx) => place(tx, session, number, request, judge, now));
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
async function place(
  tx: Context['db'],
  session: Session,
  number: string,
  request: DispatchRequest,
  judge: Judge,
  now: Date,
): Promise<void> {
  const row = await lockComplaint(tx, number);
  if (row === undefined) throw notFound();
  if (row.status !== 'triage') {
    throw new AppError('ILLEGAL_ACTION', '只有待研判的诉求可以派单', { state: row.status, allowed: [] });
  }
  const { lead, co = [], reason } = request;
  const level = request.level ?? row.level;
  const clock = judge.catalog.levels.get(level);
  if (clock === undefined) throw new Error(`no level ${level}`);
  const matter = request.matter ?? row.matter;
  const need = request.need ?? (request.matter && judge.leaf(request.matter)?.need) ?? row.need;
  const order = {
    complaintId: row.id,
    level,
    status: 'dispatched',
    reason,
    dispatchedAt: now,
    ...deadlines(clock, judge.catalog.calendar, now),
  };
  const placed = await insertOrders(tx, [
    { ...order, unit: lead, role: 'lead' },
    ...co.map((unit) => ({ ...order, unit, role: 'co' })),
  ]);
  await updateComplaint(tx, row.id, { status: 'dispatched', level, matter, need });
  const about = { complaintId: row.id, at: now, actor: session.actor, toStatus: 'dispatched' };
  await insertCorrections(tx, correctionRows(row, request, session, judge, now));
  await insertEvents(tx, [
    { ...about, action: 'triage', fromStatus: 'triage', data: { level, matter, need, reason } },
    ...placed.map(({ id, unit, role, dueAt }) => ({
      ...about,
      orderId: id,
      action: 'dispatch',
      data: { unit, role, dueAt: shanghaiTime(dueAt), reason },
    })),
  ]);
}
