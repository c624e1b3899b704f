/**
 * Calling callers back: what is due, who has it, and what came of an attempt. A valid attempt closes the order and the complaint;
 * so does the last one in vain, but without an answer.
 */
import type { Session } from '../access/scope.ts';
import { addMinutes, shanghaiTime } from '../catalog/calendar.ts';
import { amendAnswer, holdPeriodOf } from '../closing/service.ts';
import type { Context } from '../context.ts';
import type { Db } from '../db/connect.ts';
import { insertEvents } from '../db/history.ts';
import { AppError } from '../http/errors.ts';
import { page, readInstant, writeCursor } from '../http/schemas.ts';
import { ruleOf } from '../workorder/sampling.ts';
import { change, findWork, reopen } from '../workorder/service.ts';
import { bySystem, type Work, workOf } from '../workorder/work.ts';
import { type Attempt, checkAttempt, evaluationRefusal, isLast, isValid, lateFaults, laterUntil } from './attempt.ts';
import type {
  AttemptAnswer,
  AttemptRequest,
  CallbackQuery,
  CallbackView,
  CallbackWithAttempts,
  ClaimAnswer,
} from './schemas.ts';
import {
  type CallbackRow,
  closeComplaint,
  dropClaims,
  findCallback,
  findCallbacks,
  firstAnswers,
  insertAttempt,
  isHeld,
  listAttempts,
  listCallbacks,
  lockCallback,
  lockCaller,
  newestCallback,
  setClaim,
  updateCallback,
} from './store.ts';
import { viewAttempts, viewCallback } from './view.ts';

const isOwn = ({ way }: { way: string }) => way === 'public';
const notFound = () => new AppError('NOT_FOUND', '没有这个回访任务');
const held = () => new AppError('CALLBACK_HELD', '', { state: 'due', allowed: [] });
const over = (state: string) => new AppError('ILLEGAL_ACTION', '回访已结束', { state, allowed: [] });

/** Rows with the first answers of their complaints, as the session sees them. */
async function view(
  db: Context['db'],
  ctx: Context,
  session: Session,
  now: Date,
  rows: readonly CallbackRow[],
): Promise<CallbackView[]> {
  const answers = await firstAnswers(
    db,
    rows.map(({ complaintId }) => complaintId),
  );
  const first = new Map(answers.map((answer) => [answer.complaintId, answer]));
  const { catalog } = ctx.judgeAt(now);
  return rows.map((row) => viewCallback(row, first.get(row.complaintId), { catalog, vault: ctx.vault, session, now }));
}

/** A page of call-backs, the most urgent first; what others hold and what was tried a moment ago is not due. */
export async function readCallbacks(ctx: Context, session: Session, query: CallbackQuery, now: Date) {
  const status = query.status ?? 'due';
  const after = query.cursor === undefined ? null : readInstant(query.cursor, 'callbacks', status);
  const rows = await listCallbacks(ctx.db, status, { actor: session.actor, now }, after, query.limit + 1);
  const { items, next } = page(rows, query.limit, (row) =>
    writeCursor('callbacks', status, [row.rankAt.toISOString(), row.id]),
  );
  return { items: await view(ctx.db, ctx, session, now, items), next };
}

/** One call-back with all its attempts. Throws NOT_FOUND. */
export async function readCallback(
  ctx: Context,
  session: Session,
  id: number,
  now: Date,
): Promise<CallbackWithAttempts> {
  const row = await findCallback(ctx.db, id);
  if (row === undefined) throw notFound();
  const [callback] = await view(ctx.db, ctx, session, now, [row]);
  if (callback === undefined) throw notFound();
  return { callback, attempts: viewAttempts(await listAttempts(ctx.db, id), session) };
}

/**
 * Keeps a task, and all other ones of the same telephone number, for an agent; again, for longer. Throws NOT_FOUND,
 * ILLEGAL_ACTION where it is over, CALLBACK_HELD where another agent has one of them.
 */
