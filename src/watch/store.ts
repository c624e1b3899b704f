/** What the clocks of complaints and call-backs mark, and what was last done of itself. */
import { inArray, lt, ne, sql } from 'drizzle-orm';
import type { Db } from '../db/connect.ts';
import { jobRuns } from '../db/link-tables.ts';
import { idempotencyKeys, orders } from '../db/tables.ts';
import { openStates } from '../workorder/lifecycle.ts';

const batch = 500;

/**
 * Writes an event for each complaint that has waited for its dispatch longer than its level allows, once each; `minutes` by level.
 */
export async function lateTriage(tx: Db, minutes: Record<string, number>, now: Date): Promise<number> {
  const at = now.toISOString();
  const rows = await tx.execute(sql`
    with late as (
      select c.id, c.received_at + l.value::int * interval '1 minute' as due_at
      from complaints c join jsonb_each_text(${JSON.stringify(minutes)}::jsonb) l on l.key = c.level
      where c.status = 'triage' and c.received_at + l.value::int * interval '1 minute' < ${at}::timestamptz
        and not exists (select 1 from events e where e.complaint_id = c.id and e.action = 'overdue' and e.order_id is null)
      limit ${batch} for update of c skip locked
    )
    insert into events (complaint_id, at, actor, action, data)
    select id, ${at}::timestamptz, 'system', 'overdue', jsonb_build_object('clock', 'dispatch', 'dueAt', due_at) from late
    returning id`);
  return rows.length;
}

/** Writes an event for each call-back that is overdue, once each. */
export async function lateCallbacks(tx: Db, now: Date): Promise<number> {
  const at = now.toISOString();
  const rows = await tx.execute(sql`
    with late as (
      select id from callbacks where status = 'due' and due_at < ${at}::timestamptz and reminded_at is null
      order by due_at limit ${batch} for update skip locked
    ), marked as (
      update callbacks b set reminded_at = ${at}::timestamptz from late where b.id = late.id returning b.complaint_id, b.due_at
    )
    insert into events (complaint_id, at, actor, action, data)
    select complaint_id, ${at}::timestamptz, 'system', 'overdue', jsonb_build_object('clock', 'callback', 'dueAt', due_at)
    from marked returning id`);
  return rows.length;
}

/** Notes that work is done for `mark`; false where it had been. Who asks first does it, and others wait for him. */
export async function runOnce(tx: Db, name: string, mark: string): Promise<boolean> {
  const done = await tx
    .insert(jobRuns)
    .values({ name, mark })
    .onConflictDoUpdate({ target: jobRuns.name, set: { mark }, setWhere: ne(jobRuns.mark, mark) })
    .returning();
  return done.length > 0;
}

/** Has the clocks of all open orders looked at now. */
export async function lookAtAll(tx: Db, now: Date): Promise<void> {
  await tx
    .update(orders)
    .set({ nextLook: now })
    .where(inArray(orders.status, [...openStates]));
}

export async function deleteOldKeys(tx: Db, before: Date): Promise<number> {
  const gone = await tx
    .delete(idempotencyKeys)
    .where(lt(idempotencyKeys.createdAt, before))
    .returning({ key: idempotencyKeys.key });
  return gone.length;
}
