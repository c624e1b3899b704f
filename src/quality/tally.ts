/** From counts to the rows of the report: intervals, sums, rates, order, and the table. Pure. */
import { addDays, shanghaiDate, shanghaiTime, startOfDay } from '../catalog/calendar.ts';
import { share } from '../figures/fraction.ts';
import type { Span } from '../figures/span.ts';
import type { Column, ColumnType, Line, Table } from '../figures/table.ts';
import { type CorrectedField, correctedFields } from '../intake/correction.ts';
import type { Interval, QualityPart, QualityReport, QualityRow } from './schemas.ts';

/** Complaints counted of one key and one interval; by field, those that have a correction of it. */
export interface Counts extends Record<CorrectedField, number> {
  judged: number;
  overridden: number;
  triaged: number;
}

export interface CountedRow extends Counts {
  key: string;
  /** Day on which the interval starts, within the span; the span's own first day where it is not divided. */
  start: string;
}

/** The day after a day on which the next interval starts. */
function nextStart(date: string, interval: Exclude<Interval, 'none'>): string {
  if (interval === 'day') return addDays(date, 1);
  // Sunday is the last day of a week.
  if (interval === 'week') return addDays(date, 7 - ((new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7));
  return `${addDays(`${date.slice(0, 7)}-01`, 31).slice(0, 7)}-01`;
}

/** The intervals of a span in order, the first and the last cut to it. */
export function divide({ from, to }: Span, interval: Interval): Span[] {
  if (interval === 'none') return [];
  const parts: Span[] = [];
  for (let at = from; at < to; ) {
    const next = startOfDay(nextStart(shanghaiDate(at), interval));
    parts.push({ from: at, to: next < to ? next : to });
    at = next;
  }
  return parts;
}

/** The rows of each word, in the order in which the words first come. */
export function groupBy<T>(rows: readonly T[], wordOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(wordOf(row));
    if (group === undefined) groups.set(wordOf(row), [row]);
    else group.push(row);
  }
  return groups;
}

function sum(rows: readonly Counts[]): Counts {
  const total: Counts = { judged: 0, overridden: 0, triaged: 0, matter: 0, need: 0, type: 0, level: 0, unit: 0 };
  for (const row of rows) {
    for (const name of ['judged', 'overridden', 'triaged', ...correctedFields] as const) total[name] += row[name];
  }
  return total;
}

function rated({ judged, overridden }: Counts) {
  return { judged, overridden, overrideRate: share(overridden, judged) };
}

/** One row of the counts of its intervals. */
export function qualityRow(
  key: string,
  name: string,
  counts: readonly CountedRow[],
  parts: readonly Span[],
): QualityRow {
  const total = sum(counts);
  const { triaged, matter, need, type, level, unit } = total;
  const starting = groupBy(counts, ({ start }) => start);
  const series = parts.map(
    ({ from, to }): QualityPart => ({
      from: shanghaiTime(from),
      to: shanghaiTime(to),
      ...rated(sum(starting.get(shanghaiDate(from)) ?? [])),
    }),
  );
  return {
    key,
    name,
    ...rated(total),
    triaged,
    triageRate: share(triaged, total.judged),
    byField: { matter, need, type, level, unit },
    series,
  };
}

/** Most overridden first, then most judged, then by key; keys compare by code unit. */
export function compareRows(a: QualityRow, b: QualityRow): number {
  return b.overridden - a.overridden || b.judged - a.judged || (a.key < b.key ? -1 : Number(a.key > b.key));
}

const day = (instant: string) => instant.slice(0, 10);

const column = (key: string, heading: string, type: ColumnType, note = ''): Column => ({
  key,
  heading,
  type,
  note,
  cases: null,
});

const columns: readonly Column[] = [
  column('key', '代码', 'text'),
  column('name', '名称', 'text'),
  column('from', '起', 'text'),
  column('to', '止（不含）', 'text'),
  column('judged', '机器所判', 'integer', '这段时间受理、机器自己判为此行的诉求'),
  column('overridden', '改判', 'integer', '其中此行所指的字段至少有一次更正的'),
  column('overrideRate', '改判率', 'rate', '改判 ÷ 机器所判'),
];

/** What is not told of each interval. */
function wholeColumns(fields: QualityReport['fields']): Column[] {
  return [
    column('triaged', '转研判', 'integer', '其中机器没有派单、转研判台的'),
    column('triageRate', '转研判率', 'rate', '转研判 ÷ 机器所判'),
    ...fields.map(({ key, name }) => column(`byField.${key}`, `${name}改判`, 'integer', `${name}有更正的诉求`)),
  ];
}

function linesOf(
  { key, name, series, byField, ...counted }: QualityRow,
  { from, to, interval }: QualityReport,
): Line[] {
  if (interval !== 'none')
    return series.map((part) => ({ ...part, key, name, from: day(part.from), to: day(part.to) }));
  const fields = Object.fromEntries(correctedFields.map((field) => [`byField.${field}`, byField[field]]));
  return [{ ...counted, ...fields, key, name, from: day(from), to: day(to) }];
}

/**
 * The report as a table: a line a row and the line `total`; where the span is divided, a line a row and interval, so that a column
 * adds up. Days as in the request: `to` is not counted.
 */
export function qualityTable(report: QualityReport): Table<'none'> {
  const { from, to, by, interval, items, total, fields } = report;
  return {
    name: 'quality',
    title: '判定质量',
    period: { code: null, from, to, closed: false },
    basis: 'none',
    by,
    ruleVersion: '',
    notes: ['只计服务开始保存机器自己的判断以后受理的诉求'],
    columns: interval === 'none' ? [...columns, ...wholeColumns(fields)] : columns,
    rows: items.flatMap((row) => linesOf(row, report)),
    totals: linesOf(total, report),
  };
}
