/** 月度通报: the reports of a period as a page to print. It has no figures of its own: each is read from a report. */
import type { Scope } from '../../access/scope.ts';
import { readWhole } from '../../db/connect.ts';
import { drawChart } from '../../figures/chart.ts';
import { escapeHtml, htmlPage, htmlTable } from '../../figures/html.ts';
import { basisNames, type Line, showValue, type Table } from '../../figures/table.ts';
import { ratesTable } from '../csv.ts';
import { ratesReport, type World } from '../service.ts';
import { hot } from './hot.ts';
import { needs } from './needs.ts';
import { ratesColumns } from './rates-cases.ts';
import type { Report } from './report.ts';
import type { BulletinQuery } from './schemas.ts';
import { askOf } from './service.ts';
import { timeliness } from './timeliness.ts';
import { volume } from './volume.ts';

interface Parts {
  rates: Table;
  needs: Table;
  days: Table;
  timeliness: Table;
  hot: Table;
}

const hottest = 10;

/** All reports of the page, as of one instant of the database. */
async function gather(world: World, query: BulletinQuery, scope: Scope, now: Date): Promise<Parts> {
  return readWhole(world.db, async (db) => {
    const tx = { ...world, db };
    const build = (report: Report, by?: string) =>
      report.build(db, askOf(tx, report, { ...query, ...(by === undefined ? {} : { by }) }, scope, now));
    return {
      rates: ratesTable(await ratesReport(tx, { ...query, by: 'district' }, scope, now), ratesColumns),
      needs: await build(needs),
      days: await build(volume, 'day'),
      timeliness: await build(timeliness, 'kind'),
      hot: await build(hot),
    };
  });
}

const totalOf = ({ totals }: Table): Line => totals[0] ?? {};
const numbers = ({ rows }: Table, key: string) => rows.map((line) => Number(line[key] ?? 0));
const texts = ({ rows }: Table, key: string) => rows.map((line) => String(line[key] ?? ''));

/** The main figures, each from the total of its report. */
function mainFigures({ rates, needs: needsTable, timeliness: times }: Parts): string {
  const from: [Table, string][] = [
    [rates, 'volume'],
    [needsTable, 'volumeOnPrevious'],
    [needsTable, 'volumeOnLastYear'],
    [rates, 'valid'],
    [rates, 'responseRate'],
    [rates, 'resolutionRate'],
    [rates, 'satisfactionRate'],
    [rates, 'composite'],
    [times, 'signRate'],
    [times, 'contactRate'],
    [times, 'onTimeRate'],
    [times, 'medianHours'],
  ];
  const items = from.flatMap(([table, key]) => {
    const column = table.columns.find((one) => one.key === key);
    if (column === undefined) return [];
    const value = totalOf(table)[key] ?? null;
    const unit = column.type === 'hours' && value !== null ? '<small> 小时</small>' : '';
    const shown = escapeHtml(showValue(column.type, value));
    const heading = escapeHtml(column.heading);
    return [`<div><dt>${heading}</dt><dd data-figure="${table.name}.${key}">${shown}${unit}</dd></div>`];
  });
  return `<dl>${items.join('')}</dl>`;
}

function figure(svg: string, caption: string): string {
  return `<figure>${svg}<figcaption>${escapeHtml(caption)}</figcaption></figure>`;
}

/** The columns that the page shows of each table. */
const shownOf = {
  rates: ['name', 'volume', 'valid', 'responseRate', 'resolutionRate', 'satisfactionRate', 'composite', 'meetsTarget'],
  needs: [
    'name',
    'volume',
    'volumeOnPrevious',
    'volumeOnLastYear',
    'responseRate',
    'resolutionRate',
    'satisfactionRate',
  ],
  times: [
    'name',
    'dispatched',
    'signRate',
    'contactRate',
    'replied',
    'onTimeRate',
    'medianHours',
    'p90Hours',
    'bounced',
  ],
  hot: ['name', 'volume', 'expected', 'rise'],
};

async function write(parts: Parts): Promise<string> {
  const { rates, needs: needsTable, days, timeliness: times, hot: hotTable } = parts;
  const { period, basis, ruleVersion } = rates;
  const title = `接诉即办${period.code === null ? '' : ` ${period.code} `}月度通报`;
  const dayChart = await drawChart(
    'line',
    texts(days, 'name').map((day) => day.slice(5)),
    [{ name: '受理量', values: numbers(days, 'volume') }],
  );
  const needChart = await drawChart('bar', texts(needsTable, 'name'), [
    { name: '受理量', values: numbers(needsTable, 'volume') },
  ]);
  const hotRows = { ...hotTable, rows: hotTable.rows.filter((line) => line.hot === true), totals: [] };
  const notes = new Set([rates, needsTable, times, hotTable].flatMap((table) => table.notes));
  notes.add('办理时长以小时计，— 表示没有可计的诉求');
  const span = `${period.from.slice(0, 10)} 至 ${period.to.slice(0, 10)}（不含）`;
  return htmlPage(
    title,
    [
      `<h1>${escapeHtml(title)}</h1>`,
      `<p class="about">${escapeHtml(`${span}　${basisNames[basis]}　规则 ${ruleVersion}${period.closed ? '　已封账' : '　未封账，数字还会变动'}`)}</p>`,
      '<h2>总体情况</h2>',
      mainFigures(parts),
      figure(dayChart, '每日受理量'),
      '<h2>各区三率</h2>',
      htmlTable(rates, shownOf.rates),
      '<h2>七有五性</h2>',
      figure(needChart, '各需求受理量'),
      htmlTable(needsTable, shownOf.needs),
      '<h2>办理时效</h2>',
      htmlTable(times, shownOf.times),
      '<h2>上升的诉求</h2>',
      hotRows.rows.length === 0
        ? '<p>本期没有明显上升的诉求，或以前的数据不足以比较。</p>'
        : htmlTable(hotRows, shownOf.hot, hottest),
      '<h2>说明</h2>',
      `<ul>${[...notes].map((note) => `<li>${escapeHtml(note)}</li>`).join('')}</ul>`,
    ].join('\n'),
  );
}

/** The page. Throws as the reports do. */
export async function bulletin(world: World, query: BulletinQuery, scope: Scope, now: Date): Promise<string> {
  return write(await gather(world, query, scope, now));
}
