/** 数据密钥: what personal data is sealed with, itself sealed by a master key that is never here (docs/adr/030); and how long it is kept. */
import { sql } from 'drizzle-orm';
import { check, date, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { bytea, instant } from './column-types.ts';

export const dataKeys = pgTable(
  'data_keys',
  {
    /** Named in every cell. */
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    purpose: text('purpose').$type<'cells' | 'index'>().notNull(),
    wrapped: bytea('wrapped').notNull(),
    /** Fingerprint of the master key that opens it. */
    master: text('master').notNull(),
    createdAt: instant('created_at').notNull(),
    /** From when on it seals: by then every node has read it. */
    usableAt: instant('usable_at').notNull(),
    /** Since when nothing is sealed with it any more. */
    retiredAt: instant('retired_at'),
  },
  (table) => [check('data_keys_purpose', sql`${table.purpose} in ('cells', 'index')`)],
);

export const retentionRules = pgTable('retention_rules', {
  code: text('code').primaryKey(),
  days: integer('days').notNull(),
  reason: text('reason').notNull(),
  validFrom: date('valid_from', { mode: 'string' }).notNull(),
  validTo: date('valid_to', { mode: 'string' }),
});
