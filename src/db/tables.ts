/**
 * The tables that change with every complaint: callers, complaints, orders, events, tokens. Call-backs stand in
 * `callback-tables.ts`, links and group alarms in `link-tables.ts`, the reference data of a city in `catalog-tables.ts`.
 * Migrations are generated from all of them.
 */
import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  date,
  index,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { Permission } from '../access/roles.ts';
import type { CorrectedField, Said } from '../intake/correction.ts';
import type { Judgement } from '../intake/judgement.ts';
import type { OrderState } from '../workorder/lifecycle.ts';
import type { OrderRequest } from '../workorder/order.ts';
import { divisions, levels, matters, needs, requestTypes, units } from './catalog-tables.ts';
import { bytea, identity, instant, reference, tsvector } from './column-types.ts';

/**
 * Whoever acts: a machine by its bearer token, of which only the SHA-256 is kept, or a person. A person's row has no hash, so that
 * nobody can show it; how he signs in stands in `account-tables.ts` under the same id.
 */
export const tokens = pgTable(
  'tokens',
  {
    id: identity('id'),
    hash: bytea('hash').unique(),
    role: text('role').notNull(),
    unit: text('unit').references(() => units.code),
    name: text('name').notNull(),
    createdAt: instant('created_at').notNull(),
    /** A person's row has no end. */
    expiresAt: instant('expires_at'),
    revokedAt: instant('revoked_at'),
    /** After a rotation the token before it, and until when it is still good. */
    formerHash: bytea('former_hash').unique(),
    formerUntil: instant('former_until'),
    /** The permissions that a token is narrowed to; null: all of its role. */
    scopes: text('scopes').array().$type<Permission[]>(),
    /** The person who answers for a machine's token: it ends with his access. */
    ownerId: reference('owner_id').references((): AnyPgColumn => tokens.id),
    /** To the minute. */
    lastUsedAt: instant('last_used_at'),
  },
  (table) => [
    index('tokens_owner').on(table.ownerId).where(sql`${table.ownerId} is not null`),
    check('tokens_end', sql`(${table.hash} is null) = (${table.expiresAt} is null)`),
    check('tokens_former', sql`(${table.formerHash} is null) = (${table.formerUntil} is null)`),
  ],
);

export const complaintNumbers = pgSequence('complaint_numbers', { startWith: 1 });

/** 诉求: what one caller asked for, with what the machine made of it. */
export const complaints = pgTable(
  'complaints',
  {
    id: identity('id'),
    /** Day of receipt in Asia/Shanghai and a running number. */
    number: text('number').notNull().unique(),
    /** The caller's own key to the public page. */
    publicCode: text('public_code').notNull(),
    source: text('source').notNull(),
    externalNumber: text('external_number'),
    /** SHA-256 of the request body: tells a retry from a second use of the same external number. */
    bodyHash: bytea('body_hash').notNull(),
    filedBy: reference('filed_by').references(() => tokens.id),
    channel: text('channel').notNull(),
    status: text('status').notNull(),
    title: text('title'),
    text: text('text').notNull(),
    /** Of before it was sealed (`callers`): moved there when the service starts, and to be dropped in a later version. */
    address: text('address'),
    occurredAt: instant('occurred_at'),
    receivedAt: instant('received_at').notNull(),
    closedAt: instant('closed_at'),
    wantsCallback: boolean('wants_callback').notNull(),
    answer: text('answer'),
    type: text('type')
      .notNull()
      .references(() => requestTypes.code),
    need: text('need')
      .notNull()
      .references(() => needs.code),
    matter: text('matter').references(() => matters.code),
    level: text('level')
      .notNull()
      .references(() => levels.code),
    district: text('district').references(() => divisions.code),
    street: text('street').references(() => divisions.code),
    community: text('community').references(() => divisions.code),
    judgement: jsonb('judgement').$type<Judgement>().notNull(),
    /** The machine's own answers, without a person's decisions; null for what was filed before they were kept. */
    said: jsonb('said').$type<Said>(),
    similar: jsonb('similar').$type<{ number: string; score: number; why: string }[]>().notNull(),
    catalogVersion: integer('catalog_version').notNull(),
    /** Segmented words with their places, for search and for finding repeats. */
    words: tsvector('words').notNull(),
  },
  (table) => [
    uniqueIndex('complaints_source_external_number').on(table.source, table.externalNumber),
    index('complaints_received_at').on(table.receivedAt.desc(), table.id.desc()),
    index('complaints_closed_at').on(table.closedAt),
    index('complaints_status').on(table.status, table.receivedAt),
    // The triage desk in its own order, and nothing else: stays small and fast however many complaints are stored.
    index('complaints_triage').on(table.level, table.receivedAt, table.id).where(sql`${table.status} = 'triage'`),
    index('complaints_place_matter').on(table.street, table.matter, table.receivedAt),
    index('complaints_district_matter').on(table.district, table.matter, table.receivedAt),
    index('complaints_plain_address').on(table.id).where(sql`${table.address} is not null`),
    index('complaints_words').using('gin', table.words),
    check('complaints_text_not_blank', sql`length(btrim(${table.text})) > 0`),
  ],
);

