/** Accounts, sessions and attempts to sign in, in the database; and the list of common passwords. */
import { readFileSync } from 'node:fs';
import { and, desc, eq, gt, isNull, lt, ne, sql } from 'drizzle-orm';
import { loginAttempts, sessions, users } from '../db/account-tables.ts';
import type { Db } from '../db/connect.ts';
import { tokens } from '../db/tables.ts';
import type { Attempts } from './lockout.ts';

/** The list of a folder of seeds; see `password.ts`. */
export function readCommonFile(): string {
  return readFileSync(new URL('../../seeds/common-passwords.txt', import.meta.url), 'utf8');
}

const columns = {
  id: users.id,
  login: users.login,
  passwordHash: users.passwordHash,
  mustChange: users.mustChange,
  hasTotp: sql<boolean>`${users.totpSecret} is not null`,
  role: tokens.role,
  unit: tokens.unit,
  name: tokens.name,
  revokedAt: tokens.revokedAt,
};

function selectUsers(db: Db) {
  return db.select(columns).from(users).innerJoin(tokens, eq(tokens.id, users.id));
}
export type UserRow = Awaited<ReturnType<typeof selectUsers>>[number];

export async function findByLogin(db: Db, login: string): Promise<UserRow | undefined> {
  const [row] = await selectUsers(db).where(eq(users.login, login));
  return row;
}

export async function findUser(db: Db, id: number): Promise<UserRow | undefined> {
  const [row] = await selectUsers(db).where(eq(users.id, id));
  return row;
}

/** The same, locked until the transaction ends: nobody deactivates him or resets his password meanwhile. */
export async function lockUser(tx: Db, id: number): Promise<UserRow | undefined> {
  const [row] = await selectUsers(tx)
    .where(eq(users.id, id))
    .for('update', { of: [users, tokens] });
  return row;
}

export async function setPassword(
  tx: Db,
  id: number,
  password: { passwordHash: string; passwordAt: Date; mustChange: boolean },
): Promise<void> {
  await tx.update(users).set(password).where(eq(users.id, id));
}

/** Nobody else counts or clears the attempts at a name until the transaction ends. Not the row: of a first attempt there is none. */
async function holdName(tx: Db, login: Buffer): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${login.toString('hex')}, 7))`);
}

/** The attempts at a name, held until the transaction ends; null where there were none. */
export async function lockAttempts(tx: Db, login: Buffer): Promise<Attempts | null> {
  await holdName(tx, login);
  const [row] = await tx
    .select({ count: loginAttempts.count, at: loginAttempts.at })
    .from(loginAttempts)
    .where(eq(loginAttempts.login, login));
  return row ?? null;
}

export async function setAttempts(tx: Db, login: Buffer, attempts: Attempts): Promise<void> {
  await tx
    .insert(loginAttempts)
    .values({ login, ...attempts })
    .onConflictDoUpdate({ target: loginAttempts.login, set: attempts });
}

export async function clearAttempts(tx: Db, login: Buffer): Promise<void> {
  await holdName(tx, login);
  await tx.delete(loginAttempts).where(eq(loginAttempts.login, login));
}

/** Removes what no longer counts. */
export async function forgetAttempts(db: Db, before: Date): Promise<void> {
  await db.delete(loginAttempts).where(lt(loginAttempts.at, before));
}

/** Writes down a session, and when its person signed in. */
export async function insertSession(tx: Db, session: typeof sessions.$inferInsert): Promise<number> {
  await tx.update(tokens).set({ lastUsedAt: session.createdAt }).where(eq(tokens.id, session.userId));
  const [row] = await tx.insert(sessions).values(session).returning({ id: sessions.id });
  if (row === undefined) throw new Error('the session was not stored');
  return row.id;
}

/** What ended long ago is removed when its person signs in again. */
export async function forgetSessions(tx: Db, userId: number, before: Date): Promise<void> {
  await tx.delete(sessions).where(and(eq(sessions.userId, userId), lt(sessions.endsAt, before)));
}

/** The sessions of a person that are open, newest first. */
export async function listSessions(db: Db, userId: number, now: Date, seenAfter: Date) {
  const { id, way, agent, createdAt, seenAt, endsAt } = sessions;
  return db
    .select({ id, way, agent, createdAt, seenAt, endsAt })
    .from(sessions)
    .where(
      and(
        eq(sessions.userId, userId),
        isNull(sessions.endedAt),
        gt(sessions.endsAt, now),
        gt(sessions.seenAt, seenAfter),
      ),
    )
    .orderBy(desc(sessions.id));
}

/** Ends a person's sessions, but for one; how many were still going on. */
export async function endSessions(tx: Db, userId: number, now: Date, spare: number | null = null): Promise<number> {
  const ended = await tx
    .update(sessions)
    .set({ endedAt: now })
    .where(
      and(
        eq(sessions.userId, userId),
        isNull(sessions.endedAt),
        gt(sessions.endsAt, now),
        spare === null ? undefined : ne(sessions.id, spare),
      ),
    )
    .returning({ id: sessions.id });
  return ended.length;
}

export async function endSession(tx: Db, id: number, now: Date): Promise<void> {
  await tx
    .update(sessions)
    .set({ endedAt: now })
    .where(and(eq(sessions.id, id), isNull(sessions.endedAt)));
}
