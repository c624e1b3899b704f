/**
 * `jiesu assess verify`: a closed period recounted from the events, its figures from its cases, and what has happened since that no
 * amendment tells of. Reads only, in one snapshot.
 */
import { and, eq, inArray, sql } from 'drizzle-orm';
import { type FrozenRule, sameCase } from '../assessment/frozen.ts';
import { countFrozen, frozenTables, readFrozen } from '../assessment/service.ts';
import { periodCases } from '../db/assessment-tables.ts';
import { type Db, snapshot } from '../db/connect.ts';
import { complaints } from '../db/tables.ts';
import type { Span } from '../figures/span.ts';
import { AppError } from '../http/errors.ts';
import {
  caseByEvents,
  compareLines,
  type Line,
  linesByEvents,
  type PeriodCase,
  type PeriodDifference,
  type PeriodEvent,
} from './recount.ts';
import { countedCase, findPeriod } from './store.ts';

const batch = 1000;
/** More differences than this tell nothing new. */
const most = 1000;

export interface VerifiedPeriod {
  cases: number;
  figures: number;
  /** The first 1,000. */
  differences: PeriodDifference[];
}

/** Throws NOT_FOUND where the period is not closed. `progress` is told the number of cases done. */
export async function verifyPeriod(db: Db, code: string, progress: (cases: number) => void): Promise<VerifiedPeriod> {
  return db.transaction(async (tx) => {
    const row = await findPeriod(tx, code);
    if (row === undefined || row.status !== 'closed') throw new AppError('NOT_FOUND', `考核期 ${code} 没有封账`);
    const span = { from: row.fromAt, to: row.toAt };
    const differences: PeriodDifference[] = [];
    let cases = 0;
    for (let after = 0; ; ) {
      const ids = await concernedCases(tx, code, span, after, batch);
      const last = ids.at(-1);
      if (last === undefined) break;
      after = last;
      const frozen = await readLines(tx, code, ids);
      cases += frozen.size;
      for (const one of await readCases(tx, ids)) {
        if (differences.length < most) {
          differences.push(
            ...(await differencesOf(tx, row.lastEvent ?? 0, { code, span, rule: row.rule }, one, frozen)),
          );
        }
      }
      progress(cases);
    }
    const figures = await checkFigures(tx, code, span, differences);
    return { cases, figures, differences };
  }, snapshot);
}

interface Closed {
  code: string;
  span: Span;
  rule: FrozenRule;
}

/** A case as it was frozen against its events until then; and as it counts now against all of its events. */
async function differencesOf(
  tx: Db,
  lastEvent: number,
  { code, span, rule }: Closed,
  found: PeriodCase,
  frozen: ReadonlyMap<number, ReadonlyMap<number, Line>>,
): Promise<PeriodDifference[]> {
  const history = found.history.filter(({ id }) => id <= lastEvent);
  const lines = linesByEvents({ ...found, history }, span, rule);
  const differences = compareLines(found.number, frozen.get(found.id) ?? new Map(), lines);
  if (history.length === found.history.length) return differences;
  const now = caseByEvents(found, span, rule);
  const counted = await countedCase(tx, code, found.id);
  if (counted === null ? now.answer === null : sameCase(counted, now)) return differences;
  const what = `${found.number} 封账以后有变化而没有更正`;
  return [...differences, { what, frozen: JSON.stringify(counted), recounted: JSON.stringify(now) }];
}

const canonical = (rows: readonly { key: string }[]) =>
  new Map(rows.map(({ key, ...counts }) => [key, JSON.stringify(Object.entries(counts).map(sortedEntry).sort())]));

function sortedEntry([name, value]: [string, unknown]): [string, unknown] {
  return [name, typeof value === 'object' && value !== null ? Object.entries(value).sort() : value];
}

/** The frozen figures against those counted from the frozen cases; answers how many rows there are. */
async function checkFigures(tx: Db, code: string, span: Span, differences: PeriodDifference[]): Promise<number> {
  let rows = 0;
  for (const table of frozenTables) {
    const [frozen, counted] = [
      canonical(await readFrozen(tx, code, table)),
      canonical(await countFrozen(tx, code, span, table)),
    ];
    rows += frozen.size;
    for (const key of new Set([...frozen.keys(), ...counted.keys()])) {
      const [is, should] = [frozen.get(key) ?? '没有', counted.get(key) ?? '没有'];
      if (is === should || differences.length >= most) continue;
      differences.push({ what: `${table.basis} ${table.by} ${key}`, frozen: is, recounted: should });
    }
  }
  return rows;
}

