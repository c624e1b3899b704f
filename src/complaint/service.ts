/** Reading complaints within a role's scope, and the triage desk's decision where the machine was not sure enough. */
import { numbersIn } from '../access/mask.ts';
import { type Session, scopeOf } from '../access/scope.ts';
import { readAttachments } from '../attachment/service.ts';
import { shanghaiTime, startOfDay } from '../catalog/calendar.ts';
import type { Context } from '../context.ts';
import { recordPhoneSearch } from '../db/audit.ts';
import { insertEvents } from '../db/history.ts';
import { beyond } from '../db/sight.ts';
import { AppError, fieldError } from '../http/errors.ts';
import { page, readInstant, writeCursor } from '../http/schemas.ts';
import type { FieldError } from '../http/validation.ts';
import { correctionsOf, saidOf } from '../intake/correction.ts';
import type { Judge } from '../intake/judge.ts';
import { readCited } from '../knowledge/service.ts';
import { readLinks } from '../link/service.ts';
import { queryOf } from '../text/lexemes.ts';
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
} from '../workorder/service.ts';
import { speaksWithCaller, viewCaller, viewText } from '../workorder/view.ts';
import { type Work, workOf } from '../workorder/work.ts';
import { rankPage, readStart, windowSize } from './relevance.ts';
import type { ComplaintDetail, ComplaintQuery, DispatchRequest } from './schemas.ts';
import {
  type ComplaintFilter,
  findComplaint,
  findId,
  insertCorrections,
  type LockedComplaint,
  listComplaints,
  listLeads,
  lockComplaint,
  pickComplaints,
  updateComplaint,
} from './store.ts';
import { summary } from './view.ts';

const notFound = () => new AppError('NOT_FOUND', '没有这件诉求');

/** Who leads a complaint may be known to all who see it: also to a unit that helps, or that had it before. */
const leadsOf = (ctx: Context, ids: readonly number[]) => beyond(() => listLeads(ctx.db, ids));

/** What a query asks of the database. Throws FORBIDDEN, VALIDATION_FAILED. */
function filterOf(ctx: Context, session: Session, query: ComplaintQuery): ComplaintFilter {
  // Asking whether a number has complained tells about a person, even where the answer is masked.
  if (query.phone !== undefined && !speaksWithCaller.includes(session.role))
    throw new AppError('FORBIDDEN', '此角色不能按电话查询');
  const { q, sort, from, to, limit, cursor, matter, phone, ...equal } = query;
  if (q === undefined && sort === 'relevance') throw fieldError('sort', '没有 q 时只能按时间排序');
  const asked = q === undefined ? undefined : ctx.segmenter.searchWords(ctx.segmenter.cut(normalize(q)));
  // Old complaints are still found by numbers in their words: `phone` is for that.
  const words = asked?.filter((word) => numbersIn(word).length === 0);
  if (words?.length === 0) throw fieldError('q', '请输入至少两个字的词');
  return {
    ...equal,
    words: words && queryOf(words),
    phone: phone === undefined ? undefined : ctx.vault.index(phone),
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
  if (filter.phone != null) await recordPhoneSearch(ctx.db, session, filter.phone, now);
  const { limit, cursor, ...question } = query;
  const filters = JSON.stringify(question);
  const byWords = query.q !== undefined && query.sort !== 'newest';
  const named = cursor === undefined ? await findNumber(ctx.db, session, query.q, filter) : undefined;
  const paging = { limit: named === undefined ? limit : Math.max(1, limit - 1), cursor };
  const { ids, next } = await (byWords ? pickRanked : pickNewest)(ctx.db, session, filter, filters, paging);
  const listed = named === undefined ? ids : [named, ...ids.filter((id) => id !== named)].slice(0, limit);
  const rows = new Map((await listComplaints(ctx.db, listed)).map((row) => [row.id, row]));
  const leads = await leadsOf(ctx, listed);
  const items = listed.flatMap((id) => {
    const row = rows.get(id);
    return row === undefined ? [] : [summary(row, leads.get(id) ?? null, session.role, { catalog, vault: ctx.vault })];
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
  const picked = await beyond(() => pickComplaints(db, filter, scopeOf(session), { after }, limit + 1));
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
  const matches = await beyond(() => pickComplaints(db, filter, scopeOf(session), start, windowSize));
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
  const lead = (await leadsOf(ctx, [row.id])).get(row.id) ?? null;
  return {
    ...summary(row, lead, session.role, { catalog: ctx.judgeAt(now).catalog, vault: ctx.vault }),
    wantsCallback: row.wantsCallback,
    answer: row.answer && viewText(row.answer, session.role),
    occurredAt: row.occurredAt && shanghaiTime(row.occurredAt),
    caller: viewCaller(row, session.role, ctx.vault),
    classification: row.judgement,
    orders: await readOrdersOf(ctx, session, row.id, now),
    links: await beyond(() => readLinks(ctx.db, row.id, scope)),
    articles: await readCited(ctx.db, row.id),
    attachments: await readAttachments(ctx.db, session, row.id),
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
  const id = await findId(tx, number, {}, { kind: 'all' });
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
  // Who helped and now leads has one order, not two.
  const helped = standing.find(({ order }) => order.role === 'co' && order.unit === lead);
  if (helped !== undefined && !same) await change(work, helped, 'reassign', { unit: lead, reason });
  await place(work, id, [
    ...(same ? [] : [{ ...first, level }]),
    ...added.map((unit) => ({ unit, role: 'co' as const, level, reason })),
  ]);
}
