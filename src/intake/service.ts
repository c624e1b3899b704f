/**
 * Files a complaint: judges its words, finds repeats, chooses the unit, sets the clocks and stores everything at once.
 */
import { createHash } from 'node:crypto';
import type { Session } from '../access/scope.ts';
import { addDays, shanghaiDate, shanghaiTime, startOfDay } from '../catalog/calendar.ts';
import type { Context } from '../context.ts';
import { AppError, errorCode } from '../http/errors.ts';
import type { FieldError } from '../http/validation.ts';
import { deadlines } from '../workorder/deadline.ts';
import { checkComplaint } from './check.ts';
import { findSimilar, type Similar } from './duplicates.ts';
import type { Judge, Subject } from './judge.ts';
import type { Judgement } from './judgement.ts';
import { publicCode } from './public-code.ts';
import type { AssistAnswer, AssistRequest, ComplaintState, FiledComplaint, NewComplaint } from './schemas.ts';
import { type Filing, findByKey, findCandidates, findFiled, insertFiling, type OrderRow } from './store.ts';

/** Who files: a session, or an import that names its source. */
export interface Filer {
  source: string;
  actor: string;
  tokenId: number | null;
  /** May say when the complaint was received. */
  maySetReceivedAt: boolean;
}

export function filerOf(session: Session): Filer {
  return {
    source: session.name,
    actor: session.actor,
    tokenId: session.tokenId,
    maySetReceivedAt: session.role === 'channel',
  };
}

const similarDays = 30;
const keyHours = 24;

/** What `classify` gives, plus similar complaints; stores nothing. */
export async function assist(ctx: Context, request: AssistRequest, now: Date): Promise<AssistAnswer> {
  const judge = ctx.judgeAt(now);
  const problems = checkComplaint({ channel: 'web', ...request }, judge, now);
  if (problems.length > 0) throw new AppError('VALIDATION_FAILED', '', { errors: problems });
  const { judgement, words } = judge.judge(request);
  const similar = await similarTo(ctx, ctx.segmenter.searchWords(words), judgement, null, now);
  return { ...judgement, similar };
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
  try {
    const { number, orders } = await insertFiling(ctx.db, filing);
    const ids = new Map(orders.map(({ unit, id }) => [unit, id]));
    return { replayed: false, answer: answerOf(filing, number, (unit) => ids.get(unit) ?? '', judge) };
  } catch (error) {
    if (errorCode(error) !== '23505') throw error;
    return { replayed: true, answer: await replay(ctx, judge, filing, error, now) };
  }
}

async function similarTo(
  ctx: Context,
  words: readonly string[],
  judgement: Judgement,
  phone: string | null,
  now: Date,
): Promise<Similar[]> {
  const candidates = await findCandidates(ctx.db, {
    words,
    matter: judgement.matter.code,
    street: judgement.place.street?.code ?? null,
    community: judgement.place.community?.code ?? null,
    phone,
    since: startOfDay(addDays(shanghaiDate(now), -similarDays)),
    until: now,
  });
  return findSimilar(words, candidates);
}

function subjectOf(request: NewComplaint, judge: Judge): Subject {
  const street = request.street === undefined ? undefined : judge.catalog.divisions.get(request.street);
  const address = street === undefined ? request.address : `${street.name}${request.address ?? ''}`;
  const district = request.district ?? street?.parent ?? undefined;
  const { title, text, type, level, matter, need } = request;
  return { title, text, address, district, caller: request.caller?.kind, type, level, matter, need };
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
  const { judgement, words } = judge.judge(subjectOf(request, judge));
  const searchWords = ctx.segmenter.searchWords(words);
  const caller = request.caller;
  const similar = await similarTo(ctx, searchWords, judgement, caller?.phone ?? null, now);
  const disposition = request.disposition ?? 'dispatch';
  const status: ComplaintState =
    disposition !== 'dispatch' ? disposition : judgement.dispatch.status === 'dispatch' ? 'dispatched' : 'triage';
  const receivedAt = request.receivedAt === undefined ? now : new Date(request.receivedAt);
  return {
    actor: filer.actor,
    now,
    idempotency: key === null || filer.tokenId === null ? null : { tokenId: filer.tokenId, key },
    caller: caller === undefined ? null : callerRow(caller),
    orders: status === 'dispatched' ? ordersOf(judgement, judge, now) : [],
    complaint: {
      publicCode: publicCode(ctx.random(5)),
      source: filer.source,
      externalNumber: request.externalNumber ?? null,
      bodyHash: createHash('sha256').update(JSON.stringify(request)).digest(),
      filedBy: filer.tokenId,
      channel: request.channel,
      status,
      title: request.title ?? null,
      text: request.text,
      address: request.address ?? null,
      occurredAt: request.occurredAt === undefined ? null : new Date(request.occurredAt),
      receivedAt,
      closedAt: disposition === 'dispatch' ? null : now,
      wantsCallback: request.wantsCallback ?? true,
      answer: request.answer ?? null,
      type: judgement.type.code,
      need: judgement.need.code,
      matter: judgement.matter.code,
      level: judgement.level.code,
      district: judgement.place.district?.code ?? null,
      street: judgement.place.street?.code ?? null,
      community: judgement.place.community?.code ?? null,
      judgement,
      similar,
      catalogVersion: judge.catalog.version,
      words: searchWords,
    },
  };
}

