/** Webhooks and their deliveries in the database, as their owners see them. What the worker does with them is in `jobs.ts`. */
import { and, count, desc, eq, inArray, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Scope } from '../access/scope.ts';
import type { Db } from '../db/connect.ts';
import { outbox, webhookAttempts, webhooks } from '../db/outbox-tables.ts';
import { complaints, events, tokens } from '../db/tables.ts';
import type { Failure } from './attempt.ts';

export type WebhookRow = typeof webhooks.$inferSelect;
export type NewWebhook = typeof webhooks.$inferInsert;

/** A unit's webhooks belong to the unit, whoever made them; a channel's to its token. */
function ownedBy(scope: Scope): SQL | undefined {
  switch (scope.kind) {
    case 'all':
      return undefined;
    case 'unit':
      return eq(webhooks.unit, scope.unit);
    case 'filed':
      return and(eq(webhooks.scope, 'filed'), eq(webhooks.tokenId, scope.tokenId));
  }
}

const present = isNull(webhooks.deletedAt);

export async function insertWebhook(db: Db, row: NewWebhook): Promise<WebhookRow> {
  const [stored] = await db.insert(webhooks).values(row).returning();
  if (stored === undefined) throw new Error('the webhook was not stored');
  return stored;
}

/** How many webhooks there are for the same. */
export async function countWebhooks(db: Db, { scope, unit, tokenId }: NewWebhook): Promise<number> {
  const owner = {
    all: undefined,
    unit: unit ? eq(webhooks.unit, unit) : undefined,
    filed: eq(webhooks.tokenId, tokenId),
  };
  const [row] = await db
    .select({ count: count() })
    .from(webhooks)
    .where(and(present, eq(webhooks.scope, scope), owner[scope]));
  return row?.count ?? 0;
}

export async function listWebhooks(db: Db, scope: Scope, before: number | null, limit: number): Promise<WebhookRow[]> {
  return db
    .select()
    .from(webhooks)
    .where(and(present, ownedBy(scope), before === null ? undefined : lt(webhooks.id, before)))
    .orderBy(desc(webhooks.id))
    .limit(limit);
}

export async function findWebhook(db: Db, id: number, scope: Scope): Promise<WebhookRow | undefined> {
  const [row] = await db
    .select()
    .from(webhooks)
    .where(and(present, eq(webhooks.id, id), ownedBy(scope)));
  return row;
}

/** Locked so that others' changes wait; filings do not look at the lock. */
export async function lockWebhook(tx: Db, id: number, scope: Scope): Promise<WebhookRow | undefined> {
  const [row] = await tx
    .select()
    .from(webhooks)
    .where(and(present, eq(webhooks.id, id), ownedBy(scope)))
    .for('no key update');
  return row;
}

export async function updateWebhook(tx: Db, id: number, change: Partial<NewWebhook>): Promise<WebhookRow> {
  const [row] = await tx.update(webhooks).set(change).where(eq(webhooks.id, id)).returning();
  if (row === undefined) throw new Error('the webhook is gone');
  return row;
}

/** What waits for a webhook that is switched off becomes dead letters: nothing is told late by surprise, and all can be replayed. */
export async function buryPending(tx: Db, webhookId: number): Promise<void> {
  await tx
    .update(outbox)
    .set({ status: 'dead', failure: 'off' })
    .where(and(eq(outbox.webhookId, webhookId), eq(outbox.status, 'pending')));
}

export async function insertPing(tx: Db, webhookId: number, now: Date): Promise<number> {
  const [row] = await tx
    .insert(outbox)
    .values({ webhookId, status: 'pending', attempts: 0, queuedAt: now, nextAt: now })
    .returning({ id: outbox.id });
  if (row === undefined) throw new Error('the ping was not stored');
  return row.id;
}

