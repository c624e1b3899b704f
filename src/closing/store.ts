/** Closed periods in the database: freezing the cases and the figures, amendments, and the events they are recounted from. */
import { and, desc, eq, gt, lt, lte, type SQLWrapper, sql } from 'drizzle-orm';
import type { Scope } from '../access/scope.ts';
import type { AmendedCase, CountedAnswer, StandingExclusion } from '../assessment/frozen.ts';
import type { Counts } from '../assessment/rates.ts';
import { validAnswers } from '../assessment/reports/conditions.ts';
import { standingFacts } from '../assessment/reports/facts.ts';
import {
  assessmentPeriods,
  exclusions,
  periodAmendments,
  periodCases,
  periodFigures,
} from '../db/assessment-tables.ts';
import type { Db } from '../db/connect.ts';
import { ordersSeen } from '../db/seen.ts';
import { complaints } from '../db/tables.ts';
import type { Span } from '../figures/span.ts';
import type { Line } from './recount.ts';

export type PeriodRow = typeof assessmentPeriods.$inferSelect;
export type AmendmentRow = Awaited<ReturnType<typeof listAmendments>>[number];

/**
 * Closing keeps out whoever may amend, and waits for those at it. `lock table` takes no snapshot: what they have written is seen.
 */
export async function lockPeriods(tx: Db, how: 'to close' | 'to amend'): Promise<void> {
  const mode = how === 'to close' ? sql`exclusive` : sql`row share`;
  await tx.execute(sql`lock table assessment_periods in ${mode} mode`);
}

export async function findPeriod(db: Db, code: string): Promise<PeriodRow | undefined> {
  const [row] = await db.select().from(assessmentPeriods).where(eq(assessmentPeriods.code, code));
  return row;
}

/** The closed period that an instant belongs to. */
export async function closedPeriodAt(db: Db, at: Date): Promise<PeriodRow | undefined> {
  const { status, fromAt, toAt } = assessmentPeriods;
  const [row] = await db
    .select()
    .from(assessmentPeriods)
    .where(and(eq(status, 'closed'), lte(fromAt, at), gt(toAt, at)));
  return row;
}

/** All periods that are being closed or are closed, with the number of their amendments. */
export async function listPeriods(db: Db): Promise<(PeriodRow & { amendments: number })[]> {
  const rows = await db.select().from(assessmentPeriods);
  const counts = await db
    .select({ period: periodAmendments.period, count: sql<number>`count(*)::int` })
    .from(periodAmendments)
    .groupBy(periodAmendments.period);
  const found = new Map(counts.map(({ period, count }) => [period, count]));
  return rows.map((row) => ({ ...row, amendments: found.get(row.code) ?? 0 }));
}

export async function firstReceipt(db: Db): Promise<Date | null> {
  const [row] = await db.select({ at: complaints.receivedAt }).from(complaints).orderBy(complaints.receivedAt).limit(1);
  return row?.at ?? null;
}

/** Says that a period is being closed; where that was said before, nothing. */
export async function startClosing(db: Db, row: typeof assessmentPeriods.$inferInsert): Promise<void> {
  await db.insert(assessmentPeriods).values(row).onConflictDoNothing();
}

export async function updatePeriod(tx: Db, code: string, change: Partial<PeriodRow>): Promise<void> {
  await tx.update(assessmentPeriods).set(change).where(eq(assessmentPeriods.code, code));
}

/** Freezes the cases of a span; answers how many there are, and the newest event of the snapshot. */
export async function freezeCases(tx: Db, period: string, span: Span): Promise<{ cases: number; lastEvent: number }> {
  const at = (fact: string) => sql`max(at) filter (where fact = ${fact}::text)`;
  await tx.execute(sql`
    insert into period_cases (period, complaint_id, order_id, unit, kind, parent, first_unit, district, street, matter, need,
      channel, type, level, scope, reason, elsewhen, received_at, closed_at, answered_at, contacted, resolved, satisfaction,
      replied_at, on_time)
    select ${period}, g.*from (
      select complaint_id, coalesce(order_id, 0) as order_id, max(unit), max(unit_kind), max(unit_parent),
        (select o.unit from orders o where o.complaint_id = f.complaint_id order by o.id limit 1), max(district), max(street),
        max(matter), max(need), max(channel), max(type), max(level), max(scope), max(reason), bool_or(elsewhen),
        ${at('received')}, ${at('closed')}, ${at('answered')}, bool_or(contacted), bool_or(resolved), max(satisfaction),
        ${at('replied')}, bool_or(on_time) filter (where fact = 'replied')
      from (${standingFacts(span)}) f group by 1, 2) g`);
  const [row] = await tx.execute<{ cases: number; last: number }>(sql`
    select (select count(distinct complaint_id)::int from period_cases where period = ${period}) as cases,
      coalesce((select max(id) from events), 0)::float8 as last`);
  return { cases: row?.cases ?? 0, lastEvent: row?.last ?? 0 };
}

export async function insertFigures(
  tx: Db,
  head: { period: string; basis: string; by: string; depth: number },
  rows: readonly ({ key: string } & Counts)[],
): Promise<void> {
  const chunk = 2000;
  for (let at = 0; at < rows.length; at += chunk) {
    const values = rows.slice(at, at + chunk).map(({ key, ...counts }) => ({ ...head, key, counts }));
    await tx.insert(periodFigures).values(values);
  }
}

export async function findComplaint(db: Db, number: string) {
  const { id, type, receivedAt } = complaints;
  const [row] = await db.select({ id, type, receivedAt }).from(complaints).where(eq(complaints.number, number));
  return row;
}

