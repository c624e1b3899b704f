/**
 * Where the figures of a report come from. A figure is a condition on the rows of a source; the report counts by it and the
 * drill-down lists by it, so that a list can never have more or fewer cases than the figure it explains.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Context } from '../../context.ts';
import type { Db } from '../../db/connect.ts';
import type { Column, ColumnType, Line, Value } from '../../figures/table.ts';
import {
  all,
  filtersOf,
  keyOf,
  ofComplaints,
  unitOfComplaint,
  unitOfOrder,
  type Wanted,
  within,
} from './conditions.ts';
import { type Dimension, dimensions, type RatesQuery } from './rates.ts';

/** What a report is asked: checked, and with what is needed to answer. `by` may be a dimension of the report's own. */
export interface Ask extends Omit<Wanted, 'span' | 'group'> {
  group: RatesQuery['group'];
  span: Wanted['span'] & { code: string | null };
  /** Level of the matters the rows stand for, 1–3; only for `by: 'matter'`. */
  depth: number;
  by: string;
  now: Date;
  catalog: Catalog;
  judgeAt: Context['judgeAt'];
  catalogRows: Context['catalogRows'];
}

/** Rows of complaints `c` and units `u`, and of orders `o` where there are any, each at an instant that puts it into a span. */
export interface Source {
  name: string;
  /** What follows `from`. */
  rows: SQL;
  at: SQL;
  /** Tells the rows apart, with `sub` where it takes two. */
  id: SQL;
  sub?: SQL;
  order: SQL;
  where?: SQL;
}

export const instant = (date: Date) => sql`${date.toISOString()}::timestamptz`;
const noOrder = sql`null::bigint`;

/** 受理: complaints by time of receipt, with their newest lead order. */
export const received: Source = {
  name: 'received',
  rows: sql`complaints c ${unitOfComplaint}`,
  at: sql`c.received_at`,
  id: sql`c.id`,
  order: noOrder,
};

/** 派单: lead and co orders by time of dispatch. */
export const dispatched: Source = {
  name: 'dispatched',
  rows: sql`orders o join complaints c on c.id = o.complaint_id ${unitOfOrder}`,
  at: sql`o.dispatched_at`,
  id: sql`o.id`,
  order: sql`o.id`,
  where: sql`o.role in ('lead', 'co')`,
};

/** 办结: lead orders by time of reply, as the rates count them. */
export const replied: Source = { ...dispatched, name: 'replied', at: sql`o.replied_at`, where: sql`o.role = 'lead'` };

/** The words are constants of this project: written out, so that they match the condition of the index. */
const words = (list: readonly string[]) => sql.raw(list.map((word) => `'${word}'`).join(', '));
const watched = ['remind', 'supervise', 'escalate', 'overdue'] as const;

/** 流转记录: events of an order, of the few kinds that an index keeps by time. */
export const events: Source = {
  name: 'events',
  rows: sql`events e join orders o on o.id = e.order_id join complaints c on c.id = o.complaint_id ${unitOfOrder}`,
  at: sql`e.at`,
  id: sql`e.id`,
  order: sql`o.id`,
  where: sql`e.action in (${words(watched)})`,
};

interface Named {
  key: string;
  heading: string;
  note: string;
}
/** How many rows of a source meet a condition. */
export interface Count extends Named {
  kind: 'count';
  source: Source;
  where?: SQL;
}
/** What is made of a value of each row: a median, a sum. `cases` is the count of the rows that have one. */
export interface Measure extends Named {
  kind: 'measure';
  type: ColumnType;
  source: Source;
  value: SQL;
  aggregate: (value: SQL) => SQL;
  cases: string;
}
/** What is computed from figures of the same line. `cases` names the count behind it; null where none is. */
export interface Derived extends Named {
  kind: 'derived';
  type: ColumnType;
  cases: string | null;
  from: (line: Line, total: Line) => Value;
}
export type Figure = Count | Measure | Derived;

/** What the rows of a report stand for; `at` is the instant that puts a case on a day. */
export type KeyOf = (ask: Ask, at: SQL) => SQL;

export const isDimension = (word: string): word is Dimension => dimensions.some((one) => one === word);

/** The dimensions of the rates, and the hour of the day. */
export const usualKey: KeyOf = (ask, at) => {
  if (ask.by === 'hour') return sql`to_char(${at} at time zone 'Asia/Shanghai', 'HH24')`;
  if (!isDimension(ask.by)) throw new RangeError(`no dimension ${ask.by}`);
  return keyOf(ask.by, ask.depth, ofComplaints, at);
};

