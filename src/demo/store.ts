/** The call-back that a replied order has brought about. */
import { eq } from 'drizzle-orm';
import { callbacks } from '../db/callback-tables.ts';
import type { Db } from '../db/connect.ts';

export async function findCallbackOf(db: Db, orderId: number): Promise<number | undefined> {
  const [row] = await db.select({ id: callbacks.id }).from(callbacks).where(eq(callbacks.orderId, orderId));
  return row?.id;
}
