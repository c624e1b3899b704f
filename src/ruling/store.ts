/** Whole complaints, as the desk calls them off and opens them again. */
import { and, desc, eq, isNotNull } from 'drizzle-orm';
import type { Scope } from '../access/scope.ts';
import { callbacks } from '../db/callback-tables.ts';
import type { Db } from '../db/connect.ts';
import { insertEvents, type NewEvent } from '../db/history.ts';
import { complaintsSeen } from '../db/seen.ts';
import { complaints } from '../db/tables.ts';

/** The complaint of a number within a scope. */
export async function findComplaintId(db: Db, number: string, scope: Scope): Promise<number | undefined> {
  const [row] = await db
    .select({ id: complaints.id })
    .from(complaints)
    .where(and(eq(complaints.number, number), complaintsSeen(scope, complaints)));
  return row?.id;
}

/** A complaint's state, its row locked until the transaction ends. */
export async function lockComplaint(tx: Db, id: number) {
  const [row] = await tx
    .select({ id: complaints.id, status: complaints.status })
    .from(complaints)
    .where(eq(complaints.id, id))
    .for('update');
  if (row === undefined) throw new Error('a complaint that was found is gone');
  return row;
}

/** Whether the last valid call-back of a complaint said that it is resolved; null where there was none. */
export async function lastAnswer(db: Db, complaintId: number): Promise<boolean | null> {
  const [row] = await db
    .select({ resolved: callbacks.resolved })
    .from(callbacks)
    .where(and(eq(callbacks.complaintId, complaintId), isNotNull(callbacks.answeredAt)))
    .orderBy(desc(callbacks.answeredAt), desc(callbacks.id))
    .limit(1);
  return row?.resolved ?? null;
}

/** Writes that a complaint was called off: its state and the event. Its orders are the caller's to end. */
export async function cancelComplaint(tx: Db, event: NewEvent): Promise<void> {
  await tx
    .update(complaints)
    .set({ status: 'cancelled', closedAt: event.at })
    .where(eq(complaints.id, event.complaintId));
  await insertEvents(tx, [event]);
}
