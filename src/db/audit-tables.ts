/**
 * 审计: who looked at personal data, took data out, or changed what the city goes by. Rows are only ever added (triggers refuse the
 * rest) and chained by hash a moment later, off the path of the writers (docs/adr/028).
 */
import { bigint, date, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { bytea, identity, instant, reference } from './column-types.ts';

export const audit = pgTable(
  'audit',
  {
    id: identity('id'),
    at: instant('at').notNull(),
    /** As in events: role and token. */
    actor: text('actor').notNull(),
    /** What was done, as `thing.verb`. */
    action: text('action').notNull(),
    /** To what, as `thing:key`. */
    target: text('target'),
    /** Free of personal data. */
    detail: jsonb('detail').$type<Record<string, unknown>>().notNull(),
  },
  (table) => [
    index('audit_at').on(table.at),
    index('audit_actor').on(table.actor, table.id),
    index('audit_action').on(table.action, table.id),
    index('audit_target').on(table.target, table.id),
  ],
);

/** Rows that are not yet chained, written by a trigger. The only one of these tables that rows leave. */
export const auditPending = pgTable('audit_pending', { auditId: bigint('audit_id', { mode: 'number' }).primaryKey() });

/** The chain: each link holds the hash of the row and, in its own hash, that of the link before. No foreign key: a row that is gone is found by what stays here. */
export const auditChain = pgTable('audit_chain', {
  seq: bigint('seq', { mode: 'number' }).primaryKey(),
  auditId: reference('audit_id').notNull().unique(),
  at: instant('at').notNull(),
  /** SHA-256 of the row. */
  digest: bytea('digest').notNull(),
  hash: bytea('hash').notNull(),
});

/** Where the chain stood at the end of each day that added to it: to be kept elsewhere too. */
export const auditAnchors = pgTable('audit_anchors', {
  day: date('day', { mode: 'string' }).primaryKey(),
  /** The last row chained that day. */
  lastId: reference('last_id').notNull(),
  /** Links since the beginning, which is the number of the last one. */
  count: integer('count').notNull(),
  hash: bytea('hash').notNull(),
});
