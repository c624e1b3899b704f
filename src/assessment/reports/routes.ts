/** GET /reports/{name}, and GET /reports/{name}/cases behind each figure. */

import type { PassThrough } from 'node:stream';
import { Type } from 'typebox';
import { scopeOf } from '../../access/scope.ts';
import type { Context } from '../../context.ts';
import { recordExport } from '../../db/audit.ts';
import { xlsxType } from '../../figures/spreadsheet.ts';
import type { Api } from '../../http/api.ts';
import { ref } from '../../http/schemas.ts';
import { sessionOf } from '../../http/security.ts';
import { bulletin } from './bulletin.ts';
import { exclusionsFigures } from './exclusions-cases.ts';
import { fileTypes, reportContent, sendTable } from './files.ts';
import { hot } from './hot.ts';
import { needs } from './needs.ts';
import { dimensions } from './rates.ts';
import { ratesFigures } from './rates-cases.ts';
import { repeats } from './repeats.ts';
import type { Report } from './report.ts';
import {
  answerOf,
  BulletinQuery,
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

/** Those whose figures are made elsewhere: here they have their lists. */
const listed: readonly Listed[] = [
  { name: 'rates', title: '三率', dimensions: [...dimensions], figures: ratesFigures },
  { name: 'ranking', title: '排名', dimensions: ['unit'], figures: ratesFigures },
  { name: 'exclusions', title: '剔除情况', dimensions: [...dimensions], figures: exclusionsFigures },
];

const streamed = Type.Unsafe<PassThrough>({ type: 'string' });
const streamedBytes = Type.Unsafe<PassThrough>({ type: 'string', format: 'binary' });

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
      const { format = 'json', bom: _bom, ...query } = request.query;
      const table = await runReport(ctx, report, query, scopeOf(sessionOf(request)), ctx.clock());
      if (format === 'json') return answerOf(table);
      return sendTable(ctx, request, reply, table, format);
    },
  );
}

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
            content: {
              'application/json': { schema: ref(ReportCases) },
              'text/csv': { schema: streamed },
              [xlsxType]: { schema: streamedBytes },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { format = 'json', ...query } = request.query;
      const session = sessionOf(request);
      const scope = scopeOf(session);
      if (format === 'json') return listCases(ctx, report, query, scope, ctx.clock());
      await recordExport(ctx.db, session, `${report.name}/cases`, request.query, ctx.clock());
      const { stream, figure } = streamCases(ctx, report, { ...query, format }, scope, ctx.clock());
      reply
        .type(fileTypes[format])
        .header('content-disposition', `attachment; filename="${report.name}-${figure}-cases.${format}"`);
      return stream;
    },
  );
}

/** Nothing but the page itself and its own styles; the rest as of every answer. */
const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

function bulletinRoute(app: Api, ctx: Context): void {
  app.get(
    '/reports/bulletin',
    {
      config: { permission: 'report.read' },
      schema: {
        operationId: 'getBulletin',
        tags: ['reports'],
        summary: '月度通报：可打印的网页（A4），图为 SVG，没有脚本和外部资源',
        querystring: BulletinQuery,
        response: { 200: { description: '月度通报', content: { 'text/html': { schema: Type.String() } } } },
      },
    },
    async (request, reply) => {
      reply.type('text/html; charset=utf-8').header('content-security-policy', pagePolicy);
      return bulletin(ctx, request.query, scopeOf(sessionOf(request)), ctx.clock());
    },
  );
}

export function reportRoutes(app: Api, ctx: Context): void {
  for (const schema of [ReportColumn, ReportAnswer, ReportCase, ReportCases]) app.addSchema(schema);
  for (const report of reports) {
    reportRoute(app, ctx, report);
    casesRoute(app, ctx, report);
  }
  for (const report of listed) casesRoute(app, ctx, report);
  bulletinRoute(app, ctx);
}
