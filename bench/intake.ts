/**
 * Claim: POST /complaints over loopback with 32 connections, the whole way with durable commits, runs at 0.35 or more of
 * the speed of the same SQL alone: an equal loop in the driver that runs the very statements of a filing, prepared beforehand.
 * Run: npm run bench:intake
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import autocannon from 'autocannon';
import { sql } from 'drizzle-orm';
import { machine } from '../src/access/scope.ts';
import { createToken } from '../src/access/service.ts';
import { createContext } from '../src/context.ts';
import { type Connection, connectTo } from '../src/db/connect.ts';
import { openEmbedded } from '../src/db/embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { seedBuiltIn } from '../src/db/seed.ts';
import { filerOf, prepareFiling } from '../src/intake/service.ts';
import { benchKeys, insertAgain } from './keys.ts';
import { benchCases, say, unlimited } from './texts.ts';

const limit = 0.35;
const connections = 32;
const seconds = 10;
const rounds = 3;
const port = 18_345;

const dataDir = mkdtempSync(path.join(tmpdir(), 'jiesu-bench-'));
const server = await openEmbedded(dataDir);
const connection = await connectTo(server.url, connections);
try {
  await migrate(connection);
  await seedBuiltIn(connection.db, new Date());
  const [setting] = await connection.db.execute<{ synchronous_commit: string }>(sql`show synchronous_commit`);
  say(
    `synchronous_commit=${setting?.synchronous_commit}, ${connections} connections, ${rounds} rounds of ${seconds} s each`,
  );
  process.exitCode = await measure(connection);
} finally {
  await connection.close();
  await server.release();
  rmSync(dataDir, { recursive: true, force: true });
}

async function measure({ db }: Connection): Promise<number> {
  const ctx = await createContext(db, { vault: await benchKeys(db, dataDir) });
  const { catalog } = ctx.judgeAt(ctx.clock());
  const cases = benchCases(catalog, 4000);
  const { token } = await createToken(
    db,
    { role: 'operator', unit: null, name: 'bench', ttl: 3_600_000 },
    randomBytes(32),
    ctx.clock(),
  );
  const session = machine({ tokenId: 1, role: 'operator', unit: null, name: 'bench', actor: 'operator#1' });
  const filings = await Promise.all(
    cases.map(({ complaint }) => prepareFiling(ctx, complaint, filerOf(session), ctx.clock())),
  );
  const service = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', 'serve'], {
    env: { ...process.env, ...unlimited, DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    await ready();
    const results: { driver: number; whole: number; times: number[] }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const driver = await driverLoop(() =>
        insertAgain(db, filings[Math.floor(Math.random() * filings.length)] ?? never()),
      );
      const { rate, times } = await load(
        token,
        cases.map(({ complaint }) => complaint),
      );
      results.push({ driver, whole: rate, times });
      say(`round ${round + 1}: SQL alone ${Math.round(driver)}/s, service ${Math.round(rate)}/s`);
    }
    const middle =
      results.toSorted((a, b) => a.whole / a.driver - b.whole / b.driver)[Math.floor(rounds / 2)] ?? never();
    const ratio = middle.whole / middle.driver;
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(middle.times, share));
    say(`latency p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms`);
    say(`ratio ${ratio.toFixed(2)} (limit ${limit}) ${ratio >= limit ? 'ok' : 'MISSED'}`);
    return ratio >= limit ? 0 : 1;
  } finally {
    const stopped = new Promise((resolve) => service.once('exit', resolve));
    service.kill('SIGTERM');
    await stopped;
  }
}

/** Runs `work` again and again on all connections; answers runs a second. */
async function driverLoop(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  const end = start + seconds * 1000;
  let done = 0;
  const worker = async () => {
    while (performance.now() < end) {
      await work();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  return done / ((performance.now() - start) / 1000);
}

/** Files complaints over all connections; answers the requests a second and the times they took, in ms. */
async function load(token: string, complaints: object[]): Promise<{ rate: number; times: number[] }> {
  let next = 0;
  const times: number[] = [];
  const options: autocannon.Options = {
    url: `http://127.0.0.1:${port}/api/v1/complaints`,
    connections,
    duration: seconds,
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    requests: [
      {
        setupRequest: (request) => {
          next += 1;
          return { ...request, body: JSON.stringify(complaints[next % complaints.length]) };
        },
      },
    ],
  };
  const { requests, non2xx, errors } = await new Promise<autocannon.Result>((resolve, reject) => {
    const run = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)));
    run.on('response', (_client, _status, _bytes, time) => times.push(time));
  });
  if (non2xx + errors > 0) throw new Error(`${non2xx} answers were not 2xx, ${errors} requests failed`);
  return { rate: requests.average, times: times.sort((a, b) => a - b) };
}

/** The time that a share of the requests did not exceed, in whole ms. */
function percentile(times: readonly number[], share: number): number {
  return Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN);
}

async function ready(): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the service did not get ready');
}

function never(): never {
  throw new Error('nothing to measure');
}
