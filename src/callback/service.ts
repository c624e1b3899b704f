/** Calling callers back: what is due, and what came of an attempt. A valid attempt closes the order and the complaint. */
import type { Session } from '../access/scope.ts';
import { shanghaiTime } from '../catalog/calendar.ts';
import { unitRef } from '../catalog/catalog.ts';
import type { Context } from '../context.ts';
import { AppError } from '../http/errors.ts';
import { page, readInstant, writeCursor } from '../http/schemas.ts';
import { change, findWork, reopen } from '../workorder/service.ts';
import { viewCaller } from '../workorder/view.ts';
import { bySystem, type Work, workOf } from '../workorder/work.ts';
import { checkAttempt, isValid } from './attempt.ts';
import type { AttemptAnswer, AttemptRequest, CallbackQuery, CallbackView } from './schemas.ts';
import {
  type CallbackRow,
  closeComplaint,
  findCallback,
  insertAttempt,
  insertEvent,
  listCallbacks,
  lockCallback,
  updateCallback,
} from './store.ts';

function view(row: CallbackRow, ctx: Context, session: Session, now: Date): CallbackView {
  return {
    id: String(row.id),
    number: row.number,
    orderId: String(row.orderId),
    status: row.status === 'due' ? 'due' : 'done',
    unit: unitRef(ctx.judgeAt(now).catalog, row.unit),
    level: row.level,
    title: row.title,
    text: row.text,
    result: row.result,
    reply: row.reply,
    repliedAt: shanghaiTime(row.repliedAt),
    dueAt: shanghaiTime(row.dueAt),
    overdue: row.status === 'due' && row.dueAt < now,
    attempts: row.attempts,
    answeredAt: row.answeredAt && shanghaiTime(row.answeredAt),
    contacted: row.contacted,
    resolved: row.resolved,
    satisfaction: row.satisfaction,
    caller: viewCaller(row, session.role),
  };
}

/** A page of call-backs, the earliest due first. */
export async function readCallbacks(ctx: Context, session: Session, query: CallbackQuery, now: Date) {
  const status = query.status ?? 'due';
  const after = query.cursor === undefined ? null : readInstant(query.cursor, 'callbacks', status);
  const rows = await listCallbacks(ctx.db, status, after, query.limit + 1);
  const { items, next } = page(rows, query.limit, (row) =>
    writeCursor('callbacks', status, [row.dueAt.toISOString(), row.id]),
  );
  return { items: items.map((row) => view(row, ctx, session, now)), next };
}

/**
 * Records an attempt, valid or not. Throws NOT_FOUND, VALIDATION_FAILED for contradictory answers, ILLEGAL_ACTION when the
 * call-back is done.
 */
export async function recordAttempt(
  ctx: Context,
  session: Session,
  id: number,
  attempt: AttemptRequest,
  now: Date,
): Promise<AttemptAnswer> {
  const errors = checkAttempt(attempt);
  if (errors.length > 0) throw new AppError('VALIDATION_FAILED', '', { errors });
  return ctx.db.transaction(async (tx) => {
    const work = workOf(tx, ctx, session, now);
    const row = await lockCallback(tx, id);
    if (row === undefined) throw new AppError('NOT_FOUND', '没有这个回访任务');
    if (row.status !== 'due') throw new AppError('ILLEGAL_ACTION', '回访已完成', { state: row.status, allowed: [] });
    const valid = isValid(attempt);
    const { way, reached, contacted, resolved, satisfaction, note } = attempt;
    const answers = { contacted: contacted ?? null, resolved: resolved ?? null, satisfaction: satisfaction ?? null };
    const attemptId = await insertAttempt(tx, {
      callbackId: id,
      at: now,
      actor: session.actor,
      way,
      reached,
      valid,
      ...answers,
      note: note ?? null,
    });
    const attempts = row.attempts + 1;
    await updateCallback(tx, id, valid ? { attempts, status: 'done', answeredAt: now, ...answers } : { attempts });
    await tell(work, row, { attempt: attemptId, way, reached, valid, ...answers });
    const after = await findCallback(tx, id);
    return { id: String(attemptId), valid, callback: view(after ?? row, ctx, session, now) };
  });
}

/** Writes a call-back into the history; when it was valid, closes the complaint and its own order, or opens it again. */
async function tell(work: Work, { complaintId, orderId }: CallbackRow, data: Answers): Promise<void> {
  const { tx, actor, now, catalog } = work;
  const order = await findWork(work, orderId);
  // A complaint that was merged is called back on the order of its lead.
  const own = order.complaintId === complaintId ? order : null;
  const about = { complaintId, orderId: own?.id ?? null, at: now, actor };
  await insertEvent(tx, { ...about, action: 'callback', data: { ...data } });
  if (!data.valid) return;
  await closeComplaint(tx, complaintId, now);
  if (own === null) {
    return insertEvent(tx, { ...about, action: 'close', fromStatus: 'replied', toStatus: 'closed', data: {} });
  }
  const closed = await change(work, own, 'close');
  const again = data.resolved === false && closed.order.round <= catalog.handling.reopenRounds;
  if (again) await reopen(bySystem(work), closed, '回访未解决，按规则重办');
}

/** What the history keeps of an attempt. */
interface Answers {
  attempt: number;
  way: string;
  reached: boolean;
  valid: boolean;
  contacted: boolean | null;
  resolved: boolean | null;
  satisfaction: string | null;
}