/** Cases that count at all under the basis asked for: neither their request type nor an exclusion that stands leaves them out. */
export function inBasis({ basis }: Pick<Ask, 'basis'>): SQL {
  if (basis === 'all') return sql`true`;
  return sql`(c.type in (select code from request_types where scope <> 'none')
    and not exists (select from exclusions x where x.complaint_id = c.id and x.standing and x.scope = 'none'))`;
}

/** Of those, the ones that count wholly: not for the response alone. */
export function wholly({ basis }: Pick<Ask, 'basis'>): SQL {
  if (basis === 'all') return sql`true`;
  return sql`(c.type in (select code from request_types where scope = 'all')
    and not exists (select from exclusions x where x.complaint_id = c.id and x.standing))`;
}

function conditions(source: Source, ask: Ask): SQL {
  const own = source.where === undefined ? [] : [source.where];
  return all([within(source.at, ask.span), inBasis(ask), ...filtersOf(ask, ofComplaints), ...own]);
}

function countSource(source: Source, ask: Ask, key: KeyOf, figures: readonly (Count | Measure)[]): SQL {
  const name = (figure: Figure) => sql.identifier(figure.key);
  const inner = figures.map((figure) =>
    figure.kind === 'count'
      ? sql`(${figure.where ?? sql`true`}) as ${name(figure)}`
      : sql`(${figure.value}) as ${name(figure)}`,
  );
  const outer = figures.map((figure) => {
    const made =
      figure.kind === 'count' ? sql`count(*) filter (where ${name(figure)})` : figure.aggregate(sql`${name(figure)}`);
    return sql`${sql.raw(`'${figure.key}'`)}, ${made}`;
  });
  return sql`
    select key, grouping(key) = 1 as total, jsonb_build_object(${sql.join(outer, sql`, `)}) as figures
    from (select ${key(ask, source.at)} as key, ${sql.join(inner, sql`, `)}
      from ${source.rows} where ${conditions(source, ask)}) x
    group by grouping sets ((key), ())`;
}

export interface Counted {
  lines: Map<string, Line>;
  total: Line;
}

/** Counts all figures of a report, and their totals, in one statement: one snapshot, each source read once. */
export async function countFigures(db: Db, ask: Ask, key: KeyOf, figures: readonly Figure[]): Promise<Counted> {
  const stored = figures.filter((figure) => figure.kind !== 'derived');
  const sources = [...new Map(stored.map(({ source }) => [source.name, source])).values()];
  const parts = sources.map((source) =>
    countSource(
      source,
      ask,
      key,
      stored.filter((figure) => figure.source.name === source.name),
    ),
  );
  const rows = await db.execute<{ key: string | null; total: boolean; figures: Line }>(
    sql.join(parts, sql` union all `),
  );
  const empty: Line = Object.fromEntries(stored.map((figure) => [figure.key, figure.kind === 'count' ? 0 : null]));
  const lines = new Map<string, Line>();
  let total = empty;
  for (const row of rows) {
    if (row.total) total = { ...total, ...row.figures };
    else if (row.key !== null) lines.set(row.key, { ...(lines.get(row.key) ?? empty), ...row.figures });
  }
  return { lines, total };
}

export function columnOf(figure: Figure): Column {
  const { key, heading, note } = figure;
  if (figure.kind === 'count') return { key, heading, note, type: 'integer', cases: key };
  return { key, heading, note, type: figure.type, cases: figure.cases };
}

/** One row behind a figure. No personal data: neither the caller nor what was said. */
export interface CaseRow extends Record<string, unknown> {
  id: number;
  sub: number;
  number: string;
  orderId: string | null;
  at: string;
  receivedAt: string;
  status: string;
  type: string;
  need: string;
  matter: string | null;
  level: string;
  district: string | null;
  street: string | null;
  unit: string | null;
}

const stamp = (at: SQL) => sql`to_char(${at} at time zone 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS"+08:00"')`;

/** The rows behind a figure of one line; of the total where `key` is null. */
export function caseRows(ask: Ask, keyOfRow: KeyOf, figure: Count, key: string | null): SQL {
  const { source, where } = figure;
  const own = key === null ? [] : [sql`${keyOfRow(ask, source.at)} = ${key}`];
  return sql`
    select ${source.id} as id, ${source.sub ?? sql`0::bigint`} as sub, c.number, ${source.order}::text as "orderId",
      ${stamp(source.at)} as at, ${stamp(sql`c.received_at`)} as "receivedAt", c.status, c.type, c.need, c.matter,
      c.level, c.district, c.street, u.code as unit
    from ${source.rows} where ${all([conditions(source, ask), where ?? sql`true`, ...own])}`;
}
