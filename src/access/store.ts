/** Tokens and sessions in the database. */
import { and, eq, gt, inArray, isNull, or, sql } from 'drizzle-orm';
import { sessions, users } from '../db/account-tables.ts';
import { units } from '../db/catalog-tables.ts';
import type { Db } from '../db/connect.ts';
import { tokens } from '../db/tables.ts';

const tokenColumns = {
  id: tokens.id,
  role: tokens.role,
  unit: tokens.unit,
  name: tokens.name,
  expiresAt: tokens.expiresAt,
  revokedAt: tokens.revokedAt,
  scopes: tokens.scopes,
  lastUsedAt: tokens.lastUsedAt,
};

/** The token of a hash, or of what was its hash before a rotation as long as that is still good. */
export async function findToken(db: Db, hash: Buffer, now: Date) {
  const [row] = await db
    .select(tokenColumns)
    .from(tokens)
    .where(or(eq(tokens.hash, hash), and(eq(tokens.formerHash, hash), gt(tokens.formerUntil, now))));
  return row;
}

/** A session with its person. */
export async function findSession(db: Db, hash: Buffer) {
  const [row] = await db
    .select({
      id: sessions.id,
      userId: sessions.userId,
      way: sessions.way,
      seenAt: sessions.seenAt,
      endsAt: sessions.endsAt,
      endedAt: sessions.endedAt,
      role: tokens.role,
      unit: tokens.unit,
      name: tokens.name,
      revokedAt: tokens.revokedAt,
      mustChange: users.mustChange,
      hasTotp: sql<boolean>`${users.totpSecret} is not null`,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .innerJoin(tokens, eq(tokens.id, sessions.userId))
    .where(eq(sessions.hash, hash));
  return row;
}

/** Writes down a use; of many at one time, all of which have read `since`, only the first. */
export async function touchToken(db: Db, id: number, now: Date, since: Date | null): Promise<void> {
  await db
    .update(tokens)
    .set({ lastUsedAt: now })
    .where(and(eq(tokens.id, id), since === null ? isNull(tokens.lastUsedAt) : eq(tokens.lastUsedAt, since)));
}

export async function touchSession(db: Db, id: number, now: Date, since: Date): Promise<void> {
  await db
    .update(sessions)
    .set({ seenAt: now })
    .where(and(eq(sessions.id, id), eq(sessions.seenAt, since)));
}

export async function listLiveTokens(db: Db, ids: readonly number[], now: Date): Promise<number[]> {
  const rows = await db
    .select({ id: tokens.id })
    .from(tokens)
    .where(
      and(
        sql`${tokens.id} = any(${sql.param(ids)}::bigint[])`,
        isNull(tokens.revokedAt),
        or(isNull(tokens.expiresAt), gt(tokens.expiresAt, now)),
      ),
    );
  return rows.map(({ id }) => id);
}

/** When some sessions were last used and when they end. */
export async function listSessionTimes(db: Db, ids: readonly number[]) {
  const { id, seenAt, endsAt, endedAt } = sessions;
  return db
    .select({ id, seenAt, endsAt, endedAt })
    .from(sessions)
    .where(inArray(sessions.id, [...ids]));
}

export type NewToken = typeof tokens.$inferInsert;

export async function insertToken(db: Db, token: NewToken): Promise<number> {
  const [row] = await db.insert(tokens).values(token).returning({ id: tokens.id });
  if (row === undefined) throw new Error('the token was not stored');
  return row.id;
}

export async function unitExists(db: Db, code: string): Promise<boolean> {
  const rows = await db.select({ one: sql`1` }).from(units).where(eq(units.code, code));
  return rows.length > 0;
}
