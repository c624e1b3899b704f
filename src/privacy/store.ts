/** Callers in the database: one to be unmasked, those of a telephone number, those whose time is over. */
import { and, asc, eq, inArray, isNotNull, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import { type Session, scopeOf } from '../access/scope.ts';
import { audit } from '../db/audit-tables.ts';
import { callbacks } from '../db/callback-tables.ts';
import type { Db } from '../db/connect.ts';
import { complaintsSeen } from '../db/seen.ts';
import { callers, complaints, orders } from '../db/tables.ts';

/** Takes the turn of those who unmask in a session's name: two at once must not both be the last one allowed. */
export async function lockActor(tx: Db, actor: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`unmask ${actor}`}, 0))`);
}

/** When the `nth` newest of an actor's acts was; null where there are fewer. */
export async function nthNewest(tx: Db, actor: string, action: string, nth: number): Promise<Date | null> {
  const [row] = await tx
    .select({ at: audit.at })
    .from(audit)
    .where(and(eq(audit.actor, actor), eq(audit.action, action)))
    .orderBy(sql`${audit.id} desc`)
    .offset(nth - 1)
    .limit(1);
  return row?.at ?? null;
}

/** Whether an order of the complaint lies with one of some units. */
const ordered = (units: SQL, more: SQL = sql``) =>
  sql<boolean>`exists (select from ${orders} o where o.complaint_id = ${complaints.id} and o.unit in (${units}) ${more})`;

/** A complaint with its caller, and what a session has to do with it; undefined where it sees nothing of it. */
export async function findCaller(tx: Db, number: string, session: Session, now: Date) {
  const { unit, actor } = session;
  const claimed = sql<boolean>`exists (select from ${callbacks} b where b.complaint_id = ${complaints.id}
    and b.status = 'due' and b.claimed_by = ${actor} and b.claimed_until > ${now.toISOString()}::timestamptz)`;
  const [row] = await tx
    .select({
      id: complaints.id,
      text: complaints.text,
      addressSealed: callers.addressSealed,
      nameSealed: callers.nameSealed,
      phoneSealed: callers.phoneSealed,
      secret: sql<boolean>`coalesce(${callers.secret}, false)`,
      ownOrder: ordered(sql`${unit}::text`, sql`and o.current`),
      claimed,
    })
    .from(complaints)
    .leftJoin(callers, eq(callers.complaintId, complaints.id))
    .where(and(eq(complaints.number, number), complaintsSeen(scopeOf(session), complaints)));
  return row;
}

/** Everything that stands under a telephone number, the oldest first. */
export async function listOfPhone(db: Db, phoneIndex: Buffer) {
  return db
    .select({ complaint: complaints, caller: callers })
    .from(callers)
    .innerJoin(complaints, eq(complaints.id, callers.complaintId))
    .where(eq(callers.phoneIndex, phoneIndex))
    .orderBy(asc(complaints.id));
}

/** What units answered and what the caller said to it. */
export async function listHandling(db: Db, ids: readonly number[]) {
  return db
    .select({
      complaintId: orders.complaintId,
      unit: orders.unit,
      status: orders.status,
      reply: orders.reply,
      repliedAt: orders.repliedAt,
      satisfaction: callbacks.satisfaction,
      resolved: callbacks.resolved,
      answeredAt: callbacks.answeredAt,
    })
    .from(orders)
    .leftJoin(callbacks, eq(callbacks.orderId, orders.id))
    .where(inArray(orders.complaintId, [...ids]))
    .orderBy(asc(orders.id));
}

const emptied = {
  nameSealed: null,
  phoneSealed: null,
  phoneIndex: null,
  addressSealed: null,
  name: null,
  phone: null,
};
/** Nobody need speak with the caller any more: the complaint is closed, and no call-back is due. */
const isOver = sql`not exists (select from ${callbacks} b where b.complaint_id = ${callers.complaintId} and b.status = 'due')`;

/** Empties the callers of some closed complaints; their kind and that they were there stay. Answers which. */
export async function anonymise(tx: Db, ids: readonly number[], at: Date): Promise<number[]> {
  const rows = await tx
    .update(callers)
    .set({ ...emptied, anonymisedAt: at })
    .where(and(inArray(callers.complaintId, [...ids]), isNull(callers.anonymisedAt)))
    .returning({ id: callers.complaintId });
  return rows.map(({ id }) => id);
}

/** Callers, not yet emptied, of complaints that were closed before an instant. */
export async function listDue(tx: Db, closedBefore: Date, count: number): Promise<number[]> {
  const { nameSealed, phoneSealed, phoneIndex, addressSealed } = callers;
  const rows = await tx
    .select({ id: callers.complaintId })
    .from(callers)
    .innerJoin(complaints, eq(complaints.id, callers.complaintId))
    .where(
      and(
        isNull(callers.anonymisedAt),
        or(...[nameSealed, phoneSealed, phoneIndex, addressSealed].map(isNotNull)),
        lt(complaints.closedAt, closedBefore),
        isOver,
      ),
    )
    .orderBy(asc(complaints.closedAt))
    .limit(count)
    .for('update', { of: callers, skipLocked: true });
  return rows.map(({ id }) => id);
}

/** Which of some complaints are over. */
export async function listOver(tx: Db, ids: readonly number[]): Promise<number[]> {
  const rows = await tx
    .select({ id: callers.complaintId })
    .from(callers)
    .innerJoin(complaints, eq(complaints.id, callers.complaintId))
    .where(and(inArray(callers.complaintId, [...ids]), isNotNull(complaints.closedAt), isOver));
  return rows.map(({ id }) => id);
}

export interface Texts {
  title: string | null;
  text: string;
  answer: string | null;
}

/** Rewrites the texts of a complaint, and takes words out of what it is found by. */
export async function rewriteTexts(tx: Db, id: number, texts: Texts, words: readonly string[]): Promise<void> {
  const left = sql`ts_delete(${complaints.words}, ${sql.param(words)}::text[])`;
  await tx
    .update(complaints)
    .set({ ...texts, words: left })
    .where(eq(complaints.id, id));
}
