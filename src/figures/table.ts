/**
 * What every report is: columns, rows, a total, and the words that say how to read it. JSON, CSV, XLSX and the bulletin are
 * made of this and of nothing else, so that they cannot differ. Pure.
 */
import { roundFraction } from './fraction.ts';

/** `rate` and `change` are fractions shown in percent; `points` a difference of rates, in percentage points. */
export type ColumnType = 'text' | 'integer' | 'rate' | 'change' | 'points' | 'hours' | 'score' | 'ratio' | 'boolean';
export type Value = string | number | boolean | null;
export type Line = Record<string, Value>;

export interface Column {
  /** Name in JSON and CSV. */
  key: string;
  /** Chinese heading. */
  heading: string;
  type: ColumnType;
  /** What is counted, or the formula, in Chinese. */
  note: string;
  /** The figure whose case list stands behind this one (a count names itself); null where none does. */
  cases: string | null;
}

/** 全口径, 考核口径; both side by side; `none` where cases count alike anyway. */
export type TableBasis = 'all' | 'assessed' | 'both' | 'none';

/** Most reports are by one basis. */
export interface TableMeta<Basis extends TableBasis = 'all' | 'assessed'> {
  name: string;
  title: string;
  period: { code: string | null; from: string; to: string; closed: boolean };
  basis: Basis;
  by: string;
  /** Of the assessment; empty where none matters. */
  ruleVersion: string;
  /** What must be known to read the figures. */
  notes: readonly string[];
}

export interface Table<Basis extends TableBasis = 'all' | 'assessed'> extends TableMeta<Basis> {
  columns: readonly Column[];
  rows: readonly Line[];
  /** Lines that sum up: 合计, 均值. A figure that cannot be summed up is null. */
  totals: readonly Line[];
}

export const basisNames: Record<TableBasis, string> = {
  all: '全口径',
  assessed: '考核口径',
  both: '全口径与考核口径对照',
  none: '',
};

/** Part over whole in the change against an earlier count; null where there was nothing to compare with. */
export function changeOf(now: number, before: number): number | null {
  if (before === 0) return null;
  const size = roundFraction(BigInt(Math.abs(now - before)), BigInt(before), 4);
  return now < before && size !== 0 ? -size : size;
}

/** Difference of two rates in percentage points, two decimals; null where either is missing. */
export function pointsOf(now: number | null, before: number | null): number | null {
  // Rates are published to four decimals; the difference is of those, so that a reader can check it.
  return now === null || before === null ? null : (Math.round(now * 10_000) - Math.round(before * 10_000)) / 100;
}

/** Values of a line in the order of the columns. */
export function cellsOf(columns: readonly Column[], line: Line): Value[] {
  return columns.map(({ key }) => line[key] ?? null);
}

/** A figure as people read it. */
export function showValue(type: ColumnType, value: Value): string {
  if (value === null) return '—';
  if (typeof value === 'boolean') return value ? '是' : '否';
  if (typeof value === 'string') return value;
  const sign = value > 0 && (type === 'change' || type === 'points') ? '+' : '';
  if (type === 'rate' || type === 'change') return `${sign}${(value * 100).toFixed(2)}%`;
  if (type === 'points') return `${sign}${value.toFixed(2)}`;
  if (type === 'hours' || type === 'score') return value.toFixed(1);
  return String(value);
}

/** What stands above or beside a table: its span, basis, rule version and formulas, a pair a line. */
export function explanation(table: Table<TableBasis>): [string, string][] {
  const { period, basis, ruleVersion, notes, columns } = table;
  const pairs: [string, string][] = [
    ['报表', table.title],
    ['时间范围', `${period.from} 至 ${period.to}（不含）`],
    ['考核期', period.code === null ? '按日期查询' : `${period.code}${period.closed ? '（已封账）' : ''}`],
    ['口径', basisNames[basis]],
    ['规则版本', ruleVersion],
    ...notes.map((note): [string, string] => ['说明', note]),
    ...columns.map(({ heading, note }): [string, string] => [heading, note]),
  ];
  return pairs.filter(([, words]) => words !== '');
}
