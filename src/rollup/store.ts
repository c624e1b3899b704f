/** The rollups in the database: folding changed complaints in, and making all of them anew. */
import { sql } from 'drizzle-orm';
import type { Db } from '../db/connect.ts';
import { callColumns, callersOf, callsOf } from './calls.ts';
import {
  allSums,
  basisText,
  cellKey,
  changedSums,
  hoursOfDays,
  lineColumns,
  linesOfIds,
  listMeasures,
  readyText,
  weekSums,
} from './lines.ts';

/** One writer at a time, over all nodes. */
const rollupLock = 0x6a735f72;

/** Whether this transaction may write rollups; another one is at it otherwise. */
export async function tryLock(tx: Db): Promise<boolean> {
  const [row] = await tx.execute<{ got: boolean }>(sql`select pg_try_advisory_xact_lock(${rollupLock}) as got`);
  return row?.got === true;
}

/** Whether the rollups are complete and were made by the reference data in force. */
export async function isReady(db: Db): Promise<boolean> {
  const [row] = await db.execute<{ ready: boolean }>(sql`select ${readyText} as ready`);
  return row?.ready === true;
}

/** Takes the next changed complaints out of the list; none where nothing has changed. */
export async function takePending(tx: Db, limit: number): Promise<number[]> {
  const rows = await tx.execute<{ id: number }>(sql`
    with taken as (delete from rollup_pending
      where ctid = any (array (select ctid from rollup_pending limit ${limit})) returning complaint_id)
    select distinct complaint_id::float8 as id from taken`);
  return rows.map(({ id }) => id);
}

const raw = (text: string) => sql.raw(text);
const columns = lineColumns.join(', ');
const sameLine = (a: string, b: string) =>
  ['complaint_id', 'source', 'ref'].map((name) => `${a}.${name} = ${b}.${name}`).join(' and ');

/**
 * Counts complaints again: the lines that have changed take the place of the stored ones, and the cells that either counts in move by
 * the difference. One statement, so that a reader sees all of it or nothing.
 */
export async function foldComplaints(tx: Db, ids: readonly number[]): Promise<void> {
  await tx.execute(sql`
    with ids as (select unnest(${sql.param(ids)}::bigint[]) as id),
    fresh as (${linesOfIds}),
    stored as (select ${raw(columns)} from rollup_lines where complaint_id = any (${sql.param(ids)}::bigint[])),
    gone as (select * from stored except select * from fresh),
    came as (select * from fresh except select * from stored),
    removed as (delete from rollup_lines r using gone g where ${raw(sameLine('r', 'g'))}
      and not exists (select from came c where ${raw(sameLine('c', 'g'))})),
    added as (insert into rollup_lines (${raw(columns)}) select * from came
      on conflict (complaint_id, source, ref) do update
      set ${raw(lineColumns.map((name) => `${name} = excluded.${name}`).join(', '))}),
    changed as (select -1 as sign, * from gone union all select 1, * from came),
    unpacked as (delete from rollup_days d using changed c where c.source = 'replied' and d.day = c.day)
    insert into rollup_cells as r (${raw(cellKey)}, ${raw(listMeasures((m) => m))}) ${changedSums}
    on conflict (${raw(cellKey)}) do update
    set ${raw(listMeasures((m) => `${m} = r.${m} + excluded.${m}`))}`);
}

const calls = raw(callColumns.join(', '));
const valuesOf = (row: string) => raw(`(${callColumns.map((name) => `${row}.${name}`).join(', ')})`);

/** Orders the calls of all callers of some complaints again. The lines have been folded in. */
export async function foldCalls(tx: Db, ids: readonly number[]): Promise<void> {
  await tx.execute(sql`
    with again as (${callersOf(sql`${sql.param(ids)}::bigint[]`)}),
    fresh as materialized (${callsOf(raw('rollup_lines'), sql`k.phone_index in (select caller from again)`)}),
    gone as (delete from rollup_calls r where caller in (select caller from again)
      and not exists (select from fresh f where f.complaint_id = r.complaint_id))
    insert into rollup_calls as r (${calls}) select ${calls} from fresh
    on conflict (complaint_id) do update
    set ${raw(callColumns.map((name) => `${name} = excluded.${name}`).join(', '))}
    where ${valuesOf('r')} is distinct from ${valuesOf('excluded')}`);
}

/** Writes the calls of all callers, of whom there are none yet. The lines have been written. */
async function insertCalls(tx: Db): Promise<void> {
  await tx.execute(sql`
    insert into rollup_calls (${calls}) select ${calls}
    from (${callsOf(raw('rollup_lines'), sql`k.phone_index is not null`)}) c order by at`);
}

/** Days that are over and whose hours of handling are not packed, the newest first. */
export async function unpackedDays(tx: Db, now: Date, limit: number): Promise<string[]> {
  const rows = await tx.execute<{ day: string }>(sql`
    with span as (
      select (select min(day) from rollup_cells where "by" = 'day' and grain = 'day') as first,
        least((${now.toISOString()}::timestamptz at time zone 'Asia/Shanghai')::date,
          (select max(day) + 1 from rollup_cells where "by" = 'day' and grain = 'day')) as next)
    select d::date::text as day from span, generate_series(span.first, span.next - 1, '1 day') d
    where not exists (select from rollup_days r where r.day = d::date) order by d desc limit ${limit}`);
  return rows.map(({ day }) => day);
}

/** Packs the hours of handling of some days. What is not changed any more is read in packs, of the other days line by line. */
export async function packDays(tx: Db, days: readonly string[]): Promise<void> {
  const list = sql`${sql.param(days)}::text[]::date[]`;
  await tx.execute(sql`delete from rollup_hours where day = any (${list})`);
  await tx.execute(sql`
    with packed as (select unnest(${list}) as day)
    insert into rollup_hours ("by", day, key, scope, hours) ${hoursOfDays}`);
  await tx.execute(sql`insert into rollup_days (day) select unnest(${list})`);
}

/** Empties the rollups. What is written from now on is noted; what was written before stands in the tables. */
export async function clear(db: Db): Promise<void> {
  await db.execute(sql`truncate rollup_pending, rollup_state, rollup_lines, rollup_cells, rollup_calls, rollup_days,
    rollup_hours`);
}

export async function lastComplaint(db: Db): Promise<number> {
  const [row] = await db.execute<{ id: number }>(sql`select coalesce(max(id), 0)::float8 as id from complaints`);
  return row?.id ?? 0;
}

/** Writes the lines of complaints `after` < id ≤ `last`. */
export async function insertLines(db: Db, after: number, last: number): Promise<void> {
  await db.execute(sql`
    with ids as (select id from complaints where id > ${after} and id <= ${last})
    insert into rollup_lines (${raw(columns)}) ${linesOfIds}`);
}

/** Adds up all lines into cells and orders the calls; both are empty. */
export async function insertSums(tx: Db, now: Date): Promise<void> {
  await tx.execute(sql`set local work_mem = '512MB'`);
  await tx.execute(sql`
    insert into rollup_cells (${raw(cellKey)}, ${raw(listMeasures((m) => m))}) ${allSums}`);
  await tx.execute(sql`
    insert into rollup_cells (${raw(cellKey)}, ${raw(listMeasures((m) => m))}) ${weekSums}`);
  await insertCalls(tx);
  await tx.execute(sql`
    insert into rollup_state (id, basis, made_at) select 1, ${basisText}, ${now.toISOString()}::timestamptz`);
}
