/**
 * Claim: with 1,000,000 orders stored, a unit's poll costs the database less than 2 ms, whatever it asks and however large the unit.
 * Measured as the execution time that PostgreSQL itself reports for the statements of a poll, and as the time from asking to
 * having the answer against that of a `select 1`.
 * Run: npm run bench:queue (some minutes and 2 GB on disk; the number of orders may be given as an argument)
 */
import { sql } from 'drizzle-orm';
import { machine, scopeOf } from '../src/access/scope.ts';
import type { Context } from '../src/context.ts';
import { within } from '../src/db/sight.ts';
import { readQueue } from '../src/queue/service.ts';
import { percentile, withComplaints } from './million.ts';
import { say } from './texts.ts';

const limitMs = 2;
const polls = 200;

await withComplaints(Number(process.argv[2] ?? 1_000_000), false, measure);

async function measure(ctx: Context): Promise<boolean> {
  const units = await ctx.db.execute<{ unit: string; open: number; all: number }>(sql`
    select unit, count(*) filter (where status <> 'closed')::int as open, count(*)::int as all from orders group by unit order by 3 desc`);
  const chosen = [units[0], units[Math.floor(units.length / 2)]].flatMap((unit) => unit ?? []);
  let worst = 0;
  for (const { unit, open, all } of chosen) {
    say(`${unit}: ${all} orders, ${open} open`);
    for (const [name, ask] of Object.entries(asks(ctx, unit))) {
      const told = await timed(ctx, ask);
      worst = Math.max(worst, told.database);
      const ratio = (told.database / limitMs).toFixed(2);
      say(
        `  ${name}: database ${told.database.toFixed(2)} ms (ratio ${ratio}); whole p50 ${told.p50.toFixed(2)} ms, ` +
          `p95 ${told.p95.toFixed(2)} ms; select 1 p50 ${told.one.toFixed(2)} ms`,
      );
    }
  }
  const ok = worst <= limitMs;
  say(
    `ratio ${(worst / limitMs).toFixed(2)} (limit 1.00, ${limitMs} ms of the database a poll) ${ok ? 'ok' : 'MISSED'}`,
  );
  return ok;
}

function asks(ctx: Context, unit: string): Record<string, () => Promise<unknown>> {
  const session = machine({ tokenId: 0, role: 'handler', unit, name: 'bench', actor: 'bench' });
  const paged = { limit: 50 };
  let known: { tag: string; list: { since: string } | null } | null = null;
  const ask = (query: object, tag?: string) => readQueue(ctx, session, { ...paged, ...query }, tag, ctx.clock());
  // As the API reads: the database keeps to the scope as well.
  const read = (query: object, tag?: string) => within(ctx.db, scopeOf(session), () => ask(query, tag));
  return {
    'first page': async () => {
      known = await read({});
    },
    'first page, unchanged (304)': () => read({}, known?.tag),
    'since, nothing changed': () => read({ since: known?.list?.since }),
    'since, one order changed': async () => {
      await ctx.db.execute(sql`update orders set reason = reason where id = (
        select id from orders where unit = ${unit} and status = 'dispatched' order by due_at limit 1)`);
      await read({ since: known?.list?.since, limit: 1 });
    },
    'page of closed ones': () => read({ status: 'closed' }),
  };
}

/** The database's own time a poll, and that of the whole and of a trivial statement beside it. */
async function timed({ db }: Context, ask: () => Promise<unknown>) {
  const whole: number[] = [];
  const one: number[] = [];
  for (let n = 0; n < 20; n += 1) await ask();
  const before = await spent(db);
  for (let n = 0; n < polls; n += 1) {
    const start = performance.now();
    await ask();
    whole.push(performance.now() - start);
    const trivial = performance.now();
    await db.execute(sql`select 1`);
    one.push(performance.now() - trivial);
  }
  const database = ((await spent(db)) - before) / polls;
  return { database, p50: percentile(whole, 0.5), p95: percentile(whole, 0.95), one: percentile(one, 0.5) };
}

/** Milliseconds that statements on the queue have taken so far, by pg_stat_statements; the updates of this measurement apart. */
async function spent(db: Context['db']): Promise<number> {
  const [row] = await db.execute<{ ms: number }>(sql`
    select coalesce(sum(total_exec_time), 0)::float8 as ms from pg_stat_statements
    where query ilike '%orders%' and query not ilike '%pg_stat_statements%' and query not ilike 'update%'`);
  return row?.ms ?? 0;
}
