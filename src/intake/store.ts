/** Complaints as they are filed: one statement writes a complaint with its caller, orders and events, or nothing. */
import { and, eq, lt, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/connect.ts';
import { complaints, events, idempotencyKeys, orders } from '../db/tables.ts';
import type { Watch } from '../group/alarm.ts';
import type { WordShares } from '../text/shares.ts';
import type { Correction, Said } from './correction.ts';
import type { Candidate, Similar } from './duplicates.ts';
import type { Judgement } from './judgement.ts';

export interface ComplaintRow {
  /** Drawn before the row is written: what is sealed is bound to it. */
  id: number;
  publicCode: string;
  source: string;
  externalNumber: string | null;
  bodyHash: Buffer;
  filedBy: number | null;
  channel: string;
  status: string;
  title: string | null;
  text: string;
  occurredAt: Date | null;
  receivedAt: Date;
  closedAt: Date | null;
  wantsCallback: boolean;
  answer: string | null;
  type: string;
  need: string;
  matter: string | null;
  level: string;
  district: string | null;
  street: string | null;
  community: string | null;
  judgement: Judgement;
  said: Said;
  similar: Similar[];
  catalogVersion: number;
  /** The text of a tsvector. */
  words: string;
}

/** Sealed; see `keys/`. */
export interface CallerRow {
  name: Buffer | null;
  phone: Buffer | null;
  phoneIndex: Buffer | null;
  address: Buffer | null;
  /** Null where nobody was named. */
  kind: string | null;
  secret: boolean;
}

export interface OrderRow {
  unit: string;
  role: 'lead' | 'co';
  level: string;
  reason: string;
  dispatchedAt: Date;
  signDueAt: Date;
  contactDueAt: Date;
  dueAt: Date;
  /** When its clocks have something to say first. */
  nextLook: Date | null;
}

export interface Filing {
  complaint: ComplaintRow;
  caller: CallerRow | null;
  orders: OrderRow[];
  corrections: Correction[];
  /** The articles it was answered with. */
  citations: readonly { article: number; version: number }[];
  /** The group alarms that may be due once the complaint is stored. */
  watches: readonly Watch[];
  actor: string;
  now: Date;
  idempotency: { tokenId: number; key: string } | null;
}

/** A PostgreSQL array of texts as a literal: drizzle would spread a JavaScript array into one parameter for each item. */
export function textArray(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

const at = (instant: Date | null) => instant?.toISOString() ?? null;

function insertComplaint(c: ComplaintRow): SQL {
  return sql`
    insert into complaints (
      id, number, public_code, source, external_number, body_hash, filed_by, channel, status, title, text,
      occurred_at, received_at, closed_at, wants_callback, answer, type, need, matter, level, district, street, community,
      judgement, said, "similar", catalog_version, words)
    overriding system value values (
      ${c.id}, to_char(${at(c.receivedAt)}::timestamptz at time zone 'Asia/Shanghai', 'YYYYMMDD')
        || (select lpad(n::text, greatest(7, length(n::text)), '0') from (select nextval('complaint_numbers') as n) as running),
      ${c.publicCode}, ${c.source}, ${c.externalNumber}, ${c.bodyHash}::bytea, ${c.filedBy}, ${c.channel}, ${c.status}, ${c.title},
      ${c.text}, ${at(c.occurredAt)}::timestamptz, ${at(c.receivedAt)}::timestamptz,
      ${at(c.closedAt)}::timestamptz, ${c.wantsCallback}, ${c.answer}, ${c.type}, ${c.need}, ${c.matter}, ${c.level},
      ${c.district}, ${c.street}, ${c.community}, ${JSON.stringify(c.judgement)}::jsonb, ${JSON.stringify(c.said)}::jsonb,
      ${JSON.stringify(c.similar)}::jsonb, ${c.catalogVersion}, ${c.words}::tsvector)`;
}

function insertCaller(caller: CallerRow | null): SQL {
  const { name = null, phone = null, phoneIndex = null, address = null, kind = null, secret = false } = caller ?? {};
  return sql`
    insert into callers (complaint_id, name_sealed, phone_sealed, phone_index, address_sealed, kind, secret)
    select complaint.id, ${name}::bytea, ${phone}::bytea, ${phoneIndex}::bytea, ${address}::bytea, ${kind}, ${secret}::boolean
    from complaint where ${caller !== null}::boolean`;
}

/** The id of a complaint that is about to be filed. One that is not filed after all leaves a gap. */
export async function drawId(db: Db): Promise<number> {
  const [row] = await db.execute<{ id: string }>(sql`select nextval(pg_get_serial_sequence('complaints', 'id')) as id`);
  return Number(row?.id);
}

/** A part of the statement of its own: most filings cite nothing, and theirs stays as it is. */
function insertCitations(citations: Filing['citations']): SQL {
  if (citations.length === 0) return sql``;
  return sql`, cited as (
      insert into citations (complaint_id, article_id, version)
      select complaint.id, c.article, c.version
      from complaint, jsonb_to_recordset(${JSON.stringify(citations)}::jsonb) as c(article bigint, version integer)
    )`;
}

/**
 * Stores a filing in one statement, which is one transaction. Throws the driver's unique violation when the external
 * number or the idempotency key was used before.
 */
export async function insertFiling(
  db: Db,
  filing: Filing,
): Promise<{ number: string; orders: { id: string; unit: string }[] }> {
  const { complaint: c, caller, orders, corrections, citations, actor, now, idempotency } = filing;
  const rows = await db.execute<{ number: string; orders: { id: number; unit: string }[] | null }>(sql`
    with complaint as (
      ${insertComplaint(c)}
      returning id, number
    ), caller as (
      ${insertCaller(caller)}
    ), placed as (
      insert into orders (
        complaint_id, unit, role, level, status, reason, dispatched_at, sign_due_at, contact_due_at, due_at, next_look)
      select complaint.id, o.unit, o.role, o.level, 'dispatched', o.reason, o."dispatchedAt", o."signDueAt", o."contactDueAt",
        o."dueAt", o."nextLook"
      from complaint, jsonb_to_recordset(${JSON.stringify(orders)}::jsonb) as o(
        unit text, role text, level text, reason text, "dispatchedAt" timestamptz, "signDueAt" timestamptz,
        "contactDueAt" timestamptz, "dueAt" timestamptz, "nextLook" timestamptz)
      returning id, complaint_id, unit, role, level, reason, sign_due_at, contact_due_at, due_at
    ), logged as (
      insert into events (complaint_id, order_id, at, actor, action, to_status, data)
      select complaint_id, order_id, ${at(now)}::timestamptz, ${actor}, action, to_status, data from (
        select id as complaint_id, null::bigint as order_id, 'file' as action, ${c.status} as to_status,
          jsonb_build_object('channel', ${c.channel}::text, 'level', ${c.level}::text) as data
        from complaint
        union all
        select complaint_id, id, 'dispatch', 'dispatched', jsonb_build_object('unit', unit, 'role', role, 'level', level,
          'reason', reason, 'signDueAt', sign_due_at, 'contactDueAt', contact_due_at, 'dueAt', due_at)
        from placed
      ) as history order by order_id nulls first
    ), corrected as (
      insert into corrections (
        complaint_id, at, actor, source, field, said, decided, confidence, accepted, model, catalog_version)
      select complaint.id, ${at(now)}::timestamptz, ${actor}, 'filing', k.field, k.said, k.decided, k.confidence, k.accepted,
        ${c.judgement.model}, ${c.catalogVersion}::integer
      from complaint, jsonb_to_recordset(${JSON.stringify(corrections)}::jsonb) as k(
        field text, said text, decided text, confidence real, accepted boolean)
    ), keyed as (
      insert into idempotency_keys (token_id, key, body_hash, complaint_id, created_at)
      select ${idempotency?.tokenId ?? null}::bigint, ${idempotency?.key ?? null}, ${c.bodyHash}::bytea, complaint.id, ${at(now)}::timestamptz
      from complaint where ${idempotency !== null}::boolean
    )${insertCitations(citations)}
    select number, (select jsonb_agg(jsonb_build_object('id', id, 'unit', unit)) from placed) as orders from complaint`);
  const [row] = rows;
  if (row === undefined) throw new Error('the complaint was not stored');
  return { number: row.number, orders: (row.orders ?? []).map(({ id, unit }) => ({ id: String(id), unit })) };
}

/** What was filed under an idempotency key not older than `since`. */
export async function findByKey(db: Db, tokenId: number, key: string, since: Date) {
  await db
    .delete(idempotencyKeys)
    .where(
      and(eq(idempotencyKeys.tokenId, tokenId), eq(idempotencyKeys.key, key), lt(idempotencyKeys.createdAt, since)),
    );
  const [row] = await db
    .select({ complaintId: idempotencyKeys.complaintId, bodyHash: idempotencyKeys.bodyHash })
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.tokenId, tokenId), eq(idempotencyKeys.key, key)));
  return row;
}

