/** Call-backs in the database. */
import { and, eq, inArray, lte, or, type SQL, sql } from 'drizzle-orm';
import { callbackAttempts, callbacks } from '../db/callback-tables.ts';
import type { Db } from '../db/connect.ts';
import { callers, complaints, orders } from '../db/tables.ts';
import type { CallbackState } from '../workorder/sampling.ts';

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
  rule: callbacks.rule,
  sampled: callbacks.sampled,
  rankAt: callbacks.rankAt,
  nextAt: callbacks.nextAt,
  claimedBy: callbacks.claimedBy,
  claimedUntil: callbacks.claimedUntil,
  number: complaints.number,
  complaintStatus: complaints.status,
  closedAt: complaints.closedAt,
  title: complaints.title,
  text: complaints.text,
  unit: orders.unit,
  level: orders.level,
  result: orders.result,
  reply: orders.reply,
  callerName: callers.nameSealed,
  callerPhone: callers.phoneSealed,
  callerIndex: callers.phoneIndex,
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

/** Who asks, and when: what others hold is not his. */
export interface Asking {
  actor: string;
  now: Date;
}

/** Tasks that another agent holds now, alone (`held`) or with their callers. Few: one or two for each agent at work. */
const heldByOthers = ({ actor, now }: Asking) =>
  sql`claimed_by is not null and claimed_by <> ${actor} and claimed_until > ${now.toISOString()}::timestamptz`;

/** Neither the task nor another one of the same telephone number is held by another agent. */
function free(asking: Asking): SQL {
  return sql`${callbacks.id} not in (select id from callbacks where ${heldByOthers(asking)})
    and (${callers.phoneIndex} is null or ${callers.phoneIndex} not in (
      select c.phone_index from callbacks join callers c using (complaint_id)
      where ${heldByOthers(asking)} and c.phone_index is not null))`;
}

/** A page of tasks by their rank; of those that are due, only what the asking agent may do now. */
export async function listCallbacks(
  db: Db,
  status: CallbackState,
  asking: Asking,
  after: { at: string; id: number } | null,
  count: number,
): Promise<CallbackRow[]> {
  return selectCallbacks(db)
    .where(
      and(
        eq(callbacks.status, status),
        status === 'due' ? and(lte(callbacks.nextAt, asking.now), free(asking)) : undefined,
        after === null
          ? undefined
          : sql`(${callbacks.rankAt}, ${callbacks.id}) > (${after.at}::timestamptz, ${after.id})`,
      ),
    )
    .orderBy(callbacks.rankAt, callbacks.id)
    .limit(count);
}

export async function findCallbacks(db: Db, ids: readonly number[]): Promise<CallbackRow[]> {
  return selectCallbacks(db)
    .where(inArray(callbacks.id, [...ids]))
    .orderBy(callbacks.rankAt, callbacks.id);
}

export async function findCallback(db: Db, id: number): Promise<CallbackRow | undefined> {
  const [row] = await findCallbacks(db, [id]);
  return row;
}

/** The same, locked with its order until the transaction ends. */
export async function lockCallback(tx: Db, id: number): Promise<CallbackRow | undefined> {
  const [held] = await selectCallbacks(tx)
    .where(eq(callbacks.id, id))
    .for('update', { of: [callbacks, orders] });
  // Read again: of rows that are joined, the lock does not bring what was changed while it was waited for.
  return held === undefined ? undefined : findCallback(tx, id);
}

/** The newest task of a complaint. */
export async function newestCallback(db: Db, complaintId: number): Promise<number | undefined> {
  const [row] = await db
    .select({ id: callbacks.id })
    .from(callbacks)
    .where(eq(callbacks.complaintId, complaintId))
    .orderBy(sql`${callbacks.id} desc`)
    .limit(1);
  return row?.id;
}

/** Whether somebody else holds a task or its caller. */
export async function isHeld(tx: Db, id: number, asking: Asking): Promise<boolean> {
  const rows = await tx
    .select({ id: callbacks.id })
    .from(callbacks)
    .leftJoin(callers, eq(callers.complaintId, callbacks.complaintId))
    .where(and(eq(callbacks.id, id), free(asking)));
  return rows.length === 0;
}

/** A task and all other ones that are due of the same telephone number, locked in one order by whoever asks. */
export async function lockCaller(tx: Db, id: number, phone: Buffer | null) {
  // An array, known before any task is read: with the condition in place of it, all that are due would be looked through.
  const same = sql`array(
    select b.id from callers c join callbacks b using (complaint_id) where c.phone_index = ${phone}::bytea and b.status = 'due')`;
  return tx
    .select({
      id: callbacks.id,
      status: callbacks.status,
      claimedBy: callbacks.claimedBy,
      claimedUntil: callbacks.claimedUntil,
    })
    .from(callbacks)
    .where(or(eq(callbacks.id, id), and(sql`${callbacks.id} = any(${same})`, eq(callbacks.status, 'due'))))
    .orderBy(callbacks.id)
    .for('update');
}

export async function setClaim(
  tx: Db,
  ids: readonly number[],
  claim: { claimedBy: string; claimedUntil: Date } | null,
): Promise<void> {
  await tx
    .update(callbacks)
    .set(claim ?? { claimedBy: null, claimedUntil: null })
    .where(inArray(callbacks.id, [...ids]));
}

/** Gives back all that some callers keep; how many tasks there were. */
export async function dropClaims(tx: Db, actors: readonly string[]): Promise<number> {
  const dropped = await tx
    .update(callbacks)
    .set({ claimedBy: null, claimedUntil: null })
    .where(inArray(callbacks.claimedBy, [...actors]))
    .returning({ id: callbacks.id });
  return dropped.length;
}

/** The first valid answer of each of some complaints, over all their rounds. */
export async function firstAnswers(db: Db, complaintIds: readonly number[]) {
  if (complaintIds.length === 0) return [];
  return db
    .selectDistinctOn([callbacks.complaintId], {
      complaintId: callbacks.complaintId,
      at: callbackAttempts.at,
      way: callbackAttempts.way,
      contacted: callbackAttempts.contacted,
      resolved: callbackAttempts.resolved,
      satisfaction: callbackAttempts.satisfaction,
    })
    .from(callbackAttempts)
    .innerJoin(callbacks, eq(callbacks.id, callbackAttempts.callbackId))
    .where(and(inArray(callbacks.complaintId, [...complaintIds]), eq(callbackAttempts.valid, true)))
    .orderBy(callbacks.complaintId, callbackAttempts.id);
}

export async function listAttempts(db: Db, callbackId: number) {
  return db
    .select()
    .from(callbackAttempts)
    .where(eq(callbackAttempts.callbackId, callbackId))
    .orderBy(callbackAttempts.id);
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

export async function closeComplaint(tx: Db, id: number, closedAt: Date): Promise<void> {
  await tx.update(complaints).set({ status: 'closed', closedAt }).where(eq(complaints.id, id));
}
