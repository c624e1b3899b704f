/** Registering webhooks, exchanging their keys, and looking after their deliveries. */
import { lookup } from 'node:dns/promises';
import { type Session, scopeOf } from '../access/scope.ts';
import { shanghaiTime } from '../catalog/calendar.ts';
import type { Context } from '../context.ts';
import { recordAudit } from '../db/audit.ts';
import { AppError, fieldError } from '../http/errors.ts';
import { page, readNumbers, writeCursor } from '../http/schemas.ts';
import { failures } from './attempt.ts';
import { readTarget, refusal } from './guard.ts';
import { typeOf } from './message.ts';
import type {
  DeliveriesQuery,
  Delivery,
  NewWebhook,
  ReplayAnswer,
  ReplayRequest,
  Webhook,
  WebhookChange,
  WebhooksQuery,
  WebhookWithSecret,
} from './schemas.ts';
import { formatSecret } from './signature.ts';
import {
  type AttemptRow,
  buryPending,
  countWebhooks,
  type DeliveryRow,
  findWebhook,
  insertPing,
  insertWebhook,
  listAttempts,
  listDeliveries,
  listWebhooks,
  lockWebhook,
  requeue,
  updateWebhook,
  type WebhookRow,
} from './store.ts';

/** For one unit, one channel, or the whole city: each of them is told of every event once more. */
const maxWebhooks = 10;
const secretBytes = 32;
/** How long the former key goes on signing. */
const rotationMs = 24 * 3_600_000;
const maxReplayed = 10_000;

const notFound = () => new AppError('NOT_FOUND', '没有这个订阅');
const refuseUrl = (message: string) => new AppError('WEBHOOK_URL_REFUSED', '', { errors: [{ path: 'url', message }] });

function view(row: WebhookRow, now: Date): Webhook {
  const { id, url, description, scope, unit, actions, active, disabledReason, deadInRow, createdBy } = row;
  const until = row.formerUntil !== null && row.formerUntil > now ? row.formerUntil : null;
  return {
    id: String(id),
    url,
    description,
    scope,
    unit,
    actions,
    active,
    disabledReason,
    deadInRow,
    formerSecretUntil: until && shanghaiTime(until),
    createdAt: shanghaiTime(row.createdAt),
    createdBy,
  };
}

/** The URL in its normal form. Throws WEBHOOK_URL_REFUSED where it may not be reached. */
async function checkUrl({ webhookAllow }: Context, text: string): Promise<string> {
  const target = readTarget(text);
  if (typeof target === 'string') throw refuseUrl(target);
  const { host, isAddress, url } = target;
  const found = isAddress ? [{ address: host }] : await lookup(url.hostname, { all: true }).catch(() => []);
  const addresses = found.map(({ address }) => address);
  const why = refusal(target, addresses, webhookAllow);
  if (why !== null) throw refuseUrl(why);
  return url.href;
}

/** Whose events a webhook is told of: never more than what its owner may read. */
function reachOf(ctx: Context, session: Session, unit: string | null, now: Date): Pick<WebhookRow, 'scope' | 'unit'> {
  const own = scopeOf(session);
  if (own.kind === 'filed') {
    if (unit !== null) throw fieldError('unit', '渠道只能订阅自己登记的诉求');
    return { scope: 'filed', unit: null };
  }
  if (own.kind === 'unit') {
    if (unit !== null && unit !== own.unit) throw fieldError('unit', '只能订阅本单位的工单');
    return { scope: 'unit', unit: own.unit };
  }
  if (unit === null) return { scope: 'all', unit: null };
  if (!ctx.judgeAt(now).catalog.units.has(unit)) throw fieldError('unit', `没有单位 ${unit}`);
  return { scope: 'unit', unit };
}

function audited(
  tx: Context['db'],
  { actor }: Session,
  verb: string,
  id: number,
  detail: Record<string, unknown>,
  at: Date,
): Promise<void> {
  return recordAudit(tx, { at, actor, action: `webhook.${verb}`, target: `webhook:${id}`, detail });
}

