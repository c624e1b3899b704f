/** Closes assessment periods (封账), shows them, and records what is put right afterwards (更正): see ADR 025. */
import { type Scope, type Session, scopeOf } from '../access/scope.ts';
import { type AmendedCase, type FrozenRule, sameCase, scopeOfCase } from '../assessment/frozen.ts';
import { type Period, parsePeriod, periodAt, ruleOfPeriod, shiftPeriod } from '../assessment/period.ts';
import { countFrozen, frozenTables, ruleFor } from '../assessment/service.ts';
import { shanghaiTime } from '../catalog/calendar.ts';
import type { Context } from '../context.ts';
import { recordAudit } from '../db/audit.ts';
import { insertEvents } from '../db/history.ts';
import { AppError } from '../http/errors.ts';
import { page, readNumbers, readParts, writeCursor } from '../http/schemas.ts';
import type {
  AmendmentQuery,
  AmendmentView,
  AmendRequest,
  PeriodCaseQuery,
  PeriodCaseView,
  PeriodQuery,
  PeriodView,
} from './schemas.ts';
import {
  type AmendmentRow,
  answerNow,
  countedCase,
  findComplaint,
  findPeriod,
  firstReceipt,
  freezeCases,
  insertAmendment,
  insertFigures,
  listAmendments,
  listCases,
  listPeriods,
  lockPeriods,
  type PeriodRow,
  periodsOf,
  standingOf,
  startClosing,
  updatePeriod,
} from './store.ts';

type Tx = Context['db'];

const time = (at: Date | null) => at && shanghaiTime(at);

function periodOf(ctx: Context, code: string, now: Date): Period & { rule: FrozenRule } {
  const assessment = ruleFor(ctx, { period: code }, now);
  const scopes = Object.fromEntries(ctx.catalogRows().data.types.map((type) => [type.code, type.scope]));
  return { ...parsePeriod(code, assessment), rule: { assessment, scopes } };
}

function view({ code, from, to, rule }: Period & { rule: FrozenRule }, row: Stored | undefined, now: Date): PeriodView {
  return {
    code,
    from: shanghaiTime(row?.fromAt ?? from),
    to: shanghaiTime(row?.toAt ?? to),
    status: row?.status ?? 'open',
    ended: (row?.toAt ?? to) <= now,
    ruleVersion: (row?.rule ?? rule).assessment.version,
    cases: row?.cases ?? null,
    closedAt: time(row?.closedAt ?? null),
    closedBy: row?.closedBy ?? null,
    amendments: row?.amendments ?? 0,
  };
}
type Stored = PeriodRow & { amendments: number };

/** The periods since the first complaint, the current one first. */
export async function readPeriods(ctx: Context, { status, limit, cursor }: PeriodQuery, now: Date) {
  const rows = new Map((await listPeriods(ctx.db)).map((row) => [row.code, row]));
  const first = await firstReceipt(ctx.db);
  const today = ctx.judgeAt(now).catalog.assessment;
  const rules = ctx.catalogRows().data.assessment;
  const all: PeriodView[] = [];
  for (let at = periodAt(now, today); ; at = shiftPeriod(at, -1, today)) {
    const period = periodOf(ctx, at.code, now);
    all.push(view(period, rows.get(at.code), now));
    rows.delete(at.code);
    const older = [...rows.keys()].some((code) => code < at.code);
    if (!older && (first === null || first >= parsePeriod(at.code, ruleOfPeriod(rules, at.code, today)).from)) break;
  }
  const filters = status ?? '';
  const last = cursor && readParts(cursor, 'periods', filters, ([code]) => (typeof code === 'string' ? code : null));
  const left = all.filter((row) => (status === undefined || row.status === status) && (!last || row.code < last));
  return page(left, limit, ({ code }) => writeCursor('periods', filters, [code]));
}

