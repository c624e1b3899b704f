/** A complaint as its caller sees it, in the database. */
import { eq, sql } from 'drizzle-orm';
import { callbacks } from '../db/callback-tables.ts';
import type { Db } from '../db/connect.ts';
import { complaints, events, orders } from '../db/tables.ts';

/** What a number leads to; the code is for comparing. */
export async function findByNumber(db: Db, number: string) {
  const [row] = await db
    .select({ id: complaints.id, code: complaints.publicCode })
    .from(complaints)
    .where(eq(complaints.number, number));
  return row;
}

/** The order by which a complaint is settled: its own lead, or that of the one into which it was merged, once it is replied. */
const settling = sql`coalesce(
  (select id from orders where complaint_id = ${complaints.id} and role = 'lead' and current and status <> 'merged'),
  (select order_id from ${callbacks} where complaint_id = ${complaints.id} order by id desc limit 1))`;

export async function readComplaint(db: Db, id: number) {
  const [row] = await db
    .select({
      number: complaints.number,
      status: complaints.status,
      receivedAt: complaints.receivedAt,
      closedAt: complaints.closedAt,
      answer: complaints.answer,
      unit: orders.unit,
      dueAt: orders.dueAt,
      repliedAt: orders.repliedAt,
      result: orders.result,
      reply: orders.reply,
    })
    .from(complaints)
    .leftJoin(orders, eq(orders.id, settling))
    .where(eq(complaints.id, id));
  return row;
}

export async function listHistory(db: Db, complaintId: number) {
  return db
    .select({
      at: events.at,
      action: events.action,
      orderId: events.orderId,
      toStatus: events.toStatus,
      data: events.data,
    })
    .from(events)
    .where(eq(events.complaintId, complaintId))
    .orderBy(events.id);
}
