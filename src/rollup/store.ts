/** The rollups in the database: folding changed complaints in, and making all of them anew. */
import { sql } from 'drizzle-orm';
import type { Db } from '../db/connect.ts';
import {
  allSums,
  basisText,
  cellKey,
  changedSums,
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
    changed as (select -1 as sign, * from gone union all select 1, * from came)
    insert into rollup_cells as r (${raw(cellKey)}, ${raw(listMeasures((m) => m))}) ${changedSums}
    on conflict (${raw(cellKey)}) do update
    set ${raw(listMeasures((m) => `${m} = r.${m} + excluded.${m}`))}`);
}

/** Empties the rollups. What is written from now on is noted; what was written before stands in the tables. */
export async function clear(db: Db): Promise<void> {
  await db.execute(sql`truncate rollup_pending, rollup_state, rollup_lines, rollup_cells`);
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

/** Adds up all lines into cells, which are empty. */
export async function insertCells(tx: Db, now: Date): Promise<void> {
  await tx.execute(sql`set local work_mem = '512MB'`);
  await tx.execute(sql`
    insert into rollup_cells (${raw(cellKey)}, ${raw(listMeasures((m) => m))}) ${allSums}`);
  await tx.execute(sql`
    insert into rollup_cells (${raw(cellKey)}, ${raw(listMeasures((m) => m))}) ${weekSums}`);
  await tx.execute(sql`
    insert into rollup_state (id, basis, made_at) select 1, ${basisText}, ${now.toISOString()}::timestamptz`);
}
