/** CSV for spreadsheets, for every report. Pure. */
import { stringify } from 'csv-stringify/sync';
import { cellsOf, type Table, type TableBasis } from './table.ts';

export type Cell = string | number | boolean | null;

/**
 * Lines as CSV (RFC 4180, CRLF); what is null is empty. `bom` puts a byte order mark in front, without which Excel does not
 * see UTF-8. Text that a spreadsheet would take for a formula is led by an apostrophe.
 */
export function writeCsv(lines: readonly (readonly Cell[])[], bom: boolean): string {
  return stringify([...lines], { bom, escape_formulas: true, record_delimiter: 'windows', cast: { boolean: String } });
}

/** A report as CSV: a header with the API's field names, the rows, the totals. */
export function tableCsv({ columns, rows, totals }: Table<TableBasis>, bom: boolean): string {
  const lines = [...rows, ...totals].map((line) => cellsOf(columns, line));
  return writeCsv([columns.map(({ key }) => key), ...lines], bom);
}

/** Text that a spreadsheet must not take for a formula, by the rule of `writeCsv`. */
export function withoutFormula(text: string): string {
  return /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/u.test(text) ? `'${text}` : text;
}
