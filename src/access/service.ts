/** Makes tokens and recognises callers, machines by their token and people by their cookie. One query each. */
import type { Db } from '../db/connect.ts';
import { AppError } from '../http/errors.ts';
import { isRole, type Permission, type Role, unitRoles } from './roles.ts';
import { machine, type Need, type Session } from './scope.ts';
import { isNews, isOpen, type SignInRules } from './sign-in.ts';
import {
  findSession,
  findToken,
  insertToken,
  listLiveTokens,
  listSessionTimes,
  touchSession,
  touchToken,
  unitExists,
} from './store.ts';
import { formatToken, hashToken, readBearer } from './tokens.ts';

/** The session of an Authorization header. Throws UNAUTHENTICATED or TOKEN_EXPIRED. */
export async function authenticate(db: Db, header: string | undefined, now: Date): Promise<Session> {
  const token = readBearer(header);
  if (token === null) throw new AppError('UNAUTHENTICATED');
  const row = await findToken(db, hashToken(token), now);
  if (row === undefined || !isRole(row.role)) throw new AppError('UNAUTHENTICATED');
  if (row.revokedAt !== null || row.expiresAt === null || row.expiresAt <= now) throw new AppError('TOKEN_EXPIRED');
  if (isNews(row.lastUsedAt, now)) await touchToken(db, row.id, now, row.lastUsedAt);
  const { id: tokenId, role, unit, name, scopes } = row;
  return machine({ tokenId, role, unit, name, actor: `${role}#${tokenId}` }, scopes);
}

/** How a person is named in events. */
export const actorOf = (role: string, userId: number): string => `${role}#u${userId}`;

/** The session of a cookie's secret. Throws UNAUTHENTICATED or SESSION_EXPIRED. */
export async function authenticateCookie(db: Db, secret: string, rules: SignInRules, now: Date): Promise<Session> {
  const row = await findSession(db, hashToken(secret));
  if (row === undefined || !isRole(row.role)) throw new AppError('UNAUTHENTICATED');
  if (row.revokedAt !== null || !isOpen(row, rules.idleMs, now)) throw new AppError('SESSION_EXPIRED');
  if (isNews(row.seenAt, now)) await touchSession(db, row.id, now, row.seenAt);
  const { id: sessionId, userId, role, unit, name } = row;
  const need = needOf(row, role, rules);
  return { tokenId: userId, role, unit, name, actor: actorOf(role, userId), userId, sessionId, need, scopes: null };
}

/** Whoever comes from the city's identity provider has been asked there for what he knows and has. */
function needOf(
  { way, mustChange, hasTotp }: { way: string; mustChange: boolean; hasTotp: boolean },
  role: Role,
  { totpRoles }: SignInRules,
): Need | null {
  if (way !== 'password') return null;
  if (mustChange) return 'password';
  return totpRoles.includes(role) && !hasTotp ? 'totp' : null;
}

/** Which of some callers may still go on with what they have begun: neither expired nor revoked, nor logged out. */
export async function stillLive(
  db: Db,
  callers: readonly Session[],
  { idleMs }: SignInRules,
  now: Date,
): Promise<Set<Session>> {
  const live = new Set(await listLiveTokens(db, [...new Set(callers.map(({ tokenId }) => tokenId))], now));
  const ids = callers.flatMap(({ sessionId }) => (sessionId === null ? [] : [sessionId]));
  const times = ids.length === 0 ? [] : await listSessionTimes(db, ids);
  const open = new Set(times.filter((one) => isOpen(one, idleMs, now)).map(({ id }) => id));
  return new Set(
    callers.filter(({ tokenId, sessionId }) => live.has(tokenId) && (sessionId === null || open.has(sessionId))),
  );
}

/** Whether a role and a unit go together. Throws VALIDATION_FAILED where a unit's role has no unit, another has one, or there is no such unit. */
export async function checkPlace(db: Db, role: Role, unit: string | null): Promise<void> {
  if (unitRoles.includes(role) && unit === null)
    throw new AppError('VALIDATION_FAILED', `角色 ${role} 必须属于一个单位`);
  if (!unitRoles.includes(role) && unit !== null)
    throw new AppError('VALIDATION_FAILED', `角色 ${role} 不属于任何单位`);
  if (unit !== null && !(await unitExists(db, unit))) throw new AppError('VALIDATION_FAILED', `单位 ${unit} 不存在`);
}

export interface TokenWish {
  role: Role;
  unit: string | null;
  name: string;
  /** Milliseconds. */
  ttl: number;
  scopes?: Permission[] | null;
  ownerId?: number | null;
}

/** Makes a token of 32 random bytes and answers it; it cannot be told again. Throws like `checkPlace`. */
export async function createToken(
  db: Db,
  wish: TokenWish,
  random: Buffer,
  now: Date,
): Promise<{ token: string; id: number }> {
  const { role, unit, name, ttl, scopes = null, ownerId = null } = wish;
  await checkPlace(db, role, unit);
  const token = formatToken(random);
  const expiresAt = new Date(now.getTime() + ttl);
  const row = { hash: hashToken(token), role, unit, name, createdAt: now, expiresAt, scopes, ownerId };
  return { token, id: await insertToken(db, row) };
}

/** The row by which a person acts; nobody can show it. Throws like `checkPlace`. */
export async function createPerson(
  db: Db,
  { role, unit, name }: { role: Role; unit: string | null; name: string },
  now: Date,
): Promise<number> {
  await checkPlace(db, role, unit);
  return insertToken(db, { role, unit, name, createdAt: now });
}
