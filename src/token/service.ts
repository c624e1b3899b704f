/** Machines' tokens: making, rotating, revoking. They are looked up at every request, so that what is done here holds at once on all nodes. */
import { may, type Role, roles } from '../access/roles.ts';
import type { Session } from '../access/scope.ts';
import { createToken } from '../access/service.ts';
import { formatToken, hashToken } from '../access/tokens.ts';
import { releaseAll } from '../callback/service.ts';
import { shanghaiTime } from '../catalog/calendar.ts';
import type { Context } from '../context.ts';
import { recordAudit } from '../db/audit.ts';
import type { Db } from '../db/connect.ts';
import { AppError, fieldError } from '../http/errors.ts';
import { page, readNumbers, writeCursor } from '../http/schemas.ts';
import type { NewToken, RotateRequest, TokensQuery, TokenTold, TokenView } from './schemas.ts';
import { isActivePerson, listTokens, lockToken, type TokenRow, updateToken } from './store.ts';

const dayMs = 24 * 3_600_000;
const defaultDays = 90;
const defaultOverlapMinutes = 1440;
const tokenBytes = 32;

const notFound = () => new AppError('NOT_FOUND', '没有这个令牌');
const time = (at: Date | null) => at && shanghaiTime(at);
const roleOf = (text: string): Role => roles.find((role) => role === text) ?? 'channel';

function stateOf({ revokedAt, expiresAt }: TokenRow, now: Date): TokenView['state'] {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt > now ? 'good' : 'expired';
}

function view(row: TokenRow, now: Date): TokenView {
  const { id, role, unit, name, scopes, ownerId, createdAt, expiresAt, revokedAt, lastUsedAt, formerUntil } = row;
  return {
    id: String(id),
    role: roleOf(role),
    unit,
    name,
    scopes,
    owner: ownerId === null ? null : String(ownerId),
    state: stateOf(row, now),
    createdAt: shanghaiTime(createdAt),
    expiresAt: shanghaiTime(expiresAt ?? createdAt),
    revokedAt: time(revokedAt),
    lastUsedAt: time(lastUsedAt),
    formerUntil: formerUntil !== null && formerUntil > now ? shanghaiTime(formerUntil) : null,
  };
}

/** A page of the tokens, newest first. */
export async function readTokens({ db }: Context, query: TokensQuery, now: Date) {
  const { limit, cursor, role, unit, owner, state } = query;
  const asked = JSON.stringify([role, unit, owner, state]);
  const [before = null] = cursor === undefined ? [] : readNumbers(cursor, 'tokens', asked, 1);
  const rows = await listTokens(db, query, now, before, limit + 1);
  const { items, next } = page(rows, limit, ({ id }) => writeCursor('tokens', asked, [id]));
  return { items: items.map((row) => view(row, now)), next };
}

/** Makes a token and tells it, once. Throws VALIDATION_FAILED for a unit, scope or owner that does not fit. */
export async function makeToken(ctx: Context, { actor }: Session, wish: NewToken, now: Date): Promise<TokenTold> {
  const { role, unit = null, name, days = defaultDays, scopes = null, owner = null } = wish;
  const beyond = (scopes ?? []).filter((scope) => !may(role, scope));
  if (beyond.length > 0) throw fieldError('scopes', `角色 ${role} 不能 ${beyond.join('、')}`);
  const ownerId = owner === null ? null : Number(owner);
  return ctx.db.transaction(async (tx) => {
    if (ownerId !== null && !(await isActivePerson(tx, ownerId))) throw fieldError('owner', '没有这个用户，或已停用');
    const made = { role, unit, name, ttl: days * dayMs, scopes, ownerId };
    const { token, id } = await createToken(tx, made, ctx.random(tokenBytes), now);
    await record(tx, { actor, now, id, action: 'token.made', detail: { role, unit, scopes, days, owner } });
    return { ...view(await found(tx, id), now), token };
  });
}

interface Act {
  actor: string;
  now: Date;
  id: number;
  action: string;
  detail: Record<string, unknown>;
}

async function record(tx: Db, { actor, now, id, action, detail }: Act): Promise<void> {
  await recordAudit(tx, { at: now, actor, action, target: `token:${id}`, detail });
}

async function found(tx: Db, id: number): Promise<TokenRow> {
  const row = await lockToken(tx, id);
  if (row === undefined) throw notFound();
  return row;
}

/**
 * Gives a new token in place of one, told once; the one before it stays good for a while, so that a client can change over. Throws
 * NOT_FOUND, ILLEGAL_ACTION where it is revoked or expired.
 */
export async function rotateToken(
  ctx: Context,
  { actor }: Session,
  id: number,
  { overlapMinutes = defaultOverlapMinutes, days }: RotateRequest,
  now: Date,
): Promise<TokenTold> {
  const token = formatToken(ctx.random(tokenBytes));
  return ctx.db.transaction(async (tx) => {
    const row = await found(tx, id);
    const state = stateOf(row, now);
    if (state !== 'good') throw new AppError('ILLEGAL_ACTION', '令牌已停用或过期，请另建一个', { state, allowed: [] });
    const former =
      overlapMinutes === 0
        ? { formerHash: null, formerUntil: null }
        : { formerHash: row.hash, formerUntil: new Date(now.getTime() + overlapMinutes * 60_000) };
    const end = days === undefined ? {} : { expiresAt: new Date(now.getTime() + days * dayMs) };
    const rotated = await updateToken(tx, id, { hash: hashToken(token), ...former, ...end });
    const detail = { overlapMinutes, days: days ?? null };
    await record(tx, { actor, now, id, action: 'token.rotated', detail });
    return { ...view(rotated, now), token };
  });
}

/** Ends a token, and one before it that is still good; what it keeps is given back. Again does nothing. Throws NOT_FOUND. */
export async function revokeToken({ db }: Context, { actor }: Session, id: number, now: Date): Promise<TokenView> {
  return db.transaction(async (tx) => {
    const row = await found(tx, id);
    if (row.revokedAt !== null) return view(row, now);
    const revoked = await updateToken(tx, id, { revokedAt: now, formerHash: null, formerUntil: null });
    const callbacks = await releaseAll(tx, [`${row.role}#${id}`]);
    await record(tx, { actor, now, id, action: 'token.revoked', detail: { callbacks } });
    return view(revoked, now);
  });
}
