/** Attachments in the database. Every query of them keeps to what its reader may see. */
import { and, count, eq, isNotNull, isNull, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { type Scope, type Session, scopeOf } from '../access/scope.ts';
import { attachments } from '../db/attachment-tables.ts';
import type { Db } from '../db/connect.ts';
import { complaintsSeen, ordersSeen } from '../db/seen.ts';
import { callers, complaints, orders } from '../db/tables.ts';
import { sightOf } from './sight.ts';

export type AttachmentRow = typeof attachments.$inferSelect;

/** Either a complaint, or one of its orders. */
export interface Target {
  complaintId: number;
  orderId: number | null;
  unit: string | null;
}

const ownComplaints = (scope: Scope) => complaintsSeen(scope, complaints);
/** A channel sees none of what units keep with their orders. */
const ownOrders = (scope: Scope, unit: SQLWrapper) => ordersSeen(scope, { unit, filedBy: null });

/** A complaint in the session's scope. */
export async function findComplaint(db: Db, number: string, session: Session): Promise<Target | undefined> {
  const [row] = await db
    .select({ complaintId: complaints.id })
    .from(complaints)
    .where(and(eq(complaints.number, number), ownComplaints(scopeOf(session))));
  return row && { ...row, orderId: null, unit: null };
}

/** An order in the session's scope. */
export async function findOrder(db: Db, id: number, session: Session): Promise<Target | undefined> {
  const [row] = await db
    .select({ complaintId: orders.complaintId, orderId: orders.id, unit: orders.unit })
    .from(orders)
    .where(and(eq(orders.id, id), ownOrders(scopeOf(session), orders.unit)));
  return row;
}

/** The attachments that a session sees, whatever their complaint. For statements that join complaints and callers. */
function seen(session: Session): SQL | undefined {
  const scope = scopeOf(session);
  const { ofComplaints, ofOrders, ofSecretCallers } = sightOf(session.role);
  const withComplaint = and(
    isNull(attachments.orderId),
    ownComplaints(scope),
    ofSecretCallers ? undefined : sql`not coalesce(${callers.secret}, false)`,
  );
  const withOrder = and(isNotNull(attachments.orderId), ownOrders(scope, attachments.unit));
  return or(ofComplaints ? withComplaint : sql`false`, ofOrders ? withOrder : sql`false`);
}

function selectSeen(db: Db, session: Session, where: SQL | undefined) {
  return db
    .select({ attachment: attachments })
    .from(attachments)
    .innerJoin(complaints, eq(complaints.id, attachments.complaintId))
    .leftJoin(callers, eq(callers.complaintId, attachments.complaintId))
    .where(and(where, seen(session)));
}

export async function findAttachment(db: Db, id: number, session: Session): Promise<AttachmentRow | undefined> {
  const [row] = await selectSeen(db, session, eq(attachments.id, id));
  return row?.attachment;
}

/** The same, with its row locked until the transaction ends. */
export async function lockAttachment(tx: Db, id: number, session: Session): Promise<AttachmentRow | undefined> {
  const [row] = await selectSeen(tx, session, eq(attachments.id, id)).for('update', { of: attachments });
  return row?.attachment;
}

/** Those of a complaint; with an order, its own and those that came with the complaint. The oldest first. */
export async function listAttachments(
  db: Db,
  session: Session,
  complaintId: number,
  orderId?: number | null,
): Promise<AttachmentRow[]> {
  const ofOrder = orderId == null ? undefined : or(isNull(attachments.orderId), eq(attachments.orderId, orderId));
  const rows = await selectSeen(db, session, and(eq(attachments.complaintId, complaintId), ofOrder)).orderBy(
    attachments.id,
  );
  return rows.map(({ attachment }) => attachment);
}

const standing = ({ complaintId, orderId }: Target): SQL | undefined =>
  and(
    eq(attachments.complaintId, complaintId),
    orderId === null ? isNull(attachments.orderId) : eq(attachments.orderId, orderId),
    isNull(attachments.withdrawnAt),
  );

/** How many a complaint or an order has, without those that were withdrawn. */
export async function countStanding(db: Db, target: Target): Promise<number> {
  const [row] = await db.select({ n: count() }).from(attachments).where(standing(target));
  return row?.n ?? 0;
}

/** The one with the same bytes, if it is there already. */
export async function findSame(tx: Db, target: Target, sha256: string): Promise<AttachmentRow | undefined> {
  const [row] = await tx
    .select()
    .from(attachments)
    .where(and(standing(target), eq(attachments.sha256, sha256)));
  return row;
}

/**
 * Holds a complaint until the transaction ends: its attachments are counted and added by one at a time. The order first, as
 * who handles one does.
 */
export async function hold(tx: Db, { complaintId, orderId }: Pick<Target, 'complaintId' | 'orderId'>): Promise<void> {
  if (orderId !== null) await tx.select({ id: orders.id }).from(orders).where(eq(orders.id, orderId)).for('key share');
  await tx.select({ id: complaints.id }).from(complaints).where(eq(complaints.id, complaintId)).for('no key update');
}

export async function insertAttachment(tx: Db, row: typeof attachments.$inferInsert): Promise<AttachmentRow> {
  const [stored] = await tx.insert(attachments).values(row).returning();
  if (stored === undefined) throw new Error('the attachment was not stored');
  return stored;
}

export async function withdrawAttachment(
  tx: Db,
  id: number,
  change: { withdrawnAt: Date; withdrawnBy: string; withdrawnReason: string },
): Promise<void> {
  await tx.update(attachments).set(change).where(eq(attachments.id, id));
}
