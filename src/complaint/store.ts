/** Reading complaints by many conditions, and writing what the triage desk decides. */
import { and, arrayContains, desc, eq, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { Scope } from '../access/scope.ts';
import { units } from '../db/catalog-tables.ts';
import type { Db } from '../db/connect.ts';
import { callers, complaints, corrections, events, orders } from '../db/tables.ts';

const columns = {
  id: complaints.id,
  number: complaints.number,
  status: complaints.status,
  channel: complaints.channel,
  title: complaints.title,
  text: complaints.text,
  address: complaints.address,
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
  lead: orders.unit,
  judgement: complaints.judgement,
  callerName: callers.name,
  callerPhone: callers.phone,
  callerKind: callers.kind,
  callerSecret: callers.secret,
};

function selectComplaints(db: Db) {
  return db
    .select(columns)
    .from(complaints)
    .leftJoin(orders, and(eq(orders.complaintId, complaints.id), eq(orders.role, 'lead'), orders.current))
    .leftJoin(callers, eq(callers.complaintId, complaints.id));
}

export type ComplaintRow = Awaited<ReturnType<typeof selectComplaints>>[number];

/** A unit sees the complaints of which it, or a unit below it, has an order. */
function withinScope(scope: Scope): SQL | undefined {
  switch (scope.kind) {
    case 'all':
      return undefined;
    case 'filed':
      return eq(complaints.filedBy, scope.tokenId);
    case 'unit':
      return sql`exists (select 1 from ${orders} o where o.complaint_id = ${complaints.id} and (o.unit = ${scope.unit}
        or o.unit in (select ${units.code} from ${units} where ${units.parent} = ${scope.unit})))`;
  }
}

export async function findComplaint(db: Db, number: string, scope: Scope): Promise<ComplaintRow | undefined> {
  const [row] = await selectComplaints(db).where(and(eq(complaints.number, number), withinScope(scope)));
  return row;
}

export async function findComplaintId(db: Db, number: string): Promise<number | undefined> {
  const [row] = await db.select({ id: complaints.id }).from(complaints).where(eq(complaints.number, number));
  return row?.id;
}

/** The complaint's row locked until the transaction ends. */
export async function lockComplaint(tx: Db, id: number): Promise<LockedComplaint> {
  const [row] = await tx.select().from(complaints).where(eq(complaints.id, id)).for('update');
  if (row === undefined) throw new Error('a complaint that was found is gone');
  return row;
}

export type LockedComplaint = typeof complaints.$inferSelect;

export interface ComplaintFilter {
  words?: readonly string[] | undefined;
  status?: string | undefined;
  district?: string | undefined;
  street?: string | undefined;
  unit?: string | undefined;
  matter?: string | undefined;
  need?: string | undefined;
  channel?: string | undefined;
  type?: string | undefined;
  phone?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
}

/** A page of complaints, newest first. */
export async function listComplaints(
  db: Db,
  filter: ComplaintFilter,
  scope: Scope,
  after: { at: string; id: number } | null,
  count: number,
): Promise<ComplaintRow[]> {
  const { words, matter, phone, from, to, unit } = filter;
  const equal = (['status', 'district', 'street', 'need', 'channel', 'type'] as const).flatMap((name) =>
    filter[name] === undefined ? [] : [eq(complaints[name], filter[name])],
  );
  return selectComplaints(db)
    .where(
      and(
        ...equal,
        words && arrayContains(complaints.words, [...words]),
        matter === undefined
          ? undefined
          : sql`(${complaints.matter} = ${matter} or starts_with(${complaints.matter}, ${`${matter}.`}))`,
        unit === undefined
          ? undefined
          : sql`exists (select 1 from ${orders} u where u.complaint_id = ${complaints.id} and u.unit = ${unit})`,
        phone === undefined ? undefined : eq(callers.phone, phone),
        // Finding him by his number would tell a unit who he is.
        phone !== undefined && scope.kind === 'unit' ? eq(callers.secret, false) : undefined,
        from && gte(complaints.receivedAt, from),
        to && lt(complaints.receivedAt, to),
        after === null
          ? undefined
          : sql`(${complaints.receivedAt}, ${complaints.id}) < (${after.at}::timestamptz, ${after.id})`,
        withinScope(scope),
      ),
    )
    .orderBy(desc(complaints.receivedAt), desc(complaints.id))
    .limit(count);
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

export async function insertCorrections(tx: Db, rows: (typeof corrections.$inferInsert)[]): Promise<void> {
  if (rows.length > 0) await tx.insert(corrections).values(rows);
}