/** 诉求人: personal data apart from the complaint, at most one row a complaint. */
export const callers = pgTable(
  'callers',
  {
    complaintId: reference('complaint_id')
      .primaryKey()
      .references(() => complaints.id),
    /** Sealed with a data key, bound to this row and column (`keys/`). */
    nameSealed: bytea('name_sealed'),
    phoneSealed: bytea('phone_sealed'),
    /** The address as it was given: down to the door where it says so. */
    addressSealed: bytea('address_sealed'),
    /** A keyed hash of the number, to look it up by and to tell callers apart. */
    phoneIndex: bytea('phone_index'),
    /** Null where nobody was named, only an address. */
    kind: text('kind'),
    secret: boolean('secret').notNull(),
    /** When all that tells who it was has been taken out. */
    anonymisedAt: instant('anonymised_at'),
    /** Of before there were keys: sealed and emptied when the service starts, and to be dropped in a later version. */
    name: text('name'),
    phone: text('phone'),
  },
  (table) => [
    index('callers_phone_index').on(table.phoneIndex, table.complaintId),
    index('callers_plain').on(table.complaintId).where(sql`${table.name} is not null or ${table.phone} is not null`),
  ],
);

/** 工单: one unit's task from a complaint, with its own clocks. */
export const orders = pgTable(
  'orders',
  {
    id: identity('id'),
    complaintId: reference('complaint_id')
      .notNull()
      .references(() => complaints.id),
    unit: text('unit')
      .notNull()
      .references(() => units.code),
    role: text('role').$type<'lead' | 'co' | 'whistle' | 'sub'>().notNull(),
    level: text('level')
      .notNull()
      .references(() => levels.code),
    status: text('status').$type<OrderState>().notNull(),
    reason: text('reason').notNull(),
    dispatchedAt: instant('dispatched_at').notNull(),
    signDueAt: instant('sign_due_at').notNull(),
    contactDueAt: instant('contact_due_at').notNull(),
    dueAt: instant('due_at').notNull(),
    signedAt: instant('signed_at'),
    contactedAt: instant('contacted_at'),
    repliedAt: instant('replied_at'),
    closedAt: instant('closed_at'),
    result: text('result'),
    reply: text('reply'),
    basis: text('basis'),
    /** Counts the openings of the complaint (重办), from 1. */
    round: smallint('round').notNull().default(1),
    /** False once another order has taken its place. */
    current: boolean('current').notNull().default(true),
    /** The state in which it was returned, parked or merged. */
    before: text('before').$type<OrderState>(),
    returns: smallint('returns').notNull().default(0),
    extensions: smallint('extensions').notNull().default(0),
    supervisions: smallint('supervisions').notNull().default(0),
    /** What the unit asks of the desk: a return, an extension, parking. */
    request: jsonb('request').$type<OrderRequest>(),
    parkedAt: instant('parked_at'),
    parkKind: text('park_kind'),
    reviewOn: date('review_on', { mode: 'string' }),
    /** The order that whistled for this one, or handed it on to a community. */
    parentId: reference('parent_id').references((): AnyPgColumn => orders.id),
    community: text('community').references(() => divisions.code),
    cell: text('cell'),
    arrivedAt: instant('arrived_at'),
    tookPart: boolean('took_part'),
    /** Warnings and marks of the clocks that have been given. */
    marks: text('marks').array().notNull().default(sql`'{}'`),
    version: integer('version').notNull().default(1),
    /** When the clocks have something to say next; null where they have not. */
    nextLook: instant('next_look'),
    /** Transaction that last changed the row, kept by a trigger: lets a poll ask for changes and miss none. */
    changed: bigint('changed', { mode: 'number' }).notNull().default(0),
  },
  (table) => [
    index('orders_complaint').on(table.complaintId),
    index('orders_queue_due').on(table.unit, table.status, table.dueAt, table.id),
    index('orders_queue_changed').on(table.unit, table.changed, table.id),
    index('orders_open_due').on(table.dueAt).where(sql`${table.repliedAt} is null and ${table.closedAt} is null`),
    index('orders_replied_at').on(table.repliedAt),
    index('orders_dispatched_at').on(table.dispatchedAt),
    // A complaint has one lead at a time.
    uniqueIndex('orders_one_lead').on(table.complaintId).where(sql`${table.role} = 'lead' and ${table.current}`),
    index('orders_requests').on(table.dueAt, table.id).where(sql`${table.request} is not null`),
    index('orders_next_look').on(table.nextLook).where(sql`${table.nextLook} is not null`),
    index('orders_parent').on(table.parentId).where(sql`${table.parentId} is not null`),
  ],
);

