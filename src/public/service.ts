/**
 * The public page: a caller looks at his complaint and evaluates how it was handled, by number and code alone. A number that there is
 * none of and a wrong code are one and the same answer, for the same work.
 */
import { timingSafeEqual } from 'node:crypto';
import { maskText } from '../access/mask.ts';
import { hashToken } from '../access/tokens.ts';
import { grades } from '../callback/attempt.ts';
import { readEvaluation, recordEvaluation } from '../callback/service.ts';
import { shanghaiTime } from '../catalog/calendar.ts';
import { unitRef } from '../catalog/catalog.ts';
import type { Context } from '../context.ts';
import { AppError } from '../http/errors.ts';
import { readCode } from '../intake/public-code.ts';
import { progressOf, stateSentence } from './progress.ts';
import type { EvaluationRequest, PublicComplaint } from './schemas.ts';
import { findByNumber, listHistory, readComplaint } from './store.ts';

const notFound = () => new AppError('NOT_FOUND', '没有这件诉求，或代码不对');

/** Compared in place of a code where there is none; as long as one. */
const noCode = '0'.repeat(26);

/** The complaint of a number and its code. Throws NOT_FOUND. Hashes are compared: they are of one length whatever was typed. */
async function admit(db: Context['db'], number: string, typed: string): Promise<number> {
  const row = await findByNumber(db, number);
  const same = timingSafeEqual(hashToken(readCode(typed)), hashToken(row?.code ?? noCode));
  if (row === undefined || !same) throw notFound();
  return row.id;
}

async function view(ctx: Context, id: number, now: Date): Promise<PublicComplaint> {
  const row = await readComplaint(ctx.db, id);
  if (row === undefined) throw notFound();
  const { catalog } = ctx.judgeAt(now);
  const evaluation = await readEvaluation(ctx, id, now);
  const reply = row.reply ?? row.answer;
  return {
    number: row.number,
    status: row.status,
    statusLabel: stateSentence(row.status),
    receivedAt: shanghaiTime(row.receivedAt),
    closedAt: row.closedAt && shanghaiTime(row.closedAt),
    unit: row.unit === null ? null : unitRef(catalog, row.unit),
    dueAt: row.dueAt && shanghaiTime(row.dueAt),
    repliedAt: row.repliedAt && shanghaiTime(row.repliedAt),
    result: row.result,
    // Whoever has got hold of the code need not learn a telephone number, too.
    reply: reply && maskText(reply),
    progress: progressOf(await listHistory(ctx.db, id), catalog),
    evaluation: {
      open: evaluation?.open ?? false,
      until: evaluation?.until ? shanghaiTime(evaluation.until) : null,
      given: viewGiven(evaluation?.given ?? null),
    },
  };
}

type Given = NonNullable<Awaited<ReturnType<typeof readEvaluation>>>['given'];

function viewGiven(given: Given): PublicComplaint['evaluation']['given'] {
  const satisfaction = grades.find((grade) => grade === given?.satisfaction);
  if (given === null || given.contacted === null || given.resolved === null || satisfaction === undefined) return null;
  return { at: shanghaiTime(given.at), contacted: given.contacted, resolved: given.resolved, satisfaction };
}

/** How a complaint stands. Throws NOT_FOUND. */
export async function readProgress(ctx: Context, number: string, code: string, now: Date): Promise<PublicComplaint> {
  return view(ctx, await admit(ctx.db, number, code), now);
}

/** Takes the caller's own evaluation. Throws NOT_FOUND, and what `recordEvaluation` throws. */
export async function evaluate(
  ctx: Context,
  number: string,
  { code, ...answers }: EvaluationRequest,
  now: Date,
): Promise<PublicComplaint> {
  const id = await admit(ctx.db, number, code);
  await recordEvaluation(ctx, id, answers, now);
  return view(ctx, id, now);
}
