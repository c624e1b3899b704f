/**
 * Shares of the hours of handling (the median, what nine of ten do not exceed), which no sums give: the packs of the days that are over
 * and the lines of the others, put in order here. To the last digit what `hoursOf` makes of the orders: a test holds them together.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/connect.ts';
import { keyedLines, type RolledAsk, standing } from './rolled.ts';

const hourMs = 3_600_000;

/** What a share of some spans of milliseconds do not exceed, in hours with one decimal. */
export const hoursOf = (milliseconds: SQL, share: number): SQL =>
  sql`round((percentile_cont(${sql.raw(String(share))}) within group (order by ${milliseconds}::float8) / ${sql.raw(String(hourMs))})::numeric, 1)`;

/** The same of spans in rising order, at least one: between two of them in proportion, and rounded as PostgreSQL rounds. Pure. */
export function hoursAt(rising: Float64Array, share: number): number {
  const place = share * (rising.length - 1);
  const low = rising[Math.floor(place)] ?? Number.NaN;
  const high = rising[Math.ceil(place)] ?? Number.NaN;
  const hours = (low + (place - Math.floor(place)) * (high - low)) / hourMs;
  // A double becomes a numeric with fifteen digits, which is then rounded half away from zero.
  return Math.round(Number((hours * 10).toPrecision(15))) / 10;
}

/** Reads what `float8send` has written, one after the other. Pure. */
export function readPack(pack: Buffer): Float64Array {
  const view = new DataView(pack.buffer, pack.byteOffset, pack.byteLength);
  const hours = new Float64Array(pack.byteLength / 8);
  for (let at = 0; at < hours.length; at += 1) hours[at] = view.getFloat64(at * 8);
  return hours;
}

/** The days to be read line by line: not packed, or with orders of complaints that have changed since. */
async function openDays(db: Db, { from, to }: RolledAsk, ids: SQL): Promise<string[]> {
  const rows = await db.execute<{ day: string }>(sql`
    select to_char(d, 'YYYY-MM-DD') as day from generate_series(${from}::date, ${to}::date - 1, '1 day') d
    where not exists (select from rollup_days r where r.day = d::date)
      or d::date in (select day from rollup_lines where complaint_id = any (${ids}) and source = 'replied')`);
  return rows.map(({ day }) => day);
}

/** The milliseconds from dispatch to reply in rising order: of each key, and of all. */
export async function rolledHours(db: Db, ask: RolledAsk, pending: readonly number[], scopes: SQL) {
  const ids = sql`${sql.param(pending)}::bigint[]`;
  const open = sql`${sql.param(await openDays(db, ask, ids))}::text[]::date[]`;
  const hours = sql`float8send(l.handled_ms::float8) as hours`;
  const line = (relation: SQL, where: SQL) => sql`
    union all select key, scope, hours from (${keyedLines(ask, hours, relation, sql`l.source = 'replied' and ${where}`)}) x`;
  const stored = line(sql`rollup_lines`, sql`l.day = any (${open}) and l.complaint_id <> all (${ids})`);
  const fresh = pending.length === 0 ? sql`` : line(sql`fresh`, sql`true`);
  const rows = await db.execute<{ key: string; hours: Buffer }>(sql`${standing(pending)}
    select key, string_agg(hours, '') as hours from (
      select key, scope, hours from rollup_hours where "by" = ${ask.by} and day >= ${ask.from}::date and day < ${ask.to}::date
        and day <> all (${open}) and ${ask.keys}
      ${stored} ${fresh}) h
    where ${scopes} group by key`);
  const packs = rows.map(({ key, hours: pack }): [string, Float64Array] => [key, readPack(pack)]);
  const total = new Float64Array(packs.reduce((all, [, pack]) => all + pack.length, 0));
  let done = 0;
  for (const [, pack] of packs) {
    total.set(pack, done);
    done += pack.length;
    pack.sort();
  }
  return { lines: new Map(packs), total: total.sort() };
}
