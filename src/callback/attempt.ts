/** When an attempt to call back is valid, what it must say, and what comes of it. Pure (docs/domain.md, call-back and the three rates). */
import { addDays, addMinutes, shanghaiDate, startOfDay } from '../catalog/calendar.ts';
import type { CallbackRule, MissReason } from '../catalog/callback-rules.ts';
import type { FieldError } from '../http/validation.ts';
import type { CallbackState } from '../workorder/sampling.ts';

export const grades = ['satisfied', 'basic', 'dissatisfied'] as const;
export type Grade = (typeof grades)[number];

/** Ways by which agents reach a caller. `public` is none of them: it stands for the caller's own evaluation. */
export const ways = ['phone', 'sms', 'app', 'wechat', 'other'] as const;
export type Way = (typeof ways)[number] | 'public';

export interface Attempt {
  way: Way;
  reached: boolean;
  reason?: MissReason | undefined;
  contacted?: boolean | undefined;
  resolved?: boolean | undefined;
  satisfaction?: Grade | undefined;
  note?: string | undefined;
}

const questions = ['contacted', 'resolved', 'satisfaction'] as const;

/** An attempt is valid when the caller was reached and answered all three questions. */
export function isValid({ reached, contacted, resolved, satisfaction }: Attempt): boolean {
  return reached && contacted !== undefined && resolved !== undefined && satisfaction !== undefined;
}

/** Contradictions in an attempt; empty where it may be recorded. */
export function checkAttempt(attempt: Attempt): FieldError[] {
  const { reached, reason } = attempt;
  const answers = questions.filter((name) => attempt[name] !== undefined);
  const found: FieldError[] = [];
  if (reason !== undefined && answers.length > 0)
    found.push({ path: 'reason', message: '已有答复时不应有未答复的原因' });
  else if (reached && reason !== undefined && reason !== 'refused' && reason !== 'other') {
    found.push({ path: 'reason', message: '已接通，原因只能是拒绝回访或其他' });
  }
  if (!reached) return [...found, ...answers.map((path) => ({ path, message: '未接通时不应有答复' }))];
  if (answers.length === 0 || answers.length === 3) return found;
  const missing = questions.filter((name) => attempt[name] === undefined);
  return [...found, ...missing.map((path) => ({ path, message: '诉求人已答复时三项都要填写' }))];
}

/** What is wrong with the instant of an attempt that is recorded after it was made; empty where nothing is. */
export function lateFaults(
  at: Date,
  { repliedAt }: { repliedAt: Date },
  { lateHours }: CallbackRule,
  now: Date,
): FieldError[] {
  if (at > now) return [{ path: 'at', message: '不能是将来的时间' }];
  if (at < repliedAt) return [{ path: 'at', message: '不能早于办结时间' }];
  return at < addMinutes(now, -lateHours * 60) ? [{ path: 'at', message: `补录不能晚于 ${lateHours} 小时` }] : [];
}

/** Whether an attempt in vain was the last: the limit is reached, or its reason says that trying again is of no use. */
export function isLast(rule: CallbackRule, attempts: number, { reason }: Attempt): boolean {
  return attempts >= rule.maxAttempts || (reason !== undefined && rule.endReasons.includes(reason));
}

/** When one may telephone next; null where one may now. The hours are those of Asia/Shanghai. */
export function phoneFrom({ fromHour, toHour }: CallbackRule, now: Date): Date | null {
  const today = shanghaiDate(now);
  const [from, to] = [fromHour, toHour].map((hour) => addMinutes(startOfDay(today), hour * 60));
  if (from === undefined || to === undefined || (from <= now && now < to)) return null;
  return now < from ? from : addMinutes(startOfDay(addDays(today, 1)), fromHour * 60);
}

/** Where a task and its complaint stand. */
export interface Ending {
  status: CallbackState;
  complaintStatus: string;
  closedAt: Date | null;
}

/** Until when the caller's own later answer counts; null while the complaint is not closed. */
export function laterUntil({ closedAt, complaintStatus }: Ending, { laterHours }: CallbackRule): Date | null {
  return closedAt === null || complaintStatus !== 'closed' ? null : addMinutes(closedAt, laterHours * 60);
}

/**
 * Why the caller cannot evaluate now, as an error code; null where he can: while the call-back is due, and once, for a while, after
 * it has ended in another way. Who is not in the sample is not asked: a sample of those who came of themselves would be none.
 */
export function evaluationRefusal(task: Ending, evaluated: boolean, rule: CallbackRule, now: Date) {
  if (task.status === 'due') return null;
  const until = laterUntil(task, rule);
  // Opened again: the next reply is asked about.
  if (task.status === 'unsampled' || until === null) return 'CALLBACK_NOT_DUE';
  if (evaluated) return 'ALREADY_EVALUATED';
  return now < until ? null : 'EVALUATION_CLOSED';
}
