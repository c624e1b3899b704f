/** Call-backs and each attempt at one. */
import { boolean, index, pgTable, smallint, text, uniqueIndex } from 'drizzle-orm/pg-core';
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
    status: text('status').$type<'due' | 'done'>().notNull(),
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
  },
  (table) => [
    uniqueIndex('callbacks_complaint_order').on(table.complaintId, table.orderId),
    index('callbacks_due').on(table.status, table.dueAt, table.id),
    index('callbacks_answered_at').on(table.answeredAt),
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
    valid: boolean('valid').notNull(),
    contacted: boolean('contacted'),
    resolved: boolean('resolved'),
    satisfaction: text('satisfaction'),
    note: text('note'),
  },
  (table) => [index('callback_attempts_callback').on(table.callbackId, table.id)],
);
