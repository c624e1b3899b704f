/** Striking cases out of the assessment, and the periods that are closed: what they froze, and what was put right afterwards. */
import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, jsonb, pgTable, primaryKey, smallint, text } from 'drizzle-orm/pg-core';
import type { AmendedCase, FrozenRule } from '../assessment/frozen.ts';
import type { Counts } from '../assessment/rates.ts';
import { exclusionKinds } from './assessment-rule-tables.ts';
import { attachments } from './attachment-tables.ts';
import { identity, instant, reference } from './column-types.ts';
import { complaints } from './tables.ts';

/** 剔除: an application to leave a case out of the assessment. A trigger lets nothing change but where it stands. */
export const exclusions = pgTable(
  'exclusions',
  {
    id: identity('id'),
    complaintId: reference('complaint_id')
      .notNull()
      .references(() => complaints.id),
    kind: text('kind')
      .notNull()
      .references(() => exclusionKinds.code),
    scope: text('scope').$type<'none' | 'response-only'>().notNull(),
    reason: text('reason').notNull(),
    evidence: reference('evidence').references(() => attachments.id),
    /** The unit that had the lead when it was asked for. */
    unit: text('unit'),
    at: instant('at').notNull(),
    actor: text('actor').notNull(),
    status: text('status').$type<'applied' | 'approved' | 'rejected' | 'appealed' | 'upheld' | 'dismissed'>().notNull(),
    /** Whether the case is left out now. */
    standing: boolean('standing').notNull(),
  },
  (table) => [
    index('exclusions_standing').on(table.complaintId).where(sql`${table.standing}`),
    index('exclusions_at').on(table.at, table.id),
    index('exclusions_complaint').on(table.complaintId, table.id),
    check('exclusions_scope', sql`${table.scope} in ('none', 'response-only')`),
  ],
);

/** The trail of an application: who did what, when and why. Never edited (a trigger refuses it). */
export const exclusionSteps = pgTable(
  'exclusion_steps',
  {
    id: identity('id'),
    exclusionId: reference('exclusion_id')
      .notNull()
      .references(() => exclusions.id),
    at: instant('at').notNull(),
    actor: text('actor').notNull(),
    /** Who the token belongs to: two tokens of one name are one person. */
    person: text('person').notNull(),
    step: text('step').$type<'apply' | 'review' | 'appeal' | 'final'>().notNull(),
    approve: boolean('approve'),
    reason: text('reason').notNull(),
  },
  (table) => [index('exclusion_steps_exclusion').on(table.exclusionId, table.id)],
);

/** 考核期 that are being closed or are closed. A closed one never changes (a trigger refuses it). */
export const assessmentPeriods = pgTable('assessment_periods', {
  code: text('code').primaryKey(),
  fromAt: instant('from_at').notNull(),
  toAt: instant('to_at').notNull(),
  status: text('status').$type<'closing' | 'closed'>().notNull(),
  /** The rule and the scopes of the request types by which it was counted. */
  rule: jsonb('rule').$type<FrozenRule>().notNull(),
  startedAt: instant('started_at').notNull(),
  startedBy: text('started_by').notNull(),
  closedAt: instant('closed_at'),
  closedBy: text('closed_by'),
  cases: integer('cases'),
  /** The newest event that was there. */
  lastEvent: reference('last_event'),
});

const period = () =>
  text('period')
    .notNull()
    .references(() => assessmentPeriods.code);

/**
 * The cases of a closed period, one row for each lead order with something to count (0 where there was none): what was counted,
 * when, for whom, and how far it enters the assessment.
 */
export const periodCases = pgTable(
  'period_cases',
  {
    period: period(),
    complaintId: reference('complaint_id').notNull(),
    orderId: reference('order_id').notNull(),
    unit: text('unit'),
    kind: text('kind'),
    parent: text('parent'),
    /** 首接单位: who was given the case first. */
    firstUnit: text('first_unit'),
    district: text('district'),
    street: text('street'),
    matter: text('matter'),
    need: text('need').notNull(),
    channel: text('channel').notNull(),
    type: text('type').notNull(),
    level: text('level').notNull(),
    scope: text('scope').$type<'all' | 'response-only' | 'none'>().notNull(),
    /** Why it does not enter wholly: a request type, or a kind of exclusion. */
    reason: text('reason'),
    elsewhen: boolean('elsewhen').notNull(),
    receivedAt: instant('received_at'),
    closedAt: instant('closed_at'),
    answeredAt: instant('answered_at'),
    contacted: boolean('contacted'),
    resolved: boolean('resolved'),
    satisfaction: text('satisfaction'),
    repliedAt: instant('replied_at'),
    onTime: boolean('on_time'),
  },
  (table) => [
    primaryKey({ columns: [table.period, table.complaintId, table.orderId] }),
    index('period_cases_unit').on(table.period, table.unit),
  ],
);

/** The figures of a closed period, row by row, for both bases. */
export const periodFigures = pgTable(
  'period_figures',
  {
    period: period(),
    basis: text('basis').notNull(),
    by: text('by').notNull(),
    depth: smallint('depth').notNull(),
    key: text('key').notNull(),
    counts: jsonb('counts').$type<Counts>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.period, table.basis, table.by, table.depth, table.key] })],
);

/** 更正 of a closed period: one case before and after, and why. Never edited (a trigger refuses it). */
export const periodAmendments = pgTable(
  'period_amendments',
  {
    id: identity('id'),
    period: period(),
    complaintId: reference('complaint_id')
      .notNull()
      .references(() => complaints.id),
    at: instant('at').notNull(),
    actor: text('actor').notNull(),
    reason: text('reason').notNull(),
    exclusionId: reference('exclusion_id').references(() => exclusions.id),
    before: jsonb('before').$type<AmendedCase>().notNull(),
    after: jsonb('after').$type<AmendedCase>().notNull(),
  },
  (table) => [index('period_amendments_case').on(table.period, table.complaintId, table.id)],
);