/** One period. Throws VALIDATION_FAILED for a code that is none. */
export async function readPeriod(ctx: Context, code: string, now: Date): Promise<PeriodView> {
  const period = periodOf(ctx, code, now);
  const row = (await listPeriods(ctx.db)).find((one) => one.code === code);
  return view(period, row, now);
}

/**
 * Closes a period that has ended: freezes its cases, its figures for both bases and the rule they are counted by. It is said to be
 * closing first, so that others see it; where that was broken off, closing it again goes on. Throws PERIOD_NOT_ENDED,
 * PERIOD_CLOSED.
 */
export async function closePeriod(ctx: Context, session: Session, code: string, now: Date): Promise<PeriodView> {
  const { from, to, rule } = periodOf(ctx, code, now);
  if (to > now) throw new AppError('PERIOD_NOT_ENDED', `截止时刻为 ${shanghaiTime(to)}`);
  const span = { from, to };
  const counted = { fromAt: from, toAt: to, rule };
  const { actor } = session;
  await startClosing(ctx.db, { code, ...counted, status: 'closing', startedAt: now, startedBy: actor });
  await ctx.db.transaction(
    async (tx) => {
      await lockPeriods(tx, 'to close');
      if ((await findPeriod(tx, code))?.status !== 'closing')
        throw new AppError('PERIOD_CLOSED', '', { state: 'closed' });
      const { cases, lastEvent } = await freezeCases(tx, code, span);
      for (const table of frozenTables) {
        await insertFigures(tx, { period: code, ...table }, await countFrozen(tx, code, span, table));
      }
      await updatePeriod(tx, code, { ...counted, status: 'closed', closedAt: now, closedBy: actor, cases, lastEvent });
      const detail = { cases, lastEvent, ruleVersion: rule.assessment.version };
      await recordAudit(tx, { at: now, actor, action: 'period.close', target: `period:${code}`, detail });
    },
    { isolationLevel: 'repeatable read' },
  );
  return readPeriod(ctx, code, now);
}

/** Why a case is amended, and by whom. */
export interface Cause {
  actor: string;
  at: Date;
  reason: string;
  exclusionId: number | null;
}

/** Counts a case of a closed period again; records the difference, if there is one. */
async function amend(
  tx: Tx,
  row: PeriodRow,
  found: { id: number; type: string },
  cause: Cause,
): Promise<number | null> {
  const { code, fromAt: from, toAt: to, rule } = row;
  const type = { code: found.type, scope: rule.scopes[found.type] ?? ('all' as const) };
  const answer = await answerNow(tx, found.id, { from, to });
  const after: AmendedCase = { ...scopeOfCase(type, await standingOf(tx, found.id)), answer };
  const counted = await countedCase(tx, code, found.id);
  if (counted === null && answer === null) return null;
  const before = counted ?? { ...scopeOfCase(type, []), answer: null };
  if (sameCase(before, after)) return null;
  const { actor, at, reason, exclusionId } = cause;
  const about = { complaintId: found.id, at, actor };
  const id = await insertAmendment(tx, { ...about, period: code, reason, exclusionId, before, after });
  await insertEvents(tx, [{ ...about, action: 'amend', data: { period: code, amendment: id, reason } }]);
  const detail = { amendment: id, complaint: found.id, exclusion: exclusionId, reason };
  await recordAudit(tx, { at, actor, action: 'period.amend', target: `period:${code}`, detail });
  return id;
}

/** Waits while a period is being closed. To be called before a transaction changes what a closed period must be told of. */
export async function holdPeriods(tx: Tx): Promise<void> {
  await lockPeriods(tx, 'to amend');
}

/** Amends all closed periods that hold a case, once its standing has changed. The transaction holds the periods. */
export async function amendCase(tx: Tx, found: { id: number; type: string }, cause: Cause): Promise<void> {
  for (const row of await periodsOf(tx, found.id)) await amend(tx, row, found, cause);
}

/**
 * Counts one case of a closed period again, for an answer that was entered late. Throws NOT_FOUND, PERIOD_NOT_CLOSED,
 * NOTHING_TO_AMEND.
 */
