/**
 * Claim: the service is killed (SIGKILL) 30 times while complaints are filed, orders are handled, clocks run out and webhooks are
 * delivered, and no acknowledged action is lost, none is done twice, no mark of a clock is given twice, every event reaches the
 * receiver at least once under one id, and the state equals its history.
 * Run: npm run bench:crash [-- KILLS]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { createToken } from '../src/access/service.ts';
import { createContext } from '../src/context.ts';
import { connectTo, type Db } from '../src/db/connect.ts';
import { openEmbedded } from '../src/db/embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { seedBuiltIn } from '../src/db/seed.ts';
import { verify } from '../src/verify/service.ts';
import { benchCases, say, unlimited } from './texts.ts';

const kills = Number(process.argv[2] ?? 30);
const workers = 6;
const port = 18_346;
const base = `http://127.0.0.1:${port}`;

/** What was acknowledged: numbers by idempotency key, and actions by order. */
const filed = new Map<string, string>();
const signed = new Set<string>();
const replied = new Set<string>();
/** Events by webhook id, and ids by event, as the receiver saw them. */
const idsOf = new Map<string, Set<string>>();
let deliveries = 0;

const dataDir = mkdtempSync(path.join(tmpdir(), 'jiesu-crash-'));
const server = await openEmbedded(dataDir);
const connection = await connectTo(server.url, 4);
const receiver = await receive();
let service: ChildProcess | undefined;
/** The load is over: what is left is to be delivered. */
let over = false;
try {
  await migrate(connection);
  await seedBuiltIn(connection.db, new Date());
  // Short limits, so that clocks run out while it lasts.
  await connection.db.execute(sql`update levels set sign_minutes = 1, contact_minutes = 1`);
  process.exitCode = await measure(connection.db);
} finally {
  stop(service);
  receiver.close();
  receiver.closeAllConnections();
  await connection.close();
  await server.release();
  rmSync(dataDir, { recursive: true, force: true });
}

/** A receiver that fails now and then, as real ones do. */
async function receive(): Promise<Server> {
  const listening = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const event: unknown = JSON.parse(body).data?.event;
      deliveries += 1;
      if (typeof event === 'string') {
        idsOf.set(event, (idsOf.get(event) ?? new Set()).add(String(request.headers['webhook-id'])));
      }
      response.writeHead(!over && Math.random() < 0.05 ? 503 : 204).end();
    });
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return listening;
}

function stop(process: ChildProcess | undefined): void {
  process?.kill('SIGKILL');
}

