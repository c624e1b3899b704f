/**
 * Files a complaint: judges its words, finds repeats, chooses the unit, sets the clocks and stores everything at once.
 */
import { createHash } from 'node:crypto';
import { numbersIn } from '../access/mask.ts';
import type { Session } from '../access/scope.ts';
import { addDays, shanghaiDate, startOfDay } from '../catalog/calendar.ts';
import { consultType } from '../catalog/catalog.ts';
import type { Context } from '../context.ts';
import type { Subject } from '../group/alarm.ts';
import { groupOfStored, joinGroups, watchGroups } from '../group/service.ts';
import { AppError, errorCode } from '../http/errors.ts';
import type { FieldError } from '../http/validation.ts';
import type { CallerColumn, Vault } from '../keys/vault.ts';
import type { OfferedArticle } from '../knowledge/schemas.ts';
import { findCitable, offerArticles } from '../knowledge/service.ts';
import { vectorOf } from '../text/lexemes.ts';
import { checkComplaint } from './check.ts';
import { saidOf } from './correction.ts';
import { findSimilar, type Similar } from './duplicates.ts';
import {
  answerOf,
  buildFiling,
  type Filer,
  filedOrder,
  groupNotice,
  type Parts,
  stateOf,
  subjectOf,
} from './filing.ts';
import type { Judge } from './judge.ts';
import type { Judgement } from './judgement.ts';
import { codeBytes, publicCode } from './public-code.ts';
import type { AssistAnswer, AssistRequest, FiledComplaint, NewComplaint } from './schemas.ts';
import { type CallerRow, drawId, type Filing, findByKey, findCandidates, findFiled, insertFiling } from './store.ts';

export function filerOf(session: Session): Filer {
  return {
    // A machine's name is its source; people all file at one desk, whatever they are called.
    source: session.userId === null ? session.name : 'desk',
    actor: session.actor,
    tokenId: session.tokenId,
    maySetReceivedAt: session.role === 'channel',
    seesOthers: session.role !== 'channel',
  };
}

const keyHours = 24;

/** What `classify` gives, plus similar complaints and the demands of a text with several; stores nothing. */
export async function assist(
  ctx: Context,
  { articles: asked = false, ...request }: AssistRequest,
  now: Date,
): Promise<AssistAnswer> {
  const judge = ctx.judgeAt(now);
  const problems = checkComplaint({ channel: 'web', ...request }, judge, now);
  if (problems.length > 0) throw new AppError('VALIDATION_FAILED', '', { errors: problems });
  const { judgement, words: all } = judge.judge(request);
  const words = ctx.segmenter.searchWords(all);
  const [similar, articles] = await Promise.all([
    similarTo(ctx, judge, { words, judgement, phone: null, filedBy: null }, now),
    asked || judgement.type.code === consultType ? articlesFor(ctx, words, judgement, now) : [],
  ]);
  return { ...judgement, similar, demands: judge.demands(request, judgement), articles };
}

/** Articles of the knowledge base that may answer, by the words and the matters that they may be about. */
function articlesFor(
  ctx: Context,
  words: readonly string[],
  { matter: { code, confidence, alternatives } }: Judgement,
  now: Date,
): Promise<OfferedArticle[]> {
  return offerArticles(ctx, words, [{ code, confidence }, ...alternatives], now);
}