export async function amendPeriod(
  ctx: Context,
  { actor }: Session,
  code: string,
  { number, reason }: AmendRequest,
  now: Date,
): Promise<AmendmentView> {
  periodOf(ctx, code, now);
  return ctx.db.transaction(async (tx) => {
    await holdPeriods(tx);
    const row = await findPeriod(tx, code);
    if (row?.status !== 'closed') throw new AppError('PERIOD_NOT_CLOSED', '', { state: row?.status ?? 'open' });
    const found = await findComplaint(tx, number);
    if (found === undefined) throw new AppError('NOT_FOUND', '没有这件诉求');
    const id = await amend(tx, row, found, { actor, at: now, reason, exclusionId: null });
    const [stored] = id === null ? [] : await listAmendments(tx, code, { kind: 'all' }, id + 1, 1);
    if (stored === undefined) throw new AppError('NOTHING_TO_AMEND');
    return viewAmendment(stored);
  });
}

function viewCase({ answer, ...rest }: AmendedCase) {
  if (answer === null) return { ...rest, answer };
  return { ...rest, answer: { ...answer, at: shanghaiTime(new Date(answer.at)), orderId: String(answer.orderId) } };
}

function viewAmendment({ id, number, at, actor, reason, exclusionId, before, after }: AmendmentRow): AmendmentView {
  const exclusion = exclusionId === null ? null : String(exclusionId);
  const sides = { before: viewCase(before), after: viewCase(after) };
  return { id: String(id), number, at: shanghaiTime(at), actor, reason, exclusion, ...sides };
}

/** What was put right in a closed period, the newest first; a unit sees that of its own cases. */
export async function readAmendments(ctx: Context, session: Session, code: string, query: AmendmentQuery, now: Date) {
  periodOf(ctx, code, now);
  const [before = null] = query.cursor === undefined ? [] : readNumbers(query.cursor, 'amendments', code, 1);
  const rows = await listAmendments(ctx.db, code, scopeOf(session), before, query.limit + 1);
  const { items, next } = page(rows, query.limit, ({ id }) => writeCursor('amendments', code, [id]));
  return { items: items.map(viewAmendment), next };
}

/** The cases that a closed period froze; none of one that is not closed. A unit sees its own. */
export async function readCases(ctx: Context, session: Session, code: string, query: PeriodCaseQuery, now: Date) {
  periodOf(ctx, code, now);
  const { unit, scope, limit, cursor } = query;
  const filters = JSON.stringify([code, unit, scope]);
  const [complaintId, orderId] = cursor === undefined ? [] : readNumbers(cursor, 'period-cases', filters, 2);
  const after = complaintId === undefined || orderId === undefined ? null : { complaintId, orderId };
  const reader: Scope = scopeOf(session);
  const rows = await listCases(ctx.db, code, { unit, scope }, reader, after, limit + 1);
  const { items, next } = page(rows, limit, ({ line }) =>
    writeCursor('period-cases', filters, [line.complaintId, line.orderId]),
  );
  return { items: items.map(viewLine), next };
}

function viewLine({ number, line }: Awaited<ReturnType<typeof listCases>>[number]): PeriodCaseView {
  const { orderId, unit, firstUnit, district, street, matter, need, type, level, scope, reason, onTime } = line;
  const { answeredAt, contacted, resolved, satisfaction } = line;
  const answered = answeredAt !== null && contacted !== null && resolved !== null && satisfaction !== null;
  return {
    ...{ number, unit, firstUnit, district, street, matter, need, type, level, scope, reason, onTime },
    orderId: orderId === 0 ? null : String(orderId),
    receivedAt: time(line.receivedAt),
    closedAt: time(line.closedAt),
    repliedAt: time(line.repliedAt),
    answer: answered ? { at: shanghaiTime(answeredAt), contacted, resolved, satisfaction } : null,
  };
}
