/**
 * The worker that delivers what stands in the outbox. At least once: what it has taken and not recorded when it dies is taken
 * again after the lease, under the same id. Each webhook has its own few connections, so that one that hangs holds up no other.
 */
import { lookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { Context } from '../context.ts';
import { errorCode } from '../http/errors.ts';
import { answered, failureOf, maxDeadInRow, type Outcome, retryAt } from './attempt.ts';
import { type Allow, readTarget, refusal, type Target } from './guard.ts';
import { bodyOf } from './message.ts';
import { signedHeaders } from './signature.ts';
import { countDead, type Settled, settle, sweep, type Taken, takeDue } from './store.ts';

/** Deliveries under way to one webhook, from one node. */
const perWebhook = 8;
/** Longer than any attempt: a lease runs out only where its worker has died. */
const leaseMs = 60_000;
const pollMs = 1000;
/** Least pause between two looks: what arrives meanwhile is taken together. */
const breathMs = 20;
const sweepMs = 3_600_000;
const day = 86_400_000;
const keptMs = { delivered: 7 * day, dead: 30 * day };
/** So much of an answer is read, to use the connection again; nothing of it is kept. */
const maxAnswer = 1024;
/** Connections not used for so long are closed: before receivers commonly do. */
const idleMs = 4000;
/** What is under way when the service stops has so long to end. */
const graceMs = 2000;

export interface Deliveries {
  /** Delivers from now on, whenever something is due. */
  start(): void;
  /** Delivers everything that is due and comes back when nothing is left. */
  drain(): Promise<void>;
  /** Ends: what has not been answered within two seconds is given back. */
  stop(): Promise<void>;
}

/** Looks a name up and refuses what must not be reached: at the very moment of connecting, so that the name cannot change in between. */
function guardedLookup(target: Target, allow: Allow): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const [first] = found ?? [];
      if (error !== null || first === undefined) return callback(error ?? new Error('no address'), []);
      const addresses = found.map(({ address }) => address);
      if (refusal(target, addresses, allow) !== null) {
        return callback(coded('WEBHOOK_ADDRESS'), []);
      }
      return options.all ? callback(null, found) : callback(null, first.address, first.family);
    });
  };
}

interface Agents {
  'http:': http.Agent;
  'https:': https.Agent;
}

function createAgents(): Agents {
  const options = { keepAlive: true, timeout: idleMs };
  return { 'http:': new http.Agent(options), 'https:': new https.Agent(options) };
}

const coded = (code: string) => Object.assign(new Error('not delivered'), { code });

/** Posts and answers the status; redirects are not followed. Rejects with an error that has a code. */
function post(
  target: Target,
  { headers, body, timeoutMs }: { headers: Record<string, string>; body: string; timeoutMs: number },
  agents: Agents,
  allow: Allow,
): Promise<number> {
  const { url, host, isAddress } = target;
  if (isAddress && refusal(target, [host], allow) !== null) return Promise.reject(coded('WEBHOOK_ADDRESS'));
  const secure = url.protocol === 'https:';
  const options = { method: 'POST', headers, lookup: guardedLookup(target, allow) };
  return new Promise((resolve, reject) => {
    const read = (response: http.IncomingMessage) => {
      let size = 0;
      response.on('error', () => undefined);
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxAnswer) response.destroy();
      });
      resolve(response.statusCode ?? 0);
    };
    const request = secure
      ? https.request(url, { ...options, agent: agents['https:'] }, read)
      : http.request(url, { ...options, agent: agents['http:'] }, read);
    // Until the answer has ended, too: one that trickles must not keep its connection.
    const timer = setTimeout(() => request.destroy(coded('ETIMEDOUT')), timeoutMs);
    request.on('close', () => clearTimeout(timer));
    request.on('error', reject);
    request.end(body);
  });
}

/** One attempt. Null when the service stopped before it ended. */
async function attempt(
  ctx: Context,
  taken: Taken,
  agents: Agents,
  ending: AbortSignal,
  timeoutMs: number,
): Promise<Outcome | null> {
  const start = ctx.clock();
  const ms = () => ctx.clock().getTime() - start.getTime();
  const target = readTarget(taken.url);
  if (typeof target === 'string') return { status: null, failure: 'address', ms: 0 };
  const body = bodyOf(taken);
  const { secret, formerSecret, formerUntil } = taken;
  const keys = formerSecret !== null && formerUntil !== null && formerUntil > start ? [secret, formerSecret] : [secret];
  const headers = {
    ...signedHeaders(String(taken.id), start, body, keys),
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': 'jiesu-webhook',
  };
  try {
    return answered(await post(target, { headers, body, timeoutMs }, agents, ctx.webhookAllow), ms());
  } catch (error) {
    return ending.aborted ? null : { status: null, failure: failureOf(errorCode(error)), ms: ms() };
  }
}

