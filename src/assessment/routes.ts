/** GET /reports/rates. */
import { Type } from 'typebox';
import { scopeOf } from '../access/scope.ts';
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { ref } from '../http/schemas.ts';
import { sessionOf } from '../http/security.ts';
import { ratesTable } from './csv.ts';
import { fileQuery, reportContent, sendTable } from './reports/files.ts';
import {
  ExclusionsQuery,
  ExclusionsReport,
  ExclusionsRow,
  RankingQuery,
  RankingReport,
  RankingRow,
} from './reports/ranking.ts';
import { exclusionsTable, rankingTable } from './reports/ranking-table.ts';
import { RateChange, RatesMean, RatesQuery, RatesReport, RatesRow, ReportPeriod } from './reports/rates.ts';
import { ratesColumns } from './reports/rates-cases.ts';
import { exclusionsReport, rankingReport, ratesReport } from './service.ts';

const RatesRequest = Type.Object(
  {
    ...RatesQuery.properties,
    ...fileQuery,
  },
  { additionalProperties: false },
);

const RankingRequest = Type.Object({ ...RankingQuery.properties, ...fileQuery }, { additionalProperties: false });
const ExclusionsRequest = Type.Object({ ...ExclusionsQuery.properties, ...fileQuery }, { additionalProperties: false });

const answer = { description: '三率报表', content: reportContent(ref(RatesReport)) };

export function assessmentRoutes(app: Api, ctx: Context): void {
  app.addSchema(RateChange);
  app.addSchema(ReportPeriod);
  app.addSchema(RatesRow);
  app.addSchema(RatesMean);
  app.addSchema(RatesReport);
  for (const schema of [RankingRow, RankingReport, ExclusionsRow, ExclusionsReport]) app.addSchema(schema);
  rankingRoutes(app, ctx);

  app.get(
    '/reports/rates',
    {
      config: { permission: 'report.read' },
      schema: {
        operationId: 'getRates',
        tags: ['reports'],
        summary: '三率报表：按单位、区、街道、事项等统计受理量、响应率、解决率、满意率、综合分与目标',
        querystring: RatesRequest,
        response: { 200: answer },
      },
    },
    async (request, reply) => {
      const { format = 'json', bom: _bom, ...query } = request.query;
      const report = await ratesReport(ctx, query, scopeOf(sessionOf(request)), ctx.clock());
      if (format === 'json') return report;
      return sendTable(ctx, request, reply, ratesTable(report, ratesColumns), format);
    },
  );
}

function rankingRoutes(app: Api, ctx: Context): void {
  app.get(
    '/reports/ranking',
    {
      config: { permission: 'report.read' },
      schema: {
        operationId: 'getRanking',
        tags: ['reports'],
        summary: '同类单位的排名与分类；考核规则可规定不排名',
        querystring: RankingRequest,
        response: { 200: { description: '排名', content: reportContent(ref(RankingReport)) } },
      },
    },
    async (request, reply) => {
      const { format = 'json', bom: _bom, ...query } = request.query;
      const report = await rankingReport(ctx, query, scopeOf(sessionOf(request)), ctx.clock());
      if (format === 'json') return report;
      return sendTable(ctx, request, reply, rankingTable(report, ratesColumns), format);
    },
  );

  app.get(
    '/reports/exclusions',
    {
      config: { permission: 'report.read' },
      schema: {
        operationId: 'getExclusions',
        tags: ['reports'],
        summary: '剔除情况：两种口径对照，按原因的件数',
        querystring: ExclusionsRequest,
        response: { 200: { description: '剔除情况', content: reportContent(ref(ExclusionsReport)) } },
      },
    },
    async (request, reply) => {
      const { format = 'json', bom: _bom, ...query } = request.query;
      const report = await exclusionsReport(ctx, query, scopeOf(sessionOf(request)), ctx.clock());
      if (format === 'json') return report;
      return sendTable(ctx, request, reply, exclusionsTable(report), format);
    },
  );
}
