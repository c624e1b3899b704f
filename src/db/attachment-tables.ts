/** Files that belong to complaints and orders. Their bytes stand outside the database, under their hash (`files/`). */
import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { units } from './catalog-tables.ts';
import { identity, instant, reference } from './column-types.ts';
import { complaints, orders } from './tables.ts';

/** 附件: with a complaint, or as a unit's evidence with its order. Never removed; a trigger lets it only be withdrawn, once. */
export const attachments = pgTable(
  'attachments',
  {
    id: identity('id'),
    complaintId: reference('complaint_id')
      .notNull()
      .references(() => complaints.id),
    orderId: reference('order_id').references(() => orders.id),
    /** Of the bytes that are kept, which are those that came without their metadata. */
    sha256: text('sha256').notNull(),
    type: text('type').notNull(),
    size: integer('size').notNull(),
    name: text('name').notNull(),
    note: text('note'),
    at: instant('at').notNull(),
    actor: text('actor').notNull(),
    /** The unit of who uploaded it: that of the order. */
    unit: text('unit').references(() => units.code),
    withdrawnAt: instant('withdrawn_at'),
    withdrawnBy: text('withdrawn_by'),
    withdrawnReason: text('withdrawn_reason'),
  },
  (table) => [
    index('attachments_complaint').on(table.complaintId, table.id),
    check('attachments_sha256', sql`${table.sha256} ~ '^[0-9a-f]{64}$'`),
    check('attachments_size', sql`${table.size} > 0`),
    check('attachments_unit', sql`(${table.orderId} is null) = (${table.unit} is null)`),
    check(
      'attachments_withdrawn',
      sql`num_nonnulls(${table.withdrawnAt}, ${table.withdrawnBy}, ${table.withdrawnReason}) in (0, 3)`,
    ),
  ],
);
