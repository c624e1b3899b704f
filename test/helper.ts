/**
 * What tests are made of: `db(t)` is a database of its own, `app(t)` the real service on it, `as(role)` a caller with a
 * token, `complaint()` a complaint to file, `clock` a time that the test sets.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import type { FastifyInstance, InjectOptions } from 'fastify';
import postgres from 'postgres';
import type { Test } from 'tap';
import type { Role } from '../src/access/roles.ts';
import { createToken } from '../src/access/service.ts';
import { build } from '../src/app.ts';
import { buildCatalog, type Catalog } from '../src/catalog/catalog.ts';
import { type Context, type ContextOptions, createContext } from '../src/context.ts';
import { type Connection, connectService, connectTo } from '../src/db/connect.ts';
import { migrate } from '../src/db/migrate.ts';
import { readSeeds, seedBuiltIn } from '../src/db/seed.ts';
import type { Files } from '../src/files/files.ts';
import { folderFiles } from '../src/files/folder.ts';
import type { NewComplaint } from '../src/intake/schemas.ts';
import { openVault, type Vault } from '../src/keys/vault.ts';
import { createLogger } from '../src/logger.ts';
import { databaseUrl, type Note, noteFile, testMaster } from './server.ts';

export type T = Test;
/** What is cleared away in the end: all that a service needs of a test. */
export type Teardown = Pick<T, 'teardown'> | { teardown(close: () => unknown): void };

/**
 * A clone of the template for one test file, dropped when the test ends. With the name of a city, an empty database into which
 * that city's reference data are loaded.
 */
export async function db(t: Teardown, city?: string): Promise<Connection> {
  const note: Note = JSON.parse(readFileSync(noteFile, 'utf8'));
  const name = `jiesu_test_${randomBytes(6).toString('hex')}`;
  const admin = postgres(note.url, { max: 1, onnotice: () => undefined });
  await admin.unsafe(`create database ${name}${city === undefined ? ` template ${note.template}` : ''}`);
  const connection = await connectTo(databaseUrl(note.url, name), 6);
  t.teardown(async () => {
    await connection.close();
    await admin.unsafe(`drop database if exists ${name} with (force)`);
    await admin.end();
  });
  if (city !== undefined) {
    await migrate(connection);
    await seedBuiltIn(connection.db, new Date(), city);
  }
  return connection;
}

/** A clock that stands still until it is moved. */
export interface Clock {
  now: Date;
  forward(minutes: number): void;
}

/** Sunday noon: some hours into a period, and not a working day. */
export const noon = new Date('2026-11-22T12:00:00+08:00');

export function clockAt(now: Date): Clock {
  return {
    now,
    forward(minutes) {
      this.now = new Date(this.now.getTime() + minutes * 60_000);
    },
  };
}

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is whatever the service sent; tests look into it
  body: any;
  text: string;
}

/** Sends requests with one token. */
export interface Caller {
  token: string;
  get(url: string, headers?: Record<string, string>): Promise<Answer>;
  post(url: string, payload?: InjectOptions['payload'], headers?: Record<string, string>): Promise<Answer>;
  put(url: string, payload?: InjectOptions['payload'], headers?: Record<string, string>): Promise<Answer>;
  patch(url: string, payload?: InjectOptions['payload'], headers?: Record<string, string>): Promise<Answer>;
  delete(url: string): Promise<Answer>;
}

export interface TestApp {
  app: FastifyInstance;
  ctx: Context;
  clock: Clock;
  connection: Connection;
  as(role: Role, unit?: string, name?: string): Promise<Caller>;
  anyone: Caller;
}

