/** Brings the database to the newest schema. Safe to run from several nodes at once: they take turns. */
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator';
import { errorCode } from '../http/errors.ts';
import type { Connection } from './connect.ts';

const migrationsFolder = fileURLToPath(new URL('../../drizzle', import.meta.url));
const migrationLock = 12_346;

/** The schema cannot be brought up to date; the message is for the operator. */
export class MigrationError extends Error {}

/** Whether there is nothing to run: then nobody need be the owner of the tables. */
async function isNewest({ db }: Pick<Connection, 'db'>): Promise<boolean> {
  const [found] = await db.execute<{ there: boolean }>(
    sql`select to_regclass('drizzle.__drizzle_migrations') is not null as there`,
  );
  if (found?.there !== true) return false;
  const [row] = await db.execute<{ last: string | null }>(
    sql`select max(created_at) as last from drizzle.__drizzle_migrations`,
  );
  const newest = readMigrationFiles({ migrationsFolder }).at(-1)?.folderMillis ?? 0;
  return Number(row?.last ?? 0) >= newest;
}

/** Throws MigrationError where there is something to run and the user of the database may not. */
export async function migrate(connection: Pick<Connection, 'db'>): Promise<void> {
  const { db } = connection;
  try {
    if (await isNewest(connection)) return;
    await db.transaction(async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(${migrationLock})`);
      // On a connection of its own: the lock above only makes others wait.
      await runMigrations(db, { migrationsFolder });
    });
  } catch (error) {
    if (errorCode(error) !== '42501') throw error;
    const why = `数据库用户无权更新结构（${messageOf(error)}）`;
    throw new MigrationError(`${why}。请以表的所有者运行 jiesu migrate，见 docs/privacy.md 的“数据库角色”`, {
      cause: error,
    });
  }
}

/** What the database itself said. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : messageOf(error.cause);
}
