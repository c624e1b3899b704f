/**
 * Figures read off the rollups instead of being counted from the orders: the cells of the days, and what has changed since they were
 * folded, in one snapshot. The same figures to the last digit; where the rollups do not have what is asked (a filter by something
 * other than what the rows stand for, a span that is not of whole days), the reports count the orders.
 */
import { type SQL, sql } from 'drizzle-orm';
import { addDays, shanghaiDate, startOfDay } from '../../catalog/calendar.ts';
import type { Db } from '../../db/connect.ts';
import { ordersSeen } from '../../db/seen.ts';
import { keyText, lineColumns, linesOfIds, listMeasures, readyText } from '../../rollup/lines.ts';
import { type CellDimension, cellDimensions, type Measure } from '../../rollup/measures.ts';
import { all, type Wanted } from './conditions.ts';

/** So many changed complaints are counted along with the cells; above that the rollups are too far behind. */
const mostPending = 5000;

/** What the rollups are asked for. */
export interface RolledAsk {
  by: CellDimension;
  /** Days of Asia/Shanghai, `to` not counted. */
  from: string;
  to: string;
  span: Wanted['span'];
  /** What the keys are kept to, on a column `key`. */
  keys: SQL;
}

const dayMs = 86_400_000;

const isCell = (word: string): word is CellDimension => cellDimensions.some((one) => one === word);
const isWhole = (at: Date) => startOfDay(shanghaiDate(at)).getTime() === at.getTime();

/** The condition on the keys that a filter comes to; null where the keys do not tell. */
function keysOf(
  by: CellDimension,
  { group, district, unit, scope }: Pick<Wanted, 'group' | 'district' | 'unit' | 'scope'>,
) {
  const found: SQL[] = [];
  const ofUnits = (where: SQL) => sql`key in (select code from units where ${where})`;
  if (district !== undefined) {
    if (by === 'hot') found.push(sql`key like '%@' || ${district}`);
    else if (by === 'district') found.push(sql`key = ${district}`);
    else return null;
  }
  if (group !== undefined) {
    if (by === 'unit') found.push(ofUnits(sql`kind = ${group}`));
    else if (by === 'kind') found.push(sql`key = ${group}`);
    else return null;
  }
  if ((unit !== undefined || scope.kind !== 'all') && by !== 'unit') return null;
  if (unit !== undefined) found.push(sql`key = ${unit}`);
  const own = ordersSeen(scope, { unit: sql`code`, parent: sql`parent`, filedBy: null });
  if (own !== undefined) found.push(ofUnits(own));
  return all(found);
}

/** What the rollups would be asked for; null where they do not have it. `by` may be one of the reports' dimensions. */
export function rolledAsk(
  wanted: Pick<Wanted, 'span' | 'group' | 'district' | 'unit' | 'scope'>,
  by: string,
  depth: number,
): RolledAsk | null {
  const { span } = wanted;
  const dimension = by === 'matter' ? `matter${depth}` : by;
  if (!isCell(dimension) || !isWhole(span.from) || !isWhole(span.to) || wanted.scope.kind === 'filed') return null;
  const keys = keysOf(dimension, wanted);
  return keys === null ? null : { by: dimension, from: shanghaiDate(span.from), to: shanghaiDate(span.to), span, keys };
}

/** Complaints that have changed since they were last folded; null where the rollups are not to be used. */
export async function pendingOf(db: Db): Promise<number[] | null> {
  const [row] = await db.execute<{ ready: boolean; pending: number[] }>(sql`
    select ${readyText} as ready,
      array(select distinct complaint_id::float8 from rollup_pending limit ${mostPending + 1}) as pending`);
  return row?.ready === true && row.pending.length <= mostPending ? row.pending : null;
}

const columns = sql.raw(lineColumns.join(', '));
const sums = sql.raw(listMeasures((m) => m));
const signed = sql.raw(listMeasures((m) => `l.sign * coalesce(l.${m}, 0)`));

/** Common table expressions: `lines` as they stand in the snapshot, `moved` what has changed of them since it was folded. */
export function standing(pending: readonly number[]): SQL {
  if (pending.length === 0) return sql`with lines as not materialized (select ${columns} from rollup_lines)`;
  const ids = sql`${sql.param(pending)}::bigint[]`;
  return sql`
    with ids as (select unnest(${ids}) as id),
    fresh as materialized (${linesOfIds}),
    lines as not materialized (select ${columns} from rollup_lines where complaint_id <> all (${ids})
      union all select ${columns} from fresh),
    moved as (select 1 as sign, ${columns} from fresh
      union all select -1, ${columns} from rollup_lines where complaint_id = any (${ids}))`;
}

/** Lines `l` of the days asked for, with their keys. */
export function keyedLines({ by, from, to, keys }: RolledAsk, what: SQL, relation: SQL, where: SQL): SQL {
  return sql`select * from (
    select ${sql.raw(keyText[by])} as key, l.scope, coalesce(l.reason, '') as reason, ${what}
    from ${relation} l where l.day >= ${from}::date and l.day < ${to}::date and ${where}) x where key is not null and ${keys}`;
}

/** The Mondays between which the weeks of a range of days lie whole; null where there is no whole week. */
function wholeWeeks(from: string, to: string): { first: string; end: string } | null {
  const monday = (day: number) => day - ((((day / dayMs + 3) % 7) + 7) % 7) * dayMs;
  const [first, end] = [monday(Date.parse(from) + 6 * dayMs), monday(Date.parse(to))];
  const text = (day: number) => new Date(day).toISOString().slice(0, 10);
  return first < end ? { first: text(first), end: text(end) } : null;
}