/** The next cases after an id that may have to do with a span: received in it, frozen for it, or with an event or answer of it. */
async function concernedCases(db: Db, period: string, { from, to }: Span, after: number, count: number) {
  const [start, end] = [from.toISOString(), to.toISOString()];
  const rows = await db.execute<{ id: string }>(sql`
    select c.id from complaints c where c.id > ${after} and (
      (c.received_at >= ${start}::timestamptz and c.received_at < ${end}::timestamptz)
      or exists (select 1 from period_cases p where p.period = ${period} and p.complaint_id = c.id)
      or exists (select 1 from events e where e.complaint_id = c.id and e.at >= ${start}::timestamptz
        and e.at < ${end}::timestamptz)
      or exists (select 1 from events e where e.complaint_id = c.id
        and case e.action when 'callback' then (e.data ->> 'at')::timestamptz end >= ${start}::timestamptz
        and case e.action when 'callback' then (e.data ->> 'at')::timestamptz end < ${end}::timestamptz))
    order by c.id limit ${count}`);
  return rows.map(({ id }) => Number(id));
}

/** The order that settled one who was merged into another: the reply that his history says he followed. */
const settled = sql`
  left join lateral (
    select r.order_id, d.data ->> 'unit' as unit
    from events f join complaints lc on lc.number = f.data ->> 'number'
      join events r on r.complaint_id = lc.id and r.action = 'reply' and r.at = f.at
      join events d on d.order_id = r.order_id and d.complaint_id = lc.id and d.action = 'dispatch' and d.data ->> 'role' = 'lead'
    where e.action = 'callback' and e.order_id is null and f.complaint_id = e.complaint_id and f.action = 'follow'
      and f.id < e.id
    order by f.id desc, r.id desc limit 1) s on true`;

/** Cases with their whole histories. */
async function readCases(db: Db, ids: readonly number[]): Promise<PeriodCase[]> {
  const rows = await db
    .select({
      id: complaints.id,
      number: complaints.number,
      receivedAt: complaints.receivedAt,
      type: complaints.type,
      judgement: complaints.judgement,
    })
    .from(complaints)
    .where(inArray(complaints.id, [...ids]))
    .orderBy(complaints.id);
  const histories = new Map<number, PeriodEvent[]>();
  const found = await db.execute<
    { [key: string]: unknown } & Omit<PeriodEvent, 'at'> & { at: string; complaint: string }
  >(sql`
    select e.id::float8 as id, e.complaint_id as complaint, e.order_id::float8 as "orderId", e.at, e.actor, e.action,
      e.to_status as "toStatus", e.data, s.order_id::float8 as "settledOrder", s.unit as "settledUnit"
    from events e ${settled} where e.complaint_id = any(${sql.param(ids)}::bigint[]) order by e.id`);
  for (const { complaint, at, ...event } of found) {
    const history = histories.get(Number(complaint)) ?? [];
    history.push({ ...event, at: new Date(at) });
    histories.set(Number(complaint), history);
  }
  return rows.map(({ judgement: { matter, need, level }, ...row }) => ({
    ...row,
    matter: matter.code,
    need: need.code,
    level: level.code,
    history: histories.get(row.id) ?? [],
  }));
}

/** The frozen lines of some cases, by case and order. */
async function readLines(db: Db, period: string, ids: readonly number[]): Promise<Map<number, Map<number, Line>>> {
  const rows = await db
    .select()
    .from(periodCases)
    .where(and(eq(periodCases.period, period), inArray(periodCases.complaintId, [...ids])));
  const found = new Map<number, Map<number, Line>>();
  for (const { complaintId, period: _, kind, parent, district, street, channel, type, elsewhen, ...line } of rows) {
    const lines = found.get(complaintId) ?? new Map<number, Line>();
    found.set(complaintId, lines.set(line.orderId, line));
  }
  return found;
}
