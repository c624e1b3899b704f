/**
 * Who called more than once, in SQL: the complaints of a caller in the order of their receipt, each with when he called before and next.
 * A complaint is one of several within a span just where one of these two instants lies in it, too: the span need not be known
 * beforehand. Callers are told apart by the keyed hash of their number.
 */
import { type SQL, sql } from 'drizzle-orm';

/** The columns of a call, in the order of the table. */
export const callColumns = [
  'complaint_id',
  'at',
  'day',
  'caller',
  'before_at',
  'next_at',
  'unit',
  'kind',
  'district',
  'street',
  'matter',
  'need',
  'channel',
  'type',
  'level',
  'scope',
] as const;

const own: Partial<Record<(typeof callColumns)[number], string>> = {
  caller: 'k.phone_index',
  before_at: 'lag(l.at) over calls',
  next_at: 'lead(l.at) over calls',
};

/** The calls of those who called more than once, of the callers `k` that meet a condition, from `lines` as they stand in a relation. */
export function callsOf(lines: SQL, which: SQL): SQL {
  const columns = sql.raw(callColumns.map((name) => `${own[name] ?? `l.${name}`} as ${name}`).join(', '));
  return sql`
    select * from (
      select ${columns} from callers k join ${lines} l on l.complaint_id = k.complaint_id and l.source = 'received' and l.ref = 0
      where ${which}
      window calls as (partition by k.phone_index order by l.at, l.complaint_id)) c
    where before_at is not null or next_at is not null`;
}

/** The callers (a column `caller`) whose calls may be others now that some complaints have changed: theirs now, and before. */
export const callersOf = (complaints: SQL): SQL => sql`
  select phone_index as caller from callers where complaint_id = any (${complaints}) and phone_index is not null
  union select caller from rollup_calls where complaint_id = any (${complaints})`;
