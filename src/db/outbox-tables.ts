/**
 * 推送: who is told of events, what is still to be told, and how telling went. Apart from `tables.ts`, which is long enough.
 * A trigger on `events` fills the outbox within the transaction of the event (docs/adr/021).
 */
import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, jsonb, pgTable, smallint, text } from 'drizzle-orm/pg-core';
import { units } from './catalog-tables.ts';
import { bytea, identity, instant, reference } from './column-types.ts';
import { tokens } from './tables.ts';

/** 订阅: an address that is told of events. Never removed: a filing that runs at the same moment may refer to it. */
export const webhooks = pgTable(
  'webhooks',
  {
    id: identity('id'),
    /** Who made it; of scope `filed`, whose complaints it is told of. */
    tokenId: reference('token_id')
      .notNull()
      .references(() => tokens.id),
    scope: text('scope').$type<'all' | 'unit' | 'filed'>().notNull(),
    unit: text('unit').references(() => units.code),
    url: text('url').notNull(),
    description: text('description'),
    /** Actions of events that are told; null for all. */
    actions: text('actions').array(),
    /** Signing needs the key itself, not a hash of it. Told once, when it is made. */
    secret: bytea('secret').notNull(),
    /** During a rotation the former key signs too. */
    formerSecret: bytea('former_secret'),
    formerUntil: instant('former_until'),
    active: boolean('active').notNull(),
    /** Why the service switched it off. */
    disabledReason: text('disabled_reason'),
    /** Dead letters since the last delivery. */
    deadInRow: integer('dead_in_row').notNull().default(0),
    createdAt: instant('created_at').notNull(),
    createdBy: text('created_by').notNull(),
    deletedAt: instant('deleted_at'),
  },
  (table) => [
    index('webhooks_unit').on(table.unit),
    index('webhooks_token').on(table.tokenId),
    check('webhooks_scope', sql`${table.scope} in ('all', 'unit', 'filed')`),
    check('webhooks_scope_unit', sql`(${table.scope} = 'unit') = (${table.unit} is not null)`),
  ],
);

/** What an order's row said when the event happened; null for events of a complaint. */
export interface OrderSnapshot {
  unit: string;
  signDueAt: string;
  contactDueAt: string;
  dueAt: string;
}

/**
 * 待推送: one row a webhook and event; without an event, a ping. No foreign keys: their checks would make every filing lock the
 * row of the webhook, and what they guard is never removed.
 */
export const outbox = pgTable(
  'outbox',
  {
    id: identity('id'),
    webhookId: reference('webhook_id').notNull(),
    eventId: reference('event_id'),
    complaintId: reference('complaint_id'),
    snapshot: jsonb('snapshot').$type<OrderSnapshot>(),
    status: text('status').$type<'pending' | 'delivered' | 'dead'>().notNull(),
    attempts: smallint('attempts').notNull(),
    /** When it was put in line, at first or again. */
    queuedAt: instant('queued_at').notNull(),
    /** When it is due. A worker that takes it moves this on: its lease. */
    nextAt: instant('next_at').notNull(),
    deliveredAt: instant('delivered_at'),
    /** Kind of the last failure, never a text of the receiver's. */
    failure: text('failure'),
  },
  (table) => [
    index('outbox_due').on(table.webhookId, table.nextAt, table.id).where(sql`${table.status} = 'pending'`),
    index('outbox_in_order').on(table.webhookId, table.complaintId, table.id).where(sql`${table.status} = 'pending'`),
    index('outbox_webhook').on(table.webhookId, table.id),
    index('outbox_webhook_status').on(table.webhookId, table.status, table.id),
    index('outbox_status').on(table.status, table.queuedAt),
    check('outbox_status_known', sql`${table.status} in ('pending', 'delivered', 'dead')`),
  ],
);

/** 推送记录: every attempt, without bodies. Goes with its row of the outbox. */
export const webhookAttempts = pgTable(
  'webhook_attempts',
  {
    id: identity('id'),
    outboxId: reference('outbox_id')
      .notNull()
      .references(() => outbox.id, { onDelete: 'cascade' }),
    at: instant('at').notNull(),
    /** Status of the answer, where there was one. */
    status: smallint('status'),
    failure: text('failure'),
    ms: integer('ms').notNull(),
  },
  (table) => [index('webhook_attempts_outbox').on(table.outboxId, table.id)],
);
