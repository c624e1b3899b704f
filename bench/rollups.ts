/**
 * Claims: off the rollups every report of one period takes at most 150 ms (p95) and a year by unit at most 500 ms; the rates by unit are
 * at least 50 times faster than a plain aggregate over the events in the same run; and ten times as many complaints take at most
 * 1.3 times as long.
 * Run: npm run bench:rollups -- 1000000 (generates a tenth and the whole, each on a server of its own), or with the URLs of two
 * databases that `jiesu generate` has filled, the smaller first.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { lastComplete } from '../src/assessment/period.ts';
import { reports } from '../src/assessment/reports/routes.ts';
import { runReport } from '../src/assessment/reports/service.ts';
import { exclusionsReport, rankingReport, ratesReport } from '../src/assessment/service.ts';
import { type Context, createContext } from '../src/context.ts';
import { connectTo, type Db } from '../src/db/connect.ts';
import { openEmbedded } from '../src/db/embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { seedBuiltIn } from '../src/db/seed.ts';
import { runCase } from '../src/demo/service.ts';
import { copied } from '../src/generate/copy.ts';
import { generate } from '../src/generate/service.ts';
import { analyze } from '../src/generate/store.ts';
import { rebuild } from '../src/rollup/service.ts';
import { benchKeys } from './keys.ts';
import { percentile } from './million.ts';
import { benchCases, say } from './texts.ts';

const limits = { periodMs: 150, yearMs: 500, timesFaster: 50, growth: 1.3 };
const runs = 20;
const all = { kind: 'all' } as const;

interface Measured {
  /** p95 of each report of one period, by name. */
  reports: Map<string, number>;
  medians: Map<string, number>;
  year: number;
  timesFaster: number;
}

async function times(ask: () => Promise<unknown>): Promise<number[]> {
  const found: number[] = [];
  for (let run = 0; run <= runs; run += 1) {
    const start = performance.now();
    await ask();
    // The first also reads what nobody has asked for yet.
    if (run > 0) found.push(performance.now() - start);
  }
  return found;
}

/** The rates by unit straight from the events: what the rollups save. Exclusions and reasons are left out: it is faster for it. */
async function plainAggregate(db: Db, { from, to }: { from: Date; to: Date }): Promise<number> {
  const start = performance.now();
  await db.execute(sql`
    select d.data ->> 'unit' as unit, count(*) as valid, count(*) filter (where (e.data ->> 'contacted')::boolean) as contacted,
      count(*) filter (where (e.data ->> 'resolved')::boolean) as resolved,
      count(*) filter (where e.data ->> 'satisfaction' = 'satisfied') as satisfied
    from events e join events d on d.complaint_id = e.complaint_id and d.order_id = e.order_id and d.action = 'dispatch'
    where e.action = 'callback' and (e.data ->> 'valid')::boolean
      and e.at >= ${from.toISOString()}::timestamptz and e.at < ${to.toISOString()}::timestamptz
    group by 1`);
  return performance.now() - start;
}

async function measure(ctx: Context): Promise<Measured> {
  const now = ctx.clock();
  const { catalog } = ctx.judgeAt(now);
  const period = lastComplete(now, catalog.assessment);
  const query = { period: period.code };
  const asks: [string, () => Promise<unknown>][] = [
    ...(['unit', 'street', 'matter', 'day'] as const).map((by): [string, () => Promise<unknown>] => [
      `rates by ${by}`,
      () => ratesReport(ctx, { ...query, by, basis: 'assessed' }, all, now),
    ]),
    ['ranking', () => rankingReport(ctx, query, all, now)],
    ['exclusions', () => exclusionsReport(ctx, query, all, now)],
    ...reports.map((report): [string, () => Promise<unknown>] => [
      report.name,
      () => runReport(ctx, report, query, all, now),
    ]),
  ];
  const found: Measured = { reports: new Map(), medians: new Map(), year: 0, timesFaster: 0 };
  for (const [name, ask] of asks) {
    const taken = await times(ask);
    found.reports.set(name, percentile(taken, 0.95));
    found.medians.set(name, percentile(taken, 0.5));
    say(`  ${name}: p50 ${percentile(taken, 0.5).toFixed(0)} ms, p95 ${percentile(taken, 0.95).toFixed(0)} ms`);
  }
  const year = Number(period.code.slice(0, 4));
  const yearQuery = { from: `${year - 1}-11-01`, to: `${year}-11-01`, by: 'unit' as const };
  found.year = percentile(await times(() => ratesReport(ctx, yearQuery, all, now)), 0.95);
  say(`  a year by unit: p95 ${found.year.toFixed(0)} ms`);
  const plain = Math.min(await plainAggregate(ctx.db, period), await plainAggregate(ctx.db, period));
  found.timesFaster = plain / (found.medians.get('rates by unit') ?? Number.NaN);
  say(`  plain aggregate over the events: ${plain.toFixed(0)} ms, ${found.timesFaster.toFixed(0)} times the rollups`);
  return found;
}

