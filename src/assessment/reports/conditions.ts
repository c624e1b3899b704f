/** Conditions and keys of the reports in SQL, on complaints `c`, orders `o`, units `u` and call-backs `b` as they stand now. */
import { type SQL, sql } from 'drizzle-orm';
import type { Scope } from '../../access/scope.ts';
import type { Span } from '../../figures/span.ts';
import { type Basis, type Dimension, noKey } from './rates.ts';

/** What is counted, and by what. Filters that are absent do not restrict. */
export interface Selection {
  span: Span;
  by: Dimension;
  /** Level of the matters the rows stand for, 1–3; only for `by: 'matter'`. */
  depth: number;
  basis: Basis;
  /** Kind of the lead unit. */
  group: string | undefined;
  district: string | undefined;
  /** Lead unit. */
  unit: string | undefined;
  scope: Scope;
}

export const all = (parts: readonly SQL[]) => sql.join([...parts], sql` and `);

export function within(column: SQL, { from, to }: Span): SQL {
  return sql`${column} >= ${from.toISOString()}::timestamptz and ${column} < ${to.toISOString()}::timestamptz`;
}

/** What rows are grouped by, of the complaint `c` and the lead unit `u`; `at` is the instant that puts a case on a day. */
export function keyOf({ by, depth }: Selection, at: SQL): SQL {
  const keys: Record<Dimension, SQL> = {
    unit: sql`u.code`,
    kind: sql`u.kind`,
    district: sql`c.district`,
    street: sql`c.street`,
    // Codes of matters name their parents (M05.03.02): the seeds are refused where one does not.
    matter: sql`array_to_string((string_to_array(c.matter, '.'))[1:${depth}::int], '.')`,
    need: sql`c.need`,
    channel: sql`c.channel`,
    type: sql`c.type`,
    level: sql`c.level`,
    day: sql`to_char(${at} at time zone 'Asia/Shanghai', 'YYYY-MM-DD')`,
  };
  return sql`coalesce(${keys[by]}, ${noKey})`;
}

export function filters({ group, district, unit, scope }: Selection): SQL[] {
  const found: SQL[] = [];
  if (district !== undefined) found.push(sql`c.district = ${district}`);
  if (unit !== undefined) found.push(sql`u.code = ${unit}`);
  if (group !== undefined) found.push(sql`u.kind = ${group}`);
  if (scope.kind === 'unit') found.push(sql`(u.code = ${scope.unit} or u.parent = ${scope.unit})`);
  return found;
}

export const unitOfOrder = sql`left join units u on u.code = o.unit`;

/**
 * The unit that leads a complaint: that of its newest lead order. Looked up by index for each complaint of the span: at
 * 1,000,000 complaints a month takes a quarter of the time of an anti-join, for which PostgreSQL reads all orders twice.
 */
export const unitOfComplaint = sql`
  left join lateral (
    select id, unit from orders where complaint_id = c.id and role = 'lead' order by id desc limit 1) o on true
  ${unitOfOrder}`;

/** A case that was opened again and answered twice counts once, by its last answer within the span. */
export function lastAnswer({ to }: Span): SQL {
  return sql`not exists (select 1 from callbacks l where l.complaint_id = b.complaint_id
    and l.answered_at > b.answered_at and l.answered_at < ${to.toISOString()}::timestamptz)`;
}
