/**
 * Conditions and keys of the reports in SQL, the same for cases as they stand (complaints `c`, orders `o`, units `u`, call-backs `b`)
 * and for the facts `f` that the rates count.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Scope } from '../../access/scope.ts';
import { ordersSeen } from '../../db/seen.ts';
import type { Span } from '../../figures/span.ts';
import { noKey } from '../../rollup/measures.ts';
import type { Basis, Dimension } from './rates.ts';

/** What is asked about. Filters that are absent do not restrict. */
export interface Wanted {
  span: Span;
  basis: Basis;
  /** Kind of the lead unit. */
  group: string | undefined;
  district: string | undefined;
  /** Lead unit. */
  unit: string | undefined;
  scope: Scope;
}

/** Where a statement holds a case (an alias) and the unit that it counts for. */
export interface Columns {
  row: SQL;
  unit: SQL;
  kind: SQL;
  parent: SQL;
}

/** Of complaints `c` with their units `u`. */
export const ofComplaints: Columns = { row: sql`c`, unit: sql`u.code`, kind: sql`u.kind`, parent: sql`u.parent` };

/** All of the conditions; what has none holds. Each stands in brackets: it may be made of several. */
export function all(parts: readonly SQL[]): SQL {
  return parts.length === 0
    ? sql`true`
    : sql.join(
        parts.map((part) => sql`(${part})`),
        sql` and `,
      );
}

export function within(column: SQL, { from, to }: Span): SQL {
  return sql`${column} >= ${from.toISOString()}::timestamptz and ${column} < ${to.toISOString()}::timestamptz`;
}

/** What rows are grouped by: `depth` is the level of the matters, 1–3, and `at` the instant that puts a case on a day. */
export function keyOf(by: Dimension, depth: number, { row, unit, kind }: Columns, at: SQL): SQL {
  const keys: Record<Dimension, SQL> = {
    unit,
    kind,
    district: sql`${row}.district`,
    street: sql`${row}.street`,
    // Codes of matters name their parents (M05.03.02): the seeds are refused where one does not.
    matter: sql`array_to_string((string_to_array(${row}.matter, '.'))[1:${depth}::int], '.')`,
    need: sql`${row}.need`,
    channel: sql`${row}.channel`,
    type: sql`${row}.type`,
    level: sql`${row}.level`,
    day: sql`to_char(${at} at time zone 'Asia/Shanghai', 'YYYY-MM-DD')`,
  };
  return sql`coalesce(${keys[by]}, ${noKey})`;
}

/** What the cases are kept to, beside the span and the basis. */
export function filtersOf(
  { group, district, unit, scope }: Pick<Wanted, 'group' | 'district' | 'unit' | 'scope'>,
  columns: Columns,
): SQL[] {
  const found: SQL[] = [];
  if (district !== undefined) found.push(sql`${columns.row}.district = ${district}`);
  if (unit !== undefined) found.push(sql`${columns.unit} = ${unit}`);
  if (group !== undefined) found.push(sql`${columns.kind} = ${group}`);
  const own = ordersSeen(scope, { unit: columns.unit, parent: columns.parent, filedBy: null });
  return own === undefined ? found : [...found, own];
}

/** Whether the unit of each case must be looked up at all. */
export function needsUnit({ group, unit, scope }: Pick<Wanted, 'group' | 'unit' | 'scope'>, by?: Dimension): boolean {
  return by === 'unit' || by === 'kind' || group !== undefined || unit !== undefined || scope.kind === 'unit';
}

export const unitOfOrder = sql`left join units u on u.code = o.unit`;

/**
 * The newest lead order of a complaint. Looked up by index for each complaint of the span: at 1,000,000 complaints a month takes
 * a quarter of the time of an anti-join, for which PostgreSQL reads all orders twice.
 */
export const newestLead = sql`
  left join lateral (
    select id, unit from orders where complaint_id = c.id and role = 'lead' order by id desc limit 1) o on true`;

/** The same with the unit that has it. */
export const unitOfComplaint = sql`${newestLead} ${unitOfOrder}`;

/**
 * 有效答复 `b`: each time that a caller was reached and answered. A call-back keeps but its last one; what was answered before it may be
 * what counts in an earlier period.
 */
export const validAnswers = sql`(
  select a.id, a.at as answered_at, a.contacted, a.resolved, a.satisfaction, t.complaint_id, t.order_id
  from callback_attempts a join callbacks t on t.id = a.callback_id where a.valid) b`;

/** A case that was answered twice, opened again in between or not, counts once, by its last answer within the span. */
export function lastAnswer({ to }: Span): SQL {
  return sql`not exists (select 1 from callbacks lt join callback_attempts l on l.callback_id = lt.id
    where lt.complaint_id = b.complaint_id and l.valid and (l.at, l.id) > (b.answered_at, b.id)
      and l.at < ${to.toISOString()}::timestamptz)`;
}