function callerRow({ name, phone, kind, secret }: NonNullable<NewComplaint['caller']>) {
  return { name: name ?? null, phone: phone ?? null, kind: kind ?? 'person', secret: secret ?? false };
}

function ordersOf({ dispatch, level }: Judgement, judge: Judge, now: Date): OrderRow[] {
  const clock = judge.catalog.levels.get(level.code);
  if (clock === undefined || dispatch.lead === null)
    throw new Error(`no level ${level.code} or no lead for a dispatched complaint`);
  const due = deadlines(clock, judge.catalog.calendar, now);
  const order = (unit: string, role: OrderRow['role']): OrderRow => ({
    unit,
    role,
    level: level.code,
    reason: dispatch.reason,
    dispatchedAt: now,
    ...due,
  });
  return [order(dispatch.lead.code, 'lead'), ...dispatch.co.map(({ code }) => order(code, 'co'))];
}

function answerOf(filing: Filing, number: string, idOf: (unit: string) => string, judge: Judge): FiledComplaint {
  const { complaint, orders } = filing;
  return {
    number,
    code: complaint.publicCode,
    status: complaint.status as ComplaintState,
    classification: complaint.judgement,
    similar: complaint.similar,
    orders: orders.map((order) => filedOrder({ ...order, id: idOf(order.unit) }, judge)),
  };
}

function filedOrder(order: OrderRow & { id: string }, judge: Judge): FiledComplaint['orders'][number] {
  const { id, role, level } = order;
  const unit = judge.catalog.units.get(order.unit);
  return {
    id,
    unit: { code: order.unit, name: unit?.name ?? order.unit, kind: unit?.kind ?? 'city' },
    role,
    level,
    status: 'dispatched',
    signDueAt: shanghaiTime(order.signDueAt),
    contactDueAt: shanghaiTime(order.contactDueAt),
    dueAt: shanghaiTime(order.dueAt),
  };
}

/** Answers a retry from what was stored; refuses the same key or number with another body. */
async function replay(
  ctx: Context,
  judge: Judge,
  filing: Filing,
  violation: unknown,
  now: Date,
): Promise<FiledComplaint> {
  const { complaint, idempotency } = filing;
  if (idempotency !== null) {
    const since = new Date(now.getTime() - keyHours * 3_600_000);
    const known = await findByKey(ctx.db, idempotency.tokenId, idempotency.key, since);
    if (known !== undefined) {
      if (!known.bodyHash.equals(complaint.bodyHash)) throw new AppError('IDEMPOTENCY_KEY_REUSED');
      return storedAnswer(await findFiled(ctx.db, { id: known.complaintId }), judge);
    }
  }
  if (complaint.externalNumber === null) throw violation;
  const { source, externalNumber } = complaint;
  const known = await findFiled(ctx.db, { source, externalNumber });
  if (known === undefined) throw violation;
  if (!known.bodyHash.equals(complaint.bodyHash)) throw new AppError('EXTERNAL_NUMBER_REUSED');
  return storedAnswer(known, judge);
}

function storedAnswer(stored: Awaited<ReturnType<typeof findFiled>>, judge: Judge): FiledComplaint {
  if (stored === undefined) throw new Error('a used key refers to no complaint');
  const { number, code, status, judgement, similar, orders } = stored;
  return {
    number,
    code,
    status: status as ComplaintState,
    classification: judgement,
    similar,
    orders: orders.map((order) =>
      filedOrder({ ...order, id: String(order.id), role: order.role === 'co' ? 'co' : 'lead' }, judge),
    ),
  };
}
