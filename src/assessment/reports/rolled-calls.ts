/** Who called more than once within a span, off the rollups: their complaints and how many they are, by key and in all. */
import { type SQL, sql } from 'drizzle-orm';
import { callColumns, callersOf, callsOf } from '../../rollup/calls.ts';
import { keyText } from '../../rollup/lines.ts';
import { type RolledAsk, standing } from './rolled.ts';

const columns = sql.raw(callColumns.join(', '));

/** Common table expressions: `calls` as they stand in the snapshot. */
function standingCalls(pending: readonly number[]): SQL {
  if (pending.length === 0) return sql`with calls as not materialized (select ${columns} from rollup_calls)`;
  const again = sql`(select caller from again)`;
  return sql`${standing(pending)},
    again as materialized (${callersOf(sql`${sql.param(pending)}::bigint[]`)}),
    calls as not materialized (select ${columns} from rollup_calls where caller not in ${again}
      union all ${callsOf(sql`lines`, sql`k.phone_index in ${again}`)})`;
}

/**
 * Rows of (key, total, cases, callers); `key` is null for all. A caller may stand in several rows and counts once in all. The scopes
 * keep to what counts; whoever called about something else as well has called twice all the same.
 */
export function rolledCalls({ by, span, keys }: RolledAsk, pending: readonly number[], scopes: SQL): SQL {
  const [from, to] = [span.from, span.to].map((at) => sql`${at.toISOString()}::timestamptz`);
  return sql`${standingCalls(pending)},
    repeats as materialized (
      select key, caller, count(*) as cases from (
        select ${sql.raw(keyText[by])} as key, l.caller, l.scope from calls l
        where l.at >= ${from} and l.at < ${to} and (l.before_at >= ${from} or l.next_at < ${to})) x
      where key is not null and ${keys} and ${scopes} group by key, caller)
    select key, false as total, sum(cases)::int as cases, count(*)::int as callers from repeats group by key
    union all
    select null, true, coalesce(sum(cases), 0)::int, count(*)::int
    from (select sum(cases) as cases from repeats group by caller) c`;
}
