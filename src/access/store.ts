/** Tokens in the database. */
import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import { units } from '../db/catalog-tables.ts';
import type { Db } from '../db/connect.ts';
import { tokens } from '../db/tables.ts';
import type { Role } from './roles.ts';

export interface TokenRow {
  id: number;
  role: string;
  unit: string | null;
  name: string;
  expiresAt: Date;
  revokedAt: Date | null;
}

export async function findToken(db: Db, hash: Buffer): Promise<TokenRow | undefined> {
  const { id, role, unit, name, expiresAt, revokedAt } = tokens;
  const [row] = await db
    .select({ id, role, unit, name, expiresAt, revokedAt })
    .from(tokens)
    .where(eq(tokens.hash, hash));
  return row;
}

export async function listLiveTokens(db: Db, ids: readonly number[], now: Date): Promise<number[]> {
  const rows = await db
    .select({ id: tokens.id })
    .from(tokens)
    .where(
      and(sql`${tokens.id} = any(${sql.param(ids)}::bigint[])`, isNull(tokens.revokedAt), gt(tokens.expiresAt, now)),
    );
  return rows.map(({ id }) => id);
}

export interface NewToken {
  hash: Buffer;
  role: Role;
  unit: string | null;
  name: string;
  createdAt: Date;
  expiresAt: Date;
}

export async function insertToken(db: Db, token: NewToken): Promise<number> {
  const [row] = await db.insert(tokens).values(token).returning({ id: tokens.id });
  if (row === undefined) throw new Error('the token was not stored');
  return row.id;
}

export async function unitExists(db: Db, code: string): Promise<boolean> {
  const rows = await db.select({ one: sql`1` }).from(units).where(eq(units.code, code));
  return rows.length > 0;
}
