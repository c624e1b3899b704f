/** What ties complaints together: links that people make, and group alarms. Apart from `tables.ts`, which is long enough. */
import { sql } from 'drizzle-orm';
import { check, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { LinkKind } from '../link/kinds.ts';
import { alarmRules, divisions, matters } from './catalog-tables.ts';
import { identity, instant, reference } from './column-types.ts';
import { complaints } from './tables.ts';

/**
 * 关联: that complaints were linked and unlinked, never edited (a trigger refuses it). `from` is the later of a repeat or a
 * group, or the one that was merged; `to` is the earlier, or the lead. A link stands while no later row undoes it.
 */
export const complaintLinks = pgTable(
  'complaint_links',
  {
    id: identity('id'),
    at: instant('at').notNull(),
    actor: text('actor').notNull(),
    action: text('action').$type<'linked' | 'unlinked'>().notNull(),
    kind: text('kind').$type<LinkKind>().notNull(),
    fromId: reference('from_id')
      .notNull()
      .references(() => complaints.id),
    toId: reference('to_id')
      .notNull()
      .references(() => complaints.id),
    reason: text('reason'),
  },
  (table) => [
    index('complaint_links_from').on(table.fromId, table.toId, table.kind, table.id),
    index('complaint_links_to').on(table.toId, table.kind),
    check('complaint_links_action', sql`${table.action} in ('linked', 'unlinked')`),
    check('complaint_links_kind', sql`${table.kind} in ('repeat', 'group', 'merge')`),
    check('complaint_links_differ', sql`${table.fromId} <> ${table.toId}`),
  ],
);

/** 群体诉求预警: many callers about one matter in one place; open from `since` to `until`, one a rule, matter, place and window. */
export const groupAlarms = pgTable(
  'group_alarms',
  {
    id: identity('id'),
    rule: text('rule')
      .notNull()
      .references(() => alarmRules.code),
    /** A second-level matter. */
    matter: text('matter')
      .notNull()
      .references(() => matters.code),
    place: text('place')
      .notNull()
      .references(() => divisions.code),
    since: instant('since').notNull(),
    raisedAt: instant('raised_at').notNull(),
    until: instant('until').notNull(),
  },
  (table) => [
    index('group_alarms_place').on(table.place, table.matter, table.until),
    index('group_alarms_raised_at').on(table.raisedAt.desc(), table.id.desc()),
  ],
);

/** That a person closed a group alarm before its window was over: who, when, why; never edited (a trigger refuses it). */
export const groupClosings = pgTable('group_closings', {
  alarmId: reference('alarm_id')
    .primaryKey()
    .references(() => groupAlarms.id),
  at: instant('at').notNull(),
  actor: text('actor').notNull(),
  reason: text('reason').notNull(),
});

/** The complaints of a group alarm: those that raised it and those that came while it was open. */
export const groupMembers = pgTable(
  'group_members',
  {
    alarmId: reference('alarm_id')
      .notNull()
      .references(() => groupAlarms.id),
    complaintId: reference('complaint_id')
      .notNull()
      .references(() => complaints.id),
  },
  (table) => [
    primaryKey({ columns: [table.alarmId, table.complaintId] }),
    index('group_members_complaint').on(table.complaintId),
  ],
);

/** What work of the service itself was last done for: a day, a version of the catalog. */
export const jobRuns = pgTable('job_runs', {
  name: text('name').primaryKey(),
  mark: text('mark').notNull(),
});
