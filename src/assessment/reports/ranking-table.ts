/** The ranking and the report of exclusions as tables, for files and the terminal. Pure. */
import type { Column, ColumnType, Line, Table } from '../../figures/table.ts';
import { columnsOf, lineOf } from '../csv.ts';
import type { ExclusionsReport, ExclusionsRow, RankingReport, RankingRow } from './ranking.ts';
import { kindNames } from './rates.ts';

const own = (key: string, heading: string, type: ColumnType, note = ''): Column => ({
  key,
  heading,
  type,
  note,
  cases: null,
});

const unrankedNames: Record<NonNullable<RankingRow['unranked']>, string> = {
  'no-answers': '没有有效回访',
  small: '有效回访过少',
  ended: '期末已撤并',
};

function rankedLine({ kind, rank, of, unranked, classes, ...row }: RankingRow): Line {
  const { change } = row;
  return {
    ...lineOf(row),
    kind: kindNames.get(kind) ?? '未派单',
    rank,
    of,
    unranked: unranked === null ? null : unrankedNames[unranked],
    classes: classes.map(({ name }) => name).join(' '),
    // In the answer it is a whole number of hundredths.
    compositeChange: change?.composite == null ? null : change.composite / 100,
  };
}

/** Units of a kind by rank, those without one after them. `figures` are the words of the rates (`reports/rates-cases.ts`). */
export function rankingTable(
  { items, total, ranked: _, why, group: _group, compared, ...meta }: RankingReport,
  figures: readonly Column[],
): Table {
  const [key, name, ...rates] = columnsOf(figures);
  const against = compared === undefined ? '' : `${compared.from} 至 ${compared.to}（不含）`;
  const first = [
    own('kind', '类别', 'text', '只在同类单位之间排名'),
    own('rank', '名次', 'integer', '综合分高的在前，相同的受理量大的在前，再按代码'),
    own('of', '同类有名次', 'integer', '同类中有名次的单位数'),
  ];
  const last = [
    own('unranked', '没有名次的原因', 'text'),
    own('classes', '所属类别', 'text', '见基础数据 classes.csv'),
    own('compositeChange', '综合分变化', 'points', against === '' ? '' : `减去 ${against} 的`),
  ];
  const kinds = [...kindNames.keys()];
  const place = ({ kind }: RankingRow) => (kind === 'none' ? kinds.length : kinds.indexOf(kind));
  const inOrder = items.toSorted(
    (a, b) => place(a) - place(b) || (a.rank ?? items.length + 1) - (b.rank ?? items.length + 1),
  );
  return {
    ...meta,
    name: 'ranking',
    title: '排名',
    by: 'unit',
    notes: why === null ? [] : [why],
    columns: [key, name].flatMap((column) => column ?? []).concat(first, rates, last),
    rows: inOrder.map(rankedLine),
    totals: [lineOf(total)],
  };
}

const sideFigures = [
  ['volume', '受理量', 'integer'],
  ['valid', '有效回访', 'integer'],
  ['responseRate', '响应率', 'rate'],
  ['resolutionRate', '解决率', 'rate'],
  ['satisfactionRate', '满意率', 'rate'],
  ['composite', '综合分', 'score'],
] as const satisfies readonly [keyof ExclusionsRow['all'], string, ColumnType][];

const exclusionsColumns: readonly Column[] = [
  own('key', '代码', 'text'),
  own('name', '名称', 'text'),
  own('excluded', '不计入', 'integer', '考核口径下不计入（或只计响应率）的诉求'),
  own('reasons', '按原因', 'text', '诉求类型或剔除种类，及件数'),
  ...sideFigures.flatMap(([key, heading, type]) => [
    own(`all.${key}`, `${heading}（全口径）`, type),
    own(`assessed.${key}`, `${heading}（考核口径）`, type),
  ]),
];

function exclusionsLine({ key, name, all, assessed, excluded, reasons }: ExclusionsRow): Line {
  const line: Line = { key, name, excluded };
  line.reasons = reasons.map((reason) => `${reason.name}:${reason.count}`).join(' ');
  for (const [figure] of sideFigures) {
    line[`all.${figure}`] = all[figure];
    line[`assessed.${figure}`] = assessed[figure];
  }
  return line;
}

/** What the exclusions make of the figures, both bases side by side. */
export function exclusionsTable({ items, total, ...meta }: ExclusionsReport): Table<'both'> {
  return {
    ...meta,
    name: 'exclusions',
    title: '剔除情况',
    basis: 'both',
    notes: [],
    columns: exclusionsColumns,
    rows: items.map(exclusionsLine),
    totals: [exclusionsLine(total)],
  };
}
