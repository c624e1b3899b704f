/** Reading a unit's queue: by time left, or only what changed; and not at all where nothing did. */
import { createHash } from 'node:crypto';
import { type Session, unitOf } from '../access/scope.ts';
import type { Context } from '../context.ts';
import { page, readInstant, writeCursor } from '../http/schemas.ts';
import { openStates } from '../workorder/lifecycle.ts';
import { readOrders } from '../workorder/service.ts';
import { isBefore, namesTag, readSince, writeSince } from './position.ts';
import type { OrderList, QueueCounts, QueueQuery } from './schemas.ts';
import { type Mark, pickChanges, pickDue, readState, type StateCount } from './store.ts';

function countsOf(counted: readonly StateCount[]): QueueCounts {
  const counts: QueueCounts = { overdue: 0 };
  for (const state of openStates) counts[state] = 0;
  for (const { status, count, overdue } of counted) {
    counts[status] = count;
    counts.overdue += overdue;
  }
  return counts;
}

/**
 * A page of the session's unit with its tag: `list` is null where the caller has it already. The tag stands for all that the
 * answer shows except the minutes left, which follow from `dueAt`. Throws FORBIDDEN, INVALID_CURSOR.
 */
export async function readQueue(
  ctx: Context,
  session: Session,
  query: QueueQuery,
  known: string | undefined,
  now: Date,
): Promise<{ tag: string; list: OrderList | null }> {
  const unit = unitOf(session);
  // Read before the rows: a change in between is then told twice rather than never.
  const { mark, counts: counted } = await readState(ctx.db, unit, openStates, now);
  const counts = countsOf(counted);
  const { version } = ctx.judgeAt(now).catalog;
  const shown = JSON.stringify([unit, session.role, query, version, mark, counts]);
  const tag = `W/"${createHash('sha256').update(shown).digest('base64url').slice(0, 22)}"`;
  // The tag stands for the cursors, too: none was ever given for one that would be refused below.
  if (namesTag(known, tag)) return { tag, list: null };
  const { ids, next, since } = await pickPage(ctx, unit, query, mark);
  return { tag, list: { items: await readOrders(ctx, session, ids, now), next, since, counts } };
}

/** Which orders a page holds, and where the next one and the next poll begin. */
async function pickPage({ db }: Context, unit: string, query: QueueQuery, { last }: Mark) {
  const { status, limit } = query;
  if (query.since !== undefined) {
    const after = readSince(query.cursor ?? query.since, unit);
    const unchanged = { ids: [], next: null, since: query.cursor ?? query.since };
    if (!isBefore(after, last)) return unchanged;
    const picked = await pickChanges(db, unit, after, last, status, limit + 1);
    const { items, next } = page(picked, limit, (position) => writeSince(unit, position));
    return { ids: items.map(({ id }) => id), next, since: next ?? writeSince(unit, last) };
  }
  const filters = `${unit} ${status ?? ''}`;
  const after = query.cursor === undefined ? null : readInstant(query.cursor, 'queue', filters);
  const picked = await pickDue(db, unit, status === undefined ? openStates : [status], after, limit + 1);
  const { items, next } = page(picked, limit, ({ dueAt, id }) =>
    writeCursor('queue', filters, [dueAt.toISOString(), id]),
  );
  return { ids: items.map(({ id }) => id), next, since: writeSince(unit, last) };
}
