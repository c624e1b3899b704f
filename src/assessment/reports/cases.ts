/** The list behind a figure: its rows as people read them, a batch at a time, and as a file. */
import { sql } from 'drizzle-orm';
import { shanghaiTime } from '../../catalog/calendar.ts';
import { divisionOf, matterPath, unitOf } from '../../catalog/catalog.ts';
import type { Db } from '../../db/connect.ts';
import { type Cell, writeCsv } from '../../figures/csv.ts';
import { basisNames } from '../../figures/table.ts';
import { type ListColumn, writeWorkbook } from '../../figures/workbook.ts';
import type { Report } from './report.ts';
import type { Ask, CaseRow, caseRows, Figure } from './source.ts';

/** A row with the names of its codes. */
export function viewCase({ id: _id, sub: _sub, ...row }: CaseRow, { catalog }: Ask) {
  const { matter, unit, district, street } = row;
  return {
    ...row,
    matterName: matter === null ? null : matterPath(catalog.matters, matter).join('—'),
    districtName: district === null ? null : (divisionOf(catalog, district)?.name ?? district),
    streetName: street === null ? null : (divisionOf(catalog, street)?.name ?? street),
    unitName: unit === null ? null : (unitOf(catalog, unit)?.name ?? unit),
  };
}
type CaseView = ReturnType<typeof viewCase>;

/** Columns of the files, in order; CSV is headed by the names of the API. */
const columns = [
  { key: 'number', heading: '诉求编号', type: 'text', width: 18 },
  { key: 'orderId', heading: '工单', type: 'text', width: 12 },
  { key: 'at', heading: '计入时刻', type: 'instant', width: 20 },
  { key: 'receivedAt', heading: '受理时间', type: 'instant', width: 20 },
  { key: 'status', heading: '状态', type: 'text', width: 12 },
  { key: 'type', heading: '类型', type: 'text', width: 12 },
  { key: 'need', heading: '需求', type: 'text', width: 8 },
  { key: 'matter', heading: '事项代码', type: 'text', width: 12 },
  { key: 'matterName', heading: '事项', type: 'text', width: 36 },
  { key: 'level', heading: '级别', type: 'text', width: 8 },
  { key: 'district', heading: '区代码', type: 'text', width: 10 },
  { key: 'districtName', heading: '区', type: 'text', width: 14 },
  { key: 'street', heading: '街道代码', type: 'text', width: 12 },
  { key: 'streetName', heading: '街道（乡镇）', type: 'text', width: 20 },
  { key: 'unit', heading: '单位代码', type: 'text', width: 12 },
  { key: 'unitName', heading: '单位', type: 'text', width: 24 },
] as const satisfies readonly (ListColumn & { key: keyof CaseView })[];

/** Rows fetched at a time: memory does not grow with the list. */
const fetched = 500;

/** The rows read by a cursor: one snapshot, however long it takes. For the transaction of `tx` alone. */
export async function* caseBatches(tx: Db, rows: ReturnType<typeof caseRows>, ask: Ask): AsyncGenerator<CaseView[]> {
  await tx.execute(sql`declare report_cases no scroll cursor for select * from (${rows}) x order by x.id, x.sub`);
  for (;;) {
    const batch = await tx.execute<CaseRow>(sql`fetch ${sql.raw(String(fetched))} from report_cases`);
    if (batch.length === 0) return;
    yield batch.map((row) => viewCase(row, ask));
  }
}

type Batches = ReturnType<typeof caseBatches>;

export async function* csvOfCases(batches: Batches, bom: boolean): AsyncGenerator<string> {
  yield writeCsv([columns.map(({ key }) => key)], bom);
  for await (const batch of batches) {
    yield writeCsv(
      batch.map((view): Cell[] => columns.map(({ key }) => view[key])),
      false,
    );
  }
}

async function* cellsOf(batches: Batches): AsyncGenerator<(string | null)[][]> {
  for await (const batch of batches) yield batch.map((view) => columns.map(({ key }) => view[key]));
}

/** What was asked for. */
interface Listing {
  report: Pick<Report, 'title'>;
  figure: Pick<Figure, 'heading' | 'note'>;
  key: string;
  ask: Ask;
}

/** What the last sheet says. */
function explain({ report, figure, key, ask }: Listing, rows: number): [string, string][] {
  const { span, basis, by, group, district, unit, catalog } = ask;
  const filters = { 单位类别: group, 区: district, 单位: unit };
  return [
    ['报表', report.title],
    ['明细', `${figure.heading}${figure.note === '' ? '' : `：${figure.note}`}`],
    ['行', key === 'total' ? '合计' : `${by} ${key}`],
    ['时间范围', `${shanghaiTime(span.from)} 至 ${shanghaiTime(span.to)}（不含），北京时间`],
    ['考核期', span.code ?? '按日期查询'],
    ['口径', basisNames[basis]],
    ...Object.entries(filters).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    ),
    ['规则版本', catalog.assessment.version],
    ['行数', `${rows}，与报表里的数相同`],
    ['说明', '计入时刻是使它计入时间范围的时刻；不含诉求人信息和诉求原文'],
  ];
}

export function xlsxOfCases(batches: Batches, listing: Listing): AsyncGenerator<Uint8Array> {
  return writeWorkbook({
    title: listing.figure.heading,
    columns,
    rows: cellsOf(batches),
    about: (rows) => explain(listing, rows),
  });
}
