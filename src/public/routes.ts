/** The public page: no token, but a code, and only so many requests a minute. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { AppError } from '../http/errors.ts';
import { NumberParams, ref } from '../http/schemas.ts';
import { callerOf, conflict, problem } from '../http/security.ts';
import { EvaluationRequest, ProgressQuery, PublicComplaint } from './schemas.ts';
import { evaluate, readProgress } from './service.ts';

/** Requests a minute from one address, and about one complaint wherever from. */
export interface PublicLimits {
  address: number;
  number: number;
}

const timeWindow = 60_000;

function numberOf({ params }: FastifyRequest): string {
  return typeof params === 'object' && params !== null && 'number' in params ? String(params.number) : '';
}

type Limit = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Throws TOO_MANY_REQUESTS, with the seconds to wait in Retry-After. Counted before the database is asked. */
function limiter(app: Api, { address = 60, number = 20 }: Partial<PublicLimits>): Limit {
  const counts = [
    app.createRateLimit({ max: address, timeWindow, keyGenerator: ({ ip }) => `address ${ip}` }),
    app.createRateLimit({ max: number, timeWindow, keyGenerator: (request) => `number ${numberOf(request)}` }),
  ];
  return async (request, reply) => {
    for (const count of counts) {
      const counted = await count(request);
      if (counted.isAllowed || !counted.isExceeded) continue;
      reply.header('retry-after', Math.max(1, counted.ttlInSeconds));
      throw new AppError('TOO_MANY_REQUESTS');
    }
  };
}

/**
 * A unit must not rate itself, nor anybody else who works here rate for a caller: whoever shows a token or is signed in is turned
 * away, but for the machine client through which the caller speaks. Throws FORBIDDEN.
 */
async function refuseStaff(ctx: Context, request: FastifyRequest): Promise<void> {
  const isByToken = request.headers.authorization !== undefined;
  const caller = await callerOf(ctx, request).catch((error: unknown) => {
    // The browser brings along the cookie of an earlier session by itself.
    if (!isByToken && error instanceof AppError && error.code !== 'CSRF_TOKEN_INVALID') return null;
    throw error;
  });
  if (caller !== null && caller.role !== 'channel') throw new AppError('FORBIDDEN', '评价只能由诉求人自己提交');
}

const tooMany = { 429: problem('请求太频繁；Retry-After 是要等的秒数') };

export function publicRoutes(app: Api, ctx: Context, limits: Partial<PublicLimits> = {}): void {
  app.addSchema(PublicComplaint);
  const limit = limiter(app, limits);

  app.get(
    '/public/complaints/:number',
    {
      config: { permission: 'public' },
      onRequest: limit,
      schema: {
        operationId: 'readProgress',
        tags: ['public'],
        summary: '诉求人凭编号和代码查询办理进度',
        params: NumberParams,
        querystring: ProgressQuery,
        response: { 200: ref(PublicComplaint), ...tooMany },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return readProgress(ctx, request.params.number, request.query.code, ctx.clock());
    },
  );
  evaluationRoute(app, ctx, limit);
}

function evaluationRoute(app: Api, ctx: Context, limit: Limit): void {
  app.post(
    '/public/complaints/:number/evaluation',
    {
      config: { permission: 'public' },
      onRequest: limit,
      schema: {
        operationId: 'evaluate',
        tags: ['public'],
        summary: '诉求人自己评价；待回访时即结案，结案后一段时间内可评价一次',
        params: NumberParams,
        body: EvaluationRequest,
        response: {
          201: ref(PublicComplaint),
          401: problem('令牌无效'),
          403: problem('工作人员不能代为评价'),
          ...conflict,
          ...tooMany,
        },
      },
    },
    async (request, reply) => {
      await refuseStaff(ctx, request);
      const answer = await evaluate(ctx, request.params.number, request.body, ctx.clock());
      return reply.code(201).header('cache-control', 'no-store').send(answer);
    },
  );
}