/** Dead letters back in line, the oldest first, `limit` at most; answers how many. */
export async function requeue(
  tx: Db,
  webhookId: number,
  which: { from: Date | null; ids: readonly number[] | null },
  now: Date,
  limit: number,
): Promise<number> {
  const { from, ids } = which;
  const chosen = tx
    .select({ id: outbox.id })
    .from(outbox)
    .leftJoin(events, eq(events.id, outbox.eventId))
    .where(
      and(
        eq(outbox.webhookId, webhookId),
        eq(outbox.status, 'dead'),
        ids === null ? undefined : inArray(outbox.id, [...ids]),
        from === null
          ? undefined
          : sql`coalesce(${events.at}, ${outbox.queuedAt}) >= ${from.toISOString()}::timestamptz`,
      ),
    )
    .orderBy(outbox.id)
    .limit(limit);
  const rows = await tx
    .update(outbox)
    .set({ status: 'pending', attempts: 0, queuedAt: now, nextAt: now })
    .where(and(inArray(outbox.id, chosen), eq(outbox.status, 'dead')))
    .returning({ id: outbox.id });
  return rows.length;
}

/** Deliveries of a webhook, the newest first. */
export async function listDeliveries(
  db: Db,
  webhookId: number,
  status: 'pending' | 'delivered' | 'dead' | undefined,
  before: number | null,
  limit: number,
) {
  return db
    .select({
      id: outbox.id,
      status: outbox.status,
      attempts: outbox.attempts,
      queuedAt: outbox.queuedAt,
      nextAt: outbox.nextAt,
      deliveredAt: outbox.deliveredAt,
      failure: outbox.failure,
      eventAt: events.at,
      action: events.action,
      orderId: events.orderId,
      number: complaints.number,
    })
    .from(outbox)
    .leftJoin(events, eq(events.id, outbox.eventId))
    .leftJoin(complaints, eq(complaints.id, outbox.complaintId))
    .where(
      and(
        eq(outbox.webhookId, webhookId),
        status === undefined ? undefined : eq(outbox.status, status),
        before === null ? undefined : lt(outbox.id, before),
      ),
    )
    .orderBy(desc(outbox.id))
    .limit(limit);
}
export type DeliveryRow = Awaited<ReturnType<typeof listDeliveries>>[number];

/** The attempts of some deliveries, in order. */
export async function listAttempts(db: Db, deliveries: readonly number[]) {
  if (deliveries.length === 0) return [];
  return db
    .select()
    .from(webhookAttempts)
    .where(inArray(webhookAttempts.outboxId, [...deliveries]))
    .orderBy(webhookAttempts.id);
}
export type AttemptRow = Awaited<ReturnType<typeof listAttempts>>[number];

const at = (instant: Date) => sql`${instant.toISOString()}::timestamptz`;

/** How much may be taken, and until when it is held. */
export interface Taking {
  now: Date;
  lease: Date;
  /** Of one webhook, those that are under way included. */
  perWebhook: number;
  busy: ReadonlyMap<number, number>;
}

/**
 * Takes what is due and holds it until the lease ends: if this worker dies, another takes it then. Of one complaint a webhook is
 * told in order, one after the other, except that what failed does not hold up what follows for longer than a lease.
 */
export async function takeDue(db: Db, { now, lease, perWebhook, busy }: Taking) {
  const held = await db.execute<{ id: number }>(sql`
    with due as (
      select d.id from webhooks w
      left join jsonb_each_text(${JSON.stringify(Object.fromEntries(busy))}::jsonb) b on b.key = w.id::text
      cross join lateral (
        select q.id from outbox q
        where q.webhook_id = w.id and q.status = 'pending' and q.next_at <= ${at(now)}
          and not exists (select from outbox p where p.webhook_id = q.webhook_id and p.complaint_id = q.complaint_id
            and p.status = 'pending' and p.id < q.id and p.next_at <= ${at(lease)})
        order by q.next_at, q.id limit greatest(0, ${perWebhook}::int - coalesce(b.value::int, 0))
        for update of q skip locked) d)
    update outbox set next_at = ${at(lease)} from due where outbox.id = due.id returning outbox.id`);
  const ids = held.map(({ id }) => Number(id));
  return ids.length === 0 ? [] : selectTaken(db, ids);
}

