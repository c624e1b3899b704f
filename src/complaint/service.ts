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
import { queryOf } from '../text/lexemes.ts';
import { normalize } from '../text/normalize.ts';
import { deadlines } from '../workorder/deadline.ts';
import { readOrdersOf, readTimeline } from '../workorder/service.ts';
import { speaksWithCaller, viewCaller, viewText } from '../workorder/view.ts';
import { rankPage, readStart, windowSize } from './relevance.ts';
import type { ComplaintDetail, ComplaintQuery, ComplaintSummary, DispatchRequest } from './schemas.ts';
import {
  type ComplaintFilter,
  type ComplaintRow,
  findComplaint,
  findId,
  insertCorrections,
  insertEvents,
  insertOrders,
  type LockedComplaint,
  listComplaints,
  lockComplaint,
  pickComplaints,
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

/** What a query asks of the database. Throws FORBIDDEN, VALIDATION_FAILED. */
function filterOf(ctx: Context, session: Session, query: ComplaintQuery): ComplaintFilter {
  // Asking whether a number has complained tells about a person, even where the answer is masked.
  if (query.phone !== undefined && !speaksWithCaller.includes(session.role))
    throw new AppError('FORBIDDEN', '此角色不能按电话查询');
  const { q, sort, from, to, limit, cursor, matter, ...equal } = query;
  if (q === undefined && sort === 'relevance') throw fieldError('sort', '没有 q 时只能按时间排序');
  const words = q === undefined ? undefined : ctx.segmenter.searchWords(ctx.segmenter.cut(normalize(q)));
  if (words?.length === 0) throw fieldError('q', '请输入至少两个字的词');
  return {
    ...equal,
    words: words && queryOf(words),
    matters: matter === undefined ? undefined : mattersUnder(ctx, matter),
    from: from === undefined ? undefined : startOfDay(from),
    to: to === undefined ? undefined : startOfDay(to),
  };
}

/** The matter and all below it, with those no longer in force: old complaints have such. */
function mattersUnder(ctx: Context, matter: string): string[] {
  return ctx
    .catalogRows()
    .data.matters.flatMap(({ code }) => (code === matter || code.startsWith(`${matter}.`) ? [code] : []));
}

/** A page of complaints in the session's scope, newest first or the best first. Throws FORBIDDEN, VALIDATION_FAILED, INVALID_CURSOR. */
export async function searchComplaints(ctx: Context, session: Session, query: ComplaintQuery, now: Date) {
  const { catalog } = ctx.judgeAt(now);
  const filter = filterOf(ctx, session, query);
  const { limit, cursor, ...question } = query;
  const filters = JSON.stringify(question);
  const byWords = query.q !== undefined && query.sort !== 'newest';
  const named = cursor === undefined ? await findNumber(ctx.db, session, query.q, filter) : undefined;
  const paging = { limit: named === undefined ? limit : Math.max(1, limit - 1), cursor };
  const { ids, next } = await (byWords ? pickRanked : pickNewest)(ctx.db, session, filter, filters, paging);
  const listed = named === undefined ? ids : [named, ...ids.filter((id) => id !== named)].slice(0, limit);
  const rows = new Map((await listComplaints(ctx.db, listed)).map((row) => [row.id, row]));
  const items = listed.flatMap((id) => {
    const row = rows.get(id);
    return row === undefined ? [] : [summary(row, session.role, catalog)];
  });
  return { items, next };
}

interface Paging {
  limit: number;
  cursor: string | undefined;
}

async function pickNewest(
  db: Context['db'],
  session: Session,
  filter: ComplaintFilter,
  filters: string,
  { limit, cursor }: Paging,
) {
  const after = cursor === undefined ? undefined : readInstant(cursor, 'complaints', filters);
  const picked = await pickComplaints(db, filter, scopeOf(session), { after }, limit + 1);
  const { items, next } = page(picked, limit, ({ at, id }) => writeCursor('complaints', filters, [at, id]));
  return { ids: items.map(({ id }) => id), next };
}

async function pickRanked(
  db: Context['db'],
  session: Session,
  filter: ComplaintFilter,
  filters: string,
  { limit, cursor }: Paging,
) {
  const start = readStart(cursor, filters);
  const matches = await pickComplaints(db, filter, scopeOf(session), start, windowSize);
  const { items, next } = rankPage(matches, start, limit, filters);
  return { ids: items.map(({ id }) => id), next };
}

/** The complaint whose number is asked for as words: it comes first, before those that mention it. */
async function findNumber(db: Context['db'], session: Session, q: string | undefined, filter: ComplaintFilter) {
  const number = q === undefined ? '' : normalize(q).trim();
  if (!/^\d{15,20}$/.test(number)) return undefined;
  return findId(db, number, { ...filter, words: undefined }, scopeOf(session));
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
