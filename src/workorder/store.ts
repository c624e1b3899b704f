/** Work orders in the database: one or some of them, their history, their changes. */
import { type AnyColumn, and, desc, eq, or, type SQL, sql } from 'drizzle-orm';
import type { Scope } from '../access/scope.ts';
import { units } from '../db/catalog-tables.ts';
import type { Db } from '../db/connect.ts';
import { callbacks, callers, complaints, events, orders } from '../db/tables.ts';

const columns = {
  id: orders.id,
  complaintId: orders.complaintId,
  unit: orders.unit,
  role: orders.role,
  level: orders.level,
  status: orders.status,
  reason: orders.reason,
  dispatchedAt: orders.dispatchedAt,
  signDueAt: orders.signDueAt,
  contactDueAt: orders.contactDueAt,
  dueAt: orders.dueAt,
  signedAt: orders.signedAt,
  contactedAt: orders.contactedAt,
  repliedAt: orders.repliedAt,
  closedAt: orders.closedAt,
  result: orders.result,
  reply: orders.reply,
  basis: orders.basis,
  number: complaints.number,
  channel: complaints.channel,
  title: complaints.title,
  text: complaints.text,
  address: complaints.address,
  receivedAt: complaints.receivedAt,
  wantsCallback: complaints.wantsCallback,
  need: complaints.need,
  type: complaints.type,
  matter: complaints.matter,
  district: complaints.district,
  street: complaints.street,
  community: complaints.community,
  callerName: callers.name,
  callerPhone: callers.phone,
  callerKind: callers.kind,
  callerSecret: callers.secret,
};

function selectOrders(db: Db) {
  return db
    .select(columns)
    .from(orders)
    .innerJoin(complaints, eq(complaints.id, orders.complaintId))
    .leftJoin(callers, eq(callers.complaintId, orders.complaintId));
}

export type OrderRow = Awaited<ReturnType<typeof selectOrders>>[number];

/** The condition that keeps to a scope, for a statement that reads orders joined with complaints. */
export function withinScope(scope: Scope, unit: AnyColumn = orders.unit): SQL | undefined {
  switch (scope.kind) {
    case 'all':
      return undefined;
    case 'unit':
      return or(
        eq(unit, scope.unit),
        sql`${unit} in (select ${units.code} from ${units} where ${units.parent} = ${scope.unit})`,
      );
    case 'filed':
      return eq(complaints.filedBy, scope.tokenId);
  }
}

export async function findOrder(db: Db, id: number, scope: Scope): Promise<OrderRow | undefined> {
  const [row] = await selectOrders(db).where(and(eq(orders.id, id), withinScope(scope)));
  return row;
}

export async function listOrdersOf(db: Db, complaintId: number, scope: Scope): Promise<OrderRow[]> {
  return selectOrders(db)
    .where(and(eq(orders.complaintId, complaintId), withinScope(scope)))
    .orderBy(orders.id);
}

/** The orders of some ids, in no order. */
export async function listOrders(db: Db, ids: readonly number[]): Promise<OrderRow[]> {
  return selectOrders(db).where(sql`${orders.id} = any(${sql.param(ids)}::bigint[])`);
}

/** One order, with its row locked until the transaction ends. */
export async function lockOrder(tx: Db, id: number, scope: Scope): Promise<OrderRow | undefined> {
  const [row] = await selectOrders(tx)
    .where(and(eq(orders.id, id), withinScope(scope)))
    .for('update', { of: orders });
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
export async function lockOrdersOf(tx: Db, complaintId: number) {
  return tx.select().from(orders).where(eq(orders.complaintId, complaintId)).orderBy(orders.id).for('update');
}

/** The state in which each merged order of a complaint was merged, by the newest event that says so. */
export async function statesBeforeMerge(db: Db, complaintId: number): Promise<Map<number, string>> {
  const rows = await db
    .selectDistinctOn([events.orderId], { orderId: events.orderId, before: events.fromStatus })
    .from(events)
    .where(and(eq(events.complaintId, complaintId), eq(events.action, 'merge')))
    .orderBy(events.orderId, desc(events.id));
  return new Map(rows.flatMap(({ orderId, before }) => (orderId && before ? [[orderId, before]] : [])));
}

/**
 * The complaints that follow a lead: merged into it, or into one of those, and still waiting for its reply. Locked, so that none
 * is taken out of it meanwhile.
 */
export async function lockFollowers(tx: Db, complaintId: number) {
  return tx
    .select({ id: complaints.id, wantsCallback: complaints.wantsCallback })
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

export type OrderChange = Partial<typeof orders.$inferInsert>;

export async function updateOrder(tx: Db, id: number, change: OrderChange): Promise<void> {
  await tx.update(orders).set(change).where(eq(orders.id, id));
}

export async function updateComplaint(
  tx: Db,
  id: number,
  change: Partial<typeof complaints.$inferInsert>,
): Promise<void> {
  await tx.update(complaints).set(change).where(eq(complaints.id, id));
}

export async function insertEvents(tx: Db, rows: (typeof events.$inferInsert)[]): Promise<void> {
  await tx.insert(events).values(rows);
}

export async function insertCallback(tx: Db, row: typeof callbacks.$inferInsert): Promise<void> {
  await tx.insert(callbacks).values(row);
}
