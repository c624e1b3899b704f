/** What is stored and answered when a complaint is filed. Pure: everything that comes from the world is given. */
import { shanghaiTime } from '../catalog/calendar.ts';
import { unitRef } from '../catalog/catalog.ts';
import type { GroupFigures, Watch } from '../group/alarm.ts';
import { newOrder } from '../workorder/placement.ts';
import { correctionsOf, type Said } from './correction.ts';
import type { Similar } from './duplicates.ts';
import type { Judge, Subject } from './judge.ts';
import type { Judgement } from './judgement.ts';
import { type ComplaintState, complaintStates, type FiledComplaint, type NewComplaint } from './schemas.ts';
import type { CallerRow, ComplaintRow, Filing, OrderRow } from './store.ts';

/** Who files: a session, or an import that names its source. */
export interface Filer {
  source: string;
  actor: string;
  tokenId: number | null;
  /** May say when the complaint was received. */
  maySetReceivedAt: boolean;
  /** May learn that others have filed something alike. */
  seesOthers: boolean;
}

/** The words of a request as they are judged, with what the operator has decided himself. */
export function subjectOf({ caller, ...request }: NewComplaint): Subject {
  const { title, text, address, district, street, type, level, matter, need } = request;
  return { title, text, address, district, street, caller: caller?.kind, type, level, matter, need };
}

/** What a filing is made of. */
export interface Parts {
  id: number;
  request: NewComplaint;
  filer: Filer;
  /** Idempotency key, where the caller sent one. */
  key: string | null;
  judgement: Judgement;
  said: Said;
  /** The text of a tsvector. */
  vector: string;
  similar: Similar[];
  watches: readonly Watch[];
  caller: CallerRow | null;
  bodyHash: Buffer;
  code: string;
  judge: Judge;
  now: Date;
}

export function buildFiling(parts: Parts): Filing {
  const { request, filer, key, judgement, said, judge, now } = parts;
  const { matter, need, type, level } = request;
  const complaint = complaintRow(parts);
  return {
    actor: filer.actor,
    now,
    watches: parts.watches,
    citations: [],
    idempotency: key === null || filer.tokenId === null ? null : { tokenId: filer.tokenId, key },
    caller: parts.caller,
    orders: complaint.status === 'dispatched' ? ordersOf(judgement, judge, now) : [],
    // Not the unit: it follows from rules here. Nor the need that a matter brings along: nobody has decided it.
    corrections: correctionsOf(said, { matter, need, type, level }),
    complaint,
  };
}

function statusOf({ request, judgement }: Parts): ComplaintState {
  if (request.disposition !== undefined && request.disposition !== 'dispatch') return request.disposition;
  return judgement.dispatch.status === 'dispatch' ? 'dispatched' : 'triage';
}

function complaintRow(parts: Parts): ComplaintRow {
  const { request, filer, judgement, said, similar, bodyHash, code, judge, vector, now } = parts;
  const status = statusOf(parts);
  const { place } = judgement;
  return {
    id: parts.id,
    publicCode: code,
    source: filer.source,
    externalNumber: request.externalNumber ?? null,
    bodyHash,
    filedBy: filer.tokenId,
    channel: request.channel,
    status,
    title: request.title ?? null,
    text: request.text,
    occurredAt: request.occurredAt === undefined ? null : new Date(request.occurredAt),
    receivedAt: request.receivedAt === undefined ? now : new Date(request.receivedAt),
    closedAt: status === 'dispatched' || status === 'triage' ? null : now,
    wantsCallback: request.wantsCallback ?? true,
    answer: request.answer ?? null,
    type: judgement.type.code,
    need: judgement.need.code,
    matter: judgement.matter.code,
    level: judgement.level.code,
    district: place.district?.code ?? null,
    street: place.street?.code ?? null,
    community: place.community?.code ?? null,
    judgement,
    said,
    similar,
    catalogVersion: judge.catalog.version,
    words: vector,
  };
}

function ordersOf({ dispatch, level }: Judgement, { catalog }: Judge, now: Date): OrderRow[] {
  if (dispatch.lead === null) throw new Error('no lead to dispatch to');
  const order = (unit: string, role: OrderRow['role']): OrderRow => {
    const { order: due, nextLook } = newOrder(catalog, { unit, role, level: level.code, reason: dispatch.reason }, now);
    const { reason, dispatchedAt, signDueAt, contactDueAt, dueAt } = due;
    return { unit, role, level: level.code, reason, dispatchedAt, signDueAt, contactDueAt, dueAt, nextLook };
  };
  return [order(dispatch.lead.code, 'lead'), ...dispatch.co.map(({ code }) => order(code, 'co'))];
}

/** The answer to a filing just stored under `number`, with the ids its orders were given. */
export function answerOf(
  { complaint, orders }: Filing,
  stored: { number: string; orders: { id: string; unit: string }[] },
  group: GroupFigures | null,
  judge: Judge,
): FiledComplaint {
  const ids = new Map(stored.orders.map(({ unit, id }) => [unit, id]));
  return {
    number: stored.number,
    code: complaint.publicCode,
    status: stateOf(complaint.status),
    classification: complaint.judgement,
    similar: complaint.similar,
    group: groupNotice(group),
    orders: orders.map((order) => filedOrder({ ...order, id: ids.get(order.unit) ?? '' }, judge)),
  };
}

export function groupNotice(group: GroupFigures | null): FiledComplaint['group'] {
  return group && { ...group, since: shanghaiTime(group.since) };
}

/** A state of the table as the API knows it. */
export function stateOf(status: string): ComplaintState {
  return complaintStates.find((state) => state === status) ?? 'triage';
}

type StoredOrder = Omit<OrderRow, 'role' | 'reason' | 'dispatchedAt' | 'nextLook'> & { id: string; role: string };

/** An order as it was when it was filed. */
export function filedOrder(order: StoredOrder, judge: Judge): FiledComplaint['orders'][number] {
  const { id, role, level } = order;
  return {
    id,
    unit: unitRef(judge.catalog, order.unit),
    role: role === 'co' ? 'co' : 'lead',
    level,
    status: 'dispatched',
    signDueAt: shanghaiTime(order.signDueAt),
    contactDueAt: shanghaiTime(order.contactDueAt),
    dueAt: shanghaiTime(order.dueAt),
  };
}
