/**
 * Multiplies whole lives inside the server: each row of a life that the demo has told is written again for every copy, under other ids
 * and some weeks earlier. Which columns there are is asked of the database, so that a copy is always whole.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/connect.ts';
import { type Column, type CopiedTable, type Copying, copied, copyOf, type Shape } from './copy.ts';

/** Neither triggers nor checks: what is copied has passed them. Needs the rights of a superuser. */
export async function withoutTriggers(tx: Db): Promise<void> {
  await tx.execute(sql`set local session_replication_role = replica`);
  await tx.execute(sql`set local maintenance_work_mem = '1GB'`);
  await tx.execute(sql`set local work_mem = '256MB'`);
}

async function columnsOf(tx: Db, table: CopiedTable): Promise<Column[]> {
  return tx.execute<Column & Record<string, unknown>>(sql`
    select column_name as name, data_type as type from information_schema.columns
    where table_schema = 'public' and table_name = ${table} order by ordinal_position`);
}

/**
 * Takes the ended lives of the demo as patterns: `pool_…` tables with a number `n` for each life and `rank` for the rows within it.
 * Answers how many there are. Late replies get the mark of the clock, which does not run while the demo tells its lives.
 */
export async function takePatterns(tx: Db): Promise<number> {
  await tx.execute(sql`
    create temp table pool on commit drop as
    select row_number() over (order by id) - 1 as n, id from complaints c
    where source = 'demo' and status in ('closed', 'answered', 'redirected', 'handover')
      and not exists (select from complaint_links l where c.id in (l.from_id, l.to_id))`);
  for (const table of copied) {
    const key =
      table === 'complaints' ? sql`t.id` : table === 'callback_attempts' ? sql`b.complaint_id` : sql`t.complaint_id`;
    const via = table === 'callback_attempts' ? sql`join callbacks b on b.id = t.callback_id` : sql``;
    const order = table === 'callers' ? sql`t.complaint_id` : sql`t.id`;
    await tx.execute(sql`
      create temp table ${sql.identifier(`pool_${table}`)} on commit drop as
      select p.n, (row_number() over (partition by p.n order by ${order}) - 1)::int as rank, t.*
      from ${sql.identifier(table)} t ${via} join pool p on p.id = ${key}`);
  }
  await markLate(tx);
  // What was weighed up on the way to the judgement takes half of the room.
  await tx.execute(sql`
    update pool_complaints set said = null, "similar" = '[]',
      judgement = judgement #- '{need,alternatives}' #- '{matter,alternatives}' #- '{place,candidates}' || '{"evidence": []}'`);
  const [row] = await tx.execute<{ count: number }>(sql`select count(*)::int as count from pool`);
  return row?.count ?? 0;
}

async function markLate(tx: Db): Promise<void> {
  await tx.execute(sql`
    insert into pool_events (n, rank, id, complaint_id, order_id, at, actor, action, from_status, to_status, data)
    select o.n, (select max(rank) from pool_events e where e.n = o.n) + row_number() over (partition by o.n order by o.id),
      -o.id, o.complaint_id, o.id, o.due_at, 'system', 'overdue', o.status, o.status,
      jsonb_build_object('clock', 'reply', 'mark', 'overdue:reply', 'dueAt', o.due_at)
    from pool_orders o where o.replied_at > o.due_at`);
  await tx.execute(sql`update pool_orders set marks = marks || '{overdue:reply}' where replied_at > due_at`);
}

/** The data of events hold instants, too: shifted once for each event and week, not for each copy. */
export async function shiftEvents(tx: Db, weeks: number): Promise<void> {
  await tx.execute(sql`
    create temp table shifted on commit drop as
    select e.n, e.rank, w as week, (
      select jsonb_object_agg(key, case when jsonb_typeof(value) = 'string' and value #>> '{}' ~ '^\\d{4}-\\d\\d-\\d\\dT[0-9:.]+(Z|[+-]\\d\\d:\\d\\d)$'
        then to_jsonb((value #>> '{}')::timestamptz - w * interval '7 days') else value end)
      from jsonb_each(e.data)) as data
    from pool_events e cross join generate_series(0, ${weeks - 1}::int) w
    where e.data::text ~ '"\\d{4}-\\d\\d-\\d\\dT'`);
  await tx.execute(sql`create index on shifted (n, rank, week)`);
  await tx.execute(sql`analyze shifted`);
}

