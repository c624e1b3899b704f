/**
 * Claim: keeping the rollups up costs filing and acting on orders at most 15 % of their throughput. With the trigger and with everything
 * folded in before the clock stops, against neither, in turns. Statements of filings and whole actions of units, durable commits.
 * Run: npm run bench:rollup-cost
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { machine } from '../src/access/scope.ts';
import { type Context, createContext } from '../src/context.ts';
import { connectTo } from '../src/db/connect.ts';
import { openEmbedded } from '../src/db/embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { seedBuiltIn } from '../src/db/seed.ts';
import { contact, reply, sign } from '../src/handling/service.ts';
import type { Filer } from '../src/intake/filing.ts';
import { fileComplaint } from '../src/intake/service.ts';
import { foldPending, keepUp } from '../src/rollup/service.ts';
import { benchKeys } from './keys.ts';
import { benchCases, say } from './texts.ts';

const limit = 0.85;
const connections = 8;
const rounds = 5;
/** Complaints a turn, each filed, signed, contacted and replied. */
const lives = 600;
const filer: Filer = { source: 'bench', actor: 'bench', tokenId: null, maySetReceivedAt: true, seesOthers: true };

const dataDir = mkdtempSync(path.join(tmpdir(), 'jiesu-bench-'));
const server = await openEmbedded(dataDir);
const connection = await connectTo(server.url, connections + 2);
try {
  await migrate(connection);
  await seedBuiltIn(connection.db, new Date());
  process.exitCode = await measure(
    await createContext(connection.db, { vault: await benchKeys(connection.db, dataDir) }),
  );
} finally {
  await connection.close();
  await server.release();
  rmSync(dataDir, { recursive: true, force: true });
}

/** Files a complaint and handles its orders; answers how many requests that were. */
async function live(ctx: Context, complaint: Parameters<typeof fileComplaint>[1]): Promise<number> {
  const now = ctx.clock();
  const { answer } = await fileComplaint(ctx, complaint, filer, now);
  let done = 1;
  for (const { id, unit, role } of answer.orders) {
    const session = machine({ tokenId: 1, role: 'handler', unit: unit.code, name: 'bench', actor: 'handler#1' });
    const act = { session, id: Number(id), version: undefined, now };
    await sign(ctx, act);
    if (role === 'lead') await contact(ctx, act, { way: 'phone' });
    await reply(ctx, act, { result: 'resolved', text: '已处理。' });
    done += role === 'lead' ? 3 : 2;
  }
  return done;
}

async function turn(ctx: Context, isKept: boolean, round: number): Promise<number> {
  await ctx.db.execute(sql.raw(`alter table events ${isKept ? 'enable' : 'disable'} trigger events_note_rollup`));
  const cases = benchCases(ctx.judgeAt(ctx.clock()).catalog, lives, round).map(({ complaint }) => complaint);
  const start = performance.now();
  let requests = 0;
  const work = async () => {
    for (let next = cases.pop(); next !== undefined; next = cases.pop()) requests += await live(ctx, next);
  };
  await Promise.all(Array.from({ length: connections }, work));
  if (isKept) await foldPending(ctx.db);
  return requests / ((performance.now() - start) / 1000);
}

async function measure(ctx: Context): Promise<number> {
  await keepUp(ctx.db, ctx.clock());
  await turn(ctx, true, 1000);
  const ratios: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    // Either may come first: the one that does not finds the larger tables. The same texts for both.
    const first = round % 2 === 0 ? await turn(ctx, true, round) : null;
    const without = await turn(ctx, false, round);
    const kept = first ?? (await turn(ctx, true, round));
    ratios.push(kept / without);
    say(`round ${round}: without ${Math.round(without)} requests a second, kept up ${Math.round(kept)}`);
  }
  const ratio = ratios.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
  say(`ratio ${ratio.toFixed(2)} (limit ${limit}) ${ratio >= limit ? 'ok' : 'MISSED'}`);
  return ratio >= limit ? 0 : 1;
}
