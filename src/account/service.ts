/** Signing in and out, one's own password, sessions and second factor. */
import { permissionsOf } from '../access/roles.ts';
import type { Session } from '../access/scope.ts';
import { actorOf } from '../access/service.ts';
import { csrfOf } from '../access/sign-in.ts';
import { hashToken } from '../access/tokens.ts';
import { shanghaiTime } from '../catalog/calendar.ts';
import type { Context } from '../context.ts';
import { recordAudit } from '../db/audit.ts';
import type { Db } from '../db/connect.ts';
import { AppError, fieldError } from '../http/errors.ts';
import { beginFactor, confirmFactor, recoveryCodesLeft, removeFactor, takeFactor } from '../totp/service.ts';
import { countAttempt, lockout } from './lockout.ts';
import {
  type CommonPasswords,
  hashPassword,
  nobody,
  readCommon,
  saltBytes,
  verifyPassword,
  weakness,
} from './password.ts';
import type { LoginRequest, LoginSession, Me, PasswordRequest, ProofRequest } from './schemas.ts';
import {
  clearAttempts,
  endSession,
  endSessions,
  findByLogin,
  findUser,
  forgetAttempts,
  forgetSessions,
  insertSession,
  listSessions,
  lockAttempts,
  lockUser,
  readCommonFile,
  setAttempts,
  setPassword,
  type UserRow,
} from './store.ts';

/** A person who is signed in. */
export type Person = Session & { userId: number; sessionId: number };

const secretBytes = 32;
/** How long the row of a session is kept after its end. */
const keptMs = 7 * 24 * 3_600_000;
const maxAgent = 200;

let common: CommonPasswords | null = null;
/** Read when the first person chooses a password: commands do without. */
function commonPasswords(): CommonPasswords {
  common ??= readCommon(readCommonFile());
  return common;
}

const keyOf = (login: string) => hashToken(login);
export const normalLogin = (typed: string) => typed.normalize('NFKC').trim().toLowerCase();
export const target = (userId: number) => `user:${userId}`;
/** Whoever has not shown yet who he is. */
export const stranger = 'anonymous';

/**
 * Counts an attempt at a name before it is looked at. Throws LOGIN_LOCKED while the name is closed, whether or not there is such an
 * account: nothing is learned of that.
 */
async function countLogin({ db }: Context, login: string, now: Date): Promise<void> {
  const counted = await db.transaction(async (tx) => {
    const counted = countAttempt(lockout, await lockAttempts(tx, keyOf(login)), now);
    if ('count' in counted) {
      await setAttempts(tx, keyOf(login), counted);
      if (counted.count === 1) await forgetAttempts(tx, new Date(now.getTime() - lockout.forgetHours * 3_600_000));
      return null;
    }
    const user = await findByLogin(tx, login);
    const about = { actor: stranger, action: 'login.locked', target: user === undefined ? null : target(user.id) };
    await recordAudit(tx, { ...about, at: now, detail: {} });
    return counted.until;
  });
  if (counted === null) return;
  const retryAfter = Math.ceil((counted.getTime() - now.getTime()) / 1000);
  throw new AppError('LOGIN_LOCKED', `请在 ${retryAfter} 秒以后再试`, { retryAfter });
}

/** Whose password it is; undefined for a wrong one and for an account that there is not or no more, all in the same time. */
async function whose(user: UserRow | undefined, password: string): Promise<UserRow | undefined> {
  const isRight = await verifyPassword(user?.passwordHash ?? nobody, password);
  return isRight && user?.revokedAt === null ? user : undefined;
}

/** Signs a person in and answers the secret of the session, for its cookie. Throws WRONG_CREDENTIALS, TOTP_REQUIRED, LOGIN_LOCKED. */
export async function signIn(
  ctx: Context,
  { login: typed, password, totp }: LoginRequest,
  agent: string | undefined,
  now: Date,
): Promise<string> {
  const login = normalLogin(typed);
  await countLogin(ctx, login, now);
  const known = await findByLogin(ctx.db, login);
  const user = await whose(known, password);
  const opened = user && (await ctx.db.transaction((tx) => open(tx, ctx, user, { totp, agent }, now)));
  if (opened === 'missing') throw new AppError('TOTP_REQUIRED');
  if (opened !== undefined && opened !== null) return opened.secret;
  const about = { actor: stranger, action: 'login.failed', target: known === undefined ? null : target(known.id) };
  await recordAudit(ctx.db, { ...about, at: now, detail: { password: user !== undefined } });
  throw new AppError('WRONG_CREDENTIALS');
}

