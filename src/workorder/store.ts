/** Work orders in the database: a unit's queue, one order, its history, its changes. */
import { and, eq, isNotNull, lte, sql } from 'drizzle-orm';
import type { Scope } from '../access/scope.ts';
import { callbacks } from '../db/callback-tables.ts';
import type { Db } from '../db/connect.ts';
import { orderColumns } from '../db/order-columns.ts';
import { ordersSeen } from '../db/seen.ts';
import { lookWithin } from '../db/sight.ts';
import { callers, complaints, events, orders } from '../db/tables.ts';
import type { Order, RequestKind } from './order.ts';

const columns = {
  order: orderColumns,
  id: orders.id,
  complaintId: orders.complaintId,
  number: complaints.number,
  channel: complaints.channel,
  title: complaints.title,
  text: complaints.text,
  callerAddress: callers.addressSealed,
  receivedAt: complaints.receivedAt,
  wantsCallback: complaints.wantsCallback,
  need: complaints.need,
  type: complaints.type,
  matter: complaints.matter,
  district: complaints.district,
  street: complaints.street,
  community: complaints.community,
  callerName: callers.nameSealed,
  callerPhone: callers.phoneSealed,
  callerKind: callers.kind,
  callerSecret: callers.secret,
};

/** Orders with what their readers see of the complaint. */
export function selectOrders(db: Db) {
  return db
    .select(columns)
    .from(orders)
    .innerJoin(complaints, eq(complaints.id, orders.complaintId))
    .leftJoin(callers, eq(callers.complaintId, orders.complaintId));
}

/** Whose an order is, in the statements above. */
const owner = { unit: orders.unit, filedBy: complaints.filedBy };

export type OrderRow = Awaited<ReturnType<typeof selectOrders>>[number];

export async function findOrder(db: Db, id: number, scope: Scope): Promise<OrderRow | undefined> {
  const [row] = await selectOrders(db).where(and(eq(orders.id, id), ordersSeen(scope, owner)));
  return row;
}

export async function listOrdersOf(db: Db, complaintId: number, scope: Scope): Promise<OrderRow[]> {
  return selectOrders(db)
    .where(and(eq(orders.complaintId, complaintId), ordersSeen(scope, owner)))
    .orderBy(orders.id);
}

/** The orders of some ids, in no order. */
export async function listOrders(db: Db, ids: readonly number[]): Promise<OrderRow[]> {
  return selectOrders(db).where(sql`${orders.id} = any(${sql.param(ids)}::bigint[])`);
}

/** One order, with its row locked until the transaction ends. */
export async function lockOrder(tx: Db, id: number, scope: Scope): Promise<OrderRow | undefined> {
  const [row] = await lookWithin(tx, scope, async () =>
    selectOrders(tx)
      .where(and(eq(orders.id, id), ordersSeen(scope, owner)))
      .for('update', { of: orders }),
  );
  return row;
}

export type EventRow = typeof events.$inferSelect;

/** The history of a complaint, or of one of its orders alone. */
export async function listEvents(db: Db, complaintId: number, orderId?: number) {
  return db
    .select()
    .from(events)
    .where(
      orderId === undefined
        ? eq(events.complaintId, complaintId)
        : and(eq(events.complaintId, complaintId), eq(events.orderId, orderId)),
    )
    .orderBy(events.id);
}

/** The orders of a complaint, locked until the transaction ends. */
export async function lockOrdersOf(tx: Db, complaintId: number): Promise<OrderRow[]> {
  return selectOrders(tx).where(eq(orders.complaintId, complaintId)).orderBy(orders.id).for('update', { of: orders });
}

/** The orders that a unit was called to, or a community given, by another order. */
export async function listChildren(db: Db, parentId: number): Promise<OrderRow[]> {
  return selectOrders(db).where(eq(orders.parentId, parentId)).orderBy(orders.id);
}

/** The same, locked. */
export async function lockChildren(tx: Db, parentId: number): Promise<OrderRow[]> {
  return selectOrders(tx).where(eq(orders.parentId, parentId)).orderBy(orders.id).for('update', { of: orders });
}

/** A page of orders that wait for a ruling, the earliest due first. */
export async function listRequests(
  db: Db,
  kind: RequestKind | undefined,
  after: { at: string; id: number } | null,
  count: number,
): Promise<OrderRow[]> {
  return selectOrders(db)
    .where(
      and(
        isNotNull(orders.request),
        kind && sql`${orders.request} ->> 'kind' = ${kind}`,
        after === null ? undefined : sql`(${orders.dueAt}, ${orders.id}) > (${after.at}::timestamptz, ${after.id})`,
      ),
    )
    .orderBy(orders.dueAt, orders.id)
    .limit(count);
}

export async function findEvent(db: Db, orderId: number, id: number): Promise<EventRow | undefined> {
  const [row] = await db
    .select()
    .from(events)
    .where(and(eq(events.id, id), eq(events.orderId, orderId)));
  return row;
}

/** Orders whose clocks have something to say, locked; those that another node holds are passed over. */
export async function takeDue(tx: Db, now: Date, count: number): Promise<OrderRow[]> {
  return selectOrders(tx)
    .where(lte(orders.nextLook, now))
    .orderBy(orders.nextLook)
    .limit(count)
    .for('update', { of: orders, skipLocked: true });
}

/**
 * The complaints that follow a lead: merged into it, or into one of those, and still waiting for its reply. Locked, so that none
 * is taken out of it meanwhile.
 */
export async function lockFollowers(tx: Db, complaintId: number) {
  return tx
    .select({ id: complaints.id, number: complaints.number, wantsCallback: complaints.wantsCallback })
    .from(complaints)
    .where(
      and(
        eq(complaints.status, 'merged'),
        sql`${complaints.id} in (
          with recursive following(id) as (
            select ${complaintId}::bigint
            union
            select l.from_id from following f join complaint_links l on l.to_id = f.id
            where l.kind = 'merge' and l.action = 'linked' and not exists (
              select 1 from complaint_links u
              where u.from_id = l.from_id and u.to_id = l.to_id and u.kind = l.kind and u.id > l.id))
          select id from following)`,
      ),
    )
    .orderBy(complaints.id)
    .for('update');
}

/** Writes what an order has become, and when its clocks have something to say next. */
export async function updateOrder(tx: Db, id: number, order: Order, nextLook: Date | null): Promise<void> {
  await tx
    .update(orders)
    .set({ ...order, nextLook })
    .where(eq(orders.id, id));
}

export async function setNextLook(tx: Db, id: number, nextLook: Date | null): Promise<void> {
  await tx.update(orders).set({ nextLook }).where(eq(orders.id, id));
}

/** Stores new orders of a complaint; answers their ids in the same order. */
export async function insertOrders(
  tx: Db,
  complaintId: number,
  rows: readonly { order: Order; nextLook: Date | null }[],
): Promise<number[]> {
  const stored = await tx
    .insert(orders)
    .values(rows.map(({ order, nextLook }) => ({ ...order, complaintId, nextLook })))
    .returning({ id: orders.id });
  return stored.map(({ id }) => id).sort((a, b) => a - b);
}

export async function updateComplaint(
  tx: Db,
  id: number,
  change: Partial<typeof complaints.$inferInsert>,
): Promise<void> {
  await tx.update(complaints).set(change).where(eq(complaints.id, id));
}

export async function insertCallback(tx: Db, row: typeof callbacks.$inferInsert): Promise<void> {
  await tx.insert(callbacks).values(row);
}