export interface Filed {
  answer: FiledComplaint;
  replayed: boolean;
  /** Why it could not be counted in its group, for the log. */
  fault?: string | undefined;
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
): Promise<Filed> {
  const judge = ctx.judgeAt(now);
  const problems: FieldError[] = checkComplaint(request, judge, now);
  if (request.receivedAt !== undefined && !filer.maySetReceivedAt) {
    problems.push({ path: 'receivedAt', message: '只有渠道接口和批量导入可以指定受理时间' });
  }
  if (problems.length > 0) throw new AppError('VALIDATION_FAILED', '', { errors: problems });
  const { citations, faults } = await citableOf(ctx, request, now);
  const filing = { ...(await prepareFiling(ctx, request, filer, now, key)), citations };
  if (faults.length > 0) {
    // An article may have ended since the complaint was filed: a retry is answered all the same.
    const answer = await replay(ctx, judge, filing, filer, now);
    if (answer === null) throw new AppError('ARTICLE_NOT_CITABLE', '', { errors: faults });
    return { replayed: true, answer };
  }
  const store = async (): Promise<Filed> => {
    const stored = await insertFiling(ctx.db, filing);
    const { group, fault } = await joined(ctx, filing, stored.number, now);
    return { replayed: false, answer: answerOf(filing, stored, filer.seesOthers ? group : null, judge), fault };
  };
  try {
    return await store();
  } catch (error) {
    if (errorCode(error) !== '23505') throw error;
    const answer = await replay(ctx, judge, filing, filer, now);
    // Nothing to replay: the key was used more than a day ago and is free again.
    return answer === null ? store() : { replayed: true, answer };
  }
}

/** The complaint is stored by now: whatever hinders its groups, the caller is told its number. The next one of them is counted with it. */
async function joined(ctx: Context, { watches }: Filing, number: string, now: Date) {
  try {
    return { group: await joinGroups(ctx.db, watches, number, now), fault: undefined };
  } catch (error) {
    return { group: null, fault: errorCode(error) ?? 'unknown' };
  }
}

/** Asks the database only where something is cited. */
function citableOf(ctx: Context, { articles = [] }: NewComplaint, now: Date): ReturnType<typeof findCitable> {
  return articles.length === 0 ? Promise.resolve({ citations: [], faults: [] }) : findCitable(ctx.db, articles, now);
}

/** What similar complaints are looked for with. */
interface Sought {
  words: string[];
  judgement: Judgement;
  phone: Buffer | null;
  /** Only among what this token has filed. */
  filedBy: number | null;
}

/** Earlier complaints that may be about the same thing, of as many days back as the rules say. */
async function similarTo(
  ctx: Pick<Context, 'db' | 'wordShares'>,
  { catalog }: Judge,
  { words, judgement, phone, filedBy }: Sought,
  now: Date,
): Promise<Similar[]> {
  const matter = judgement.matter.code;
  const parent = catalog.matters.get(matter)?.parent ?? null;
  const siblings = catalog.leaves.flatMap((leaf) =>
    leaf.parent === parent && leaf.code !== matter ? [leaf.code] : [],
  );
  const candidates = await findCandidates(ctx.db, {
    matter,
    siblings,
    street: judgement.place.street?.code ?? null,
    community: judgement.place.community?.code ?? null,
    phone,
    since: startOfDay(addDays(shanghaiDate(now), -catalog.judgement.similarDays)),
    until: now,
    filedBy,
  });
  return findSimilar(words, candidates, ctx.wordShares());
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
  // Nobody finds a person by a number in the words: that is for those who may look for one, and is audited.
  const places = new Map([...ctx.segmenter.searchPlaces(all)].filter(([word]) => numbersIn(word).length === 0));
  const words = [...places.keys()];
  const vector = vectorOf(places);
  const [id, around] = await Promise.all([
    drawId(ctx.db),
    lookAround(ctx, judge, { request, filer, judgement, words }, now),
  ]);
  const sealed = { caller: callerRow(ctx.vault, id, request), bodyHash: hashOf(ctx.vault, request) };
  const code = publicCode(ctx.random(codeBytes));
  return buildFiling({ id, request, filer, key, judgement, said, vector, ...around, ...sealed, code, judge, now });
}