/** What a complaint is compared with: recent ones of the same street and matter, and of the same telephone. */
export interface Look {
  matter: string | null;
  /** The other leaves of the matter's second level. */
  siblings: readonly string[];
  street: string | null;
  community: string | null;
  /** As it is looked up. */
  phone: Buffer | null;
  since: Date;
  until: Date;
  /** Only complaints filed with this token: a channel must not learn of others'. */
  filedBy: number | null;
}

const perIndex = 20;
/** Of each other leaf; these are less likely to be the same thing. */
const perSibling = 3;

/**
 * Earlier complaints that may be about the same thing, from indexes only: the newest 20 of the street and matter, 3 of each
 * of its other leaves (20 at most), 20 of the telephone. The newest of a telephone are taken from its index before anything
 * is joined, whatever the planner believes of their number.
 */
export async function findCandidates(db: Db, look: Look): Promise<Candidate[]> {
  const window = sql`c.received_at between ${at(look.since)}::timestamptz and ${at(look.until)}::timestamptz`;
  const columns = sql`c.number, tsvector_to_array(c.words) as words, c.street, c.community, c.matter`;
  const own = look.filedBy === null ? sql`` : sql`and c.filed_by = ${look.filedBy}`;
  const newest = (matter: SQL, count: number) => sql`select ${columns}, false as same_phone from complaints c
    where c.street = ${look.street} and c.matter = ${matter} and ${window} ${own}
    order by c.received_at desc limit ${count}`;
  const byPlace = sql`(${newest(sql`${look.matter}`, perIndex)})`;
  const bySibling = sql`(select near.* from unnest(${textArray(look.siblings)}::text[]) as sibling(matter)
    cross join lateral (${newest(sql`sibling.matter`, perSibling)}) near limit ${perIndex})`;
  const byPhone = sql`(select ${columns}, true as same_phone
    from (select complaint_id from callers where phone_index = ${look.phone}::bytea order by complaint_id desc limit ${perIndex}) k
    join complaints c on c.id = k.complaint_id where ${window} ${own})`;
  const queries = [
    ...(look.street === null || look.matter === null ? [] : [byPlace, bySibling]),
    ...(look.phone === null ? [] : [byPhone]),
  ];
  if (queries.length === 0) return [];
  const rows = await db.execute<CandidateRow>(sql.join(queries, sql` union all `));
  const found = new Map<string, Candidate>();
  for (const { number, words, same_phone, street, community, matter } of rows) {
    found.set(number, {
      number,
      words,
      samePhone: same_phone || (found.get(number)?.samePhone ?? false),
      sameStreet: street !== null && street === look.street,
      sameCommunity: community !== null && community === look.community,
      sameMatter: matter !== null && matter === look.matter,
      nearMatter: matter !== null && look.siblings.includes(matter),
    });
  }
  return [...found.values()];
}