/** Registers a webhook and tells its key, once. Throws WEBHOOK_URL_REFUSED, VALIDATION_FAILED or TOO_MANY_WEBHOOKS. */
export async function createWebhook(
  ctx: Context,
  session: Session,
  { url, description = null, actions = null, unit = null }: NewWebhook,
  now: Date,
): Promise<WebhookWithSecret> {
  const reach = reachOf(ctx, session, unit, now);
  const href = await checkUrl(ctx, url);
  const secret = ctx.random(secretBytes);
  const { tokenId, actor } = session;
  const row = {
    ...reach,
    tokenId,
    url: href,
    description,
    actions,
    secret,
    active: true,
    createdAt: now,
    createdBy: actor,
  };
  return ctx.db.transaction(async (tx) => {
    if ((await countWebhooks(tx, row)) >= maxWebhooks)
      throw new AppError('TOO_MANY_WEBHOOKS', `至多 ${maxWebhooks} 个；先删去不用的`);
    const made = await insertWebhook(tx, row);
    // The path of an address may hold a key of the receiver's.
    await audited(tx, session, 'create', made.id, { ...reach, host: new URL(href).host, actions }, now);
    return { ...view(made, now), secret: formatSecret(secret) };
  });
}

/** A page of the webhooks that the session may look after, newest first. */
export async function readWebhooks(ctx: Context, session: Session, { limit, cursor }: WebhooksQuery, now: Date) {
  const [before = null] = cursor === undefined ? [] : readNumbers(cursor, 'webhooks', '', 1);
  const rows = await listWebhooks(ctx.db, scopeOf(session), before, limit + 1);
  const { items, next } = page(rows, limit, ({ id }) => writeCursor('webhooks', '', [id]));
  return { items: items.map((row) => view(row, now)), next };
}

async function found(ctx: Context, session: Session, id: number): Promise<WebhookRow> {
  const row = await findWebhook(ctx.db, id, scopeOf(session));
  if (row === undefined) throw notFound();
  return row;
}

export async function readWebhook(ctx: Context, session: Session, id: number, now: Date): Promise<Webhook> {
  return view(await found(ctx, session, id), now);
}

/** Does something to a webhook that nobody else changes meanwhile. Throws NOT_FOUND for another's. */
async function withWebhook<T>(
  ctx: Context,
  session: Session,
  id: number,
  work: (tx: Context['db'], row: WebhookRow) => Promise<T>,
): Promise<T> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockWebhook(tx, id, scopeOf(session));
    if (row === undefined) throw notFound();
    return work(tx, row);
  });
}

/** Changes what is given. Switched off, its pending deliveries become dead letters; switched on, it starts afresh. */
export async function changeWebhook(
  ctx: Context,
  session: Session,
  id: number,
  { url, ...change }: WebhookChange,
  now: Date,
): Promise<Webhook> {
  // Before the names are looked up: nobody learns of another's webhook by the time it takes.
  await found(ctx, session, id);
  const href = url === undefined ? {} : { url: await checkUrl(ctx, url) };
  return withWebhook(ctx, session, id, async (tx) => {
    const afresh = change.active === undefined ? {} : { disabledReason: null, deadInRow: 0 };
    const row = await updateWebhook(tx, id, { ...change, ...href, ...afresh });
    if (change.active === false) await buryPending(tx, id);
    const host = url === undefined ? {} : { host: new URL(row.url).host };
    await audited(tx, session, 'change', id, { fields: Object.keys({ ...change, ...href }), ...host }, now);
    return view(row, now);
  });
}

