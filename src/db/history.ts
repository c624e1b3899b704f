/** The one way into the history (流转记录): events are written in the transaction of what they tell of, and never changed. */
import type { Db } from './connect.ts';
import { events } from './tables.ts';

export type NewEvent = typeof events.$inferInsert;

export async function insertEvents(tx: Db, rows: readonly NewEvent[]): Promise<void> {
  if (rows.length > 0) await tx.insert(events).values([...rows]);
}
