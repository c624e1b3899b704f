/** Complaints with their orders and histories, in batches, for the replay. */
import { asc, gt, inArray, sql } from 'drizzle-orm';
import type { Db } from '../db/connect.ts';
import { orderColumns } from '../db/order-columns.ts';
import { complaints, events, orders } from '../db/tables.ts';
import type { Order } from '../workorder/order.ts';
import type { StoredEvent, StoredLife } from './replay.ts';

export async function countComplaints(db: Db): Promise<number> {
  const [row] = await db.select({ count: sql<number>`count(*)::int` }).from(complaints);
  return row?.count ?? 0;
}

/** The next `count` complaints after an id. All three reads are of one snapshot where `db` is a repeatable read transaction. */
export async function readLives(
  db: Db,
  afterId: number,
  count: number,
): Promise<{ lives: StoredLife[]; last: number }> {
  const rows = await db
    .select({ id: complaints.id, number: complaints.number, status: complaints.status, closedAt: complaints.closedAt })
    .from(complaints)
    .where(gt(complaints.id, afterId))
    .orderBy(asc(complaints.id))
    .limit(count);
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return { lives: [], last: afterId };
  const history = await db.select().from(events).where(inArray(events.complaintId, ids)).orderBy(asc(events.id));
  const stored = await db
    .select({ id: orders.id, complaintId: orders.complaintId, order: orderColumns })
    .from(orders)
    .where(inArray(orders.complaintId, ids));
  const lives = new Map(
    rows.map(({ id, number, status, closedAt }) => {
      const history: StoredEvent[] = [];
      return [id, { number, complaint: { status, closedAt }, orders: new Map<number, Order>(), history }];
    }),
  );
  for (const event of history) lives.get(event.complaintId)?.history.push(event);
  for (const { id, complaintId, order } of stored) lives.get(complaintId)?.orders.set(id, order);
  return { lives: [...lives.values()], last: ids.at(-1) ?? afterId };
}