/** One attempt and its record. A dead letter may switch its webhook off. */
async function deliver(
  ctx: Context,
  log: FastifyBaseLogger,
  taken: Taken,
  send: () => Promise<Outcome | null>,
): Promise<void> {
  const { webhookId } = taken;
  const start = ctx.clock();
  if (!taken.live) {
    await settle(ctx.db, taken, { status: 'dead', nextAt: start, failure: 'off', attempt: null });
    return;
  }
  const outcome = await send();
  const settled = settledBy(taken, outcome, start, ctx.clock(), ctx.random(4).readUInt32BE() / 2 ** 32);
  if (settled.status !== 'dead') {
    await settle(ctx.db, taken, settled);
    return;
  }
  const reason = `连续 ${maxDeadInRow} 次推送始终没有成功，已自动停用；修好接收端后启用，再重放`;
  const isOff = await ctx.db.transaction(
    async (tx) => (await settle(tx, taken, settled)) && countDead(tx, webhookId, maxDeadInRow, reason),
  );
  log.warn({ webhook: webhookId, delivery: taken.id, failure: settled.failure }, 'a webhook delivery is dead');
  if (isOff) log.warn({ webhook: webhookId }, 'a webhook was switched off');
}

function settledBy(taken: Taken, outcome: Outcome | null, start: Date, now: Date, share: number): Settled {
  if (outcome === null) return { status: 'pending', nextAt: now, failure: null, attempt: null };
  const { status, failure, ms } = outcome;
  const record = { at: start, status, ms };
  if (failure === null) return { status: 'delivered', nextAt: now, failure, attempt: record };
  const again = retryAt(taken.attempts + 1, taken.queuedAt, now, share);
  return { status: again === null ? 'dead' : 'pending', nextAt: again ?? now, failure, attempt: record };
}

/** Makes the worker of one node. `timeoutMs` is what an attempt may take. */
export function createDeliveries(ctx: Context, log: FastifyBaseLogger, timeoutMs = 10_000): Deliveries {
  const agents = createAgents();
  const stopping = new AbortController();
  const ending = new AbortController();
  const running = new Set<Promise<void>>();
  const busy = new Map<number, number>();
  let loop: Promise<void> = Promise.resolve();

  const run = (taken: Taken): void => {
    const { webhookId } = taken;
    busy.set(webhookId, (busy.get(webhookId) ?? 0) + 1);
    const send = () => attempt(ctx, taken, agents, ending.signal, timeoutMs);
    const job = deliver(ctx, log, taken, send)
      // Not recorded: delivered again after the lease.
      .catch((error: unknown) => log.error({ error: errorCode(error) }, 'a webhook delivery was not recorded'))
      .finally(() => {
        running.delete(job);
        const left = (busy.get(webhookId) ?? 1) - 1;
        if (left > 0) busy.set(webhookId, left);
        else busy.delete(webhookId);
      });
    running.add(job);
  };
  const take = async (): Promise<number> => {
    const now = ctx.clock();
    const due = await takeDue(ctx.db, { now, lease: new Date(now.getTime() + leaseMs), perWebhook, busy });
    for (const taken of due) run(taken);
    return due.length;
  };
  const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);

  return {
    start() {
      loop = work(ctx, log, { take, pause, running, stopping: stopping.signal });
    },
    async drain() {
      while ((await take()) > 0 || running.size > 0) await Promise.race(running);
    },
    async stop() {
      stopping.abort();
      await loop;
      await Promise.race([Promise.all(running), sleep(graceMs, undefined, { ref: false })]);
      ending.abort();
      // With the connections in use.
      agents['http:'].destroy();
      agents['https:'].destroy();
      await Promise.all(running);
    },
  };
}

interface Loop {
  take(): Promise<number>;
  pause(ms: number): Promise<void>;
  running: ReadonlySet<Promise<void>>;
  stopping: AbortSignal;
}

/** Takes at once what a finished delivery has made room for, and looks every second otherwise. */
async function work(ctx: Context, log: FastifyBaseLogger, { take, pause, running, stopping }: Loop): Promise<void> {
  let sweepAt = ctx.clock().getTime();
  while (!stopping.aborted) {
    let taken = 0;
    try {
      taken = await take();
      if (ctx.clock().getTime() >= sweepAt) {
        const before = (ms: number) => new Date(ctx.clock().getTime() - ms);
        const more = await sweep(ctx.db, { delivered: before(keptMs.delivered), dead: before(keptMs.dead) });
        if (!more) sweepAt = ctx.clock().getTime() + sweepMs;
      }
    } catch (error) {
      log.error({ error: errorCode(error) }, 'webhook deliveries could not be taken');
      await pause(pollMs);
    }
    await pause(breathMs);
    // Where all that was taken has ended during the breath, there is room for more at once.
    if (taken === 0 || running.size > 0) await Promise.race([...running, pause(pollMs)]);
  }
}
