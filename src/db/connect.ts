/**
 * The connection to PostgreSQL: drizzle over the `postgres` driver, with every statement prepared.
 * Where DATABASE_URL is absent the embedded server of DATA_DIR serves (see `embedded.ts`).
 */

import { sql } from 'drizzle-orm';
import type { PgDatabase } from 'drizzle-orm/pg-core';
import { drizzle, type PostgresJsDatabase, type PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import type { Config } from '../config.ts';
import { errorCode } from '../http/errors.ts';
import { openEmbedded } from './embedded.ts';
import { beyond, followViews, serviceRole } from './sight.ts';
import { openSignal, type Signal } from './signal.ts';

/** What SQL functions take: the pool, or a transaction. */
export type Db = PgDatabase<PostgresJsQueryResultHKT, Record<string, never>>;

export interface Connection {
  db: PostgresJsDatabase<Record<string, never>>;
  /** Tells all nodes on this database that something was written. */
  signal: Signal;
  url: string;
  /** Where the server is, without the password, for logs. */
  place: string;
  /** Claims the embedded server for one service; false when another service has it. A shared server is always free. */
  claim(): Promise<boolean>;
  /** Ends all connections; stops the embedded server if nobody else uses it. */
  close(): Promise<void>;
}

/** Name under which our connections show in pg_stat_activity. */
export const applicationName = 'jiesu';

/**
 * drizzle hands its SQL to `unsafe`, which by default plans each statement anew. Preparing them saves the planning on
 * every call; a statement's text is fixed by its code path, so a connection holds a bounded number of them.
 */
function prepareAll<T extends postgres.Sql | postgres.TransactionSql>(client: T): T {
  const unsafe = client.unsafe.bind(client);
  const prepared: typeof client.unsafe = (query, parameters, options) =>
    unsafe(query, parameters, { prepare: true, ...options });
  return Object.assign(client, { unsafe: prepared });
}

function openPool(url: string, max: number, as: { role?: string; statement_timeout?: number } = {}): postgres.Sql {
  const client = prepareAll(
    postgres(url, {
      max,
      onnotice: () => undefined,
      // Compiling a report costs more than it saves, where the server can compile at all.
      connection: { application_name: applicationName, timezone: 'UTC', jit: 'off', ...as },
    }),
  );
  const begin = client.begin.bind(client);
  // drizzle calls `begin` with a body alone; the transaction's own handle prepares too.
  Object.assign(client, {
    begin: <T>(body: (tx: postgres.TransactionSql) => T | Promise<T>) => begin((tx) => body(prepareAll(tx))),
  });
  return client;
}

/** How a transaction reads that must see one instant, however many statements it takes. */
export const snapshot = { isolationLevel: 'repeatable read', accessMode: 'read only' } as const;

/**
 * Reads one instant of all that is stored, whoever asks: which unit leads a case now depends on orders that a unit which had it before
 * does not see, and its figures are to be the city's. What is read must keep to the scope by itself.
 */
export function readWhole<T>(db: Db, read: (tx: Db) => Promise<T>): Promise<T> {
  return beyond(() => db.transaction(read, snapshot));
}

/** For the one statement that may take as long as it needs: from here to the end of the transaction none is broken off. */
export async function takeYourTime(tx: Db): Promise<void> {
  await tx.execute(sql`set local statement_timeout = 0`);
}

/** A pool for one URL. Throws when the server cannot be reached or is older than 15. */
export async function connectTo(url: string, max = 10): Promise<Connection> {
  const client = openPool(url, max);
  try {
    const [row] = await client`select current_setting('server_version_num')::int as version`;
    if (!(Number(row?.version) >= 150_000)) throw new Error('需要 PostgreSQL 15 或更高版本');
  } catch (error) {
    await client.end({ timeout: 1 });
    throw error;
  }
  const { host, pathname } = new URL(url);
  const signal = openSignal(url, applicationName);
  return {
    db: followViews(drizzle(client)),
    signal,
    url,
    place: `${host}${pathname}`,
    claim: async () => true,
    close: async () => {
      await signal.close();
      await client.end({ timeout: 5 });
    },
  };
}

/** The user of the database may not become what the service works as; the message is for the operator. */
export class RoleError extends Error {}

/** What the service works on: the same database, but as a role that can change no table, and as less where a reader sees less. */
export interface ServiceConnection {
  db: PostgresJsDatabase<Record<string, never>>;
  close(): Promise<void>;
}

/**
 * Connects as the service's own role; the migrations make it. A statement is broken off after `statementMs` milliseconds, its wait for
 * others included; 0 for never. Throws RoleError where the user of the URL may not become the role.
 */
export async function connectService(
  { url }: Pick<Connection, 'url'>,
  max = 10,
  statementMs = 0,
): Promise<ServiceConnection> {
  const client = openPool(url, max, { role: serviceRole, statement_timeout: statementMs });
  try {
    await client`select 1`;
  } catch (error) {
    await client.end({ timeout: 1 });
    if (errorCode(error) !== '42501') throw error;
    throw new RoleError(`数据库用户不属于角色 ${serviceRole}：请管理员执行 grant ${serviceRole} to 此用户`, {
      cause: error,
    });
  }
  return { db: followViews(drizzle(client)), close: () => client.end({ timeout: 5 }) };
}

/** Connects as configured, starting the embedded server where it is needed and not running. */
export async function connect(config: Config): Promise<Connection> {
  if (config.DATABASE_URL !== undefined) return connectTo(config.DATABASE_URL, config.DATABASE_POOL);
  const server = await openEmbedded(config.DATA_DIR);
  try {
    const connection = await connectTo(server.url, config.DATABASE_POOL);
    return {
      ...connection,
      claim: server.claim,
      close: async () => {
        await connection.close();
        await server.release();
      },
    };
  } catch (error) {
    await server.release();
    throw error;
  }
}
