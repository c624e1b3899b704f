/**
 * Files a complaint: judges its words, finds repeats, chooses the unit, sets the clocks and stores everything at once.
 */
import { createHash } from 'node:crypto';
import type { Session } from '../access/scope.ts';
import { addDays, shanghaiDate, startOfDay } from '../catalog/calendar.ts';
import type { Context } from '../context.ts';
import { AppError, errorCode } from '../http/errors.ts';
import type { FieldError } from '../http/validation.ts';
import { checkComplaint } from './check.ts';
import { saidOf } from './correction.ts';
import { findSimilar, type Similar } from './duplicates.ts';
import { answerOf, buildFiling, type Filer, filedOrder, stateOf, subjectOf } from './filing.ts';
import type { Judge } from './judge.ts';
import type { Judgement } from './judgement.ts';
import { publicCode } from './public-code.ts';
import type { AssistAnswer, AssistRequest, FiledComplaint, NewComplaint } from './schemas.ts';
import { type Filing, findByKey, findCandidates, findFiled, insertFiling } from './store.ts';

export function filerOf(session: Session): Filer {
  return {
    source: session.name,
    actor: session.actor,
    tokenId: session.tokenId,
    maySetReceivedAt: session.role === 'channel',
    seesOthers: session.role !== 'channel',
  };
}

const similarDays = 30;
const keyHours = 24;

/** What `classify` gives, plus similar complaints and the demands of a text with several; stores nothing. */
export async function assist(ctx: Context, request: AssistRequest, now: Date): Promise<AssistAnswer> {
  const judge = ctx.judgeAt(now);
  const problems = checkComplaint({ channel: 'web', ...request }, judge, now);
  if (problems.length > 0) throw new AppError('VALIDATION_FAILED', '', { errors: problems });
  const { judgement, words } = judge.judge(request);
  const similar = await similarTo(
    ctx,
    { words: ctx.segmenter.searchWords(words), judgement, phone: null, filedBy: null },
    now,
  );
  return { ...judgement, similar, demands: judge.demands(request, judgement) };
}

/**
 * Files a complaint and answers what was stored. A retry with the same idempotency key or external number answers what was
 * stored the first time. Throws VALIDATION_FAILED, IDEMPOTENCY_KEY_REUSED or EXTERNAL_NUMBER_REUSED.
 */
export async function fileComplaint(
  ctx: Context,
  request: NewComplaint,
  filer: Filer,
  now: Date,
  key: string | null = null,
): Promise<{ answer: FiledComplaint; replayed: boolean }> {
  const judge = ctx.judgeAt(now);
  const problems: FieldError[] = checkComplaint(request, judge, now);
  if (request.receivedAt !== undefined && !filer.maySetReceivedAt) {
    problems.push({ path: 'receivedAt', message: '只有渠道接口和批量导入可以指定受理时间' });
  }
  if (problems.length > 0) throw new AppError('VALIDATION_FAILED', '', { errors: problems });
  const filing = await prepareFiling(ctx, request, filer, now, key);
  const store = async () => answerOf(filing, await insertFiling(ctx.db, filing), judge);
  try {
    return { replayed: false, answer: await store() };
  } catch (error) {
    if (errorCode(error) !== '23505') throw error;
    const answer = await replay(ctx, judge, filing, now);
    // Nothing to replay: the key was used more than a day ago and is free again.
    return answer === null ? { replayed: false, answer: await store() } : { replayed: true, answer };
  }
}

async function similarTo(
  ctx: Context,
  {
    words,
    judgement,
    phone,
    filedBy,
  }: { words: string[]; judgement: Judgement; phone: string | null; filedBy: number | null },
  now: Date,
): Promise<Similar[]> {
  const candidates = await findCandidates(ctx.db, {
    matter: judgement.matter.code,
    street: judgement.place.street?.code ?? null,
    community: judgement.place.community?.code ?? null,
    phone,
    since: startOfDay(addDays(shanghaiDate(now), -similarDays)),
    until: now,
    filedBy,
  });
  return findSimilar(words, candidates);
}

/** Everything of a filing but its storing: judges the words, looks for repeats, sets the clocks. */
export async function prepareFiling(
  ctx: Context,
  request: NewComplaint,
  filer: Filer,
  now: Date,
  key: string | null = null,
): Promise<Filing> {
  const judge = ctx.judgeAt(now);
  const { judgement, own, words: all } = judge.judge(subjectOf(request));
  const said = saidOf(own, judgement, judge.catalog.judgement);
  const words = ctx.segmenter.searchWords(all);
  const similar = await similarTo(
    ctx,
    { words, judgement, phone: request.caller?.phone ?? null, filedBy: filer.seesOthers ? null : filer.tokenId },
    now,
  );
  const bodyHash = createHash('sha256').update(JSON.stringify(request)).digest();
  const code = publicCode(ctx.random(5));
  return buildFiling({ request, filer, key, judgement, said, words, similar, bodyHash, code, judge, now });
}

/** The answer to a retry from what was stored; null where nothing is. Refuses the same key or number with another body. */
async function replay(ctx: Context, judge: Judge, filing: Filing, now: Date): Promise<FiledComplaint | null> {
  const { complaint, idempotency } = filing;
  if (idempotency !== null) {
    const since = new Date(now.getTime() - keyHours * 3_600_000);
    const known = await findByKey(ctx.db, idempotency.tokenId, idempotency.key, since);
    if (known !== undefined) {
      if (!known.bodyHash.equals(complaint.bodyHash)) throw new AppError('IDEMPOTENCY_KEY_REUSED');
      return storedAnswer(await findFiled(ctx.db, { id: known.complaintId }), judge);
    }
  }
  const { source, externalNumber } = complaint;
  const known = externalNumber === null ? undefined : await findFiled(ctx.db, { source, externalNumber });
  if (known === undefined) return null;
  if (!known.bodyHash.equals(complaint.bodyHash)) throw new AppError('EXTERNAL_NUMBER_REUSED');
  return storedAnswer(known, judge);
}

function storedAnswer(stored: Awaited<ReturnType<typeof findFiled>>, judge: Judge): FiledComplaint {
  if (stored === undefined) throw new Error('a used key refers to no complaint');
  const { number, code, judgement, similar, orders } = stored;
  return {
    number,
    code,
    status: stateOf(stored.status),
    classification: judgement,
    similar,
    orders: orders.map((order) => filedOrder({ ...order, id: String(order.id) }, judge)),
  };
}
