/**
 * Claims: the first start, with the creation of its database, is ready in under 15 s, a later one in under 5 s, and after
 * 10,000 complaints the service keeps under 400 MB resident. Run: npm run bench:start
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import autocannon from 'autocannon';
import { createToken } from '../src/access/service.ts';
import { shanghaiDate } from '../src/catalog/calendar.ts';
import { buildCatalog } from '../src/catalog/catalog.ts';
import { connectTo } from '../src/db/connect.ts';
import { openEmbedded } from '../src/db/embedded.ts';
import { readSeeds } from '../src/db/seed.ts';
import { benchCases, say, unlimited } from './texts.ts';

const limits = { first: 15, later: 5, megabytes: 400 };
const complaints = 10_000;
const port = 18_346;
const dataDir = mkdtempSync(path.join(tmpdir(), 'jiesu-bench-'));
const failures: string[] = [];

function report(what: string, value: number, limit: number, unit: string): void {
  const ok = value < limit;
  if (!ok) failures.push(what);
  say(
    `${what}: ${value.toFixed(1)} ${unit}, ratio ${(value / limit).toFixed(2)} of the limit ${limit} ${ok ? 'ok' : 'MISSED'}`,
  );
}

/** Starts the service; answers it with the seconds until it was ready. */
async function start(): Promise<{ service: ChildProcess; seconds: number }> {
  const begin = performance.now();
  const service = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', 'serve'], {
    env: { ...process.env, ...unlimited, DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    if (answer?.ok) return { service, seconds: (performance.now() - begin) / 1000 };
    if (performance.now() - begin > 60_000) throw new Error('the service did not get ready');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function stop(service: ChildProcess): Promise<void> {
  const stopped = new Promise((resolve) => service.once('exit', resolve));
  service.kill('SIGTERM');
  await stopped;
}

/** Resident megabytes of a process, from /proc. */
function resident({ pid }: ChildProcess): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

async function token(): Promise<string> {
  const server = await openEmbedded(dataDir);
  const { db, close } = await connectTo(server.url, 1);
  const wish = { role: 'operator' as const, unit: null, name: 'bench', ttl: 3_600_000 };
  const { token } = await createToken(db, wish, randomBytes(32), new Date());
  await close();
  await server.release();
  return token;
}

async function file(bearer: string): Promise<void> {
  const catalog = buildCatalog(readSeeds().data, shanghaiDate(new Date()));
  const bodies = benchCases(catalog, complaints).map(({ complaint }) => JSON.stringify(complaint));
  let next = 0;
  const { non2xx, errors } = await autocannon({
    url: `http://127.0.0.1:${port}/api/v1/complaints`,
    connections: 16,
    amount: complaints,
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    requests: [
      {
        setupRequest: (request) => {
          next += 1;
          return { ...request, body: bodies[next % bodies.length] };
        },
      },
    ],
  });
  if (non2xx + errors > 0) throw new Error(`${non2xx} answers were not 2xx, ${errors} requests failed`);
}

try {
  const first = await start();
  report('first start to ready', first.seconds, limits.first, 's');
  await stop(first.service);
  const later = await start();
  report('later start to ready', later.seconds, limits.later, 's');
  say(`resident at start: ${resident(later.service).toFixed(0)} MB`);
  await file(await token());
  report(`resident after ${complaints} complaints`, resident(later.service), limits.megabytes, 'MB');
  await stop(later.service);
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
process.exitCode = failures.length === 0 ? 0 : 1;