export async function claimCallback(ctx: Context, session: Session, id: number, now: Date): Promise<ClaimAnswer> {
  const { actor } = session;
  return ctx.db.transaction(async (tx) => {
    const row = await findCallback(tx, id);
    if (row === undefined) throw notFound();
    const rows = await lockCaller(tx, id, row.callerIndex);
    const status = rows.find((one) => one.id === id)?.status ?? row.status;
    if (status !== 'due') throw over(status);
    const isOthers = (one: (typeof rows)[number]) =>
      one.claimedBy !== null && one.claimedBy !== actor && one.claimedUntil !== null && one.claimedUntil > now;
    if (rows.some(isOthers)) throw held();
    const ids = rows.map((one) => one.id);
    const until = addMinutes(now, ruleOf(ctx.judgeAt(now).catalog, row).leaseMinutes);
    await setClaim(tx, ids, { claimedBy: actor, claimedUntil: until });
    const callbacks = await view(tx, ctx, session, now, await findCallbacks(tx, ids));
    return { until: shanghaiTime(until), callbacks };
  });
}

/** Gives back what `claimCallback` has kept. Nothing happens where nobody has it. Throws NOT_FOUND, CALLBACK_HELD. */
export async function releaseCallback(ctx: Context, session: Session, id: number, now: Date): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const row = await findCallback(tx, id);
    if (row === undefined) throw notFound();
    const rows = await lockCaller(tx, id, row.callerIndex);
    const mine = rows.filter(({ claimedBy }) => claimedBy === session.actor).map((one) => one.id);
    if (mine.length > 0) await setClaim(tx, mine, null);
    else if (await isHeld(tx, id, { actor: session.actor, now })) throw held();
  });
}

/** Gives back what people keep who no longer call, named as in events; how many call-backs. */
export async function releaseAll(tx: Db, actors: readonly string[]): Promise<number> {
  return dropClaims(tx, actors);
}

/**
 * Records an attempt, valid or not, made now or some time ago: its answer counts where it was given, and where that period is closed
 * already it becomes an amendment. Throws NOT_FOUND, VALIDATION_FAILED for contradictory answers, ILLEGAL_ACTION when the
 * call-back is over, CALLBACK_HELD while another agent has it.
 */
export async function recordAttempt(
  ctx: Context,
  session: Session,
  id: number,
  { at: said, ...attempt }: AttemptRequest,
  now: Date,
): Promise<AttemptAnswer> {
  const at = said === undefined ? now : new Date(said);
  const errors = checkAttempt(attempt);
  if (errors.length > 0) throw new AppError('VALIDATION_FAILED', '', { errors });
  return ctx.db.transaction(async (tx) => {
    const work = workOf(tx, ctx, session, now);
    const mayBeClosed = await holdPeriodOf(tx, ctx, at, now);
    const row = await lockCallback(tx, id);
    if (row === undefined) throw notFound();
    if (row.status !== 'due') throw over(row.status);
    if (await isHeld(tx, id, { actor: session.actor, now })) throw held();
    const faults = lateFaults(at, row, ruleOf(work.catalog, row), now);
    if (faults.length > 0) throw new AppError('VALIDATION_FAILED', '', { errors: faults });
    const recorded = await record(work, row, { attempt, at, mayBeClosed });
    const [callback] = await view(tx, ctx, session, now, await findCallbacks(tx, [id]));
    if (callback === undefined) throw notFound();
    return { ...recorded, callback };
  });
}

/**
 * Records the caller's own evaluation: while the call-back is due it closes it as a valid attempt does; for a while after, it
 * takes the place of an earlier answer. Once for each time the complaint is replied. Throws CALLBACK_NOT_DUE, ALREADY_EVALUATED,
 * EVALUATION_CLOSED.
 */
export async function recordEvaluation(
  ctx: Context,
  complaintId: number,
  answers: Omit<Attempt, 'way' | 'reached' | 'reason'>,
  now: Date,
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const { catalog } = ctx.judgeAt(now);
    const mayBeClosed = await holdPeriodOf(tx, ctx, now, now);
    const id = await newestCallback(tx, complaintId);
    const row = id === undefined ? undefined : await lockCallback(tx, id);
    if (row === undefined) throw new AppError('CALLBACK_NOT_DUE');
    const given = (await listAttempts(tx, row.id)).some(isOwn);
    const refusal = evaluationRefusal(row, given, ruleOf(catalog, row), now);
    if (refusal !== null) throw new AppError(refusal);
    const attempt = { ...answers, way: 'public', reached: true } as const;
    await record({ tx, catalog, actor: 'public', role: 'system', now }, row, { attempt, at: now, mayBeClosed });
  });
}

