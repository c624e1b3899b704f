/**
 * A hotline of some years to measure with: complaints of the demo's words, each with its orders, spread unevenly over streets, units
 * and time; nearly all closed, some thousands open. Filled by SQL inside a server of its own that goes with it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { type Context, createContext } from '../src/context.ts';
import { connectTo } from '../src/db/connect.ts';
import { openEmbedded } from '../src/db/embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { seedBuiltIn } from '../src/db/seed.ts';
import type { Filer } from '../src/intake/filing.ts';
import { prepareFiling } from '../src/intake/service.ts';
import { insertFiling } from '../src/intake/store.ts';
import { benchKeys } from './keys.ts';
import { benchCases, say } from './texts.ts';

const filed = 1000;
const filer: Filer = { source: 'bench', actor: 'bench', tokenId: null, maySetReceivedAt: true, seesOthers: true };

/** Runs `measure` on a server with `wanted` complaints; the process ends with what it answers. All is removed afterwards. */
export async function withComplaints(wanted: number, words: boolean, measure: (ctx: Context) => Promise<boolean>) {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'jiesu-million-'));
  await loadStatistics(dataDir);
  const server = await openEmbedded(dataDir);
  const connection = await connectTo(server.url, 4);
  try {
    await migrate(connection);
    await seedBuiltIn(connection.db, new Date());
    const ctx = await createContext(connection.db, { vault: await benchKeys(connection.db, dataDir) });
    for (const { complaint } of benchCases(ctx.judgeAt(ctx.clock()).catalog, filed))
      await insertFiling(ctx.db, { ...(await prepareFiling(ctx, complaint, filer, ctx.clock())), watches: [] });
    const start = performance.now();
    // On one connection: the settings hold for it alone.
    await ctx.db.transaction((tx) => fill(tx, wanted, words));
    for (const table of ['complaints', 'orders', 'callers']) await ctx.db.execute(sql.raw(`vacuum analyze ${table}`));
    await ctx.refresh();
    const [size] = await ctx.db.execute<{ size: string }>(
      sql`select pg_size_pretty(pg_database_size(current_database())) as size`,
    );
    say(`${wanted} complaints filled in ${Math.round((performance.now() - start) / 1000)} s, ${size?.size}`);
    process.exitCode = (await measure(ctx)) ? 0 : 1;
  } finally {
    await connection.close();
    await server.release();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The server has to start with the library that counts what statements cost. */
async function loadStatistics(dataDir: string): Promise<void> {
  const server = await openEmbedded(dataDir);
  const connection = await connectTo(server.url, 2);
  await connection.db.execute(sql`alter system set shared_preload_libraries = 'pg_stat_statements'`);
  await connection.db.execute(sql`create extension pg_stat_statements`);
  await connection.close();
  await server.release();
}

async function fill(tx: Context['db'], wanted: number, words: boolean): Promise<void> {
  // Without the checks and triggers that every row would pay for: what is written is known to be sound.
  await tx.execute(sql`set local session_replication_role = replica`);
  await tx.execute(sql`set local maintenance_work_mem = '512MB'`);
  await tx.execute(sql`drop index complaints_words`);
  await tx.execute(sql`
    create table pool as select row_number() over (order by id) - 1 as n, text, channel, type, need, matter, level, words,
      array_to_tsvector((tsvector_to_array(words))[1:8]) as head from complaints`);
  await tx.execute(sql`
    create table streets as select row_number() over (order by md5(code)) - 1 as n, code, parent
    from divisions where kind = 'street' and code in (select code from units)`);
  await tx.execute(sql`create table offices as select row_number() over (order by md5(code)) - 1 as n, code
    from units where kind in ('city', 'enterprise')`);
  await tx.execute(sql`delete from events`);
  for (const table of ['orders', 'callers', 'corrections', 'complaints'])
    await tx.execute(sql.raw(`delete from ${table}`));
  await fillComplaints(tx, wanted, words);
  await tx.execute(sql`
    insert into callers (complaint_id, phone_index, kind, secret)
    select id, sha256(int4send((hashint8(id) & 2147483647) % 400000)), 'person', false from complaints`);
  await fillOrders(tx);
  if (words) await tx.execute(sql`create index complaints_words on complaints using gin (words)`);
}

/** Over two years; the streets by the square of a uniform draw, so that the first has twenty times as many as the middle one. */
async function fillComplaints(tx: Context['db'], wanted: number, words: boolean): Promise<void> {
  await tx.execute(sql`
    insert into complaints (number, public_code, source, body_hash, channel, status, text, received_at, closed_at,
      wants_callback, type, need, matter, level, district, street, judgement, "similar", catalog_version, words)
    select '20250101' || lpad(g::text, 9, '0'), 'BENCHBEN', 'bench', '\\x00', a.channel,
      case when g > ${wanted}::int * 0.995 then 'dispatched' else 'closed' end, a.text,
      now() - (${wanted}::int - g) * (interval '730 days' / ${wanted}::int), now(), true, a.type, a.need, a.matter, a.level, s.parent,
      s.code, '{}', '[]', 1, case when ${words}::boolean then a.words || b.head else '' end
    from generate_series(1, ${wanted}::int) g
      join pool a on a.n = (hashint8(g) & 2147483647) % ${filed}
      join pool b on b.n = (hashint8(g + 1000000007) & 2147483647) % ${filed}
      join streets s on s.n = floor(power(((hashint8(g + 77) & 1048575) / 1048576.0), 2) * (select count(*) from streets))
    order by g`);
}

/** One lead order each, two thirds of them of the street, the rest of offices of the city, the same few of them mostly. */
async function fillOrders(tx: Context['db']): Promise<void> {
  await tx.execute(sql`
    insert into orders (complaint_id, unit, role, level, status, reason, dispatched_at, sign_due_at, contact_due_at, due_at, signed_at,
      contacted_at, replied_at, closed_at, result, reply, changed)
    select c.id, case when c.id % 3 > 0 then c.street else o.code end, 'lead', c.level,
      case when c.status = 'closed' then 'closed' else (array['dispatched', 'signed', 'contacted'])[1 + c.id % 3] end, '属地',
      c.received_at, c.received_at, c.received_at, c.received_at + interval '3 days', c.received_at, c.received_at,
      case when c.status = 'closed' then c.received_at end, case when c.status = 'closed' then c.received_at end, 'resolved', '已处理。',
      -- As if each had been changed by a transaction of its own, as far as there have been so many.
      1 + c.id * (pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 2) / (select max(id) from complaints)
    from complaints c join offices o
      on o.n = floor(power(((hashint8(c.id + 5) & 1048575) / 1048576.0), 3) * (select count(*) from offices))`);
}

/** The time that a share of the runs did not exceed. */
export function percentile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? Number.NaN;
}
