/** The counts behind the three rates: one statement, and so one snapshot, for a report. */
import { type SQL, sql } from 'drizzle-orm';
import type { Scope } from '../access/scope.ts';
import type { Db } from '../db/connect.ts';
import type { Span } from '../figures/span.ts';
import type { Counts } from './rates.ts';
import { type Basis, type Dimension, noKey } from './reports/rates.ts';

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

export interface CountedRow extends Counts {
  key: string;
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

/** Whether the lead unit must be looked up at all. */
function needsUnit({ by, group, unit, scope }: Selection): boolean {
  return by === 'unit' || by === 'kind' || group !== undefined || unit !== undefined || scope.kind === 'unit';
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

/** Four counts of different instants (received, closed, answered, replied), each by key and request type. */
function counted(selection: Selection): SQL {
  const { span } = selection;
  const kept = (instant: SQL) => all([within(instant, span), ...filters(selection)]);
  const columns = (instant: SQL) => sql`${keyOf(selection, instant)} as key, c.type`;
  const [received, closed, answered, replied] = [
    sql`c.received_at`,
    sql`c.closed_at`,
    sql`b.answered_at`,
    sql`o.replied_at`,
  ];
  const complaintUnit = needsUnit(selection) ? unitOfComplaint : sql``;
  const orderUnit = needsUnit(selection) ? unitOfOrder : sql``;
  // An answer is scored on the order that was called back on: where a case changed hands, on the lead that replied.
  const answeredUnit = needsUnit(selection) ? sql`join orders o on o.id = b.order_id ${unitOfOrder}` : sql``;
  return sql`
    received as (
      select ${columns(received)}, count(*) as volume
      from complaints c ${complaintUnit} where ${kept(received)} group by 1, 2
    ), closed as (
      select ${columns(closed)}, count(*) as closed
      from complaints c ${complaintUnit} where ${kept(closed)} group by 1, 2
    ), answered as (
      select ${columns(answered)}, count(*) as valid,
        count(*) filter (where b.contacted) as contacted,
        count(*) filter (where b.resolved) as resolved,
        count(*) filter (where b.satisfaction = 'satisfied') as satisfied,
        count(*) filter (where b.satisfaction = 'basic') as basic,
        count(*) filter (where b.satisfaction = 'dissatisfied') as dissatisfied,
        count(*) filter (where not (${within(received, span)})) as received_elsewhen
      from callbacks b join complaints c on c.id = b.complaint_id ${answeredUnit}
      where ${kept(answered)} and ${lastAnswer(span)} group by 1, 2
    ), replied as (
      select ${columns(replied)}, count(*) as replied, count(*) filter (where o.replied_at <= o.due_at) as on_time
      from orders o join complaints c on c.id = o.complaint_id ${orderUnit}
      where o.role = 'lead' and ${kept(replied)} group by 1, 2
    )`;
}

/**
 * The counts of each row, in no order. A row exists where something was counted or left out.
 *
 * Under the basis `assessed`, cases whose request type has the scope `none` are left out, and of those with `response-only`
 * only the contact counts; `excluded` says how many cases that concerns, each once: on the key of its receipt, or of its
 * answer where it was received outside the span (docs/domain.md, scope of a case).
 */
export async function countRates(db: Db, selection: Selection): Promise<CountedRow[]> {
  const scope = selection.basis === 'assessed' ? sql`scope` : sql`'all'`;
  const sum = (column: SQL, which: SQL) => sql`coalesce(sum(${column}) filter (where ${which}), 0)::int`;
  const whole = sql`scope = 'all'`;
  const partly = sql`scope <> 'none'`;
  const rows = await db.execute<{ [column in keyof CountedRow]: CountedRow[column] }>(sql`
    with ${counted(selection)}, judged as (
      select *, case scope
          when 'none' then coalesce(volume, 0) + coalesce(received_elsewhen, 0)
          when 'response-only' then coalesce(valid, 0)
          else 0 end as left_out
      from received
        full join closed using (key, type)
        full join answered using (key, type)
        full join replied using (key, type)
        join (select code as type, ${scope} as scope from request_types) types using (type)
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
      coalesce(jsonb_object_agg(type, left_out) filter (where left_out > 0), '{}') as excluded
    from judged where ${partly} or left_out > 0
    group by key`);
  return [...rows];
}
