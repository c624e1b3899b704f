/** Making, changing and deactivating the accounts of people. */

import { type Role, roles, unitRoles } from '../access/roles.ts';
import type { Session } from '../access/scope.ts';
import { actorOf, checkPlace, createPerson } from '../access/service.ts';
import { spell } from '../access/tokens.ts';
import { hashPassword, initialBytes, saltBytes } from '../account/password.ts';
import { endAllSessions, readSessions, storePassword, target } from '../account/service.ts';
import { releaseAll } from '../callback/service.ts';
import { shanghaiTime } from '../catalog/calendar.ts';
import type { Context } from '../context.ts';
import { recordAudit } from '../db/audit.ts';
import type { Db } from '../db/connect.ts';
import { AppError } from '../http/errors.ts';
import { page, readNumbers, writeCursor } from '../http/schemas.ts';
import { removeFactor } from '../totp/service.ts';
import {
  type NewUser,
  personRoles,
  type User,
  type UserChange,
  type UsersQuery,
  type UserWithPassword,
} from './schemas.ts';
import {
  findStaff,
  findTaken,
  insertUser,
  listStaff,
  lockStaff,
  revokeOwned,
  type StaffRow,
  updateStaff,
} from './store.ts';

const notFound = () => new AppError('NOT_FOUND', '没有这个用户');
/** What the database holds of a role is checked when it is written. */
const roleOf = (text: string): Role => roles.find((role) => role === text) ?? 'channel';

function view(row: StaffRow): User {
  const { id, revokedAt, createdAt, lastLoginAt, role, ...rest } = row;
  return {
    id: String(id),
    ...rest,
    role: roleOf(role),
    active: revokedAt === null,
    createdAt: shanghaiTime(createdAt),
    lastLoginAt: lastLoginAt && shanghaiTime(lastLoginAt),
  };
}

/** A page of the accounts, in the order in which they were made. */
export async function readUsers({ db }: Context, query: UsersQuery) {
  const { limit, cursor, ...filters } = query;
  const asked = JSON.stringify([filters.q, filters.role, filters.unit, filters.active]);
  const [after = null] = cursor === undefined ? [] : readNumbers(cursor, 'users', asked, 1);
  const rows = await listStaff(db, query, after, limit + 1);
  const { items, next } = page(rows, limit, ({ id }) => writeCursor('users', asked, [id]));
  return { items: items.map(view), next };
}

export async function readUser({ db }: Context, id: number): Promise<User> {
  const row = await findStaff(db, id);
  if (row === undefined) throw notFound();
  return view(row);
}

/** A password for the first time, and its hash. */
export async function firstPassword(
  random: (bytes: number) => Buffer,
): Promise<{ password: string; passwordHash: string }> {
  const password = spell(random(initialBytes));
  return { password, passwordHash: await hashPassword(password, random(saltBytes)) };
}

/** Makes an account. Throws VALIDATION_FAILED where role and unit do not go together, LOGIN_TAKEN, SUBJECT_TAKEN. */
export async function addUser(
  tx: Db,
  { login, name, role, unit = null, subject = null }: NewUser,
  passwordHash: string,
  by: { actor: string; now: Date },
): Promise<number> {
  const { actor, now } = by;
  const id = await createPerson(tx, { role, unit, name }, now);
  const isNew = await insertUser(tx, { id, login, subject, passwordHash, passwordAt: now, mustChange: true });
  if (!isNew) {
    const taken = await findTaken(tx, { logins: [login], subjects: [] });
    throw new AppError(taken.length > 0 ? 'LOGIN_TAKEN' : 'SUBJECT_TAKEN');
  }
  await recordAudit(tx, { at: now, actor, action: 'user.made', target: target(id), detail: { role, unit } });
  return id;
}

/** Makes an account and tells its first password, once. Throws like `addUser`. */
export async function createUser(
  { db, random }: Pick<Context, 'db' | 'random'>,
  actor: string,
  user: NewUser,
  now: Date,
): Promise<UserWithPassword> {
  const { password, passwordHash } = await firstPassword(random);
  return db.transaction(async (tx) => {
    const row = await findStaff(tx, await addUser(tx, user, passwordHash, { actor, now }));
    if (row === undefined) throw notFound();
    return { ...view(row), password };
  });
}

/** Does something to an account that nobody else changes meanwhile. */
async function withUser<T>({ db }: Context, id: number, work: (tx: Db, row: StaffRow) => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    const row = await lockStaff(tx, id);
    if (row === undefined) throw notFound();
    return work(tx, row);
  });
}

