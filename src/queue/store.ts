/** The queue in the database: where a unit's changes stand, and which orders a page holds. All of it is read from indexes. */
import { sql } from 'drizzle-orm';
import type { Db } from '../db/connect.ts';
import type { OrderState } from '../workorder/lifecycle.ts';
import type { Position } from './position.ts';

/** Where the changes of a unit stand. */
export interface Mark {
  /** The last change before the oldest transaction still open: nothing before it can appear any more. */
  last: Position;
  /** Changes that are seen already but not told yet: how many, and the sum of their transactions, which grows with each. */
  early: string;
}

/** The open orders of a unit in one state. */
export interface StateCount {
  status: string;
  count: number;
  overdue: number;
}

/** The oldest transaction still open: every change before it can be seen now. */
const horizon = sql`select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xmin`;

/** For each row of `asked(unit)`, one probe from the end of the index on (unit, changed, id), and the few entries behind it. */
const markOf = sql`
  left join lateral (
    select changed, id from orders where unit = asked.unit and changed < horizon.xmin order by changed desc, id desc limit 1
  ) as last on true
  cross join lateral (
    select count(*) || ' ' || coalesce(sum(changed), 0) as early from orders where unit = asked.unit and changed >= horizon.xmin
  ) as later`;

interface MarkRow extends Record<string, unknown> {
  changed: string | null;
  id: string | null;
  early: string;
}

function toMark({ changed, id, early }: MarkRow): Mark {
  return { last: { changed: Number(changed ?? 0), id: Number(id ?? 0) }, early };
}

/** Where a unit's changes stand, and how many open orders it has: one statement, from indexes alone. */
export async function readState(
  db: Db,
  unit: string,
  states: readonly OrderState[],
  now: Date,
): Promise<{ mark: Mark; counts: StateCount[] }> {
  const [row] = await db.execute<MarkRow & { counts: StateCount[] | null }>(sql`
    with horizon as materialized (${horizon}), asked(unit) as (values (${unit}::text))
    select last.changed, last.id, later.early, (
      select json_agg(json_build_object('status', status, 'count', count, 'overdue', overdue)) from (
        select status, count(*) as count, count(*) filter (where due_at < ${now.toISOString()}::timestamptz) as overdue
        from orders where unit = ${unit} and status = any(${sql.param(states)}::text[]) group by status
      ) as counted) as counts
    from horizon cross join asked ${markOf}`);
  if (row === undefined) throw new Error('the queue has no state');
  return { mark: toMark(row), counts: row.counts ?? [] };
}

/** Where the changes of some units stand. */
export async function readMarks(db: Db, units: readonly string[]): Promise<Map<string, Mark>> {
  const rows = await db.execute<MarkRow & { unit: string }>(sql`
    with horizon as materialized (${horizon})
    select asked.unit, last.changed, last.id, later.early
    from horizon cross join unnest(${sql.param(units)}::text[]) as asked(unit) ${markOf}`);
  return new Map(rows.map((row) => [row.unit, toMark(row)]));
}

/** A page of a unit's orders in some states by due time. Each state is asked for by itself: so each reads its index in order. */
export async function pickDue(
  db: Db,
  unit: string,
  states: readonly OrderState[],
  after: { at: string; id: number } | null,
  count: number,
): Promise<{ id: number; dueAt: Date }[]> {
  const behind = after === null ? sql`` : sql`and (due_at, id) > (${after.at}::timestamptz, ${after.id}::bigint)`;
  const rows = await db.execute<{ id: string; due_at: string }>(sql`
    select picked.id, picked.due_at from unnest(${sql.param(states)}::text[]) as asked(status) cross join lateral (
      select id, due_at from orders where unit = ${unit} and status = asked.status ${behind}
      order by due_at, id limit ${count}) as picked
    order by picked.due_at, picked.id limit ${count}`);
  return rows.map(({ id, due_at }) => ({ id: Number(id), dueAt: new Date(due_at) }));
}

/** Orders of a unit changed after a position and up to another, in order of change. */
export async function pickChanges(
  db: Db,
  unit: string,
  after: Position,
  upTo: Position,
  status: OrderState | undefined,
  count: number,
): Promise<Position[]> {
  const only = status === undefined ? sql`` : sql`and status = ${status}`;
  const rows = await db.execute<{ changed: string; id: string }>(sql`
    select changed, id from orders
    where unit = ${unit} and (changed, id) > (${after.changed}::bigint, ${after.id}::bigint)
      and (changed, id) <= (${upTo.changed}::bigint, ${upTo.id}::bigint) ${only}
    order by changed, id limit ${count}`);
  return rows.map(({ changed, id }) => ({ changed: Number(changed), id: Number(id) }));
}
