/** Machines' tokens in the database, as administrators look after them. A row without a hash is a person's. */
import { and, desc, eq, gt, isNotNull, isNull, lt, lte, type SQL } from 'drizzle-orm';
import type { Db } from '../db/connect.ts';
import { tokens } from '../db/tables.ts';
import type { TokensQuery } from './schemas.ts';

export type TokenRow = typeof tokens.$inferSelect;

const ofMachines = isNotNull(tokens.hash);

function inState(state: TokensQuery['state'], now: Date): SQL | undefined {
  if (state === undefined) return undefined;
  if (state === 'revoked') return isNotNull(tokens.revokedAt);
  return and(isNull(tokens.revokedAt), state === 'good' ? gt(tokens.expiresAt, now) : lte(tokens.expiresAt, now));
}

export async function listTokens(
  db: Db,
  { role, unit, owner, state }: TokensQuery,
  now: Date,
  before: number | null,
  count: number,
): Promise<TokenRow[]> {
  return db
    .select()
    .from(tokens)
    .where(
      and(
        ofMachines,
        role === undefined ? undefined : eq(tokens.role, role),
        unit === undefined ? undefined : eq(tokens.unit, unit),
        owner === undefined ? undefined : eq(tokens.ownerId, Number(owner)),
        inState(state, now),
        before === null ? undefined : lt(tokens.id, before),
      ),
    )
    .orderBy(desc(tokens.id))
    .limit(count);
}

/** A machine's token, locked until the transaction ends. */
export async function lockToken(tx: Db, id: number): Promise<TokenRow | undefined> {
  const [row] = await tx
    .select()
    .from(tokens)
    .where(and(eq(tokens.id, id), ofMachines))
    .for('update');
  return row;
}

export async function updateToken(tx: Db, id: number, change: Partial<TokenRow>): Promise<TokenRow> {
  const [row] = await tx.update(tokens).set(change).where(eq(tokens.id, id)).returning();
  if (row === undefined) throw new Error('the token has gone');
  return row;
}

/** Whether there is such a person, who has not left. */
export async function isActivePerson(tx: Db, id: number): Promise<boolean> {
  const rows = await tx
    .select({ id: tokens.id })
    .from(tokens)
    .where(and(eq(tokens.id, id), isNull(tokens.hash), isNull(tokens.revokedAt)))
    .for('share');
  return rows.length > 0;
}
