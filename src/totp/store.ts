/** Second factors in the database. */
import { and, count, eq } from 'drizzle-orm';
import { recoveryCodes, users } from '../db/account-tables.ts';
import type { Db } from '../db/connect.ts';

/** A person's second factor, locked until the transaction ends: a code is taken by one request. */
export async function lockFactor(tx: Db, userId: number) {
  const { login, totpSecret, totpPending, totpStep } = users;
  const [row] = await tx
    .select({ login, totpSecret, totpPending, totpStep })
    .from(users)
    .where(eq(users.id, userId))
    .for('update');
  return row;
}

type Factor = Pick<typeof users.$inferInsert, 'totpSecret' | 'totpPending' | 'totpStep'>;

export async function setFactor(tx: Db, userId: number, factor: Factor): Promise<void> {
  await tx.update(users).set(factor).where(eq(users.id, userId));
}

/** Takes the place of all earlier ones. */
export async function setRecoveryCodes(tx: Db, userId: number, hashes: readonly Buffer[]): Promise<void> {
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
  if (hashes.length > 0) await tx.insert(recoveryCodes).values(hashes.map((hash) => ({ userId, hash })));
}

/** Whether there was such a code; it is gone now. */
export async function spendRecoveryCode(tx: Db, userId: number, hash: Buffer): Promise<boolean> {
  const spent = await tx
    .delete(recoveryCodes)
    .where(and(eq(recoveryCodes.userId, userId), eq(recoveryCodes.hash, hash)))
    .returning({ userId: recoveryCodes.userId });
  return spent.length > 0;
}

export async function countRecoveryCodes(db: Db, userId: number): Promise<number> {
  const [row] = await db.select({ left: count() }).from(recoveryCodes).where(eq(recoveryCodes.userId, userId));
  return row?.left ?? 0;
}
