/**
 * 汇总: what the reports count, kept up from the events. `rollup_pending` names the complaints that have changed (a trigger fills it with
 * every event), `rollup_lines` what each complaint counts as now, `rollup_cells` the sums of the lines by day and by week, and by what
 * a row of a report stands for; `rollup_calls` and `rollup_hours` what does not add up. All of it can be thrown away and made again.
 */
import { sql } from 'drizzle-orm';
import { bigint, date, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { isLarge, type Measure, measures } from '../rollup/measures.ts';
import { bytea, instant, reference } from './column-types.ts';

const column = (name: Measure) => (isLarge(name) ? bigint(name, { mode: 'number' }) : integer(name));
/** Absent where the kind of line has no such measure: takes one bit. */
const ofLine = Object.fromEntries(measures.map((name) => [name, column(name)]));
const ofCell = Object.fromEntries(measures.map((name) => [name, column(name).notNull().default(0)]));

/** What a row of a report may stand for, of one case, and how far it enters. */
const ofCase = () => ({
  unit: text('unit'),
  kind: text('kind'),
  district: text('district'),
  street: text('street'),
  matter: text('matter'),
  need: text('need').notNull(),
  channel: text('channel').notNull(),
  type: text('type').notNull(),
  level: text('level').notNull(),
  scope: text('scope').notNull(),
});

/** Filled by the trigger on `events`; no key, so that no two transactions wait for each other. */
export const rollupPending = pgTable('rollup_pending', {
  complaintId: reference('complaint_id').notNull(),
});

export const rollupLines = pgTable(
  'rollup_lines',
  {
    complaintId: reference('complaint_id').notNull(),
    source: text('source').notNull(),
    /** The order, the attempt to call back or the event; 0 for the complaint itself. */
    ref: reference('ref').notNull(),
    at: instant('at').notNull(),
    /** The day of `at` in Asia/Shanghai. */
    day: date('day', { mode: 'string' }).notNull(),
    /** When a later answer of the same case was given: it takes this one's place in a span that holds both. */
    nextAt: instant('next_at'),
    receivedAt: instant('received_at').notNull(),
    ...ofCase(),
    reason: text('reason'),
    /** Dispatch to reply, of `replied`. */
    handledMs: bigint('handled_ms', { mode: 'number' }),
    ...ofLine,
  },
  (table) => [
    primaryKey({ columns: [table.complaintId, table.source, table.ref] }),
    index('rollup_lines_superseded').on(table.day).where(sql`${table.nextAt} is not null`),
    index('rollup_lines_left_out').on(table.day).where(sql`${table.source} = 'answered' and ${table.scope} <> 'all'`),
    index('rollup_lines_replied').on(table.day).where(sql`${table.source} = 'replied'`),
  ],
);

/**
 * The complaints of those who called more than once, with when they called before and next. Not for units and channels: it tells which
 * complaints are of one caller.
 */
export const rollupCalls = pgTable(
  'rollup_calls',
  {
    complaintId: reference('complaint_id').primaryKey(),
    at: instant('at').notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    /** The keyed hash of the number. */
    caller: bytea('caller').notNull(),
    beforeAt: instant('before_at'),
    nextAt: instant('next_at'),
    ...ofCase(),
  },
  (table) => [index('rollup_calls_at').on(table.at), index('rollup_calls_caller').on(table.caller)],
);

/** The hours of handling of a day and a key, packed: shares of them (the median) are found without reading every line. */
export const rollupHours = pgTable(
  'rollup_hours',
  {
    by: text('by').notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    key: text('key').notNull(),
    scope: text('scope').notNull(),
    /** Milliseconds from dispatch to reply, eight bytes for each order (`float8send`), in no order. */
    hours: bytea('hours').notNull(),
  },
  (table) => [primaryKey({ columns: [table.by, table.day, table.key, table.scope] })],
);

/** The days whose hours are packed as they stand: folding in a change of a day takes it out, until it is packed again. */
export const rollupDays = pgTable('rollup_days', { day: date('day', { mode: 'string' }).primaryKey() });

export const rollupCells = pgTable(
  'rollup_cells',
  {
    /** What the key stands for: `unit`, `street`, `matter2`, … */
    by: text('by').notNull(),
    /** A day, or a week from its Monday: a long span takes few rows. */
    grain: text('grain').$type<'day' | 'week'>().notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    key: text('key').notNull(),
    scope: text('scope').notNull(),
    /** Why the cases do not count wholly; empty where they do. */
    reason: text('reason').notNull(),
    ...ofCell,
  },
  (table) => [primaryKey({ columns: [table.by, table.grain, table.day, table.key, table.scope, table.reason] })],
);

/** One row once the rollups are complete: the reference data they were counted by, and when they were made. */
export const rollupState = pgTable('rollup_state', {
  id: integer('id').primaryKey(),
  basis: text('basis').notNull(),
  madeAt: instant('made_at').notNull(),
});