/** The caller's own evaluation of the newest reply, and until when he may still give it; null where he was or is not asked. */
export async function readEvaluation(ctx: Context, complaintId: number, now: Date) {
  const id = await newestCallback(ctx.db, complaintId);
  const row = id === undefined ? undefined : await findCallback(ctx.db, id);
  if (row === undefined) return null;
  const rule = ruleOf(ctx.judgeAt(now).catalog, row);
  const given = (await listAttempts(ctx.db, row.id)).find(isOwn);
  const open = evaluationRefusal(row, given !== undefined, rule, now) === null;
  return { open, until: open ? laterUntil(row, rule) : null, given: given ?? null };
}

/** An attempt, when it was made, and whether the period of that instant may be closed already. */
interface Made {
  attempt: Attempt;
  at: Date;
  mayBeClosed: boolean;
}

/** Writes an attempt on a locked task and what it makes of it. */
async function record(
  work: Work,
  row: CallbackRow,
  { attempt, at, mayBeClosed }: Made,
): Promise<{ id: string; valid: boolean }> {
  const { tx, catalog, actor, now } = work;
  const rule = ruleOf(catalog, row);
  const valid = isValid(attempt);
  const { way, reached, reason, contacted, resolved, satisfaction, note } = attempt;
  const answers = { contacted: contacted ?? null, resolved: resolved ?? null, satisfaction: satisfaction ?? null };
  const made = { way, reached, reason: reason ?? null, valid, ...answers };
  const id = await insertAttempt(tx, { callbackId: row.id, at, actor, ...made, note: note ?? null });
  const attempts = row.attempts + 1;
  const ends = valid || isLast(rule, attempts, attempt);
  const [status, nextAt] = [valid ? 'done' : 'unreached', addMinutes(at, rule.spacingMinutes)] as const;
  await updateCallback(tx, row.id, {
    attempts,
    claimedBy: null,
    claimedUntil: null,
    ...(ends ? { status } : { nextAt }),
    ...(valid ? { answeredAt: at, ...answers } : {}),
  });
  // The event stands at the instant of its writing, as all do; when the call was made before, it says so.
  const late = at < now ? { at: at.toISOString() } : {};
  await tell(work, row, { attempt: id, ...late, ...made }, ends);
  if (valid && mayBeClosed) {
    const cause = { actor, at: now, reason: '封账以后登记的回访答复', exclusionId: null };
    await amendAnswer(tx, row.number, at, cause);
  }
  return { id: String(id), valid };
}

/** Writes a call-back into the history; when it was the last, closes the complaint and its own order, or opens it again. */
async function tell(work: Work, row: CallbackRow, data: Answers, ends: boolean): Promise<void> {
  const { tx, actor, now, catalog } = work;
  const { complaintId, orderId } = row;
  const order = await findWork(work, orderId);
  // A complaint that was merged is called back on the order of its lead.
  const own = order.complaintId === complaintId ? order : null;
  const about = { complaintId, orderId: own?.id ?? null, at: now, actor };
  await insertEvents(tx, [{ ...about, action: 'callback', data: { ...data } }]);
  if (!ends) return;
  const why = data.valid ? {} : { reason: '多次回访未能联系上诉求人', callback: 'unreached' };
  let closed = own;
  // A later answer finds it closed.
  if (row.status === 'due') {
    await closeComplaint(tx, complaintId, now);
    if (own !== null && own.order.status !== 'closed') closed = await change(work, own, 'close', why);
    else if (own === null)
      await insertEvents(tx, [{ ...about, action: 'close', fromStatus: 'replied', toStatus: 'closed', data: why }]);
  }
  if (closed === null || data.resolved !== false) return;
  if (closed.order.round <= catalog.handling.reopenRounds) {
    await reopen(bySystem(work), closed, '回访未解决，按规则重办');
  }
}

/** What the history keeps of an attempt. */
interface Answers {
  attempt: number;
  /** When it was made, where it was recorded later. */
  at?: string;
  way: string;
  reached: boolean;
  reason: string | null;
  valid: boolean;
  contacted: boolean | null;
  resolved: boolean | null;
  satisfaction: string | null;
}