/** What comes after the password; null where it does not suffice. */
async function open(
  tx: Db,
  ctx: Context,
  { id, login, passwordHash }: UserRow,
  { totp, agent }: { totp: string | undefined; agent: string | undefined },
  now: Date,
): Promise<{ secret: string } | 'missing' | null> {
  // He may have been deactivated, or his password reset, while it was being verified.
  const user = await lockUser(tx, id);
  if (user === undefined || user.revokedAt !== null || user.passwordHash !== passwordHash) return null;
  const factor = await takeFactor(tx, ctx, id, totp, now);
  if (factor === 'wrong') return null;
  if (factor === 'missing') return factor;
  await clearAttempts(tx, keyOf(login));
  return { secret: await openSession(tx, ctx, user, { way: 'password', factor, agent }, now) };
}

/** Makes a session of a person who has shown who he is, and answers its secret. */
export async function openSession(
  tx: Db,
  { random, signIn }: Context,
  { id: userId, role }: Pick<UserRow, 'id' | 'role'>,
  { way, factor, agent }: { way: 'password' | 'oidc'; factor: string; agent: string | undefined },
  now: Date,
): Promise<string> {
  const secret = random(secretBytes).toString('base64url');
  await forgetSessions(tx, userId, new Date(now.getTime() - keptMs));
  const session = await insertSession(tx, {
    hash: hashToken(secret),
    userId,
    way,
    agent: agent?.slice(0, maxAgent) ?? null,
    createdAt: now,
    seenAt: now,
    endsAt: new Date(now.getTime() + signIn.absoluteMs),
  });
  const actor = actorOf(role, userId);
  const detail = { way, factor, session };
  await recordAudit(tx, { at: now, actor, action: 'login.ok', target: target(userId), detail });
  return secret;
}

/** Ends the session. */
export async function signOut({ db }: Context, { sessionId, userId, actor }: Person, now: Date): Promise<void> {
  await db.transaction(async (tx) => {
    await endSession(tx, sessionId, now);
    const about = { at: now, actor, target: target(userId) };
    await recordAudit(tx, { ...about, action: 'logout', detail: { session: sessionId } });
  });
}

/** Ends all sessions of the person himself. */
export async function signOutEverywhere({ db }: Context, { userId, actor }: Person, now: Date) {
  return { ended: await db.transaction((tx) => endAllSessions(tx, userId, actor, now)) };
}

/** Ends all sessions of a person, by his own act or an administrator's; how many there were. */
export async function endAllSessions(tx: Db, userId: number, actor: string, now: Date): Promise<number> {
  const ended = await endSessions(tx, userId, now);
  await recordAudit(tx, { at: now, actor, action: 'logout.everywhere', target: target(userId), detail: { ended } });
  return ended;
}

/** Who a caller is, and what he may do. `secret` is that of his cookie. */
export async function readMe({ db }: Context, session: Session, secret: string | null): Promise<Me> {
  const { userId, name, role, unit, need, scopes } = session;
  const user = userId === null ? undefined : await findUser(db, userId);
  const all = permissionsOf(role).filter((permission) => permission !== 'public');
  return {
    id: userId === null ? null : String(userId),
    login: user?.login ?? null,
    name,
    role,
    unit,
    permissions: scopes === null ? all : all.filter((one) => one === 'self' || scopes.includes(one)),
    need,
    totp: user?.hasTotp ?? false,
    recoveryCodes: userId === null ? 0 : await recoveryCodesLeft(db, userId),
    csrf: userId === null || secret === null ? null : csrfOf(secret),
  };
}

/** A person's sessions that are open, newest first; `sessionId` is the one that asks. */
export async function readSessions(
  { db, signIn }: Context,
  { userId, sessionId }: { userId: number; sessionId: number | null },
  now: Date,
) {
  const rows = await listSessions(db, userId, now, new Date(now.getTime() - signIn.idleMs));
  const items: LoginSession[] = rows.map(({ id, way, agent, createdAt, seenAt, endsAt }) => ({
    id: String(id),
    current: id === sessionId,
    way,
    agent,
    createdAt: shanghaiTime(createdAt),
    seenAt: shanghaiTime(seenAt),
    endsAt: shanghaiTime(endsAt),
  }));
  return { items };
}

