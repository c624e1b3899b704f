/**
 * Claim: while there is no webhook, the trigger that fills the outbox leaves filing 0.95 or more of the speed it has without.
 * Also printed, without a limit: the speed with one webhook that is told of everything. Runs the statement of a filing in the
 * driver, with durable commits, in turns.
 * Run: npm run bench:outbox
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { machine } from '../src/access/scope.ts';
import { createContext } from '../src/context.ts';
import { connectTo, type Db } from '../src/db/connect.ts';
import { openEmbedded } from '../src/db/embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { seedBuiltIn } from '../src/db/seed.ts';
import { filerOf, prepareFiling } from '../src/intake/service.ts';
import type { Filing } from '../src/intake/store.ts';
import { benchKeys, insertAgain } from './keys.ts';
import { benchCases, say } from './texts.ts';

const limit = 0.95;
const connections = 16;
const seconds = 3;
const rounds = 7;

const dataDir = mkdtempSync(path.join(tmpdir(), 'jiesu-bench-'));
const server = await openEmbedded(dataDir);
const connection = await connectTo(server.url, connections);
try {
  await migrate(connection);
  await seedBuiltIn(connection.db, new Date());
  process.exitCode = await measure(connection.db);
} finally {
  await connection.close();
  await server.release();
  rmSync(dataDir, { recursive: true, force: true });
}

async function measure(db: Db): Promise<number> {
  const ctx = await createContext(db, { vault: await benchKeys(db, dataDir) });
  const session = machine({ tokenId: 1, role: 'operator', unit: null, name: 'bench', actor: 'operator#1' });
  await db.execute(sql`insert into tokens (hash, role, name, created_at, expires_at)
    values ('\\x00', 'operator', 'bench', now(), now() + interval '1 day')`);
  await db.execute(sql`insert into webhooks (token_id, scope, url, secret, active, created_at, created_by)
    select id, 'all', 'https://8.8.8.8/', '\\x00', false, now(), 'bench' from tokens`);
  const { catalog } = ctx.judgeAt(ctx.clock());
  const filings = await Promise.all(
    benchCases(catalog, 2000).map(({ complaint }) => prepareFiling(ctx, complaint, filerOf(session), ctx.clock())),
  );
  const turn = async (isOn: boolean, isActive: boolean): Promise<number> => {
    await db.execute(sql.raw(`alter table events ${isOn ? 'enable' : 'disable'} trigger events_fill_outbox`));
    await db.execute(sql`update webhooks set active = ${isActive}`);
    return speed(db, filings);
  };
  const idle: number[] = [];
  const told: number[] = [];
  await turn(true, true);
  for (let round = 1; round <= rounds; round += 1) {
    // Either may come first: the one that does not finds the larger table.
    const first = round % 2 === 0 ? await turn(true, false) : null;
    const without = await turn(false, false);
    const withNone = first ?? (await turn(true, false));
    const withOne = await turn(true, true);
    idle.push(withNone / without);
    told.push(withOne / without);
    say(
      `round ${round}: no trigger ${Math.round(without)}/s, no webhook ${Math.round(withNone)}/s, one ${Math.round(withOne)}/s`,
    );
  }
  const ratio = middle(idle);
  say(`with one webhook: ratio ${middle(told).toFixed(2)}`);
  say(`ratio ${ratio.toFixed(2)} (limit ${limit}) ${ratio >= limit ? 'ok' : 'MISSED'}`);
  return ratio >= limit ? 0 : 1;
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Filings a second over all connections. */
async function speed(db: Db, filings: readonly Filing[]): Promise<number> {
  const start = performance.now();
  const end = start + seconds * 1000;
  let done = 0;
  const work = async () => {
    while (performance.now() < end) {
      const filing = filings[done % filings.length];
      done += 1;
      if (filing !== undefined) await insertAgain(db, filing);
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  return done / ((performance.now() - start) / 1000);
}