/** Where a person belongs after a change: who takes a role of no unit leaves his. */
function placeAfter(row: StaffRow, { role = roleOf(row.role), unit }: UserChange): { role: Role; unit: string | null } {
  if (unit !== undefined) return { role, unit };
  return { role, unit: unitRoles.includes(role) ? row.unit : null };
}

/**
 * Changes an account. Whoever is deactivated or gets another role or unit is signed out everywhere at once, and the call-backs he keeps
 * are given back; of one deactivated the machines' tokens end too. Orders belong to units and stay where they are. Throws NOT_FOUND,
 * OWN_ACCOUNT, SUBJECT_TAKEN, VALIDATION_FAILED.
 */
export async function changeUser(
  ctx: Context,
  { actor, userId }: Session,
  id: number,
  change: UserChange,
  now: Date,
): Promise<User> {
  return withUser(ctx, id, async (tx, row) => {
    const { name = row.name, subject = row.subject, active = row.revokedAt === null } = change;
    const { role, unit } = placeAfter(row, change);
    const isMoved = role !== row.role || unit !== row.unit;
    const leaves = !active && row.revokedAt === null;
    if (id === userId && (leaves || isMoved)) throw new AppError('OWN_ACCOUNT');
    if (isMoved) await checkPlace(tx, role, unit);
    if (subject !== null && (await findTaken(tx, { logins: [], subjects: [subject] }, id)).length > 0)
      throw new AppError('SUBJECT_TAKEN');
    await updateStaff(tx, id, { name, role, unit, subject, revokedAt: active ? null : (row.revokedAt ?? now) });
    const fields = Object.keys(change);
    await recordAudit(tx, {
      at: now,
      actor,
      action: 'user.changed',
      target: target(id),
      detail: { fields, role, unit },
    });
    if (leaves || isMoved) await signOff(tx, id, { leaves, actor, now });
    return view((await findStaff(tx, id)) ?? row);
  });
}

/** Ends what a person has going on, as the one who he was. */
async function signOff(
  tx: Db,
  id: number,
  { leaves, actor, now }: { leaves: boolean; actor: string; now: Date },
): Promise<void> {
  const sessions = await endAllSessions(tx, id, actor, now);
  const owned = leaves ? await revokeOwned(tx, id, now) : [];
  const names = [...personRoles.map((role) => actorOf(role, id)), ...owned.map((token) => `${token.role}#${token.id}`)];
  const callbacks = await releaseAll(tx, names);
  if (!leaves) return;
  const detail = { sessions, tokens: owned.map((token) => token.id), callbacks };
  await recordAudit(tx, { at: now, actor, action: 'user.deactivated', target: target(id), detail });
}

/** Gives a new first password, told once; the sessions end. */
export async function resetPassword(
  ctx: Context,
  { actor }: Session,
  id: number,
  now: Date,
): Promise<UserWithPassword> {
  const { password, passwordHash } = await firstPassword(ctx.random);
  return withUser(ctx, id, async (tx, row) => {
    await storePassword(tx, { id, login: row.login }, { passwordHash, passwordAt: now, mustChange: true });
    await endAllSessions(tx, id, actor, now);
    await recordAudit(tx, { at: now, actor, action: 'password.reset', target: target(id), detail: {} });
    return { ...view({ ...row, mustChange: true }), password };
  });
}

/** The open sessions of another. */
export async function readSessionsOf(ctx: Context, id: number, now: Date) {
  await readUser(ctx, id);
  return readSessions(ctx, { userId: id, sessionId: null }, now);
}

/** Ends the sessions of another. */
export async function endSessionsOf(
  ctx: Context,
  { actor }: Session,
  id: number,
  now: Date,
): Promise<{ ended: number }> {
  return withUser(ctx, id, async (tx) => ({ ended: await endAllSessions(tx, id, actor, now) }));
}

/** Takes away the second factor of whoever has lost it and his recovery codes; the sessions end. */
export async function resetTotp(ctx: Context, { actor }: Session, id: number, now: Date): Promise<User> {
  return withUser(ctx, id, async (tx, row) => {
    await removeFactor(tx, id);
    await endAllSessions(tx, id, actor, now);
    await recordAudit(tx, { at: now, actor, action: 'totp.reset', target: target(id), detail: {} });
    return view({ ...row, totp: false });
  });
}
