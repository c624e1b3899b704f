/** The queue in the database: a unit's orders by due time, and by the transaction that last changed them. */
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Db } from '../db/connect.ts';
import { orders } from '../db/tables.ts';
import type { OrderState } from '../workorder/lifecycle.ts';
import { type OrderRow, selectOrders } from '../workorder/store.ts';

export type { OrderRow };

/** A page of a unit's orders by due time. */
export async function listQueue(
  db: Db,
  unit: string,
  states: readonly OrderState[],
  after: { at: string; id: number } | null,
  count: number,
): Promise<OrderRow[]> {
  return selectOrders(db)
    .where(
      and(
        eq(orders.unit, unit),
        inArray(orders.status, [...states]),
        after === null ? undefined : sql`(${orders.dueAt}, ${orders.id}) > (${after.at}::timestamptz, ${after.id})`,
      ),
    )
    .orderBy(orders.dueAt, orders.id)
    .limit(count);
}

/** The oldest transaction still open: every change before it can be seen now. */
export async function changeHorizon(db: Db): Promise<number> {
  const [row] = await db.execute<{ xmin: string }>(sql`select pg_snapshot_xmin(pg_current_snapshot())::text as xmin`);
  return Number(row?.xmin);
}

/** Orders of a unit changed after a position and before the horizon, in order of change. */
export async function listChanges(
  db: Db,
  unit: string,
  after: { changed: number; id: number },
  horizon: number,
  status: OrderState | undefined,
  count: number,
): Promise<OrderRow[]> {
  return selectOrders(db)
    .where(
      and(
        eq(orders.unit, unit),
        sql`(${orders.changed}, ${orders.id}) > (${after.changed}, ${after.id})`,
        sql`${orders.changed} < ${horizon}`,
        status && eq(orders.status, status),
      ),
    )
    .orderBy(orders.changed, orders.id)
    .limit(count);
}