/** Which cells make up the days asked for: whole weeks, and days at both ends. */
function cellsOf({ by, from, to, keys }: RolledAsk): SQL {
  const weeks = by === 'day' ? null : wholeWeeks(from, to);
  const part = (grain: 'day' | 'week', start: string, end: string) => sql`
    select key, scope, reason, ${sums} from rollup_cells
    where "by" = ${by} and grain = ${grain} and day >= ${start}::date and day < ${end}::date and ${keys}`;
  if (weeks === null) return part('day', from, to);
  const { first, end } = weeks;
  return sql`${part('week', first, end)} union all ${part('day', from, first)} union all ${part('day', end, to)}`;
}

/** Rows of (key, scope, reason, measures…) that add up to the figures of each key. */
function cells(ask: RolledAsk, pending: readonly number[]): SQL {
  const folded = cellsOf(ask);
  if (pending.length === 0) return folded;
  return sql`${folded} union all ${keyedLines(ask, signed, sql`moved`, sql`true`)}`;
}

/**
 * The counts of the rates by (key, scope, reason), for `countRates`. Cells add up any days; two things do not add up and are put right
 * line by line: a case answered twice within the span counts once, by the last answer, and of cases left out wholly those
 * answered but not received within the span are told too.
 */
export function rolledRates(ask: RolledAsk, pending: readonly number[], assessed: boolean): SQL {
  const { from, to } = ask.span;
  const superseded = sql`l.next_at < ${to.toISOString()}::timestamptz`;
  const answers = ['valid', 'contacted', 'resolved', 'satisfied', 'basic', 'dissatisfied'] as const;
  const noMore = sql.raw(answers.map((m) => `-coalesce(l.${m}, 0) as ${m}`).join(', '));
  const [scope, reason] = assessed ? [sql`scope`, sql`nullif(reason, '')`] : [sql`'all'`, sql`null::text`];
  const sum = (name: string) => sql.raw(`sum(${name})`);
  const others = ['volume', 'closed', 'replied', 'replied_on_time'] as const;
  const none = sql.raw(others.map((m) => `0 as ${m}`).join(', '));
  const kept = sql.raw([...others, ...answers].join(', '));
  const nothing = sql.raw([...others, ...answers].map(() => '0').join(', '));
  const elsewhen = sql`l.source = 'answered' and l.scope = 'none' and l.received_at < ${from.toISOString()}::timestamptz
    and (l.next_at is null or not ${superseded})`;
  return sql`${standing(pending)},
    rows as (
      select key, scope, reason, ${kept}, 0 as elsewhen from (${cells(ask, pending)}) c
      union all
      select key, scope, reason, ${kept}, 0 from (
        ${keyedLines(ask, sql`${none}, ${noMore}`, sql`lines`, sql`l.next_at is not null and ${superseded}`)}) c
      ${
        assessed
          ? sql`union all select key, scope, reason, ${nothing}, 1 from (
        ${keyedLines(ask, sql`1 as elsewhen`, sql`lines`, elsewhen)}) c`
          : sql``
      }
    ), counted as (
      select key, ${scope} as scope, ${reason} as reason, ${sum('volume')} as volume, ${sum('closed')} as closed,
        ${sql.raw(answers.map((m) => `sum(${m}) as ${m}`).join(', '))},
        ${sum('replied')} as replied, ${sum('replied_on_time')} as on_time,
        case ${scope} when 'none' then sum(volume) + sum(elsewhen) when 'response-only' then sum(valid) else 0 end as left_out
      from rows group by 1, 2, 3
      having sum(volume) <> 0 or sum(closed) <> 0 or sum(valid) <> 0 or sum(replied) <> 0)`;
}

/** The sum of a measure, as a figure. */
export const summed = (measure: Measure): SQL => sql.raw(`sum(${measure})`);

/** What a line of figures is made of, by name: an expression over the sums of the measures. */
export type RolledFigures = readonly { key: string; value: SQL }[];

/** Figures by key, and their total (`key` null): rows of (key, figures as JSON). */
export function rolledFigures(ask: RolledAsk, pending: readonly number[], scopes: SQL, figures: RolledFigures): SQL {
  const named = figures.map(({ key, value }) => sql`${sql.raw(`'${key}'`)}, ${value}`);
  return sql`${standing(pending)}
    select key, grouping(key) = 1 as total, jsonb_build_object(${sql.join(named, sql`, `)}) as figures
    from (select * from (${cells(ask, pending)}) c where ${scopes}) r
    group by grouping sets ((key), ())`;
}

/** How many were received by key and by window: `windows` of `days` days each, every one `step` days before the next. */
export function rolledWindows(
  ask: RolledAsk,
  pending: readonly number[],
  scopes: SQL,
  { days, step, count }: { days: number; step: number; count: number },
): SQL {
  const windows = Array.from({ length: count + 1 }, (_, back) => {
    const from = addDays(ask.from, -back * step);
    const window = cells({ ...ask, from, to: addDays(from, days) }, pending);
    return sql`select key, scope, ${back}::int as back, volume from (${window}) c`;
  });
  return sql`${standing(pending)}
    select key, back, sum(volume)::int as count from (${sql.join(windows, sql` union all `)}) w where ${scopes}
    group by key, back having sum(volume) <> 0`;
}
