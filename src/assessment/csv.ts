/** The report of the three rates as CSV for spreadsheets, and as a table for the terminal. Pure. */
import { basisNames, type Column, type Line, type Table } from '../figures/table.ts';
import { align, ruled } from '../figures/terminal.ts';
import type { RatesMean, RatesReport, RatesRow } from './reports/rates.ts';

/** The words of each column stand with the figures of the rates; those beside them here. */
export function columnsOf(figures: readonly Column[]): Column[] {
  const known = new Map(figures.map((column) => [column.key, column]));
  const own = (key: string, heading: string, type: Column['type'], note = '', cases: string | null = null) => [
    { key, heading, type, note, cases },
  ];
  const counted = (...keys: string[]) => keys.flatMap((key) => known.get(key) ?? []);
  return [
    ...own('key', '代码', 'text'),
    ...own('name', '名称', 'text'),
    ...counted('volume', 'closed', 'valid', 'responseValid', 'contacted', 'resolved', 'satisfied', 'basic'),
    ...counted('dissatisfied', 'replied', 'repliedOnTime', 'responseRate', 'resolutionRate', 'satisfactionRate'),
    ...counted('composite', 'onTimeRate'),
    ...own('resolutionInterval.lo', '解决率下限', 'rate', '95% 威尔逊区间'),
    ...own('resolutionInterval.hi', '解决率上限', 'rate', '95% 威尔逊区间'),
    ...own('small', '样本过少', 'boolean', '有效回访少于考核规则所定的件数，比例仅供参考'),
    ...own('excluded', '不计入', 'text', '考核口径下不计入（或只计响应率）的诉求数，按原因'),
    ...own('target.resolutionRate', '解决率目标', 'rate'),
    ...own('meetsTarget', '达标', 'boolean', '解决率是否达到目标；没有有效回访为空'),
  ];
}

/** What a figure was held against stands in the answer alone, not in files. */
export function lineOf({ resolutionInterval, excluded, target, change: _, ...row }: RatesRow): Line {
  return {
    ...row,
    'resolutionInterval.lo': resolutionInterval?.[0] ?? null,
    'resolutionInterval.hi': resolutionInterval?.[1] ?? null,
    excluded: Object.entries(excluded)
      .sort()
      .map(([reason, count]) => `${reason}:${count}`)
      .join(' '),
    'target.resolutionRate': target.resolutionRate,
  };
}

/** The report as a table; `figures` are the words of its columns (`reports/rates-cases.ts`). */
export function ratesTable({ items, total, mean, ...meta }: RatesReport, figures: readonly Column[]): Table {
  const { change: _, ...plain } = mean;
  return {
    ...meta,
    name: 'rates',
    title: '三率',
    notes: ['合计按全部诉求汇总计算，均值为各行比例的算术平均，两者不同'],
    columns: columnsOf(figures),
    rows: items.map(lineOf),
    totals: [lineOf(total), plain],
  };
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

/** The report as a text table for people: span and basis, rows, 合计 and 均值, the target, and what the marks mean. */
export function formatTable({ items, total, mean, period, basis, ruleVersion }: RatesReport): string {
  const rows = items.map(tableRow);
  const sums = [tableRow(total), [mean.name, none, none, ...rateCells(mean), none]];
  const lines = align([headings, ...rows, ...sums]);
  const [head = '', ...body] = lines;
  const span = `${period.from} 至 ${period.to}（不含）`;
  const missed = items.filter(({ meetsTarget }) => meetsTarget === false).length;
  const judged = items.filter(({ meetsTarget }) => meetsTarget !== null).length;
  return [
    `${period.code === null ? '' : `考核期 ${period.code}  `}${span}  ${basisNames[basis]}  规则 ${ruleVersion}`,
    '',
    ...ruled(head, body.slice(0, rows.length), body.slice(rows.length)),
    '',
    `目标：解决率 ${percent(total.target.resolutionRate)}；${judged} 行有有效回访，达标 ${judged - missed} 行，未达标 ${missed} 行`,
    ...([...items, total].some(({ small }) => small) ? ['* 有效回访过少，比例仅供参考；- 表示没有有效回访'] : []),
    '合计按全部诉求汇总计算，均值为各行比例的算术平均，两者不同',
    '',
  ].join('\n');
}
