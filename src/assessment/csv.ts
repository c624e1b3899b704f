/** The report of the three rates as CSV for spreadsheets, and as a table for the terminal. Pure. */
import { type Cell, writeCsv } from '../figures/csv.ts';
import type { RatesMean, RatesReport, RatesRow } from './reports/rates.ts';

type Column = readonly [header: string, row: (row: RatesRow) => Cell, mean?: (mean: RatesMean) => Cell];

const columns: readonly Column[] = [
  ['key', (row) => row.key, (mean) => mean.key],
  ['name', (row) => row.name, (mean) => mean.name],
  ['volume', (row) => row.volume],
  ['closed', (row) => row.closed],
  ['valid', (row) => row.valid],
  ['responseValid', (row) => row.responseValid],
  ['contacted', (row) => row.contacted],
  ['resolved', (row) => row.resolved],
  ['satisfied', (row) => row.satisfied],
  ['basic', (row) => row.basic],
  ['dissatisfied', (row) => row.dissatisfied],
  ['replied', (row) => row.replied],
  ['repliedOnTime', (row) => row.repliedOnTime],
  ['responseRate', (row) => row.responseRate, (mean) => mean.responseRate],
  ['resolutionRate', (row) => row.resolutionRate, (mean) => mean.resolutionRate],
  ['satisfactionRate', (row) => row.satisfactionRate, (mean) => mean.satisfactionRate],
  ['composite', (row) => row.composite, (mean) => mean.composite],
  ['onTimeRate', (row) => row.onTimeRate, (mean) => mean.onTimeRate],
  ['resolutionInterval.lo', (row) => row.resolutionInterval?.[0] ?? null],
  ['resolutionInterval.hi', (row) => row.resolutionInterval?.[1] ?? null],
  ['small', (row) => row.small],
  [
    'excluded',
    (row) =>
      Object.entries(row.excluded)
        .sort()
        .map(([reason, count]) => `${reason}:${count}`)
        .join(' '),
  ],
  ['target.resolutionRate', (row) => row.target.resolutionRate],
  ['meetsTarget', (row) => row.meetsTarget],
];

/**
 * The report as CSV (RFC 4180, CRLF): a header with the API's field names, the rows, then the lines `total` and `mean`. Rates
 * are fractions; what is null is empty.
 */
export function formatCsv({ items, total, mean }: RatesReport, bom = false): string {
  const lines: Cell[][] = [...items, total].map((row) => columns.map(([, cell]) => cell(row)));
  lines.push(columns.map(([, , cell]) => cell?.(mean) ?? null));
  return writeCsv([columns.map(([header]) => header), ...lines], bom);
}

/** Blocks whose characters take two columns in a terminal: Hangul, CJK, kana, full-width forms, supplementary ideographs. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/gu;

/** Columns a text takes in a terminal (Unicode East Asian Width, without combining marks, which do not occur here). */
export function displayWidth(text: string): number {
  return [...text].length + (text.match(wide)?.length ?? 0);
}

const none = '-';
const percent = (rate: number | null) => (rate === null ? none : `${(rate * 100).toFixed(2)}%`);
const points = (composite: number | null) => composite?.toFixed(1) ?? none;
const verdict = (meets: boolean | null) => (meets === null ? none : meets ? '是' : '否');

const headings = ['名称', '受理量', '有效回访', '响应率', '解决率', '满意率', '综合分', '达标'];

const rateCells = (row: RatesRow | RatesMean) => [
  percent(row.responseRate),
  percent(row.resolutionRate),
  percent(row.satisfactionRate),
  points(row.composite),
];

function tableRow(row: RatesRow): string[] {
  const name = row.small ? `${row.name} *` : row.name;
  return [name, String(row.volume), String(row.valid), ...rateCells(row), verdict(row.meetsTarget)];
}

/** First column to the left, numbers to the right. */
function align(rows: readonly (readonly string[])[]): string[] {
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => displayWidth(row[column] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const space = ' '.repeat((widths[column] ?? 0) - displayWidth(cell));
        return column === 0 ? cell + space : space + cell;
      })
      .join('  ')
      .trimEnd(),
  );
}

const basisNames: Record<RatesReport['basis'], string> = { all: '全口径', assessed: '考核口径' };

/** The report as a text table for people: span and basis, rows, 合计 and 均值, the target, and what the marks mean. */
export function formatTable({ items, total, mean, period, basis, ruleVersion }: RatesReport): string {
  const rows = items.map(tableRow);
  const sums = [tableRow(total), [mean.name, none, none, ...rateCells(mean), none]];
  const lines = align([headings, ...rows, ...sums]);
  const rule = '-'.repeat(Math.max(...lines.map(displayWidth)));
  const [head = '', ...body] = lines;
  const span = `${period.from} 至 ${period.to}（不含）`;
  const missed = items.filter(({ meetsTarget }) => meetsTarget === false).length;
  const judged = items.filter(({ meetsTarget }) => meetsTarget !== null).length;
  return [
    `${period.code === null ? '' : `考核期 ${period.code}  `}${span}  ${basisNames[basis]}  规则 ${ruleVersion}`,
    '',
    head,
    rule,
    ...body.slice(0, rows.length),
    rule,
    ...body.slice(rows.length),
    '',
    `目标：解决率 ${percent(total.target.resolutionRate)}；${judged} 行有有效回访，达标 ${judged - missed} 行，未达标 ${missed} 行`,
    ...([...items, total].some(({ small }) => small) ? ['* 有效回访过少，比例仅供参考；- 表示没有有效回访'] : []),
    '合计按全部诉求汇总计算，均值为各行比例的算术平均，两者不同',
    '',
  ].join('\n');
}
