/** Makes tokens and recognises their bearers. */
import type { Db } from '../db/connect.ts';
import { AppError } from '../http/errors.ts';
import { isRole, type Role, unitRoles } from './roles.ts';
import type { Session } from './scope.ts';
import { findToken, insertToken, listLiveTokens, unitExists } from './store.ts';
import { formatToken, hashToken, readBearer } from './tokens.ts';

/** The session of an Authorization header. Throws UNAUTHENTICATED or TOKEN_EXPIRED. */
export async function authenticate(db: Db, header: string | undefined, now: Date): Promise<Session> {
  const token = readBearer(header);
  if (token === null) throw new AppError('UNAUTHENTICATED');
  const row = await findToken(db, hashToken(token));
  if (row === undefined || !isRole(row.role)) throw new AppError('UNAUTHENTICATED');
  if (row.revokedAt !== null || row.expiresAt <= now) throw new AppError('TOKEN_EXPIRED');
  const { id: tokenId, role, unit, name } = row;
  return { tokenId, role, unit, name, actor: `${role}#${tokenId}` };
}

/** Which of some tokens are still good: neither expired nor revoked. */
export async function liveTokens(db: Db, ids: readonly number[], now: Date): Promise<Set<number>> {
  return new Set(await listLiveTokens(db, ids, now));
}

/**
 * Makes a token of 32 random bytes and answers it; it cannot be told again. Throws VALIDATION_FAILED where a unit's role has no unit, another
 * role has one, or the unit does not exist.
 */
export async function createToken(
  db: Db,
  wish: { role: Role; unit: string | null; name: string; ttl: number },
  random: Buffer,
  now: Date,
): Promise<{ token: string; id: number }> {
  const { role, unit, name, ttl } = wish;
  if (unitRoles.includes(role) && unit === null)
    throw new AppError('VALIDATION_FAILED', `角色 ${role} 必须属于一个单位`);
  if (!unitRoles.includes(role) && unit !== null)
    throw new AppError('VALIDATION_FAILED', `角色 ${role} 不属于任何单位`);
  if (unit !== null && !(await unitExists(db, unit))) throw new AppError('VALIDATION_FAILED', `单位 ${unit} 不存在`);
  const token = formatToken(random);
  const expiresAt = new Date(now.getTime() + ttl);
  const id = await insertToken(db, { hash: hashToken(token), role, unit, name, createdAt: now, expiresAt });
  return { token, id };
}
