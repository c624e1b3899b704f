/** Applications to strike out cases in the database: the application, its trail, and whose case it is. */
import { and, desc, eq, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Scope } from '../access/scope.ts';
import { exclusionSteps, exclusions } from '../db/assessment-tables.ts';
import { attachments } from '../db/attachment-tables.ts';
import type { Db } from '../db/connect.ts';
import { complaintsSeen } from '../db/seen.ts';
import { complaints } from '../db/tables.ts';
import type { ExclusionState, Standing } from './course.ts';

const columns = { exclusion: exclusions, number: complaints.number, type: complaints.type };

const select = (db: Db) =>
  db.select(columns).from(exclusions).innerJoin(complaints, eq(complaints.id, exclusions.complaintId));

export type ExclusionRow = Awaited<ReturnType<typeof select>>[number];

/** Of cases whose orders the unit, or one below it, has had. */
const within = (scope: Scope): SQL | undefined => complaintsSeen(scope, { id: exclusions.complaintId, filedBy: null });

/** A complaint, locked against another application at the same time, with the unit that leads it. */
export async function lockComplaint(tx: Db, number: string) {
  const { id, type } = complaints;
  const unit = sql<
    string | null
  >`(select o.unit from orders o where o.complaint_id = ${complaints.id} and o.role = 'lead'
    order by o.id desc limit 1)`;
  const [row] = await tx
    .select({ id, type, unit })
    .from(complaints)
    .where(eq(complaints.number, number))
    .for('no key update');
  return row;
}

export async function listOfComplaint(tx: Db, complaintId: number) {
  return tx.select().from(exclusions).where(eq(exclusions.complaintId, complaintId));
}

/** Whether a complaint has such an attachment, one of its orders' among them, that was not withdrawn. */
export async function hasAttachment(tx: Db, complaintId: number, id: number): Promise<boolean> {
  const rows = await tx
    .select({ id: attachments.id })
    .from(attachments)
    .where(and(eq(attachments.id, id), eq(attachments.complaintId, complaintId), isNull(attachments.withdrawnAt)));
  return rows.length > 0;
}

export async function insertExclusion(tx: Db, row: typeof exclusions.$inferInsert): Promise<number> {
  const [stored] = await tx.insert(exclusions).values(row).returning({ id: exclusions.id });
  if (stored === undefined) throw new Error('the application was not stored');
  return stored.id;
}

export async function updateStanding(tx: Db, id: number, { status, standing }: Standing): Promise<void> {
  await tx.update(exclusions).set({ status, standing }).where(eq(exclusions.id, id));
}

export async function insertStep(tx: Db, row: typeof exclusionSteps.$inferInsert): Promise<void> {
  await tx.insert(exclusionSteps).values(row);
}

export async function findExclusion(db: Db, id: number, scope: Scope): Promise<ExclusionRow | undefined> {
  const [row] = await select(db).where(and(eq(exclusions.id, id), within(scope)));
  return row;
}

/** The same, locked until the transaction ends. */
export async function lockExclusion(tx: Db, id: number, scope: Scope): Promise<ExclusionRow | undefined> {
  const [row] = await select(tx)
    .where(and(eq(exclusions.id, id), within(scope)))
    .for('update', { of: exclusions });
  return row;
}

export async function listSteps(db: Db, exclusionId: number) {
  return db.select().from(exclusionSteps).where(eq(exclusionSteps.exclusionId, exclusionId)).orderBy(exclusionSteps.id);
}

/** Whether a person also holds a token, good or not, of a unit that has had the case or of one above it. */
export async function isOfUnit(tx: Db, person: string, complaintId: number): Promise<boolean> {
  const rows = await tx.execute(sql`
    select 1 from tokens t where t.name = ${person} and t.unit is not null and exists (
      select 1 from orders o left join units u on u.code = o.unit
      where o.complaint_id = ${complaintId} and t.unit in (o.unit, u.parent)) limit 1`);
  return rows.length > 0;
}

export interface ExclusionFilter {
  status?: ExclusionState | undefined;
  kind?: string | undefined;
  unit?: string | undefined;
  number?: string | undefined;
  standing?: boolean | undefined;
}

/** A page of applications, the newest first. */
export async function listExclusions(
  db: Db,
  { status, kind, unit, number, standing }: ExclusionFilter,
  scope: Scope,
  before: number | null,
  count: number,
): Promise<ExclusionRow[]> {
  return select(db)
    .where(
      and(
        within(scope),
        before === null ? undefined : lt(exclusions.id, before),
        status && eq(exclusions.status, status),
        kind === undefined ? undefined : eq(exclusions.kind, kind),
        unit === undefined ? undefined : eq(exclusions.unit, unit),
        number === undefined ? undefined : eq(complaints.number, number),
        standing === undefined ? undefined : eq(exclusions.standing, standing),
      ),
    )
    .orderBy(desc(exclusions.id))
    .limit(count);
}
