/** The counts behind the three rates: one statement, and so one snapshot, for a table of rows; and what closed periods hold. */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import { assessmentPeriods, periodAmendments, periodFigures } from '../db/assessment-tables.ts';
import type { Db } from '../db/connect.ts';
import type { Counts } from './rates.ts';
import { all, filtersOf, keyOf, needsUnit } from './reports/conditions.ts';
import { type Filters, factsOf, ofFacts } from './reports/facts.ts';
import type { Basis, Dimension } from './reports/rates.ts';

/** What is counted, and by what. */
export interface Selection extends Filters {
  by: Dimension;
  /** Level of the matters the rows stand for, 1–3; only for `by: 'matter'`. */
  depth: number;
}

export interface CountedRow extends Counts {
  key: string;
}

/**
 * The counts of each row, in no order. A row exists where something was counted or left out.
 *
 * Under the basis `assessed`, cases whose scope is `none` are left out, and of those with `response-only` only the contact counts;
 * `excluded` says how many cases that concerns, each once, by the reason: on the key of its receipt, or of its answer where it
 * was received outside the span (docs/domain.md, scope of a case).
 */
export async function countRates(db: Db, selection: Selection): Promise<CountedRow[]> {
  const scope = selection.basis === 'assessed' ? sql`f.scope` : sql`'all'::text`;
  const count = (fact: string, more = sql`true`) => sql`count(*) filter (where fact = ${fact}::text and ${more})`;
  const sum = (column: SQL, which: SQL) => sql`coalesce(sum(${column}) filter (where ${which}), 0)::int`;
  const whole = sql`scope = 'all'`;
  const partly = sql`scope <> 'none'`;
  const { by, depth } = selection;
  const key = keyOf(by, depth, ofFacts, sql`f.at`);
  const facts = factsOf(selection, needsUnit(selection, by));
  const rows = await db.execute<{ [column in keyof CountedRow]: CountedRow[column] }>(sql`
    with kept as (
      select ${key} as key, ${scope} as scope, f.reason, f.fact, f.elsewhen, f.on_time, f.contacted, f.resolved,
        f.satisfaction
      from (${facts}) f where ${all(filtersOf(selection, ofFacts))}
    ), counted as (
      select key, scope, reason, ${count('received')} as volume, ${count('closed')} as closed, ${count('answered')} as valid,
        ${count('answered', sql`contacted`)} as contacted, ${count('answered', sql`resolved`)} as resolved,
        ${count('answered', sql`satisfaction = 'satisfied'`)} as satisfied,
        ${count('answered', sql`satisfaction = 'basic'`)} as basic,
        ${count('answered', sql`satisfaction = 'dissatisfied'`)} as dissatisfied,
        ${count('replied')} as replied, ${count('replied', sql`on_time`)} as on_time,
        case scope when 'none' then ${count('received')} + ${count('answered', sql`elsewhen`)}
          when 'response-only' then ${count('answered')} else 0 end as left_out
      from kept group by 1, 2, 3
    )
    select key,
      ${sum(sql`volume`, partly)} as volume,
      ${sum(sql`closed`, partly)} as closed,
      ${sum(sql`valid`, whole)} as valid,
      ${sum(sql`valid`, partly)} as "responseValid",
      ${sum(sql`contacted`, partly)} as contacted,
      ${sum(sql`resolved`, whole)} as resolved,
      ${sum(sql`satisfied`, whole)} as satisfied,
      ${sum(sql`basic`, whole)} as basic,
      ${sum(sql`dissatisfied`, whole)} as dissatisfied,
      ${sum(sql`replied`, partly)} as replied,
      ${sum(sql`on_time`, partly)} as "repliedOnTime",
      coalesce(jsonb_object_agg(reason, of_reason) filter (where left_out > 0), '{}') as excluded
    from (select *, (sum(left_out) over (partition by key, reason))::int as of_reason from counted) counted where ${partly} or left_out > 0
    group by key`);
  return [...rows];
}

/** The figures that a closed period froze, in no order. */
export async function readFigures(
  db: Db,
  period: string,
  basis: Basis,
  by: Dimension,
  depth: number,
): Promise<CountedRow[]> {
  const { key, counts } = periodFigures;
  const rows = await db
    .select({ key, counts })
    .from(periodFigures)
    .where(
      and(
        eq(periodFigures.period, period),
        eq(periodFigures.basis, basis),
        eq(periodFigures.by, by),
        eq(periodFigures.depth, depth),
      ),
    );
  return rows.map((row) => ({ key: row.key, ...row.counts }));
}

/** A closed period with the number of its amendments; undefined where it is not closed. */
export async function findClosed(db: Db, code: string) {
  const { fromAt, toAt, rule } = assessmentPeriods;
  const amendments = sql<number>`(select count(*)::int from ${periodAmendments} where period = ${code})`;
  const [row] = await db
    .select({ from: fromAt, to: toAt, rule, amendments })
    .from(assessmentPeriods)
    .where(and(eq(assessmentPeriods.code, code), eq(assessmentPeriods.status, 'closed')));
  return row;
}