/** What is needed for an attempt. `nextAt` is the lease. */
function selectTaken(db: Db, ids: number[]) {
  return db
    .select({
      id: outbox.id,
      webhookId: outbox.webhookId,
      nextAt: outbox.nextAt,
      attempts: outbox.attempts,
      queuedAt: outbox.queuedAt,
      snapshot: outbox.snapshot,
      event: {
        id: events.id,
        at: events.at,
        action: events.action,
        from: events.fromStatus,
        to: events.toStatus,
        orderId: events.orderId,
      },
      number: complaints.number,
      /** Still to be told: the webhook is on, and its owner's token is not revoked. */
      live: sql<boolean>`${webhooks.active} and ${tokens.revokedAt} is null`,
      url: webhooks.url,
      secret: webhooks.secret,
      formerSecret: webhooks.formerSecret,
      formerUntil: webhooks.formerUntil,
    })
    .from(outbox)
    .innerJoin(webhooks, eq(webhooks.id, outbox.webhookId))
    .innerJoin(tokens, eq(tokens.id, webhooks.tokenId))
    .leftJoin(events, eq(events.id, outbox.eventId))
    .leftJoin(complaints, eq(complaints.id, outbox.complaintId))
    .where(inArray(outbox.id, ids))
    .orderBy(outbox.id);
}
export type Taken = Awaited<ReturnType<typeof selectTaken>>[number];

/** What came of a taken delivery. */
export interface Settled {
  status: 'pending' | 'delivered' | 'dead';
  nextAt: Date;
  failure: Failure | null;
  /** Null where there was none. */
  attempt: { at: Date; status: number | null; ms: number } | null;
}

/** Records it, and answers whether it was still ours to record: not after the lease, nor when it was buried meanwhile. */
export async function settle(db: Db, { id, nextAt: lease }: Taken, settled: Settled): Promise<boolean> {
  const { status, nextAt, failure, attempt } = settled;
  const rows = await db.execute(sql`
    with settled as (
      update outbox set status = ${status}, failure = ${failure}, next_at = ${at(nextAt)},
        attempts = attempts + ${attempt === null ? 0 : 1}::int,
        delivered_at = ${status === 'delivered' && attempt ? attempt.at.toISOString() : null}::timestamptz
      where id = ${id} and status = 'pending' and next_at = ${at(lease)} returning id, webhook_id
    ), logged as (
      insert into webhook_attempts (outbox_id, at, status, failure, ms)
      select id, ${at(attempt?.at ?? nextAt)}, ${attempt?.status ?? null}::int, ${failure}, ${attempt?.ms ?? 0}::int
      from settled where ${attempt !== null}::boolean
    ), well as (
      update webhooks set dead_in_row = 0
      where dead_in_row > 0 and ${status === 'delivered'}::boolean and id in (select webhook_id from settled)
    )
    select id from settled`);
  return rows.length > 0;
}

/** Counts a dead letter; switches the webhook off, with the reason, when `limit` have come in a row. Answers whether it did. */
export async function countDead(tx: Db, webhookId: number, limit: number, reason: string): Promise<boolean> {
  const [row] = await tx
    .update(webhooks)
    .set({ deadInRow: sql`${webhooks.deadInRow} + 1` })
    .where(and(eq(webhooks.id, webhookId), eq(webhooks.active, true)))
    .returning({ deadInRow: webhooks.deadInRow });
  if (row === undefined || row.deadInRow < limit) return false;
  await updateWebhook(tx, webhookId, { active: false, disabledReason: reason });
  await buryPending(tx, webhookId);
  return true;
}

/** Removes old rows with their attempts, some thousands at a time; answers whether there may be more. */
export async function sweep(db: Db, limits: { delivered: Date; dead: Date }): Promise<boolean> {
  const batch = 5000;
  const rows = await db.execute(sql`
    delete from outbox where id in (
      (select id from outbox where status = 'delivered' and queued_at < ${at(limits.delivered)} limit ${batch})
      union all
      (select id from outbox where status = 'dead' and queued_at < ${at(limits.dead)} limit ${batch}))
    returning id`);
  return rows.length >= batch;
}
