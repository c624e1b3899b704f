/** Event streams for tests: opened over real sockets, on nodes with settings of their own. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { build } from '../../src/app.ts';
import { createContext } from '../../src/context.ts';
import { connectTo } from '../../src/db/connect.ts';
import { createLogger } from '../../src/logger.ts';
import type { StreamSettings } from '../../src/queue/jobs.ts';
import { type Caller, complaint, type T, type TestApp } from '../helper.ts';

export interface Event {
  id: string;
  order: { id: string; status: string; complaint: { caller: { phone: string | null } | null } };
}

export interface Stream {
  events: Event[];
  /** All that came, as it came. */
  text: () => string;
  response: http.IncomingMessage;
  /** The last id, from the first block on. */
  lastId: () => string;
  /** Waits for a number of events in all. */
  count(events: number): Promise<Event[]>;
  ended: Promise<unknown>;
  stop(): void;
}

export const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something holds; after half a minute the test goes on and says what does not. */
export async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1500 && !holds(); tries += 1) await wait(20);
}

export async function listen(service: FastifyInstance): Promise<string> {
  const { port } = (service.server.address() ?? {}) as Partial<AddressInfo>;
  return port === undefined ? service.listen({ host: '127.0.0.1', port: 0 }) : `http://127.0.0.1:${port}`;
}

export async function open(t: T, service: FastifyInstance, caller: Caller, since = '', lastId = ''): Promise<Stream> {
  const address = await listen(service);
  const request = http.get(`${address}/api/v1/queue/events${since && `?since=${since}`}`, {
    agent: false,
    headers: { authorization: `Bearer ${caller.token}`, ...(lastId === '' ? {} : { 'last-event-id': lastId }) },
  });
  const [response]: http.IncomingMessage[] = await once(request, 'response');
  if (response === undefined) throw new Error('no response');
  t.equal(response.statusCode, 200, 'a stream');
  let text = '';
  let rest = '';
  const events: Event[] = [];
  response.setEncoding('utf8').on('data', (chunk: string) => {
    // Enough to look into: one stream below carries many megabytes.
    if (text.length < 100_000) text += chunk;
    const blocks = `${rest}${chunk}`.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const { event, id, data } = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s, 2)));
      if (event === 'order') events.push({ id: id ?? '', order: JSON.parse(data ?? '') });
    }
  });
  response.on('error', () => undefined);
  const ended = new Promise((resolve) => response.once('close', resolve));
  const stop = () => request.destroy();
  t.teardown(stop);
  return {
    events,
    response,
    text: () => text,
    lastId: () => /.*^id: (\S+)$/ms.exec(text)?.[1] ?? '',
    count: async (count) => {
      await until(() => events.length >= count);
      return events;
    },
    ended,
    stop,
  };
}

/** A second node on the same database, with settings of its own. */
export async function node(t: T, service: TestApp, streams: Partial<StreamSettings>): Promise<FastifyInstance> {
  const connection = await connectTo(service.connection.url, 4);
  const ctx = await createContext(connection.db, {
    clock: () => service.clock.now,
    signal: connection.signal,
    vault: service.ctx.vault,
  });
  const other = await build(ctx, createLogger({ LOG_LEVEL: 'silent' }), { streams });
  t.teardown(async () => {
    await other.close();
    await connection.close();
  });
  return other;
}

export async function file(operator: Caller, changes: object = {}): Promise<string> {
  return (await operator.post('/complaints', complaint(changes))).body.orders[0].id;
}

export const told = (stream: Stream) => stream.events.map(({ order }) => `${order.id} ${order.status}`);
/** Only a signal wakes such a node: the looks from time to time are too far apart for a test. */
export const bySignal = { lookMs: 3_600_000 };
