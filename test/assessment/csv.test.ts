/** The report as CSV and as a table. */
import { parse } from 'csv-parse/sync';
import t from 'tap';
import { formatTable, ratesTable } from '../../src/assessment/csv.ts';
import type { RatesReport, RatesRow } from '../../src/assessment/reports/rates.ts';
import { ratesColumns } from '../../src/assessment/reports/rates-cases.ts';
import { tableCsv } from '../../src/figures/csv.ts';

const formatCsv = (report: RatesReport, bom = false) => tableCsv(ratesTable(report, ratesColumns), bom);

const empty: RatesRow = {
  key: 'none',
  name: '未派单',
  volume: 3,
  closed: 0,
  valid: 0,
  responseValid: 0,
  contacted: 0,
  resolved: 0,
  satisfied: 0,
  basic: 0,
  dissatisfied: 0,
  replied: 0,
  repliedOnTime: 0,
  responseRate: null,
  resolutionRate: null,
  satisfactionRate: null,
  composite: null,
  onTimeRate: null,
  resolutionInterval: null,
  small: true,
  excluded: {},
  target: { resolutionRate: 0.85 },
  meetsTarget: null,
};
const full: RatesRow = {
  ...empty,
  key: '110105',
  name: '朝阳区',
  volume: 31,
  closed: 25,
  valid: 20,
  responseValid: 20,
  contacted: 19,
  resolved: 17,
  satisfied: 12,
  basic: 6,
  dissatisfied: 2,
  replied: 3,
  repliedOnTime: 2,
  responseRate: 0.95,
  resolutionRate: 0.85,
  satisfactionRate: 0.87,
  composite: 86.8,
  onTimeRate: 0.6667,
  resolutionInterval: [0.6396, 0.9476],
  small: false,
  excluded: { praise: 1, consult: 4 },
  meetsTarget: true,
};
const report: RatesReport = {
  items: [full, empty],
  total: { ...full, key: 'total', name: '合计', volume: 34, meetsTarget: false },
  mean: {
    key: 'mean',
    name: '均值',
    responseRate: 0.95,
    resolutionRate: 0.85,
    satisfactionRate: 0.87,
    composite: 86.8,
    onTimeRate: null,
  },
  period: {
    code: '2026-11',
    from: '2026-10-19T00:00:00+08:00',
    to: '2026-11-19T00:00:00+08:00',
    closed: false,
    amendments: 0,
    amended: false,
  },
  basis: 'all',
  by: 'district',
  ruleVersion: '2026-1',
};

t.test('rows, then total and mean, under the field names of the API', async (t) => {
  const lines = formatCsv(report).split('\r\n');
  t.same(lines, [
    'key,name,volume,closed,valid,responseValid,contacted,resolved,satisfied,basic,dissatisfied,replied,repliedOnTime,' +
      'responseRate,resolutionRate,satisfactionRate,composite,onTimeRate,resolutionInterval.lo,resolutionInterval.hi,' +
      'small,excluded,target.resolutionRate,meetsTarget',
    '110105,朝阳区,31,25,20,20,19,17,12,6,2,3,2,0.95,0.85,0.87,86.8,0.6667,0.6396,0.9476,false,consult:4 praise:1,0.85,true',
    'none,未派单,3,0,0,0,0,0,0,0,0,0,0,,,,,,,,true,,0.85,',
    'total,合计,34,25,20,20,19,17,12,6,2,3,2,0.95,0.85,0.87,86.8,0.6667,0.6396,0.9476,false,consult:4 praise:1,0.85,false',
    'mean,均值,,,,,,,,,,,,0.95,0.85,0.87,86.8,,,,,,,',
    '',
  ]);
});

t.test('the byte order mark comes by wish only', async (t) => {
  t.equal(formatCsv(report, true), `\uFEFF${formatCsv(report)}`);
  t.notMatch(formatCsv(report), /\uFEFF/);
});

t.test('text that would be a formula is neutralised, numbers and other text are not', async (t) => {
  const evil = ['=cmd|/c calc!A1', '+1', '-1', '@SUM(A1)', '\t=1', '=a,"b"\n'];
  const harmless = ['朝阳区', 'a=b', '1-2', ' =1', "'x"];
  const items = [...evil, ...harmless].map((name) => ({ ...full, name }));
  const parsed: string[][] = parse(formatCsv({ ...report, items }));
  const names = parsed.slice(1, -2).map(([, name]) => name);
  t.same(names, [...evil.map((name) => `'${name}`), ...harmless]);
  t.ok(
    parsed.every((line) => line.length === 24),
    'quotes and line breaks stay inside their cell',
  );
});

t.test('an empty report has its header, total and mean', async (t) => {
  t.equal(
    formatCsv({ ...report, items: [] })
      .trimEnd()
      .split('\r\n').length,
    3,
  );
  t.match(formatTable({ ...report, items: [] }), /合计.*\n均值/);
});

t.test('the table is aligned and says what its marks mean', async (t) => {
  const table = formatTable(report);
  t.equal(
    table,
    [
      '考核期 2026-11  2026-10-19T00:00:00+08:00 至 2026-11-19T00:00:00+08:00（不含）  全口径  规则 2026-1',
      '',
      '名称      受理量  有效回访  响应率  解决率  满意率  综合分  达标',
      '----------------------------------------------------------------',
      '朝阳区        31        20  95.00%  85.00%  87.00%    86.8    是',
      '未派单 *       3         0       -       -       -       -     -',
      '----------------------------------------------------------------',
      '合计          34        20  95.00%  85.00%  87.00%    86.8    否',
      '均值           -         -  95.00%  85.00%  87.00%    86.8     -',
      '',
      '目标：解决率 85.00%；1 行有有效回访，达标 1 行，未达标 0 行',
      '* 有效回访过少，比例仅供参考；- 表示没有有效回访',
      '合计按全部诉求汇总计算，均值为各行比例的算术平均，两者不同',
      '',
    ].join('\n'),
  );
  t.notMatch(formatTable({ ...report, items: [full] }), /过少/, 'no note where nothing is small');
});
