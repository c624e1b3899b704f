/** Applications to strike cases out of the assessment. */
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { IdParams, ref } from '../http/schemas.ts';
import { conflict, sessionOf } from '../http/security.ts';
import {
  ExclusionAppeal,
  ExclusionDetail,
  ExclusionList,
  ExclusionQuery,
  ExclusionRequest,
  ExclusionRuling,
  ExclusionView,
} from './schemas.ts';
import { appealExclusion, applyForExclusion, readExclusion, readExclusions, reviewExclusion } from './service.ts';

const tags = ['assessment'];
const reading = { permission: 'exclusion.read' as const };

export function exclusionRoutes(app: Api, ctx: Context): void {
  for (const schema of [ExclusionView, ExclusionList, ExclusionDetail]) app.addSchema(schema);
  readingRoutes(app, ctx);
  rulingRoutes(app, ctx);

  app.post(
    '/assessment/exclusions',
    {
      config: { permission: 'exclusion.apply' },
      schema: {
        operationId: 'applyForExclusion',
        tags,
        summary: '申请剔除一件诉求（不计入，或只计响应率），待另一人审核',
        body: ExclusionRequest,
        response: { 201: ref(ExclusionDetail), ...conflict },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await applyForExclusion(ctx, sessionOf(request), request.body, ctx.clock())),
  );
}

function rulingRoutes(app: Api, ctx: Context): void {
  app.post(
    '/assessment/exclusions/:id/review',
    {
      config: { permission: 'exclusion.review' },
      schema: {
        operationId: 'reviewExclusion',
        tags,
        summary: '审核剔除申请；有申诉的，由第三人复核，为最终决定。已封账的考核期因此有变的，自动记更正',
        params: IdParams,
        body: ExclusionRuling,
        response: { 200: ref(ExclusionDetail), ...conflict },
      },
    },
    (request) => reviewExclusion(ctx, sessionOf(request), Number(request.params.id), request.body, ctx.clock()),
  );

  app.post(
    '/assessment/exclusions/:id/appeal',
    {
      config: { permission: 'exclusion.appeal' },
      schema: {
        operationId: 'appealExclusion',
        tags,
        summary: '对审核结果申诉，一次为限；单位只能就自己的诉求',
        params: IdParams,
        body: ExclusionAppeal,
        response: { 200: ref(ExclusionDetail), ...conflict },
      },
    },
    (request) => appealExclusion(ctx, sessionOf(request), Number(request.params.id), request.body, ctx.clock()),
  );
}

function readingRoutes(app: Api, ctx: Context): void {
  app.get(
    '/assessment/exclusions',
    {
      config: reading,
      schema: {
        operationId: 'readExclusions',
        tags,
        summary: '剔除申请，新的在前；单位只见自己的诉求',
        querystring: ExclusionQuery,
        response: { 200: ref(ExclusionList) },
      },
    },
    (request) => readExclusions(ctx, sessionOf(request), request.query, ctx.clock()),
  );

  app.get(
    '/assessment/exclusions/:id',
    {
      config: reading,
      schema: {
        operationId: 'readExclusion',
        tags,
        summary: '一件剔除申请和它的全过程',
        params: IdParams,
        response: { 200: ref(ExclusionDetail) },
      },
    },
    (request) => readExclusion(ctx, sessionOf(request), Number(request.params.id), ctx.clock()),
  );
}
