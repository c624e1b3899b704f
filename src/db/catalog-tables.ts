/**
 * The reference data of a city (seeds/) in the database, so that complaints, orders and reports can refer to them.
 * A row that leaves the files is closed by `valid_to`, never deleted: past orders keep their codes.
 */
import {
  bigint,
  boolean,
  date,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import type { DivisionsChange, RuleChange } from '../catalog/types.ts';

const validity = {
  validFrom: date('valid_from', { mode: 'string' }).notNull(),
  validTo: date('valid_to', { mode: 'string' }),
};
/** Advisory lock of all who change the catalog: they take turns. */
export const catalogLock = 12_347;

const textList = (name: string) => text(name).array().notNull();

/** One row for every load of a changed set of seed files; complaints record under which they were judged. */
export const catalogVersions = pgTable('catalog_versions', {
  version: integer('version').primaryKey().generatedAlwaysAsIdentity(),
  hash: text('hash').notNull(),
  /** Folder the files came from; `built-in` for the project's own. */
  source: text('source').notNull(),
  loadedAt: timestamp('loaded_at', { withTimezone: true, precision: 3 }).notNull(),
});

const division = {
  name: text('name').notNull(),
  kind: text('kind').notNull().$type<'city' | 'district' | 'street' | 'community'>(),
  parent: text('parent'),
  aliases: textList('aliases'),
  zone: boolean('zone').notNull(),
  unit: text('unit'),
  ...validity,
};

/** A row for every code there ever was: what complaints refer to. It holds the newest that is known of the division. */
export const divisions = pgTable('divisions', { code: text('code').primaryKey(), ...division }, (table) => [
  index('divisions_parent').on(table.parent),
]);

/** What a division was until a newer list said otherwise of the same code; each row ends where the next begins. */
export const pastDivisions = pgTable(
  'past_divisions',
  {
    code: text('code')
      .notNull()
      .references(() => divisions.code),
    ...division,
  },
  (table) => [primaryKey({ columns: [table.code, table.validFrom] })],
);

export const areas = pgTable('areas', {
  name: text('name').primaryKey(),
  streets: textList('streets'),
  note: text('note').notNull(),
  ...validity,
});

export const landmarks = pgTable('landmarks', {
  name: text('name').primaryKey(),
  aliases: textList('aliases'),
  kind: text('kind').notNull(),
  streets: textList('streets'),
  source: text('source').notNull(),
  ...validity,
});

export const units = pgTable('units', {
  code: text('code').primaryKey(),
  name: text('name').notNull(),
  kind: text('kind').notNull().$type<'street' | 'district' | 'city' | 'enterprise'>(),
  parent: text('parent'),
  division: text('division'),
  aliases: textList('aliases'),
  duty: text('duty').notNull(),
  ...validity,
  /** `import` for a unit that was opened or closed with its division by an import of a list. */
  origin: text('origin').notNull().$type<'seeds' | 'import'>().default('seeds'),
});

export const needs = pgTable('needs', {
  code: text('code').primaryKey(),
  name: text('name').notNull(),
  category: text('category').notNull(),
  sort: integer('sort').notNull(),
  description: text('description').notNull(),
  ...validity,
});

export const matters = pgTable('matters', {
  code: text('code').primaryKey(),
  name: text('name').notNull(),
  parent: text('parent'),
  need: text('need'),
  level: text('level'),
  lead: text('lead'),
  types: textList('types'),
  words: textList('words'),
  description: text('description').notNull(),
  ...validity,
});

export const requestTypes = pgTable('request_types', {
  code: text('code').primaryKey(),
  name: text('name').notNull(),
  scope: text('scope').notNull().$type<'all' | 'none' | 'response-only'>(),
  ...validity,
});

export const levels = pgTable('levels', {
  code: text('code').primaryKey(),
  name: text('name').notNull(),
  dispatchMinutes: integer('dispatch_minutes').notNull(),
  signMinutes: integer('sign_minutes').notNull(),
  contactMinutes: integer('contact_minutes').notNull(),
  replyAmount: integer('reply_amount').notNull(),
  replyUnit: text('reply_unit').notNull().$type<'hour' | 'day'>(),
  timeBase: text('time_base').notNull().$type<'natural' | 'working'>(),
  objectionMinutes: integer('objection_minutes').notNull(),
  alarmFrom: integer('alarm_from'),
  description: text('description').notNull(),
  ...validity,
});

export const calendarDays = pgTable('calendar_days', {
  date: date('date', { mode: 'string' }).primaryKey(),
  kind: text('kind').notNull().$type<'rest' | 'work'>(),
  name: text('name').notNull(),
});

export const dispatchRules = pgTable('dispatch_rules', {
  code: text('code').primaryKey(),
  priority: integer('priority').notNull(),
  matter: text('matter').notNull(),
  place: text('place').notNull(),
  type: textList('type'),
  caller: textList('caller'),
  level: textList('level'),
  lead: text('lead').notNull(),
  co: textList('co'),
  reason: text('reason').notNull(),
  ...validity,
  /** `api` for a row that was written or closed through the API: later loads of files leave it alone. */
  origin: text('origin').notNull().$type<'seeds' | 'api'>().default('seeds'),
});

/**
 * Changes of the dispatch rules through the API, and imports of a list of divisions: who, when, why, from when on, and each
 * rule before and after or the figures of the import; never edited (a trigger refuses it).
 */
export const catalogChanges = pgTable('catalog_changes', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  at: timestamp('at', { withTimezone: true, precision: 3 }).notNull(),
  actor: text('actor').notNull(),
  /** The version of the catalog that the change made. */
  version: integer('version')
    .notNull()
    .references(() => catalogVersions.version),
  validFrom: date('valid_from', { mode: 'string' }).notNull(),
  reason: text('reason').notNull(),
  rules: jsonb('rules').$type<RuleChange[]>().notNull(),
  divisions: jsonb('divisions').$type<DivisionsChange>(),
});

