/** Reading complaints by many conditions, and writing what the triage desk decides. */
import { and, eq, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { Scope } from '../access/scope.ts';
import type { Db } from '../db/connect.ts';
import { complaintsSeen } from '../db/seen.ts';
import { familyOf } from '../db/sight.ts';
import { callers, complaints, corrections, orders } from '../db/tables.ts';

const columns = {
  id: complaints.id,
  complaintId: complaints.id,
  number: complaints.number,
  status: complaints.status,
  channel: complaints.channel,
  title: complaints.title,
  text: complaints.text,
  callerAddress: callers.addressSealed,
  occurredAt: complaints.occurredAt,
  receivedAt: complaints.receivedAt,
  closedAt: complaints.closedAt,
  externalNumber: complaints.externalNumber,
  wantsCallback: complaints.wantsCallback,
  answer: complaints.answer,
  type: complaints.type,
  need: complaints.need,
  matter: complaints.matter,
  level: complaints.level,
  district: complaints.district,
  street: complaints.street,
  community: complaints.community,
  judgement: complaints.judgement,
  callerName: callers.nameSealed,
  callerPhone: callers.phoneSealed,
  callerKind: callers.kind,
  callerSecret: callers.secret,
};

function selectComplaints(db: Db) {
  return db.select(columns).from(complaints).leftJoin(callers, eq(callers.complaintId, complaints.id));
}

export type ComplaintRow = Awaited<ReturnType<typeof selectComplaints>>[number];

/** A unit and those below it, as an array that is known before any order is read: so the index on the unit serves. */
const unitsOf = (unit: string) => sql`array(${familyOf(unit)})`;

/** Complaints of which some units have an order. Where those are few, they are looked up one by one, whatever the planner believes. */
function heldBy(some: SQL, few: boolean): SQL {
  const held = sql`select complaint_id from ${orders} o where o.unit = any(${some})`;
  return few ? sql`${complaints.id} = any(array(${held}))` : sql`${complaints.id} in (${held})`;
}

/** Up to so many complaints are looked up one by one in well under 50 ms. */
const fewOrders = 3000;

async function holdFew(db: Db, some: SQL | undefined): Promise<boolean> {
  if (some === undefined) return false;
  const [row] = await db.execute<{ few: boolean }>(sql`select count(*) <= ${fewOrders} as few from (
    select 1 from ${orders} o where o.unit = any(${some}) limit ${fewOrders + 1}) as counted`);
  return row?.few ?? false;
}

/** As `complaintsSeen` says it, for one that is looked for among all: by the orders of the units, which an index has. */
function seenAmongAll(scope: Scope, few: boolean): SQL | undefined {
  return scope.kind === 'unit' ? heldBy(unitsOf(scope.unit), few) : complaintsSeen(scope, complaints);
}

export async function findComplaint(db: Db, number: string, scope: Scope): Promise<ComplaintRow | undefined> {
  const [row] = await selectComplaints(db).where(and(eq(complaints.number, number), complaintsSeen(scope, complaints)));
  return row;
}

/** The complaint's row locked until the transaction ends. */
export async function lockComplaint(tx: Db, id: number): Promise<LockedComplaint> {
  const [row] = await tx.select().from(complaints).where(eq(complaints.id, id)).for('update');
  if (row === undefined) throw new Error('a complaint that was found is gone');
  return row;
}

export type LockedComplaint = typeof complaints.$inferSelect;

export interface ComplaintFilter {
  /** The text of a tsquery. */
  words?: string | undefined;
  status?: string | undefined;
  district?: string | undefined;
  street?: string | undefined;
  unit?: string | undefined;
  /** The leaves of the matter that is asked for. */
  matters?: readonly string[] | undefined;
  need?: string | undefined;
  channel?: string | undefined;
  type?: string | undefined;
  /** As it is looked up; null finds nothing. */
  phone?: Buffer | null | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
}

function conditions(filter: ComplaintFilter, scope: Scope, few = { unit: false, scope: false }): SQL | undefined {
  const { words, matters, phone, from, to, unit } = filter;
  const equal = (['status', 'district', 'street', 'need', 'channel', 'type'] as const).flatMap((name) =>
    filter[name] === undefined ? [] : [eq(complaints[name], filter[name])],
  );
  return and(
    ...equal,
    words === undefined ? undefined : sql`${complaints.words} @@ ${words}::tsquery`,
    matters && sql`${complaints.matter} = any(${sql.param(matters)}::text[])`,
    unit === undefined ? undefined : heldBy(sql`array[${unit}::text]`, few.unit),
    phone === undefined
      ? undefined
      : // Finding him by his number would tell a unit who he is.
        sql`${complaints.id} in (select complaint_id from ${callers} k where k.phone_index = ${phone}::bytea
          ${scope.kind === 'unit' ? sql`and not k.secret` : sql``})`,
    from && gte(complaints.receivedAt, from),
    to && lt(complaints.receivedAt, to),
    seenAmongAll(scope, few.scope),
  );
}

/** Where a complaint stands among all, by time of receipt. */
export interface Place {
  at: string;
  id: number;
}

const place = sql`(${complaints.receivedAt}, ${complaints.id})`;
const placeOf = ({ at, id }: Place) => sql`(${at}::timestamptz, ${id}::bigint)`;

/**
 * The newest complaints that meet the conditions, before `after` where it is given, or from `top` down to `bottom`; each with how
 * well the words fit, in millionths. What is read grows with how rare the conditions are, never with how much is ranked.
 */
export async function pickComplaints(
  db: Db,
  filter: ComplaintFilter,
  scope: Scope,
  span: { after?: Place | undefined; top?: Place | undefined; bottom?: Place | undefined },
  count: number,
): Promise<{ id: number; at: string; score: number }[]> {
  const { after, top, bottom } = span;
  // The rank is below 1; divided by 1 + log of the length, so that a short text comes before a long one.
  const score =
    filter.words === undefined
      ? sql<number>`0`
      : sql<number>`(ts_rank(${complaints.words}, ${filter.words}::tsquery, 1) * 1000000)::int`;
  return db.transaction(
    async (tx) => {
      // The best way depends on the very words and codes: a plan for whatever may come would be the wrong one for many.
      await tx.execute(sql`set local plan_cache_mode = force_custom_plan`);
      const few = {
        unit: await holdFew(tx, filter.unit === undefined ? undefined : sql`array[${filter.unit}::text]`),
        scope: await holdFew(tx, scope.kind === 'unit' ? unitsOf(scope.unit) : undefined),
      };
      const rows = await tx
        .select({ id: complaints.id, receivedAt: complaints.receivedAt, score })
        .from(complaints)
        .where(
          and(
            conditions(filter, scope, few),
            after && sql`${place} < ${placeOf(after)}`,
            top && sql`${place} <= ${placeOf(top)}`,
            bottom && sql`${place} >= ${placeOf(bottom)}`,
          ),
        )
        // As the index is written; with nulls first, which is what `desc` alone means, it would not serve.
        .orderBy(sql`${complaints.receivedAt} desc nulls last`, sql`${complaints.id} desc nulls last`)
        .limit(count);
      return rows.map(({ id, receivedAt, score: own }) => ({ id, at: receivedAt.toISOString(), score: own }));
    },
    { accessMode: 'read only' },
  );
}

/** The complaints of some ids, in no order. */
export async function listComplaints(db: Db, ids: readonly number[]): Promise<ComplaintRow[]> {
  return selectComplaints(db).where(sql`${complaints.id} = any(${sql.param(ids)}::bigint[])`);
}

/** The units that lead some complaints now, by the complaint's id. */
export async function listLeads(db: Db, ids: readonly number[]): Promise<Map<number, string>> {
  const { complaintId, unit } = orders;
  const rows = await db
    .select({ complaintId, unit })
    .from(orders)
    .where(and(sql`${complaintId} = any(${sql.param(ids)}::bigint[])`, eq(orders.role, 'lead'), orders.current));
  return new Map(rows.map((row) => [row.complaintId, row.unit]));
}

/** The complaint with a number, where it meets the conditions. */
export async function findId(
  db: Db,
  number: string,
  filter: ComplaintFilter,
  scope: Scope,
): Promise<number | undefined> {
  const [row] = await db
    .select({ id: complaints.id })
    .from(complaints)
    .where(and(eq(complaints.number, number), conditions(filter, scope)));
  return row?.id;
}

export async function updateComplaint(
  tx: Db,
  id: number,
  change: Partial<typeof complaints.$inferInsert>,
): Promise<void> {
  await tx.update(complaints).set(change).where(eq(complaints.id, id));
}

export async function insertCorrections(tx: Db, rows: (typeof corrections.$inferInsert)[]): Promise<void> {
  if (rows.length > 0) await tx.insert(corrections).values(rows);
}