/** The closed periods that hold a case. */
export async function periodsOf(db: Db, complaintId: number): Promise<PeriodRow[]> {
  return db
    .select()
    .from(assessmentPeriods)
    .where(
      and(
        eq(assessmentPeriods.status, 'closed'),
        sql`exists (select 1 from period_cases p where p.period = ${assessmentPeriods.code} and p.complaint_id = ${complaintId})`,
      ),
    )
    .orderBy(assessmentPeriods.code);
}

/** The exclusions of a case that stand, the oldest first. */
export async function standingOf(db: Db, complaintId: number): Promise<StandingExclusion[]> {
  return db
    .select({ kind: exclusions.kind, scope: exclusions.scope })
    .from(exclusions)
    .where(and(eq(exclusions.complaintId, complaintId), exclusions.standing))
    .orderBy(exclusions.id);
}

interface AnswerRow extends Record<string, unknown> {
  at: string;
  order: string;
  unit: string;
  contacted: boolean;
  resolved: boolean;
  satisfaction: string;
}

function answerOf(row: AnswerRow | undefined): CountedAnswer | null {
  if (row === undefined) return null;
  const { unit, contacted, resolved, satisfaction } = row;
  return { at: new Date(row.at).toISOString(), orderId: Number(row.order), unit, contacted, resolved, satisfaction };
}

/** The answer of a case within a span, as things stand. */
export async function answerNow(db: Db, complaintId: number, { from, to }: Span): Promise<CountedAnswer | null> {
  const [row] = await db.execute<AnswerRow>(sql`
    select b.answered_at as at, b.order_id as order, o.unit, b.contacted, b.resolved, b.satisfaction
    from ${validAnswers} join orders o on o.id = b.order_id
    where b.complaint_id = ${complaintId} and b.answered_at >= ${from.toISOString()}::timestamptz
      and b.answered_at < ${to.toISOString()}::timestamptz
    order by b.answered_at desc, b.id desc limit 1`);
  return answerOf(row);
}

/** A case as it counts in a closed period: by its newest amendment, or as it was frozen; null where it is not in it. */
export async function countedCase(db: Db, period: string, complaintId: number): Promise<AmendedCase | null> {
  const ofCase = and(eq(periodAmendments.period, period), eq(periodAmendments.complaintId, complaintId));
  const [amended] = await db
    .select({ after: periodAmendments.after })
    .from(periodAmendments)
    .where(ofCase)
    .orderBy(desc(periodAmendments.id))
    .limit(1);
  if (amended !== undefined) return amended.after;
  const rows = await db
    .select()
    .from(periodCases)
    .where(and(eq(periodCases.period, period), eq(periodCases.complaintId, complaintId)));
  const [first] = rows;
  if (first === undefined) return null;
  return {
    scope: first.scope,
    reason: first.reason,
    answer: rows.map(answerOfLine).find((one) => one !== null) ?? null,
  };
}

function answerOfLine(row: Line): CountedAnswer | null {
  const { answeredAt, orderId, unit, contacted, resolved, satisfaction } = row;
  if (answeredAt === null) return null;
  const [asked, solved] = [contacted ?? false, resolved ?? false];
  const at = answeredAt.toISOString();
  return { at, orderId, unit: unit ?? '', contacted: asked, resolved: solved, satisfaction: satisfaction ?? '' };
}

export async function insertAmendment(tx: Db, row: typeof periodAmendments.$inferInsert): Promise<number> {
  const [stored] = await tx.insert(periodAmendments).values(row).returning({ id: periodAmendments.id });
  if (stored === undefined) throw new Error('the amendment was not stored');
  return stored.id;
}

/** Cases as frozen that a scope shows: a unit's own, or those of the units below it. */
const frozenSeen = (scope: Scope, row: { unit: SQLWrapper; parent: SQLWrapper }) =>
  ordersSeen(scope, { ...row, filedBy: null });

/** Amendments of a period, the newest first. */
export async function listAmendments(db: Db, period: string, scope: Scope, before: number | null, count: number) {
  const { id, at, actor, reason, exclusionId, before: was, after } = periodAmendments;
  const seen = frozenSeen(scope, { unit: sql`p.unit`, parent: sql`p.parent` });
  return db
    .select({ id, at, actor, reason, exclusionId, before: was, after, number: complaints.number })
    .from(periodAmendments)
    .innerJoin(complaints, eq(complaints.id, periodAmendments.complaintId))
    .where(
      and(
        eq(periodAmendments.period, period),
        before === null ? undefined : lt(periodAmendments.id, before),
        seen &&
          sql`exists (select 1 from period_cases p where p.period = ${period}
            and p.complaint_id = ${periodAmendments.complaintId} and ${seen})`,
      ),
    )
    .orderBy(desc(periodAmendments.id))
    .limit(count);
}

/** The cases that a period froze, in the order they were filed. */
export async function listCases(
  db: Db,
  period: string,
  filter: { unit?: string | undefined; scope?: string | undefined },
  reader: Scope,
  after: { complaintId: number; orderId: number } | null,
  count: number,
) {
  return db
    .select({ line: periodCases, number: complaints.number })
    .from(periodCases)
    .innerJoin(complaints, eq(complaints.id, periodCases.complaintId))
    .where(
      and(
        eq(periodCases.period, period),
        filter.unit === undefined ? undefined : eq(periodCases.unit, filter.unit),
        filter.scope === undefined ? undefined : sql`${periodCases.scope} = ${filter.scope}`,
        frozenSeen(reader, { unit: periodCases.unit, parent: periodCases.parent }),
        after === null
          ? undefined
          : sql`(${periodCases.complaintId}, ${periodCases.orderId}) > (${after.complaintId}, ${after.orderId})`,
      ),
    )
    .orderBy(periodCases.complaintId, periodCases.orderId)
    .limit(count);
}
