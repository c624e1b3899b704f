/** Accounts in the database, as administrators look after them. */
import { and, asc, eq, gt, isNotNull, isNull, ne, or, type SQL, sql } from 'drizzle-orm';
import { users } from '../db/account-tables.ts';
import type { Db } from '../db/connect.ts';
import { tokens } from '../db/tables.ts';
import type { UsersQuery } from './schemas.ts';

const columns = {
  id: users.id,
  login: users.login,
  name: tokens.name,
  role: tokens.role,
  unit: tokens.unit,
  subject: users.subject,
  revokedAt: tokens.revokedAt,
  mustChange: users.mustChange,
  totp: sql<boolean>`${users.totpSecret} is not null`,
  createdAt: tokens.createdAt,
  lastLoginAt: tokens.lastUsedAt,
};

function selectStaff(db: Db) {
  return db.select(columns).from(users).innerJoin(tokens, eq(tokens.id, users.id));
}
export type StaffRow = Awaited<ReturnType<typeof selectStaff>>[number];

export async function findStaff(db: Db, id: number): Promise<StaffRow | undefined> {
  const [row] = await selectStaff(db).where(eq(users.id, id));
  return row;
}

/** The same, locked until the transaction ends. */
export async function lockStaff(tx: Db, id: number): Promise<StaffRow | undefined> {
  const [row] = await selectStaff(tx)
    .where(eq(users.id, id))
    .for('update', { of: [users, tokens] });
  return row;
}

function matching({ q, role, unit, active }: Omit<UsersQuery, 'limit' | 'cursor'>): SQL | undefined {
  return and(
    q === undefined
      ? undefined
      : sql`(starts_with(${users.login}, ${q.toLowerCase()}) or starts_with(${tokens.name}, ${q}))`,
    role === undefined ? undefined : eq(tokens.role, role),
    unit === undefined ? undefined : eq(tokens.unit, unit),
    active === undefined ? undefined : active ? isNull(tokens.revokedAt) : isNotNull(tokens.revokedAt),
  );
}

export async function listStaff(db: Db, query: UsersQuery, after: number | null, count: number): Promise<StaffRow[]> {
  return selectStaff(db)
    .where(and(matching(query), after === null ? undefined : gt(users.id, after)))
    .orderBy(asc(users.id))
    .limit(count);
}

/** False where the login or the subject is another's. */
export async function insertUser(tx: Db, user: typeof users.$inferInsert): Promise<boolean> {
  const rows = await tx.insert(users).values(user).onConflictDoNothing().returning({ id: users.id });
  return rows.length > 0;
}

/** Which of some logins and subjects are taken, but for those of one person. */
export async function findTaken(
  db: Db,
  { logins, subjects }: { logins: readonly string[]; subjects: readonly string[] },
  but = 0,
): Promise<{ login: string; subject: string | null }[]> {
  return db
    .select({ login: users.login, subject: users.subject })
    .from(users)
    .where(
      and(
        ne(users.id, but),
        or(
          sql`${users.login} = any(${sql.param(logins)}::text[])`,
          sql`${users.subject} = any(${sql.param(subjects)}::text[])`,
        ),
      ),
    );
}

export async function updateStaff(
  tx: Db,
  id: number,
  { subject, ...person }: Partial<Pick<StaffRow, 'name' | 'role' | 'unit' | 'revokedAt' | 'subject'>>,
): Promise<void> {
  if (Object.keys(person).length > 0) await tx.update(tokens).set(person).where(eq(tokens.id, id));
  if (subject !== undefined) await tx.update(users).set({ subject }).where(eq(users.id, id));
}

/** Revokes the machines' tokens that a person answers for, and says which. */
export async function revokeOwned(tx: Db, ownerId: number, now: Date): Promise<{ id: number; role: string }[]> {
  return tx
    .update(tokens)
    .set({ revokedAt: now })
    .where(and(eq(tokens.ownerId, ownerId), isNull(tokens.revokedAt)))
    .returning({ id: tokens.id, role: tokens.role });
}
