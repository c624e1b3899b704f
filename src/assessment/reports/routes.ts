/** GET /reports/{name}, and GET /reports/{name}/cases behind each figure. */

import type { PassThrough } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { scopeOf } from '../../access/scope.ts';
import type { Context } from '../../context.ts';
import { tableCsv } from '../../figures/csv.ts';
import { tableXlsx } from '../../figures/spreadsheet.ts';
import type { Table } from '../../figures/table.ts';
import type { Api } from '../../http/api.ts';
import { ref } from '../../http/schemas.ts';
import { sessionOf } from '../../http/security.ts';
import { hot } from './hot.ts';
import { needs } from './needs.ts';
import { dimensions } from './rates.ts';
import { ratesFigures } from './rates-cases.ts';
import { repeats } from './repeats.ts';
import type { Report } from './report.ts';
import {
  answerOf,
  CasesRequest,
  ReportAnswer,
  ReportCase,
  ReportCases,
  ReportColumn,
  ReportRequest,
} from './schemas.ts';
import { type Listed, listCases, runReport, streamCases } from './service.ts';
import { supervision } from './supervision.ts';
import { timeliness } from './timeliness.ts';
import { volume } from './volume.ts';

export const reports: readonly Report[] = [needs, volume, timeliness, supervision, hot, repeats];

const rates: Listed = { name: 'rates', dimensions: [...dimensions], figures: ratesFigures };

const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const binary = Type.String({ format: 'binary' });
const streamed = Type.Unsafe<PassThrough>({ type: 'string' });

/** Name of the file a browser saves: ASCII, told apart by report, grouping and span. */
function fileName({ name, by, period }: Pick<Table, 'name' | 'by' | 'period'>, ending: string): string {
  return `${name}-${by}-${period.code ?? `${period.from.slice(0, 10)}_${period.to.slice(0, 10)}`}.${ending}`;
}

/** Sends a report as a file. */
export async function sendTable(reply: FastifyReply, table: Table, format: 'csv' | 'xlsx', bom: boolean) {
  const body = format === 'csv' ? tableCsv(table, bom) : await tableXlsx(table);
  return reply
    .type(format === 'csv' ? 'text/csv; charset=utf-8' : xlsxType)
    .header('content-disposition', `attachment; filename="${fileName(table, format)}"`)
    .send(body);
}

/** Media types of a report that may be had as a file. */
export const reportContent = (schema: ReturnType<typeof ref>) => ({
  'application/json': { schema },
  'text/csv': { schema: Type.String() },
  [xlsxType]: { schema: binary },
});

function reportRoute(app: Api, ctx: Context, report: Report): void {
  app.get(
    `/reports/${report.name}`,
    {
      config: { permission: 'report.read' },
      schema: {
        operationId: report.operationId,
        tags: ['reports'],
        summary: report.summary,
        description: `by 可用：${report.dimensions.join('、')}；默认 ${report.dimensions[0]}。`,
        querystring: ReportRequest,
        response: { 200: { description: report.title, content: reportContent(ref(ReportAnswer)) } },
      },
    },
    async (request, reply) => {
      const { format = 'json', bom, ...query } = request.query;
      const table = await runReport(ctx, report, query, scopeOf(sessionOf(request)), ctx.clock());
      return format === 'json' ? answerOf(table) : sendTable(reply, table, format, wantsBom(bom));
    },
  );
}

const wantsBom = (bom: string | undefined) => bom === '1' || bom === 'true';

function casesRoute(app: Api, ctx: Context, report: Listed): void {
  const Name = report.name[0]?.toUpperCase() + report.name.slice(1);
  app.get(
    `/reports/${report.name}/cases`,
    {
      config: { permission: 'report.read' },
      schema: {
        operationId: `list${Name}Cases`,
        tags: ['reports'],
        summary: `报表 ${report.name} 里一个数的明细：件数与报表相同`,
        querystring: CasesRequest,
        response: {
          200: {
            description: '明细',
            content: { 'application/json': { schema: ref(ReportCases) }, 'text/csv': { schema: streamed } },
          },
        },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const scope = scopeOf(sessionOf(request));
      if (query.format !== 'csv') return listCases(ctx, report, query, scope, ctx.clock());
      const { stream, figure } = streamCases(ctx, report, query, scope, ctx.clock());
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${report.name}-${figure}-cases.csv"`)
        .send(stream);
    },
  );
}

export function reportRoutes(app: Api, ctx: Context): void {
  for (const schema of [ReportColumn, ReportAnswer, ReportCase, ReportCases]) app.addSchema(schema);
  for (const report of reports) {
    reportRoute(app, ctx, report);
    casesRoute(app, ctx, report);
  }
  casesRoute(app, ctx, rates);
}
