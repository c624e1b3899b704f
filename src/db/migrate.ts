/** Brings the database to the newest schema. Safe to run from several nodes at once: they take turns. */
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator';
import type { Connection } from './connect.ts';

const migrationsFolder = fileURLToPath(new URL('../../drizzle', import.meta.url));
const migrationLock = 12_346;

export async function migrate({ db }: Connection): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${migrationLock})`);
    // On a connection of its own: the lock above only makes others wait.
    await runMigrations(db, { migrationsFolder });
  });
}
