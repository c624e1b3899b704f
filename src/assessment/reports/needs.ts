/** 七有五性: each need's volume and three rates, against the period before and the same one last year. */
import type { Db } from '../../db/connect.ts';
import { share } from '../../figures/fraction.ts';
import { type Column, type ColumnType, changeOf, type Line, pointsOf, type Table } from '../../figures/table.ts';
import { earlier, queryOf } from '../compare.ts';
import { nothing } from '../rates.ts';
import { ratesReport } from '../service.ts';
import type { RatesReport, RatesRow } from './rates.ts';
import { ratesFigures } from './rates-cases.ts';
import { metaOf, type Report } from './report.ts';
import { type Ask, columnOf, type Figure } from './source.ts';

const rateNames = { responseRate: '响应率', resolutionRate: '解决率', satisfactionRate: '满意率' } as const;
const rateKeys = ['responseRate', 'resolutionRate', 'satisfactionRate'] as const;
const compared = [
  { suffix: 'OnPrevious', words: '环比', meaning: '上一考核期（按日期查询时为此前同样天数）' },
  { suffix: 'OnLastYear', words: '同比', meaning: '上一年同期' },
] as const;

/** The rates by need of three spans, which the transaction of `db` sees alike. */
async function threeSpans(db: Db, ask: Ask): Promise<[now: RatesReport, previous: RatesReport, lastYear: RatesReport]> {
  const { basis, group, district, unit, scope, span, now, judgeAt, catalogRows } = ask;
  const of = (which: ReturnType<typeof queryOf>) =>
    ratesReport({ db, judgeAt, catalogRows }, { ...which, by: 'need', basis, group, district, unit }, scope, now);
  return [await of(queryOf(span)), await of(earlier(span, 'previous')), await of(earlier(span, 'year'))];
}

function lineOf(row: RatesRow, before: readonly (RatesRow | undefined)[], total: number): Line {
  const { key, name, volume, valid, resolved, satisfied, basic, dissatisfied, responseValid, contacted } = row;
  const line: Line = { key, name, volume, share: share(volume, total) };
  compared.forEach(({ suffix }, at) => {
    line[`volume${suffix}`] = changeOf(volume, before[at]?.volume ?? 0);
  });
  Object.assign(line, { valid, responseValid, contacted, resolved, satisfied, basic, dissatisfied });
  for (const rate of rateKeys) {
    line[rate] = row[rate];
    compared.forEach(({ suffix }, at) => {
      line[`${rate}${suffix}`] = pointsOf(row[rate], before[at]?.[rate] ?? null);
    });
  }
  return { ...line, composite: row.composite, small: row.small };
}

const figures = (ask: Ask): Figure[] => [
  ...ratesFigures(ask),
  {
    kind: 'derived',
    key: 'share',
    heading: '占比',
    type: 'rate',
    note: '本行受理量 ÷ 合计受理量',
    cases: 'volume',
    from: (line) => line.share ?? null,
  },
];

function columnsOf(ask: Ask): Column[] {
  const known = new Map(figures(ask).map((figure) => [figure.key, columnOf(figure)]));
  const own = (key: string, heading: string, type: ColumnType, note = '', cases: string | null = null): Column[] => [
    { key, heading, type, note, cases },
  ];
  const counted = (...keys: string[]) => keys.flatMap((key) => known.get(key) ?? []);
  const change = (key: string, name: string, type: ColumnType, note: (meaning: string) => string): Column[] =>
    compared.flatMap(({ suffix, words, meaning }) => own(`${key}${suffix}`, `${name}${words}`, type, note(meaning)));
  return [
    ...own('key', '代码', 'text'),
    ...own('name', '需求', 'text'),
    ...counted('volume'),
    ...counted('share'),
    ...change('volume', '受理量', 'change', (meaning) => `与${meaning}相比的增减 ÷ ${meaning}受理量；其时没有诉求为空`),
    ...counted('valid', 'responseValid', 'contacted', 'resolved', 'satisfied', 'basic', 'dissatisfied'),
    ...rateKeys.flatMap((rate) => [
      ...counted(rate),
      ...change(rate, rateNames[rate], 'points', (meaning) => `减去${meaning}的，百分点；有一期没有有效回访为空`),
    ]),
    ...counted('composite'),
    ...own('small', '样本过少', 'boolean', '有效回访少于考核规则所定的件数，比例仅供参考'),
  ];
}

async function build(db: Db, ask: Ask): Promise<Table> {
  const [now, ...before] = await threeSpans(db, ask);
  const order = ask.catalog.data.needs.toSorted((a, b) => a.sort - b.sort);
  const empty = (key: string, name: string): RatesRow => ({ ...now.total, ...noCase, key, name });
  const rowOf = (report: RatesReport, key: string) => report.items.find((row) => row.key === key);
  const known = order.map(({ code, name }) => rowOf(now, code) ?? empty(code, name));
  const others = now.items.filter(({ key }) => !order.some(({ code }) => code === key));
  const total = now.total.volume;
  return {
    ...metaOf(needs, ask, ['七有五性十二项需求，另有其他；同比、环比按同一口径、同一筛选计']),
    period: now.period,
    columns: columnsOf(ask),
    rows: [...known, ...others].map((row) =>
      lineOf(
        row,
        before.map((report) => rowOf(report, row.key)),
        total,
      ),
    ),
    totals: [
      lineOf(
        now.total,
        before.map((report) => report.total),
        total,
      ),
    ],
  };
}

/** What a need without any case shows. */
const noCase = {
  ...nothing,
  responseRate: null,
  resolutionRate: null,
  satisfactionRate: null,
  composite: null,
  onTimeRate: null,
  resolutionInterval: null,
  small: true,
  excluded: {},
  meetsTarget: null,
} satisfies Partial<RatesRow>;

export const needs: Report = {
  name: 'needs',
  operationId: 'getNeeds',
  title: '七有五性',
  summary: '七有五性报表：十二项需求的受理量、三率，与上期、上年同期相比',
  dimensions: ['need'],
  figures,
  build,
};
