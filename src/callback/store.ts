/** Call-backs in the database. */
import { and, eq, sql } from 'drizzle-orm';
import { callbackAttempts, callbacks } from '../db/callback-tables.ts';
import type { Db } from '../db/connect.ts';
import { callers, complaints, events, orders } from '../db/tables.ts';

const columns = {
  id: callbacks.id,
  complaintId: callbacks.complaintId,
  orderId: callbacks.orderId,
  status: callbacks.status,
  repliedAt: callbacks.repliedAt,
  dueAt: callbacks.dueAt,
  attempts: callbacks.attempts,
  answeredAt: callbacks.answeredAt,
  contacted: callbacks.contacted,
  resolved: callbacks.resolved,
  satisfaction: callbacks.satisfaction,
  number: complaints.number,
  title: complaints.title,
  text: complaints.text,
  unit: orders.unit,
  level: orders.level,
  result: orders.result,
  reply: orders.reply,
  callerName: callers.name,
  callerPhone: callers.phone,
  callerKind: callers.kind,
  callerSecret: callers.secret,
};

function selectCallbacks(db: Db) {
  return db
    .select(columns)
    .from(callbacks)
    .innerJoin(complaints, eq(complaints.id, callbacks.complaintId))
    .innerJoin(orders, eq(orders.id, callbacks.orderId))
    .leftJoin(callers, eq(callers.complaintId, callbacks.complaintId));
}

export type CallbackRow = Awaited<ReturnType<typeof selectCallbacks>>[number];

export async function listCallbacks(
  db: Db,
  status: 'due' | 'done',
  after: { at: string; id: number } | null,
  count: number,
): Promise<CallbackRow[]> {
  return selectCallbacks(db)
    .where(
      and(
        eq(callbacks.status, status),
        after === null
          ? undefined
          : sql`(${callbacks.dueAt}, ${callbacks.id}) > (${after.at}::timestamptz, ${after.id})`,
      ),
    )
    .orderBy(callbacks.dueAt, callbacks.id)
    .limit(count);
}

export async function findCallback(db: Db, id: number): Promise<CallbackRow | undefined> {
  const [row] = await selectCallbacks(db).where(eq(callbacks.id, id));
  return row;
}

/** The same, locked with its order until the transaction ends. */
export async function lockCallback(tx: Db, id: number): Promise<CallbackRow | undefined> {
  const [row] = await selectCallbacks(tx)
    .where(eq(callbacks.id, id))
    .for('update', { of: [callbacks, orders] });
  return row;
}

export async function insertAttempt(tx: Db, row: typeof callbackAttempts.$inferInsert): Promise<number> {
  const [stored] = await tx.insert(callbackAttempts).values(row).returning({ id: callbackAttempts.id });
  if (stored === undefined) throw new Error('the attempt was not stored');
  return stored.id;
}

export async function updateCallback(
  tx: Db,
  id: number,
  change: Partial<typeof callbacks.$inferInsert>,
): Promise<void> {
  await tx.update(callbacks).set(change).where(eq(callbacks.id, id));
}

export async function insertEvent(tx: Db, row: typeof events.$inferInsert): Promise<void> {
  await tx.insert(events).values(row);
}

export async function closeComplaint(tx: Db, id: number, closedAt: Date): Promise<void> {
  await tx.update(complaints).set({ status: 'closed', closedAt }).where(eq(complaints.id, id));
}