/** A new key. The former one signs beside it for a day, so that receivers can change over; one before that no longer does. */
export async function rotateSecret(ctx: Context, session: Session, id: number, now: Date): Promise<WebhookWithSecret> {
  const secret = ctx.random(secretBytes);
  return withWebhook(ctx, session, id, async (tx, { secret: formerSecret }) => {
    const formerUntil = new Date(now.getTime() + rotationMs);
    const row = await updateWebhook(tx, id, { secret, formerSecret, formerUntil });
    await audited(tx, session, 'rotate', id, {}, now);
    return { ...view(row, now), secret: formatSecret(secret) };
  });
}

/** Removes a webhook for good: its keys are wiped, its row stays for filings under way. */
export async function removeWebhook(ctx: Context, session: Session, id: number, now: Date): Promise<void> {
  const wiped = { secret: Buffer.alloc(0), formerSecret: null, formerUntil: null };
  await withWebhook(ctx, session, id, async (tx) => {
    await updateWebhook(tx, id, { ...wiped, active: false, deletedAt: now });
    await buryPending(tx, id);
    await audited(tx, session, 'remove', id, {}, now);
  });
}

function refuseInactive({ active }: WebhookRow): void {
  if (!active) throw new AppError('ILLEGAL_ACTION', '订阅已停用，先启用', { state: 'inactive', allowed: [] });
}

/** Puts a ping in line. Throws ILLEGAL_ACTION for a webhook that is switched off. */
export async function pingWebhook(ctx: Context, session: Session, id: number, now: Date): Promise<string> {
  return withWebhook(ctx, session, id, async (tx, row) => {
    refuseInactive(row);
    return String(await insertPing(tx, id, now));
  });
}

/** Puts dead letters in line again, all or those chosen. Throws ILLEGAL_ACTION for a webhook that is switched off. */
export async function replay(
  ctx: Context,
  session: Session,
  id: number,
  { from, deliveries }: ReplayRequest,
  now: Date,
): Promise<ReplayAnswer> {
  const which = { from: from === undefined ? null : new Date(from), ids: deliveries?.map(Number) ?? null };
  return withWebhook(ctx, session, id, async (tx, row) => {
    refuseInactive(row);
    const replayed = await requeue(tx, id, which, now, maxReplayed);
    await audited(tx, session, 'replay', id, { replayed }, now);
    return { replayed, more: replayed === maxReplayed };
  });
}

const time = (instant: Date | null) => instant && shanghaiTime(instant);
const kindOf = (text: string | null) => failures.find((kind) => kind === text) ?? null;

function viewDelivery(row: DeliveryRow, attempts: readonly AttemptRow[]): Delivery {
  const { id, action, orderId, number, status, failure } = row;
  return {
    id: String(id),
    type: typeOf(action === null ? null : { action, orderId }),
    number,
    at: shanghaiTime(row.eventAt ?? row.queuedAt),
    status,
    attempts: row.attempts,
    nextAt: status === 'pending' ? shanghaiTime(row.nextAt) : null,
    deliveredAt: time(row.deliveredAt),
    failure: kindOf(failure),
    log: attempts
      .filter(({ outboxId }) => outboxId === id)
      .map(({ at, status, failure, ms }) => ({ at: shanghaiTime(at), status, failure: kindOf(failure), ms })),
  };
}

/** A page of a webhook's deliveries with their attempts, newest first. */
export async function readDeliveries(
  ctx: Context,
  session: Session,
  id: number,
  { status, limit, cursor }: DeliveriesQuery,
): Promise<{ items: Delivery[]; next: string | null }> {
  await found(ctx, session, id);
  const filters = `${id} ${status ?? ''}`;
  const [before = null] = cursor === undefined ? [] : readNumbers(cursor, 'deliveries', filters, 1);
  const rows = await listDeliveries(ctx.db, id, status, before, limit + 1);
  const { items, next } = page(rows, limit, (row) => writeCursor('deliveries', filters, [row.id]));
  const attempts = await listAttempts(
    ctx.db,
    items.map((row) => row.id),
  );
  return { items: items.map((row) => viewDelivery(row, attempts)), next };
}