export const localUnits = pgTable(
  'local_units',
  {
    word: text('word').notNull(),
    division: text('division').notNull(),
    unit: text('unit').notNull(),
    reason: text('reason').notNull(),
    ...validity,
  },
  (table) => [primaryKey({ columns: [table.word, table.division, table.validFrom] })],
);

export const dutyGuard = pgTable('duty_guard', {
  matter: text('matter').primaryKey(),
  reason: text('reason').notNull(),
  ...validity,
});

export const routes = pgTable('routes', {
  code: text('code').primaryKey(),
  kind: text('kind').notNull().$type<'handover' | 'redirected'>(),
  matter: text('matter').notNull(),
  words: textList('words'),
  target: text('target').notNull(),
  alone: boolean('alone').notNull(),
  reason: text('reason').notNull(),
  ...validity,
});

export const lexicon = pgTable(
  'lexicon',
  {
    word: text('word').notNull(),
    kind: text('kind').notNull().$type<'matter' | 'need' | 'type' | 'level'>(),
    code: text('code').notNull(),
    weight: doublePrecision('weight').notNull(),
    ...validity,
  },
  (table) => [primaryKey({ columns: [table.word, table.kind, table.code] })],
);

export const cityWords = pgTable('city_words', {
  word: text('word').primaryKey(),
  ...validity,
});

export const assessmentRules = pgTable('assessment_rules', {
  version: text('version').primaryKey(),
  weightResponse: integer('weight_response').notNull(),
  weightResolution: integer('weight_resolution').notNull(),
  weightSatisfaction: integer('weight_satisfaction').notNull(),
  scoreSatisfied: integer('score_satisfied').notNull(),
  scoreBasic: integer('score_basic').notNull(),
  scoreDissatisfied: integer('score_dissatisfied').notNull(),
  targetResolution: integer('target_resolution').notNull(),
  cycle: text('cycle').notNull().$type<'day' | 'month'>().default('day'),
  cycleDay: integer('cycle_day').notNull(),
  cycleTime: integer('cycle_time').notNull().default(0),
  ranked: boolean('ranked').notNull().default(true),
  smallBelow: integer('small_below').notNull(),
  callbackDueHours: integer('callback_due_hours').notNull(),
  ...validity,
});

export const judgementRules = pgTable('judgement_rules', {
  version: text('version').primaryKey(),
  acceptNeed: integer('accept_need').notNull(),
  acceptMatter: integer('accept_matter').notNull(),
  acceptPlace: integer('accept_place').notNull(),
  splitMarked: integer('split_marked').notNull().default(6000),
  splitUnmarked: integer('split_unmarked').notNull().default(8500),
  similarDays: integer('similar_days').notNull().default(30),
  defaultLevel: text('default_level').notNull(),
  ...validity,
});

export const alarmRules = pgTable('alarm_rules', {
  code: text('code').primaryKey(),
  matter: text('matter').notNull(),
  scope: text('scope').notNull().$type<'community' | 'street' | 'district'>(),
  count: integer('count').notNull(),
  callers: integer('callers').notNull(),
  hours: integer('hours').notNull(),
  ...validity,
});

export const handlingRules = pgTable('handling_rules', {
  version: text('version').primaryKey(),
  returnLimit: integer('return_limit').notNull(),
  extensionLimit: integer('extension_limit').notNull(),
  warnLeft: integer('warn_left').notNull(),
  reopenRounds: integer('reopen_rounds').notNull(),
  reportMinutes: integer('report_minutes').notNull(),
  ...validity,
});

export const escalationRules = pgTable('escalation_rules', {
  code: text('code').primaryKey(),
  level: textList('level'),
  clock: text('clock').notNull().$type<'sign' | 'contact' | 'reply' | 'report' | 'review'>(),
  afterMinutes: integer('after_minutes').notNull(),
  act: text('act').notNull().$type<'remind' | 'supervise' | 'escalate'>(),
  reason: text('reason').notNull(),
  ...validity,
});