/** 流转记录: every change of a complaint or order, never edited (a trigger refuses it). */
export const events = pgTable(
  'events',
  {
    id: identity('id'),
    complaintId: reference('complaint_id')
      .notNull()
      .references(() => complaints.id),
    orderId: reference('order_id').references(() => orders.id),
    at: instant('at').notNull(),
    actor: text('actor').notNull(),
    action: text('action').notNull(),
    fromStatus: text('from_status'),
    toStatus: text('to_status'),
    data: jsonb('data').$type<Record<string, unknown>>().notNull(),
  },
  (table) => [
    index('events_complaint').on(table.complaintId, table.id),
    // The few kinds that the report of supervision counts by time.
    index('events_watched').on(table.at).where(sql`${table.action} in ('remind', 'supervise', 'escalate', 'overdue')`),
  ],
);

/**
 * 更正: a person's decision that differs from what the machine said by itself, never edited (a trigger refuses it). `said` is
 * null where the machine said nothing. What only repeats the machine leaves no row.
 */
export const corrections = pgTable(
  'corrections',
  {
    id: identity('id'),
    complaintId: reference('complaint_id')
      .notNull()
      .references(() => complaints.id),
    at: instant('at').notNull(),
    actor: text('actor').notNull(),
    source: text('source').$type<'filing' | 'triage'>().notNull(),
    field: text('field').$type<CorrectedField>().notNull(),
    said: text('said'),
    decided: text('decided').notNull(),
    confidence: real('confidence'),
    /** The machine would have acted on it without a person. */
    accepted: boolean('accepted').notNull(),
    model: text('model').notNull(),
    catalogVersion: integer('catalog_version').notNull(),
  },
  (table) => [
    index('corrections_complaint').on(table.complaintId, table.field),
    index('corrections_at').on(table.at),
    check('corrections_source', sql`${table.source} in ('filing', 'triage')`),
    check('corrections_field', sql`${table.field} in ('matter', 'need', 'type', 'level', 'unit')`),
    check('corrections_differ', sql`${table.said} is distinct from ${table.decided}`),
  ],
);

/** Idempotency-Key of POST /complaints, honoured for 24 hours. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    tokenId: reference('token_id')
      .notNull()
      .references(() => tokens.id),
    key: text('key').notNull(),
    bodyHash: bytea('body_hash').notNull(),
    complaintId: reference('complaint_id')
      .notNull()
      .references(() => complaints.id),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tokenId, table.key] })],
);