/** Asks a person who is signed in for his password again. Throws VALIDATION_FAILED where it is wrong, LOGIN_LOCKED. */
async function ask(ctx: Context, { userId }: Person, field: string, password: string, now: Date): Promise<UserRow> {
  const user = await findUser(ctx.db, userId);
  if (user === undefined) throw new AppError('UNAUTHENTICATED');
  await countLogin(ctx, user.login, now);
  if ((await whose(user, password)) === undefined) throw fieldError(field, '密码不对');
  return user;
}

/** Changes one's own password; the other sessions end. Throws like `ask`, and VALIDATION_FAILED for a weak one. */
export async function changePassword(
  ctx: Context,
  person: Person,
  { current, password }: PasswordRequest,
  now: Date,
): Promise<void> {
  const { login, name, passwordHash: old } = await ask(ctx, person, 'current', current, now);
  const why = weakness(password, login, name, commonPasswords());
  if (why !== null) throw fieldError('password', why);
  if (await verifyPassword(old, password)) throw fieldError('password', '不能与现在的相同');
  const passwordHash = await hashPassword(password, ctx.random(saltBytes));
  const { userId, sessionId, actor } = person;
  await ctx.db.transaction(async (tx) => {
    // Reset meanwhile by an administrator: what he gave out holds.
    if ((await lockUser(tx, userId))?.passwordHash !== old) throw new AppError('CONFLICT');
    await storePassword(tx, { id: userId, login }, { passwordHash, passwordAt: now, mustChange: false });
    const ended = await endSessions(tx, userId, now, sessionId);
    await recordAudit(tx, { at: now, actor, action: 'password.changed', target: target(userId), detail: { ended } });
  });
}

/** Gives an account another password, and opens its name where it was closed. */
export async function storePassword(
  tx: Db,
  { id, login }: Pick<UserRow, 'id' | 'login'>,
  password: { passwordHash: string; passwordAt: Date; mustChange: boolean },
): Promise<void> {
  await setPassword(tx, id, password);
  await clearAttempts(tx, keyOf(login));
}

/** Does something to the second factor of a person who has shown again who he is. */
async function withProof<T>(
  ctx: Context,
  person: Person,
  { password, totp }: ProofRequest,
  now: Date,
  work: (tx: Db) => Promise<T>,
): Promise<T> {
  const { login } = await ask(ctx, person, 'password', password, now);
  const done = await ctx.db.transaction(async (tx) => {
    const factor = await takeFactor(tx, ctx, person.userId, totp, now);
    if (factor === 'wrong' || factor === 'missing') return null;
    await clearAttempts(tx, keyOf(login));
    return { answer: await work(tx) };
  });
  if (done === null) throw fieldError('totp', '验证码不对，或已经用过');
  return done.answer;
}

/** Gives a new secret for an authenticator app. Throws VALIDATION_FAILED, LOGIN_LOCKED. */
export function beginTotp(ctx: Context, person: Person, proof: ProofRequest, now: Date) {
  return withProof(ctx, person, proof, now, (tx) => beginFactor(tx, ctx, person.userId));
}

/** Takes the second factor into use. Throws TOTP_NOT_STARTED, VALIDATION_FAILED where the code is none of the new secret's. */
export async function confirmTotp(ctx: Context, { userId, actor }: Person, code: string, now: Date) {
  const recoveryCodes = await ctx.db.transaction(async (tx) => {
    const codes = await confirmFactor(tx, ctx, userId, code, now);
    if (codes === null) return null;
    await recordAudit(tx, { at: now, actor, action: 'totp.confirmed', target: target(userId), detail: {} });
    return codes;
  });
  if (recoveryCodes === null) throw fieldError('code', '验证码不对');
  return { recoveryCodes };
}

/** Gives the second factor up; whose role needs one may then only set up another. Throws VALIDATION_FAILED, LOGIN_LOCKED. */
export async function removeTotp(ctx: Context, person: Person, proof: ProofRequest, now: Date): Promise<void> {
  const { userId, actor } = person;
  await withProof(ctx, person, proof, now, async (tx) => {
    await removeFactor(tx, userId);
    await recordAudit(tx, { at: now, actor, action: 'totp.removed', target: target(userId), detail: {} });
  });
}
