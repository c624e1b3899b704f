/**
 * Where the figures of a report come from. A figure is a condition on the rows of a source; the report counts by it and the
 * drill-down lists by it, so that a list can never have more or fewer cases than the figure it explains.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Context } from '../../context.ts';
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
  /** The same over the sums of the rollups, where they have it … */
  rolled?: SQL;
  /** … but for rows that no event will tell of when their time comes: those are counted from the source each time. */
  open?: SQL;
  /** What `rolled` comes to where nobody called twice, to which the complaints of those who did are added. */
  calls?: 'cases';
}
/** What is made of a value of each row: a median, a sum. `cases` is the count of the rows that have one. */
export interface Measure extends Named {
  kind: 'measure';
  type: ColumnType;
  source: Source;
  value: SQL;
  aggregate: (value: SQL) => SQL;
  cases: string;
  /** The same over the sums of the rollups, or which share of the hours of handling it is. */
  rolled?: SQL | { share: number };
  /** As for a count, of the callers. */
  calls?: 'callers';
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

/** What keeps the rows of a source to what is asked. */
export function conditions(source: Source, ask: Ask): SQL {
  const own = source.where === undefined ? [] : [source.where];
  return all([within(source.at, ask.span), inBasis(ask), ...filtersOf(ask, ofComplaints), ...own]);
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
