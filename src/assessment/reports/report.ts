/** What a report is, and how most are made: figures counted by key, named, put in order. */
import { shanghaiTime } from '../../catalog/calendar.ts';
import type { Db } from '../../db/connect.ts';
import type { Line, Table, TableMeta } from '../../figures/table.ts';
import { countFigures } from './count.ts';
import { naming } from './naming.ts';
import { type Ask, columnOf, type Figure, isDimension, type KeyOf, usualKey } from './source.ts';

export interface Report {
  name: string;
  operationId: string;
  title: string;
  summary: string;
  /** What the rows may stand for; the first is taken where none is asked for. */
  dimensions: readonly [string, ...string[]];
  figures: (ask: Ask) => readonly Figure[];
  /** Where the rows stand for what the rates do not know. */
  key?: KeyOf;
  build: (db: Db, ask: Ask) => Promise<Table>;
}

export const keyOfReport = ({ key }: Pick<Report, 'key'>): KeyOf => key ?? usualKey;

const nameColumns: Table['columns'] = [
  { key: 'key', heading: '代码', type: 'text', note: '', cases: null },
  { key: 'name', heading: '名称', type: 'text', note: '', cases: null },
];

/** What people call a key of the usual dimensions. */
export function usualName({ by, catalog }: Ask): (key: string) => string {
  if (by === 'hour') return (key) => `${key}:00–${key}:59`;
  return isDimension(by) ? naming(catalog, by) : (key) => key;
}

export function metaOf({ name, title }: Pick<Report, 'name' | 'title'>, ask: Ask, notes: readonly string[]): TableMeta {
  const { code, from, to } = ask.span;
  return {
    name,
    title,
    period: { code, from: shanghaiTime(from), to: shanghaiTime(to), closed: false },
    basis: ask.basis,
    by: ask.by,
    ruleVersion: ask.catalog.assessment.version,
    notes,
  };
}

/** The largest first count comes first, ties by key; days and hours run in time. Keys compare by code unit. */
function inOrder(lines: Line[], { by }: Ask, first: string): Line[] {
  const byKey = (a: Line, b: Line) => (String(a.key) < String(b.key) ? -1 : Number(String(a.key) > String(b.key)));
  if (by === 'day' || by === 'hour') return lines.toSorted(byKey);
  return lines.toSorted((a, b) => Number(b[first] ?? 0) - Number(a[first] ?? 0) || byKey(a, b));
}

interface Tally {
  report: Pick<Report, 'name' | 'title' | 'key'>;
  figures: readonly Figure[];
  notes?: readonly string[];
  nameOf?: (key: string) => string;
  /** Rows that stand there even where nothing was counted. */
  always?: readonly string[];
}

/** A report of counted figures: a row for every key that has any, and 合计. */
export async function tally(
  db: Db,
  ask: Ask,
  { report, figures, notes = [], nameOf, always = [] }: Tally,
): Promise<Table> {
  const { lines, total } = await countFigures(db, ask, keyOfReport(report), figures);
  const zero = Object.fromEntries(figures.map(({ key, kind }) => [key, kind === 'count' ? 0 : null]));
  for (const key of always) if (!lines.has(key)) lines.set(key, zero);
  const name = nameOf ?? usualName(ask);
  const derive = (line: Line): Line => {
    const full: Line = { ...line };
    for (const figure of figures) if (figure.kind === 'derived') full[figure.key] = figure.from(full, total);
    return full;
  };
  const counted = [...lines].map(([key, line]): Line => derive({ key, name: name(key), ...line }));
  const first = figures.find(({ kind }) => kind === 'count')?.key ?? 'key';
  return {
    ...metaOf(report, ask, notes),
    columns: [...nameColumns, ...figures.map(columnOf)],
    rows: inOrder(counted, ask, first),
    totals: [derive({ key: 'total', name: '合计', ...total })],
  };
}
