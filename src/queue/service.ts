/** A unit's queue of orders: the most urgent first, or what has changed since it was last asked for. */
import { type Session, unitOf } from '../access/scope.ts';
import type { Context } from '../context.ts';
import { page, readInstant, readNumbers, writeCursor } from '../http/schemas.ts';
import { openStates } from '../workorder/lifecycle.ts';
import type { QueueQuery } from '../workorder/schemas.ts';
import { viewOrder } from '../workorder/view.ts';
import { changeHorizon, listChanges, listQueue, type OrderRow } from './store.ts';

/** A page of the session's unit: by due time, or with `since` only what changed. */
export async function readQueue(ctx: Context, session: Session, query: QueueQuery, now: Date) {
  const unit = unitOf(session);
  const { catalog } = ctx.judgeAt(now);
  const view = (row: OrderRow) => viewOrder(row, session, catalog, now);
  // Read before the rows: a change in between is then told twice rather than never.
  const horizon = await changeHorizon(ctx.db);
  if (query.since !== undefined) {
    const [changed = 0, id = 0] = readNumbers(query.cursor ?? query.since, 'changes', unit, 2);
    const rows = await listChanges(ctx.db, unit, { changed, id }, horizon, query.status, query.limit + 1);
    const { items, next } = page(rows, query.limit, (row) => writeCursor('changes', unit, [row.changed, row.id]));
    return { items: items.map(view), next, since: next ?? writeCursor('changes', unit, [horizon, 0]) };
  }
  const filters = `${unit} ${query.status ?? ''}`;
  const after = query.cursor === undefined ? null : readInstant(query.cursor, 'queue', filters);
  const states = query.status === undefined ? openStates : [query.status];
  const rows = await listQueue(ctx.db, unit, states, after, query.limit + 1);
  const { items, next } = page(rows, query.limit, (row) =>
    writeCursor('queue', filters, [row.order.dueAt.toISOString(), row.id]),
  );
  return { items: items.map(view), next, since: writeCursor('changes', unit, [horizon, 0]) };
}
