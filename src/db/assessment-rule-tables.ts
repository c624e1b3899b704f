/** Reference data of call-backs, and of the assessment beside its rule: what may be struck out, and the classes of units. */
import { boolean, date, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { MissReason } from '../catalog/callback-rules.ts';

const validity = {
  validFrom: date('valid_from', { mode: 'string' }).notNull(),
  validTo: date('valid_to', { mode: 'string' }),
};

export const callbackRules = pgTable('callback_rules', {
  code: text('code').primaryKey(),
  level: text('level').array().notNull(),
  unit: text('unit').array().notNull(),
  share: integer('share').notNull(),
  seed: text('seed').notNull(),
  headStartMinutes: integer('head_start_minutes').notNull(),
  maxAttempts: integer('max_attempts').notNull(),
  spacingMinutes: integer('spacing_minutes').notNull(),
  fromHour: integer('from_hour').notNull(),
  toHour: integer('to_hour').notNull(),
  leaseMinutes: integer('lease_minutes').notNull(),
  laterHours: integer('later_hours').notNull(),
  lateHours: integer('late_hours').notNull().default(168),
  endReasons: text('end_reasons').array().notNull().$type<MissReason[]>(),
  ...validity,
});

export const exclusionKinds = pgTable('exclusion_kinds', {
  code: text('code').primaryKey(),
  name: text('name').notNull(),
  scopes: text('scopes').array().notNull(),
  evidence: boolean('evidence').notNull(),
  ...validity,
});

export const unitClasses = pgTable(
  'unit_classes',
  {
    code: text('code').notNull(),
    name: text('name').notNull(),
    kind: text('kind').notNull(),
    measure: text('measure').notNull().$type<'composite' | 'resolution' | 'change' | 'volume'>(),
    atLeast: integer('at_least'),
    below: integer('below'),
    ...validity,
  },
  (table) => [primaryKey({ columns: [table.code, table.kind, table.measure, table.validFrom] })],
);

export const population = pgTable(
  'population',
  {
    code: text('code').notNull(),
    residents: integer('residents').notNull(),
    year: integer('year').notNull(),
    source: text('source').notNull(),
    ...validity,
  },
  (table) => [primaryKey({ columns: [table.code, table.validFrom] })],
);