type CandidateRow = Record<'number', string> & {
  words: string[];
  street: string | null;
  community: string | null;
  matter: string | null;
  same_phone: boolean;
};

/**
 * The share of complaints that hold a word, for up to a thousand of the most common words: what PostgreSQL's own statistics
 * say, kept up to date by autovacuum. Empty before the first hundred or so complaints.
 */
export async function readWordShares(db: Db): Promise<WordShares> {
  const rows = await db.execute<{ word: string; share: number }>(sql`select word, share from word_shares()`);
  return new Map(rows.map(({ word, share }) => [word, Number(share)]));
}

/** A complaint as it was answered when it was filed, for a retry. */
export async function findFiled(db: Db, which: { id: number } | { source: string; externalNumber: string }) {
  const [row] = await db
    .select({
      id: complaints.id,
      number: complaints.number,
      code: complaints.publicCode,
      bodyHash: complaints.bodyHash,
      judgement: complaints.judgement,
      similar: complaints.similar,
    })
    .from(complaints)
    .where(
      'id' in which
        ? eq(complaints.id, which.id)
        : and(eq(complaints.source, which.source), eq(complaints.externalNumber, which.externalNumber)),
    );
  if (row === undefined) return undefined;
  const [filed] = await db
    .select({ status: events.toStatus, at: events.at })
    .from(events)
    .where(and(eq(events.complaintId, row.id), eq(events.action, 'file')))
    .orderBy(events.id)
    .limit(1);
  if (filed === undefined) throw new Error('a complaint has no event of its filing');
  // Not those of the triage desk, later on.
  const atOnce = and(eq(orders.complaintId, row.id), eq(orders.dispatchedAt, filed.at));
  const placed = filed.status === 'dispatched' ? await db.select().from(orders).where(atOnce).orderBy(orders.id) : [];
  return { ...row, status: filed.status ?? '', orders: placed };
}