/** All that tells who it was or where he lives. */
function callerRow(vault: Vault, id: number, { caller, address }: NewComplaint): CallerRow | null {
  if (caller === undefined && address === undefined) return null;
  const { name, phone, kind = 'person', secret = false } = caller ?? {};
  const sealed = (column: CallerColumn, text: string | undefined) =>
    text === undefined ? null : vault.seal(column, id, text);
  return {
    name: sealed('name', name),
    phone: sealed('phone', phone),
    phoneIndex: phone === undefined ? null : vault.index(phone),
    address: sealed('address', address),
    kind: caller === undefined ? null : kind,
    secret,
  };
}

/** Tells a retry by. With a person or an address in it, so that nobody can try out numbers until the hash fits. */
function hashOf(vault: Vault, request: NewComplaint): Buffer {
  const hash = createHash('sha256').update(JSON.stringify(request)).digest();
  const { name, phone } = request.caller ?? {};
  const isOpen = name === undefined && phone === undefined && request.address === undefined;
  return isOpen ? hash : vault.blindBody(hash);
}

/** What stands around a complaint that is being filed: earlier ones like it, and group alarms that it may raise or join. */
export async function lookAround(
  ctx: Pick<Context, 'db' | 'wordShares' | 'vault'>,
  judge: Judge,
  { request, filer, judgement, words }: Pick<Parts, 'request' | 'filer' | 'judgement'> & { words: string[] },
  now: Date,
): Promise<Pick<Parts, 'similar' | 'watches'>> {
  const phone = request.caller?.phone === undefined ? null : ctx.vault.index(request.caller.phone);
  const filedBy = filer.seesOthers ? null : filer.tokenId;
  const [similar, watches] = await Promise.all([
    similarTo(ctx, judge, { words, judgement, phone, filedBy }, now),
    watchGroups(ctx.db, judge.catalog, watched(judgement, request, now)),
  ]);
  return { similar, watches };
}

/** What group alarms look at. */
function watched({ matter, place }: Judgement, { receivedAt }: NewComplaint, now: Date): Subject {
  return {
    matter: matter.code,
    community: place.community?.code ?? null,
    street: place.street?.code ?? null,
    district: place.district?.code ?? null,
    receivedAt: receivedAt === undefined ? now : new Date(receivedAt),
  };
}

/** The answer to a retry from what was stored; null where nothing is. Refuses the same key or number with another body. */
async function replay(
  ctx: Context,
  judge: Judge,
  filing: Filing,
  { seesOthers }: Filer,
  now: Date,
): Promise<FiledComplaint | null> {
  const { complaint, idempotency } = filing;
  if (idempotency !== null) {
    const since = new Date(now.getTime() - keyHours * 3_600_000);
    const known = await findByKey(ctx.db, idempotency.tokenId, idempotency.key, since);
    if (known !== undefined) {
      if (!known.bodyHash.equals(complaint.bodyHash)) throw new AppError('IDEMPOTENCY_KEY_REUSED');
      return storedAnswer(ctx.db, await findFiled(ctx.db, { id: known.complaintId }), seesOthers, judge);
    }
  }
  const { source, externalNumber } = complaint;
  const known = externalNumber === null ? undefined : await findFiled(ctx.db, { source, externalNumber });
  if (known === undefined) return null;
  if (!known.bodyHash.equals(complaint.bodyHash)) throw new AppError('EXTERNAL_NUMBER_REUSED');
  return storedAnswer(ctx.db, known, seesOthers, judge);
}

async function storedAnswer(
  db: Context['db'],
  stored: Awaited<ReturnType<typeof findFiled>>,
  seesOthers: boolean,
  judge: Judge,
): Promise<FiledComplaint> {
  if (stored === undefined) throw new Error('a used key refers to no complaint');
  const { number, code, judgement, similar, orders } = stored;
  return {
    number,
    code,
    status: stateOf(stored.status),
    classification: judgement,
    similar,
    group: groupNotice(seesOthers ? await groupOfStored(db, stored.id) : null),
    orders: orders.map((order) => filedOrder({ ...order, id: String(order.id) }, judge)),
  };
}
