/** GET /quality. */
import { Type } from 'typebox';
import type { Context } from '../context.ts';
import { recordExport } from '../db/audit.ts';
import type { Api } from '../http/api.ts';
import { oneOf, ref } from '../http/schemas.ts';
import { sessionOf } from '../http/security.ts';
import { QualityPart, QualityQuery, QualityReport, QualityRow } from './schemas.ts';
import { qualityReport } from './service.ts';
import { formatCsv } from './tally.ts';

const QualityRequest = Type.Object(
  {
    ...QualityQuery.properties,
    format: Type.Optional(oneOf(['json', 'csv'], { default: 'json' })),
    bom: Type.Optional(oneOf(['0', '1'], { default: '0', description: '1：CSV 以 UTF-8 BOM 开头，便于 Excel 打开' })),
  },
  { additionalProperties: false },
);

const answer = {
  description: '判定质量',
  content: { 'application/json': { schema: ref(QualityReport) }, 'text/csv': { schema: Type.String() } },
};

/** Name of the file a browser saves: ASCII, told apart by span and grouping. */
function fileName({ by, from, to }: QualityReport): string {
  return `quality-${by}-${from.slice(0, 10)}_${to.slice(0, 10)}.csv`;
}

export function qualityRoutes(app: Api, ctx: Context): void {
  for (const schema of [QualityPart, QualityRow, QualityReport]) app.addSchema(schema);

  app.get(
    '/quality',
    {
      config: { permission: 'quality.read' },
      schema: {
        operationId: 'getQuality',
        tags: ['reports'],
        summary: '判定质量：机器所判被人改判的比例，按事项、单位、需求、类型、级别，可按日、周、月分段',
        querystring: QualityRequest,
        response: { 200: answer },
      },
    },
    async (request, reply) => {
      const { format, bom, ...query } = request.query;
      const report = await qualityReport(ctx, query, ctx.clock());
      if (format !== 'csv') return report;
      await recordExport(ctx.db, sessionOf(request), 'quality', request.query, ctx.clock());
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${fileName(report)}"`)
        .send(formatCsv(report, bom === '1'));
    },
  );
}
