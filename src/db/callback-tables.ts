/** Call-backs and each attempt at one. */
import { sql } from 'drizzle-orm';
import { boolean, check, index, pgTable, smallint, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { MissReason } from '../catalog/callback-rules.ts';
import type { CallbackState } from '../workorder/sampling.ts';
import { identity, instant, reference } from './column-types.ts';
import { complaints, orders } from './tables.ts';

/** 回访: one a complaint that wants it, due once its lead order is replied; another for each time it is opened again. */
export const callbacks = pgTable(
  'callbacks',
  {
    id: identity('id'),
    complaintId: reference('complaint_id')
      .notNull()
      .references(() => complaints.id),
    orderId: reference('order_id')
      .notNull()
      .references(() => orders.id),
    status: text('status').$type<CallbackState>().notNull(),
    repliedAt: instant('replied_at').notNull(),
    dueAt: instant('due_at').notNull(),
    attempts: smallint('attempts').notNull(),
    /** The last valid answer; it is the one that counts. */
    answeredAt: instant('answered_at'),
    contacted: boolean('contacted'),
    resolved: boolean('resolved'),
    satisfaction: text('satisfaction'),
    /** When it was told that nobody had called in time. */
    remindedAt: instant('reminded_at'),
    /** The rule that said, when it was made, whether the caller is called at all. */
    rule: text('rule'),
    sampled: boolean('sampled').notNull().default(true),
    /** Its place in the list: when the unit replied, less the head start of its rule. */
    rankAt: instant('rank_at').notNull().default(sql`now()`),
    /** Not due before: an attempt in vain puts it off. */
    nextAt: instant('next_at').notNull().default(sql`now()`),
    /** The agent who has it, and until when. */
    claimedBy: text('claimed_by'),
    claimedUntil: instant('claimed_until'),
  },
  (table) => [
    uniqueIndex('callbacks_complaint_order').on(table.complaintId, table.orderId),
    index('callbacks_due').on(table.status, table.dueAt, table.id),
    index('callbacks_rank').on(table.status, table.rankAt, table.id),
    index('callbacks_claimed').on(table.claimedUntil).where(sql`${table.claimedBy} is not null`),
    check('callbacks_status', sql`${table.status} in ('due', 'done', 'unreached', 'unsampled')`),
    check('callbacks_claim', sql`(${table.claimedBy} is null) = (${table.claimedUntil} is null)`),
  ],
);

/** One attempt to reach the caller, valid or not. */
export const callbackAttempts = pgTable(
  'callback_attempts',
  {
    id: identity('id'),
    callbackId: reference('callback_id')
      .notNull()
      .references(() => callbacks.id),
    at: instant('at').notNull(),
    actor: text('actor').notNull(),
    way: text('way').notNull(),
    reached: boolean('reached').notNull(),
    /** Why nobody answered. */
    reason: text('reason').$type<MissReason>(),
    valid: boolean('valid').notNull(),
    contacted: boolean('contacted'),
    resolved: boolean('resolved'),
    satisfaction: text('satisfaction'),
    note: text('note'),
  },
  (table) => [
    index('callback_attempts_callback').on(table.callbackId, table.id),
    index('callback_attempts_answers').on(table.at).where(sql`${table.valid}`),
  ],
);
