/**
 * Links complaints and undoes it. A merge closes the open orders of the complaint that is merged; it then follows its lead,
 * whose reply brings every caller his own call-back (workorder/service.ts).
 */
import { type Scope, type Session, scopeOf } from '../access/scope.ts';
import { shanghaiTime } from '../catalog/calendar.ts';
import type { Context } from '../context.ts';
import { insertEvents } from '../db/history.ts';
import { AppError, fieldError } from '../http/errors.ts';
import { stateOf } from '../intake/filing.ts';
import { changeAll, checkHeld, holdOrders } from '../workorder/service.ts';
import { workOf } from '../workorder/work.ts';
import {
  direct,
  headOf,
  type LinkEnd,
  type LinkKind,
  type Refusal,
  refuseLink,
  refuseUnlink,
  relationOfFrom,
  relationOfTo,
} from './kinds.ts';
import type { LinkedComplaint, LinkRequest, LinkView, UnlinkRequest } from './schemas.ts';
import {
  directLinks,
  findEnds,
  groupOf,
  insertLink,
  linksBetween,
  lockEnd,
  statusBeforeMerge,
  updateStatus,
} from './store.ts';

type Tx = Context['db'];

/** The links of a complaint as they stand: repeats and merges with their other end, a group with all its members. */
export async function readLinks(db: Tx, id: number, scope: Scope): Promise<LinkView[]> {
  const links = (await directLinks(db, id, scope)).map(
    ({ kind, points, number, since }): LinkView => ({
      number,
      kind,
      relation: points ? relationOfTo[kind] : relationOfFrom[kind],
      since: shanghaiTime(since),
    }),
  );
  const members = await groupOf(db, id, scope);
  const head = headOf(members);
  const others = members.filter((member) => member.id !== id);
  const group = others.map(
    ({ id: other, number, since }): LinkView => ({
      number,
      kind: 'group',
      relation: other === head?.id ? 'head' : 'member',
      since: shanghaiTime(since),
    }),
  );
  return [...links, ...group];
}

async function findBoth(db: Tx, number: string, to: string): Promise<{ asked: LinkEnd; other: LinkEnd }> {
  if (number === to) throw fieldError('to', '不能与自己关联');
  const found = await findEnds(db, [number, to]);
  const asked = found.find((end) => end.number === number);
  const other = found.find((end) => end.number === to);
  if (asked === undefined || other === undefined) throw new AppError('NOT_FOUND', '没有这件诉求');
  return { asked, other };
}

function refuse(refusal: Refusal | null): void {
  if (refusal === null) return;
  if (refusal.code === 'ALREADY_LINKED') throw new AppError('ALREADY_LINKED');
  throw new AppError('ILLEGAL_ACTION', refusal.detail, { state: refusal.state, allowed: [] });
}

/** Locks the one that is pointed to first: a reply locks a lead before those that follow it. */
async function lockBoth(tx: Tx, from: LinkEnd, to: LinkEnd): Promise<{ from: LinkEnd; to: LinkEnd }> {
  const second = await lockEnd(tx, to.id);
  return { from: await lockEnd(tx, from.id), to: second };
}

interface Change {
  action: 'link' | 'unlink';
  kind: LinkKind;
  from: LinkEnd;
  to: LinkEnd;
  reason: string | null;
  /** States of the complaint that is merged, before and after. */
  states?: { fromStatus: string; toStatus: string };
}

/** Writes the link's own history and the event in both complaints. */
async function record(
  tx: Tx,
  { actor }: Session,
  { action, kind, from, to, reason, states }: Change,
  at: Date,
): Promise<void> {
  const linked = action === 'link' ? 'linked' : 'unlinked';
  await insertLink(tx, { at, actor, action: linked, kind, fromId: from.id, toId: to.id, reason });
  const about = { at, actor, action };
  await insertEvents(tx, [
    {
      ...about,
      complaintId: from.id,
      ...states,
      data: { kind, number: to.number, relation: relationOfTo[kind], reason },
    },
    { ...about, complaintId: to.id, data: { kind, number: from.number, relation: relationOfFrom[kind], reason } },
  ]);
}

