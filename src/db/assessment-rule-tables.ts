/** Reference data of the assessment beside its rule: what may be struck out, and the classes of units. */
import { boolean, date, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

const validity = {
  validFrom: date('valid_from', { mode: 'string' }).notNull(),
  validTo: date('valid_to', { mode: 'string' }),
};

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
