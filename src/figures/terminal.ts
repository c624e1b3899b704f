/** Tables for a terminal, where Chinese characters take two columns. Pure. */
import { basisNames, cellsOf, type Line, showValue, type Table, type TableBasis } from './table.ts';

/** Blocks whose characters take two columns in a terminal: Hangul, CJK, kana, full-width forms, supplementary ideographs. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/gu;

/** Columns a text takes in a terminal (Unicode East Asian Width, without combining marks, which do not occur here). */
export function displayWidth(text: string): number {
  return [...text].length + (text.match(wide)?.length ?? 0);
}

/** Lines of one width; the first column to the left, the others to the right but where `isText` says so. */
export function align(
  rows: readonly (readonly string[])[],
  isText: (column: number) => boolean = (column) => column === 0,
): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, at) => Math.max(...rows.map((row) => displayWidth(row[at] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const space = ' '.repeat((widths[column] ?? 0) - displayWidth(cell));
        return isText(column) ? cell + space : space + cell;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** The head of a report, a rule, its rows, and its totals under another rule. */
export function ruled(head: string, rows: readonly string[], totals: readonly string[]): string[] {
  const rule = '-'.repeat(Math.max(...[head, ...rows, ...totals].map(displayWidth)));
  return [head, rule, ...rows, rule, ...totals];
}

/** Any report: what it counts, its rows without their codes, its totals, and its notes. */
export function tableText(table: Table<TableBasis>): string {
  const { period, basis, ruleVersion, rows, totals, notes, title } = table;
  const columns = table.columns.filter(({ key }) => key !== 'key');
  const cells = (line: Line) =>
    cellsOf(columns, line).map((value, at) => (value === null ? '-' : showValue(columns[at]?.type ?? 'text', value)));
  const lines = [columns.map(({ heading }) => heading), ...[...rows, ...totals].map(cells)];
  const [head = '', ...body] = align(lines, (column) => columns[column]?.type === 'text');
  const about = [
    title,
    period.code === null ? '' : `考核期 ${period.code}`,
    `${period.from} 至 ${period.to}（不含）`,
    basisNames[basis],
    ruleVersion === '' ? '' : `规则 ${ruleVersion}`,
  ];
  return [
    about.filter((word) => word !== '').join('  '),
    '',
    ...ruled(head, body.slice(0, rows.length), body.slice(rows.length)),
    '',
    ...notes,
    '',
  ].join('\n');
}
