/** Assessment periods: which there are, closing one, its cases and amendments. */
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { ref } from '../http/schemas.ts';
import { conflict, sessionOf } from '../http/security.ts';
import {
  AmendedCaseView,
  AmendmentList,
  AmendmentQuery,
  AmendmentView,
  AmendRequest,
  PeriodCaseList,
  PeriodCaseQuery,
  PeriodCaseView,
  PeriodList,
  PeriodParams,
  PeriodQuery,
  PeriodView,
} from './schemas.ts';
import { amendPeriod, closePeriod, readAmendments, readCases, readPeriod, readPeriods } from './service.ts';

const tags = ['assessment'];
const reading = { permission: 'period.read' as const };
const closing = { permission: 'period.close' as const };

export function closingRoutes(app: Api, ctx: Context): void {
  const schemas = [
    AmendedCaseView,
    AmendmentView,
    AmendmentList,
    PeriodView,
    PeriodList,
    PeriodCaseView,
    PeriodCaseList,
  ];
  for (const schema of schemas) app.addSchema(schema);
  readingRoutes(app, ctx);
  contentRoutes(app, ctx);

  app.post(
    '/assessment/periods/:period/close',
    {
      config: closing,
      schema: {
        operationId: 'closePeriod',
        tags,
        summary: '封账：固定一个已结束的考核期的数、所用规则和诉求清单',
        params: PeriodParams,
        response: { 200: ref(PeriodView), ...conflict },
      },
    },
    (request) => closePeriod(ctx, sessionOf(request), request.params.period, ctx.clock()),
  );

  app.post(
    '/assessment/periods/:period/amendments',
    {
      config: closing,
      schema: {
        operationId: 'amendPeriod',
        tags,
        summary: '更正：封账以后补录了答复的诉求重新计数，记下前后；剔除审核引起的更正自动记录',
        params: PeriodParams,
        body: AmendRequest,
        response: { 201: ref(AmendmentView), ...conflict },
      },
    },
    async (request, reply) => {
      const { params, body } = request;
      return reply.code(201).send(await amendPeriod(ctx, sessionOf(request), params.period, body, ctx.clock()));
    },
  );
}

function readingRoutes(app: Api, ctx: Context): void {
  app.get(
    '/assessment/periods',
    {
      config: reading,
      schema: {
        operationId: 'readPeriods',
        tags,
        summary: '考核期，最近的在前',
        querystring: PeriodQuery,
        response: { 200: ref(PeriodList) },
      },
    },
    (request) => readPeriods(ctx, request.query, ctx.clock()),
  );

  app.get(
    '/assessment/periods/:period',
    {
      config: reading,
      schema: {
        operationId: 'readPeriod',
        tags,
        summary: '一个考核期',
        params: PeriodParams,
        response: { 200: ref(PeriodView) },
      },
    },
    (request) => readPeriod(ctx, request.params.period, ctx.clock()),
  );
}

/** What a closed period holds: its cases as they were, and what was put right since. */
function contentRoutes(app: Api, ctx: Context): void {
  app.get(
    '/assessment/periods/:period/amendments',
    {
      config: reading,
      schema: {
        operationId: 'readAmendments',
        tags,
        summary: '封账以后的更正，新的在前；单位只见自己的诉求',
        params: PeriodParams,
        querystring: AmendmentQuery,
        response: { 200: ref(AmendmentList) },
      },
    },
    (request) => readAmendments(ctx, sessionOf(request), request.params.period, request.query, ctx.clock()),
  );

  app.get(
    '/assessment/periods/:period/cases',
    {
      config: reading,
      schema: {
        operationId: 'readPeriodCases',
        tags,
        summary: '封账时的诉求清单，每件计入的答复和考核范围；单位只见自己的',
        params: PeriodParams,
        querystring: PeriodCaseQuery,
        response: { 200: ref(PeriodCaseList) },
      },
    },
    (request) => readCases(ctx, sessionOf(request), request.params.period, request.query, ctx.clock()),
  );
}