/**
 * Links a complaint with another. Throws NOT_FOUND, VALIDATION_FAILED for a link to itself, ALREADY_LINKED, or ILLEGAL_ACTION
 * for a merge of what is not being handled.
 */
export async function linkComplaints(
  ctx: Context,
  session: Session,
  number: string,
  { to: toNumber, kind, reason }: LinkRequest,
  now: Date,
): Promise<LinkedComplaint> {
  return ctx.db.transaction(async (tx) => {
    const { asked, other } = await findBoth(tx, number, toNumber);
    const found = direct(kind, asked, other);
    const held = kind === 'merge' ? await holdOrders(tx, found.from.id) : [];
    const { from, to } = await lockBoth(tx, found.from, found.to);
    if (kind === 'merge') checkHeld(held, from.status);
    const between = await linksBetween(tx, from.id, to.id);
    const grouped = kind === 'group' ? await groupOf(tx, from.id, { kind: 'all' }) : [];
    const linked = between.some((link) => link.kind === kind) || grouped.some(({ id }) => id === to.id);
    refuse(refuseLink(kind, from, to, linked));
    const states = kind === 'merge' ? { fromStatus: from.status, toStatus: 'merged' } : undefined;
    await record(tx, session, { action: 'link', kind, from, to, reason: reason ?? null, states }, now);
    if (kind === 'merge') {
      const data = { number: to.number, reason: reason ?? null };
      await changeAll(workOf(tx, ctx, session, now), held, 'merge', data);
      await updateStatus(tx, from.id, 'merged');
    }
    return answer(tx, session, asked, from.id === asked.id && kind === 'merge' ? 'merged' : asked.status);
  });
}

/**
 * Undoes a link. What was merged is opened again as it was, with its clocks. Throws NOT_FOUND where there is no link,
 * VALIDATION_FAILED where there are several and none is named, ILLEGAL_ACTION once the lead of a merge has been replied.
 */
export async function unlinkComplaints(
  ctx: Context,
  session: Session,
  number: string,
  request: UnlinkRequest,
  now: Date,
): Promise<LinkedComplaint> {
  const { reason } = request;
  return ctx.db.transaction(async (tx) => {
    const { asked, other } = await findBoth(tx, number, request.to);
    const between = (await linksBetween(tx, asked.id, other.id)).filter(
      ({ kind }) => request.kind === undefined || kind === request.kind,
    );
    const [link, second] = between;
    if (link === undefined) throw new AppError('NOT_FOUND', '两件诉求之间没有这样的关联');
    if (second !== undefined) throw fieldError('kind', '两件诉求之间有几种关联，请指明一种');
    const { kind } = link;
    const ends = link.from === asked.id ? { from: asked, to: other } : { from: other, to: asked };
    const held = kind === 'merge' ? await holdOrders(tx, ends.from.id) : [];
    const { from, to } = await lockBoth(tx, ends.from, ends.to);
    if (!(await linksBetween(tx, from.id, to.id)).some((one) => one.kind === kind)) throw new AppError('CONFLICT');
    refuse(refuseUnlink(kind, from, to));
    const before = kind === 'merge' ? await statusBeforeMerge(tx, from.id) : null;
    const states = before === null ? undefined : { fromStatus: 'merged', toStatus: before };
    await record(tx, session, { action: 'unlink', kind, from, to, reason, states }, now);
    if (before !== null) {
      await changeAll(workOf(tx, ctx, session, now), held, 'unmerge', { number: to.number, reason });
      await updateStatus(tx, from.id, before);
    }
    return answer(tx, session, asked, before !== null && from.id === asked.id ? before : asked.status);
  });
}

async function answer(tx: Tx, session: Session, { id, number }: LinkEnd, status: string): Promise<LinkedComplaint> {
  return { number, status: stateOf(status), links: await readLinks(tx, id, scopeOf(session)) };
}
