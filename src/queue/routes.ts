/** The queue of a unit. */
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { ref } from '../http/schemas.ts';
import { sessionOf } from '../http/security.ts';
import { OrderList, QueueQuery } from '../workorder/schemas.ts';
import { readQueue } from './service.ts';

export function queueRoutes(app: Api, ctx: Context): void {
  app.addSchema(OrderList);

  app.get(
    '/queue',
    {
      config: { permission: 'queue.read' },
      schema: {
        operationId: 'readQueue',
        tags: ['orders'],
        summary: '本单位的工单，最急的在前；带 since 只取有变化的',
        querystring: QueueQuery,
        response: { 200: ref(OrderList) },
      },
    },
    (request) => readQueue(ctx, sessionOf(request), request.query, ctx.clock()),
  );
}