async function fill(ctx: Context, complaints: number): Promise<void> {
  for (const one of benchCases(ctx.judgeAt(ctx.clock()).catalog, 2000)) await runCase(ctx, one);
  await generate(ctx.db, { complaints, weeks: 104, words: false }, () => undefined);
  await analyze(ctx.db, copied);
  await rebuild(ctx.db, ctx.clock(), () => undefined);
  await analyze(ctx.db, ['rollup_lines', 'rollup_cells', 'rollup_calls', 'rollup_hours']);
}

/** Fills the database first where a folder for its keys is given. */
async function onDatabase(url: string, complaints: number, dataDir: string | null): Promise<Measured> {
  const connection = await connectTo(url, 4);
  try {
    await migrate(connection);
    await seedBuiltIn(connection.db, new Date());
    const { db } = connection;
    const ctx = await createContext(db, dataDir === null ? {} : { vault: await benchKeys(db, dataDir) });
    if (dataDir !== null) await fill(ctx, complaints);
    const [row] = await ctx.db.execute<{ count: number; size: string }>(sql`
      select (select count(*)::int from complaints) as count, pg_size_pretty(pg_database_size(current_database())) as size`);
    say(`${row?.count} complaints, ${row?.size}`);
    return await measure(ctx);
  } finally {
    await connection.close();
  }
}

async function onOwnServer(complaints: number): Promise<Measured> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'jiesu-rollups-'));
  const server = await openEmbedded(dataDir);
  try {
    return await onDatabase(server.url, complaints, dataDir);
  } finally {
    await server.release();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function verdict(what: string, value: number, limit: number, ok: boolean, unit: string): boolean {
  say(`${what}: ${value.toFixed(unit === 'ms' ? 0 : 2)} ${unit} (limit ${limit}) ${ok ? 'ok' : 'MISSED'}`);
  return ok;
}

const given = process.argv.slice(2);
const urls = given.filter((one) => one.startsWith('postgres'));
const wanted = Number(given.find((one) => /^\d+$/.test(one)) ?? 1_000_000);
const [small, large] =
  urls[0] !== undefined && urls[1] !== undefined
    ? [await onDatabase(urls[0], 0, null), await onDatabase(urls[1], 0, null)]
    : [await onOwnServer(wanted / 10), await onOwnServer(wanted)];
const verdicts = [...large.reports].flatMap(([name, p95]) => {
  const growth = (large.medians.get(name) ?? Number.NaN) / (small.medians.get(name) ?? Number.NaN);
  return [
    verdict(`${name}, one period, p95`, p95, limits.periodMs, p95 <= limits.periodMs, 'ms'),
    verdict(`${name}, growth`, growth, limits.growth, growth <= limits.growth, '×'),
  ];
});
verdicts.push(
  verdict('a year by unit, p95', large.year, limits.yearMs, large.year <= limits.yearMs, 'ms'),
  verdict(
    'faster than the events',
    large.timesFaster,
    limits.timesFaster,
    large.timesFaster >= limits.timesFaster,
    '×',
  ),
);
process.exitCode = verdicts.every(Boolean) ? 0 : 1;
