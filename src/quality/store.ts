/** The counts behind the override rate: one statement, and so one snapshot, for a report. */
import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/connect.ts';
import type { Span } from '../figures/span.ts';
import type { CorrectedField } from '../intake/correction.ts';
import { type Interval, noKey } from './schemas.ts';
import type { CountedRow } from './tally.ts';

export interface Selection {
  span: Span;
  by: CorrectedField;
  /** Level of the matters the rows stand for, 1–3; only for `by: 'matter'`. */
  level: number;
  interval: Interval;
}

const local = (instant: SQL) => sql`${instant} at time zone 'Asia/Shanghai'`;

/** The day on which the interval of a complaint starts, or on which the span starts, if later. */
function startOf(interval: Interval, from: SQL): SQL {
  const start = interval === 'none' ? local(from) : sql`date_trunc(${interval}, ${local(sql`c.received_at`)})`;
  return sql`greatest(${start}, ${local(from)})::date`;
}

/**
 * The counts of each key and interval, in no order. Read from the index by time of receipt and the machine's own short
 * answers, never from the judgements: those are long. The complaints are cut down to what is counted before anything is
 * joined or grouped (`materialized`): carried along whole they would be sorted on disk.
 */
export async function countQuality(db: Db, { span, by, level, interval }: Selection): Promise<CountedRow[]> {
  const from = sql`${span.from.toISOString()}::timestamptz`;
  // Codes of matters name their parents (M05.03.02): the seeds are refused where one does not.
  const keyOf = (code: SQL) =>
    by === 'matter' ? sql`array_to_string((string_to_array(${code}, '.'))[1:${level}::int], '.')` : code;
  const count = (which: SQL) => sql`(count(*) filter (where ${which}))::int`;
  const rows = await db.execute<{ [column in keyof CountedRow]: CountedRow[column] }>(sql`
    with judged as materialized (
      select c.id, coalesce(${keyOf(sql`c.said -> ${by} ->> 'code'`)}, ${noKey}) as key, ${startOf(interval, from)} as start,
        (c.said -> 'triage')::boolean as triaged
      from complaints c
      where c.received_at >= ${from} and c.received_at < ${span.to.toISOString()}::timestamptz and c.said is not null
    ), corrected as (
      select j.id,
        bool_or(r.field = ${by} and ${keyOf(sql`r.decided`)} is distinct from ${keyOf(sql`r.said`)}) as overridden,
        bool_or(r.field = 'matter') as matter,
        bool_or(r.field = 'need') as need,
        bool_or(r.field = 'type') as type,
        bool_or(r.field = 'level') as level,
        bool_or(r.field = 'unit') as unit
      from judged j join corrections r on r.complaint_id = j.id
      group by j.id
    )
    select key, to_char(start, 'YYYY-MM-DD') as start, count(*)::int as judged,
      ${count(sql`overridden`)} as overridden,
      ${count(sql`triaged`)} as triaged,
      ${count(sql`matter`)} as matter,
      ${count(sql`need`)} as need,
      ${count(sql`type`)} as type,
      ${count(sql`level`)} as level,
      ${count(sql`unit`)} as unit
    from judged left join corrected using (id)
    group by key, judged.start`);
  return [...rows];
}
