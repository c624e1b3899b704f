/** CSV for spreadsheets, for every report. Pure. */
import { stringify } from 'csv-stringify/sync';

export type Cell = string | number | boolean | null;

/**
 * Lines as CSV (RFC 4180, CRLF); what is null is empty. `bom` puts a byte order mark in front, without which Excel does not
 * see UTF-8. Text that a spreadsheet would take for a formula is led by an apostrophe.
 */
export function writeCsv(lines: readonly (readonly Cell[])[], bom: boolean): string {
  return stringify([...lines], { bom, escape_formulas: true, record_delimiter: 'windows', cast: { boolean: String } });
}