/** What a table has, and the ids that are free in it. The patterns have been taken. */
export async function shapeOf(tx: Db, table: CopiedTable): Promise<Shape> {
  const id = table === 'callers' ? sql`complaint_id` : sql`id`;
  const [row] = await tx.execute<{ base: number; stride: number }>(sql`
    select (select coalesce(max(${id}), 0)::float8 from ${sql.identifier(table)}) as base,
      (select coalesce(max(rank), 0)::int + 1 from ${sql.identifier(`pool_${table}`)}) as stride`);
  return { columns: await columnsOf(tx, table), base: row?.base ?? 0, stride: row?.stride ?? 1 };
}

export interface Batch extends Copying {
  /** Copies numbered from `first` (from 1) to before `end`. */
  first: number;
  end: number;
  patterns: number;
  weeks: number;
}

/** Which life each copy is of, and how many weeks ago: the first copies are the oldest. */
function copies({ first, end, total, patterns, weeks }: Batch): SQL {
  return sql`(
    select g, (hashint8(g) & 2147483647) % ${patterns}::int as n,
      (${weeks}::int - 1 - (g - 1) * ${weeks}::int / ${total}::bigint)::int as week
    from generate_series(${first}::bigint, ${end - 1}::bigint) g)`;
}

/** Writes a batch of copies into one table. */
export async function copyTable(tx: Db, table: CopiedTable, batch: Batch): Promise<void> {
  const { names, values, joins } = copyOf(table, batch);
  await tx.execute(sql`
    insert into ${sql.identifier(table)} (${sql.raw(names)}) overriding system value
    select ${sql.raw(values)} from ${copies(batch)} s join ${sql.identifier(`pool_${table}`)} t on t.n = s.n ${sql.raw(joins)}
    order by s.g, t.rank`);
}

/** Takes away the indexes that only speed reading up; answers how to make them again. */
export async function dropIndexes(tx: Db): Promise<string[]> {
  const rows = await tx.execute<{ name: string; definition: string }>(sql`
    select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
    from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace s on s.oid = c.relnamespace
    where s.nspname = 'public' and not i.indisunique
      and c.relname = any (${sql.param([...copied])}::text[])`);
  for (const { name } of rows) await tx.execute(sql.raw(`drop index ${name}`));
  return rows.map(({ definition }) => definition);
}

export async function createIndex(tx: Db, definition: string): Promise<void> {
  await tx.execute(sql.raw(definition));
}

/** The next rows that are written get ids after those of the copies. */
export async function moveSequences(tx: Db, numbers: number): Promise<void> {
  for (const table of copied) {
    if (table === 'callers') continue;
    await tx.execute(
      sql`select setval(pg_get_serial_sequence(${table}, 'id'), (select max(id) from ${sql.identifier(table)}))`,
    );
  }
  await tx.execute(sql`select setval('complaint_numbers', ${numbers}::bigint)`);
}

export async function lastNumber(tx: Db): Promise<number> {
  const [row] = await tx.execute<{ last: number }>(sql`select nextval('complaint_numbers')::float8 as last`);
  return row?.last ?? 0;
}

/** What the database takes on the disk, table by table. */
export async function sizes(db: Db): Promise<{ name: string; table: string; indexes: string }[]> {
  return db.execute<{ name: string; table: string; indexes: string } & Record<string, unknown>>(sql`
    select relname as name, pg_size_pretty(pg_table_size(oid)) as "table", pg_size_pretty(pg_indexes_size(oid)) as indexes
    from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and pg_total_relation_size(oid) > 10000000
    order by pg_total_relation_size(oid) desc`);
}

/** After so many rows the planner has to look at the tables anew. */
export async function analyze(db: Db, tables: readonly string[]): Promise<void> {
  for (const table of tables) await db.execute(sql.raw(`vacuum (analyze) ${table}`));
}