/** A folder of its own for the files of one test. */
function ownFiles(t: Teardown): Files {
  const folder = mkdtempSync(join(tmpdir(), 'jiesu-files-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folderFiles(folder);
}

/** The keys of a test's database. */
export function keysOf({ db }: Pick<Connection, 'db'>, clock: () => Date = () => new Date()): Promise<Vault> {
  return openVault(db, Buffer.from(testMaster, 'base64'), { clock, random: randomBytes });
}

/** The real service on a database of its own. */
export async function app(
  t: Teardown,
  now: Date = noon,
  options: ContextOptions & { city?: string; statementMs?: number; settings?: Parameters<typeof build>[2] } = {},
): Promise<TestApp> {
  const connection = await db(t, options.city);
  const clock = clockAt(now);
  const { signal } = connection;
  const vault = await keysOf(connection, () => clock.now);
  const own = { clock: () => clock.now, signal, vault, files: ownFiles(t) };
  // As `serve` does: the service is not the owner of its tables.
  const serving = await connectService(connection, 6, options.statementMs);
  t.teardown(serving.close);
  const ctx = await createContext(serving.db, { ...own, ...options });
  const service = await build(ctx, createLogger({ LOG_LEVEL: 'silent' }), options.settings);
  t.teardown(() => service.close());
  const caller = (token: string): Caller => {
    const send = async (
      method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
      url: string,
      payload?: InjectOptions['payload'],
      headers = {},
    ) => {
      const authorization = token === '' ? {} : { authorization: `Bearer ${token}` };
      const response = await service.inject({
        method,
        url: `/api/v1${url}`,
        headers: { ...authorization, ...headers },
        ...(payload === undefined ? {} : { payload }),
      });
      const isJson = String(response.headers['content-type']).includes('json');
      const body = isJson && response.body !== '' ? JSON.parse(response.body) : null;
      return { status: response.statusCode, headers: response.headers, body, text: response.body };
    };
    return {
      token,
      get: (url, headers) => send('GET', url, undefined, headers),
      post: (url, payload, headers) => send('POST', url, payload, headers),
      put: (url, payload, headers) => send('PUT', url, payload, headers),
      patch: (url, payload, headers) => send('PATCH', url, payload, headers),
      delete: (url) => send('DELETE', url),
    };
  };
  return {
    app: service,
    ctx,
    clock,
    connection,
    anyone: caller(''),
    as: async (role, unit, name = role) => {
      const wish = { role, unit: unit ?? null, name, ttl: 365 * 86_400_000 };
      return caller((await createToken(connection.db, wish, randomBytes(32), clock.now)).token);
    },
  };
}

/** A complaint whose matter and street are clear: rubbish in an estate of 望京街道 (110105026). */
export function complaint(changes: Partial<NewComplaint> = {}): NewComplaint {
  return {
    channel: 'phone',
    text: '市民反映，朝阳区望京街道花家地西里三区物业公司长期不清运垃圾，楼道堆满杂物，来电反映物业服务差的问题。注：请尽快处理。',
    caller: { name: '赵甲', phone: '19900001234' },
    ...changes,
  };
}

/** The catalog of the built-in seeds on one day, without a database. */
export function catalog(date = '2026-11-22'): Catalog {
  return buildCatalog(readSeeds().data, date);
}

/** How many rows stand in the tables that requests write: a refused request leaves every number as it was. */
export async function stored({ db }: Connection): Promise<Record<string, number>> {
  const [row] = await db.execute<Record<string, number>>(sql`select
    (select count(*)::int from complaints) as complaints, (select count(*)::int from callers) as callers,
    (select count(*)::int from orders) as orders, (select count(*)::int from events) as events,
    (select count(*)::int from idempotency_keys) as keys, (select count(*)::int from callbacks) as callbacks,
    (select count(*)::int from complaint_links) as links, (select count(*)::int from attachments) as attachments, (select count(*)::int from group_members) as members,
    (select count(*)::int from callback_attempts) as attempts, (select count(*)::int from corrections) as corrections`);
  return { ...row };
}

/** What every error answer is: problem+json with a Chinese title, an English code, and messages in Chinese on just these fields. */
export function refused(t: T, what: string, answer: Answer, status: number, code: string, ...paths: string[]): void {
  const { body, headers } = answer;
  const errors: { path: string; message: string }[] = body?.errors ?? [];
  const found = {
    status: answer.status,
    type: headers['content-type'],
    code: body?.code,
    chinese: [body?.title, ...errors.map(({ message }) => message)].every((text) => /\p{Script=Han}/u.test(text)),
    paths: errors.map(({ path }) => path).sort(),
  };
  const type = 'application/problem+json; charset=utf-8';
  t.same(found, { status, type, code, chinese: true, paths: paths.sort() }, what);
}
