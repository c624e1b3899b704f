/** Reports as they are asked for: what is asked is checked, and each is made within one snapshot; so are the lists behind it. */

import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sql } from 'drizzle-orm';
import type { Scope } from '../../access/scope.ts';
import { type Db, readWhole } from '../../db/connect.ts';
import { apart } from '../../db/sight.ts';
import type { Table } from '../../figures/table.ts';
import { AppError, errorCode, fieldError } from '../../http/errors.ts';
import { page, readNumbers, writeCursor } from '../../http/schemas.ts';
import { chooseSpan } from '../period.ts';
import { checkFilters, ruleFor, type World } from '../service.ts';
import { caseBatches, csvOfCases, viewCase, xlsxOfCases } from './cases.ts';
import { wantsBom } from './files.ts';
import { keyOfReport, type Report } from './report.ts';
import type { CasesQuery, ReportQuery } from './schemas.ts';
import { type Ask, type CaseRow, type Count, caseRows, type Figure } from './source.ts';

type Asked = Pick<Report, 'dimensions'>;

/** Throws VALIDATION_FAILED for what cannot be, FORBIDDEN for a unit outside the scope and for scopes that have no reports. */
export function askOf(world: World, { dimensions }: Asked, query: ReportQuery, scope: Scope, now: Date): Ask {
  if (scope.kind === 'filed') throw new AppError('FORBIDDEN');
  const { judgeAt, catalogRows } = world;
  const { catalog } = judgeAt(now);
  const { by = dimensions[0], basis = 'all', depth = 1, group, district, unit } = query;
  if (!dimensions.includes(by)) throw fieldError('by', `此报表可用：${dimensions.join('、')}`);
  if (query.depth !== undefined && by !== 'matter') throw fieldError('depth', '只用于 by=matter');
  checkFilters(query, scope, catalog);
  const span = chooseSpan(query, ruleFor(world, query, now), now);
  return { span, by, basis, depth, group, district, unit, scope, now, catalog, judgeAt, catalogRows };
}

/** The report, as of one instant of the database. */
export async function runReport(
  world: World,
  report: Report,
  query: ReportQuery,
  scope: Scope,
  now: Date,
): Promise<Table> {
  const ask = askOf(world, report, query, scope, now);
  return readWhole(world.db, (tx) => report.build(tx, ask));
}

/** The count behind a figure: itself, or what it was computed from. Throws VALIDATION_FAILED where there is none. */
function countBehind(figures: readonly Figure[], name: string): Count {
  const listable = figures.filter((figure) => figure.kind === 'count' || figure.cases !== null);
  const asked = listable.find(({ key }) => key === name);
  const counted =
    asked === undefined || asked.kind === 'count' ? asked : figures.find(({ key }) => key === asked.cases);
  if (counted?.kind === 'count') return counted;
  throw fieldError('figure', `此报表可用：${listable.map(({ key }) => key).join('、')}`);
}

/** What a case list needs of a report; the rates have no other part in it. */
export type Listed = Pick<Report, 'name' | 'title' | 'dimensions' | 'figures' | 'key'>;

function casesOf(world: World, report: Listed, query: Omit<CasesQuery, 'format'>, scope: Scope, now: Date) {
  const ask = askOf(world, report, query, scope, now);
  const figure = countBehind(report.figures(ask), query.figure);
  const rows = caseRows(ask, keyOfReport(report), figure, query.key === 'total' ? null : query.key);
  return { ask, figure, rows };
}

/** The cases behind a figure, a page at a time, and how many there are: as many as the figure says. */
export async function listCases(world: World, report: Listed, query: CasesQuery, scope: Scope, now: Date) {
  const { rows, figure, ask } = casesOf(world, report, query, scope, now);
  const { limit, cursor, format: _format, bom: _bom, ...asked } = query;
  // The span stands in the cursor's question: "the current period" may be another one on the next page.
  const question = JSON.stringify([asked, ask.span, scope]);
  const [id = -1, sub = -1] = cursor === undefined ? [] : readNumbers(cursor, report.name, question, 2);
  return readWhole(world.db, async (tx) => {
    const [counted] = await tx.execute<{ count: number }>(sql`select count(*)::int as count from (${rows}) x`);
    const found = await tx.execute<CaseRow>(sql`
      select x.*, x.id::float8 as id, x.sub::float8 as sub from (${rows}) x
      where (x.id, x.sub) > (${id}::bigint, ${sub}::bigint) order by x.id, x.sub limit ${limit + 1}`);
    const { items, next } = page([...found], limit, (last) =>
      writeCursor(report.name, question, [Number(last.id), Number(last.sub)]),
    );
    return { figure: figure.key, count: counted?.count ?? 0, items: items.map((row) => viewCase(row, ask)), next };
  });
}

/** The file of a list, and its ending. */
export interface CasesFile {
  format: 'csv' | 'xlsx';
  figure: string;
  stream: PassThrough;
  done: Promise<void>;
}

/**
 * The whole case list as a file, without a cap and in constant memory: a reader that is slow slows the reading down. What fails on
 * the way breaks the stream off, so that nobody takes half a list for a whole one.
 */
export function streamCases(
  world: World,
  report: Listed,
  { format, ...query }: Omit<CasesQuery, 'format'> & { format: CasesFile['format'] },
  scope: Scope,
  now: Date,
): CasesFile {
  const { rows, ask, figure } = casesOf(world, report, query, scope, now);
  const stream = new PassThrough();
  const write = (tx: Db) => {
    const batches = caseBatches(tx, rows, ask);
    if (format === 'csv') return pipeline(csvOfCases(batches, wantsBom(query.bom)), stream);
    return pipeline(xlsxOfCases(batches, { report, figure, key: query.key, ask }), stream);
  };
  const done = apart(() => readWhole(world.db, write)).catch((error: unknown) => {
    // What breaks a stream is logged: its code, never its text, which may quote a row.
    stream.destroy(new Error(errorCode(error) ?? 'stream broken off'));
  });
  return { format, figure: figure.key, stream, done };
}
