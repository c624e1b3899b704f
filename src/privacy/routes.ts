/** POST /complaints/{number}/unmask. */
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { NumberParams, ref } from '../http/schemas.ts';
import { problem, sessionOf } from '../http/security.ts';
import { UnmaskedCaller, UnmaskRequest } from './schemas.ts';
import { unmaskCaller } from './service.ts';

/** Looks of one token in an hour, where nothing else is configured. */
const usualLimit = 120;

export function privacyRoutes(app: Api, ctx: Context, limit = usualLimit): void {
  app.addSchema(UnmaskedCaller);
  app.post(
    '/complaints/:number/unmask',
    {
      config: { permission: 'caller.unmask' },
      schema: {
        operationId: 'unmaskCaller',
        tags: ['complaints'],
        summary:
          '看诉求人的姓名和电话：须说明理由，记入审计，限次数；单位只看本单位现行工单的，保密的不看；回访员须先占用',
        params: NumberParams,
        body: UnmaskRequest,
        response: { 200: ref(UnmaskedCaller), 429: problem('一小时内看得太多') },
      },
    },
    async (request, reply) => {
      const { number } = request.params;
      const answer = await unmaskCaller(ctx, sessionOf(request), number, request.body, limit, ctx.clock());
      return reply.header('cache-control', 'no-store').send(answer);
    },
  );
}