function start(): ChildProcess {
  const allowed = `127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  return spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', 'serve'], {
    env: {
      ...process.env,
      ...unlimited,
      DATABASE_URL: server.url,
      DATA_DIR: dataDir,
      PORT: String(port),
      LOG_LEVEL: 'silent',
      WEBHOOK_ALLOW: allowed,
    },
    stdio: 'ignore',
  });
}

async function ready(): Promise<void> {
  for (let left = 600; left > 0; left -= 1) {
    const answer = await fetch(`${base}/readyz`).catch(() => null);
    if (answer?.ok === true) return;
    await sleep(100);
  }
  throw new Error('the service did not get ready');
}

type Send = (
  url: string,
  body?: object,
  headers?: Record<string, string>,
) => Promise<{ status: number; body: Filed } | null>;
interface Filed {
  number?: string;
  orders?: { id: string; unit: { code: string } }[];
}

/** A client with one token; null where the service did not answer. */
function client(token: string): Send {
  return async (url, body, headers = {}) => {
    const init = {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    try {
      const answer = await fetch(`${base}/api/v1${url}`, {
        method: 'POST',
        headers: { ...init, ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, body: (await answer.json()) as Filed };
    } catch {
      return null;
    }
  };
}

async function tokenOf(db: Db, role: 'operator' | 'handler' | 'admin', unit: string | null): Promise<string> {
  const wish = { role, unit, name: `${role}-${unit ?? ''}`, ttl: 3_600_000 };
  return (await createToken(db, wish, randomBytes(32), new Date())).token;
}

/** Files complaints and handles their orders until told to stop; what the service did not answer is asked again with the same key. */
async function work(db: Db, cases: object[], from: number, isOver: () => boolean): Promise<void> {
  const operator = client(await tokenOf(db, 'operator', null));
  const handlers = new Map<string, Send>();
  for (let at = from; !isOver(); at += workers) {
    const key = `crash-${at}`;
    let answer: Awaited<ReturnType<Send>> = null;
    while (answer?.status !== 201 && !isOver()) {
      answer = await operator('/complaints', cases[at % cases.length], { 'idempotency-key': key });
      if (answer === null) await sleep(50);
    }
    if (answer?.status !== 201) return;
    filed.set(key, answer.body.number ?? '');
    for (const { id, unit } of answer.body.orders ?? []) {
      // Some are left alone, for the clocks.
      if (at % 3 === 0) continue;
      const known = handlers.get(unit.code) ?? client(await tokenOf(db, 'handler', unit.code));
      handlers.set(unit.code, known);
      if ((await known(`/orders/${id}/sign`))?.status === 200) signed.add(id);
      const reply = { result: 'resolved', text: '已处理。' };
      if (at % 2 === 0 && (await known(`/orders/${id}/reply`, reply))?.status === 200) replied.add(id);
    }
  }
}

async function measure(db: Db): Promise<number> {
  const ctx = await createContext(db);
  const cases = benchCases(ctx.judgeAt(new Date()).catalog, 2000).map(({ complaint }) => complaint);
  const admin = client(await tokenOf(db, 'admin', null));
  service = start();
  await ready();
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const subscribed = await admin('/webhooks', { url });
  if (subscribed?.status !== 201) throw new Error(`no webhook: ${subscribed?.status}`);
  const working = Array.from({ length: workers }, (_, index) => work(db, cases, index, () => over));
  for (let round = 1; round <= kills; round += 1) {
    await sleep(500 + Math.random() * 2500);
    const gone = new Promise((resolve) => service?.once('exit', resolve));
    service.kill('SIGKILL');
    await gone;
    service = start();
    await ready();
    say(
      `killed ${round}: ${filed.size} filed, ${signed.size} signed, ${replied.size} replied, ${deliveries} deliveries`,
    );
  }
  await sleep(1000);
  over = true;
  await Promise.all(working);
  await drained(db);
  return judge(db);
}

/** Waits until nothing is left to be delivered, at most five minutes; leases of killed nodes run out first. */
async function drained(db: Db): Promise<void> {
  for (let left = 300; left > 0; left -= 1) {
    const [row] = await db.execute<{ left: number }>(
      sql`select count(*)::int as left from outbox where status = 'pending'`,
    );
    if (row?.left === 0) return;
    await sleep(1000);
  }
}

async function judge(db: Db): Promise<number> {
  const count = async (what: string, query: ReturnType<typeof sql>) => {
    const [row] = await db.execute<{ n: number }>(query);
    say(`${what}: ${row?.n}`);
    return row?.n ?? -1;
  };
  const list = (items: Iterable<string>) =>
    sql`(select jsonb_array_elements_text(${JSON.stringify([...items])}::jsonb))`;
  const done = (action: string, ids: Set<string>) => sql`select count(*)::int as n from ${list(ids)} as said(id)
    where (select count(*) from events where order_id = said.id::bigint and action = ${action}) <> 1`;
  const events = await db.execute<{ id: string }>(
    sql`select e.id::text as id from events e join outbox o on o.event_id = e.id`,
  );
  const wrong = [
    await count(
      'acknowledged filings lost',
      sql`select count(*)::int as n from ${list(filed.values())} as said(number)
      where not exists (select 1 from complaints c where c.number = said.number)`,
    ),
    await count(
      'filings done twice',
      sql`select (count(*) - ${new Set(filed.values()).size} - (select count(*) from idempotency_keys
      where key not in ${list(filed.keys())}))::int as n from complaints`,
    ),
    await count('acknowledged signatures lost or doubled', done('sign', signed)),
    await count('acknowledged replies lost or doubled', done('reply', replied)),
    await count(
      'marks of clocks given twice',
      sql`select count(*)::int as n from (select 1 from events
      where data ? 'mark' group by order_id, data ->> 'mark' having count(*) > 1) doubled`,
    ),
    await count('deliveries left or dead', sql`select count(*)::int as n from outbox where status <> 'delivered'`),
    events.filter(({ id }) => !idsOf.has(id)).length,
    [...idsOf.values()].filter((ids) => ids.size !== 1).length,
  ];
  await count('marks of clocks', sql`select count(*)::int as n from events where data ? 'mark'`);
  say(
    `events never received: ${wrong[6]}; events under several ids: ${wrong[7]}; received ${deliveries} for ${events.length} events`,
  );
  const { differences, orders } = await verify(db, () => undefined);
  say(
    `${filed.size} filings and ${orders} orders after ${kills} kills; ${differences.length} differences from the history`,
  );
  const ok = wrong.every((n) => n === 0) && differences.length === 0 && filed.size > 0 && events.length > 0;
  say(ok ? 'ok' : 'FAILED');
  return ok ? 0 : 1;
}
