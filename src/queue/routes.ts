/** The queue of a unit: polled, or as server-sent events. */
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { ref } from '../http/schemas.ts';
import { sessionOf } from '../http/security.ts';
import { OrderList, QueueHeaders, QueueQuery } from './schemas.ts';
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
        summary: '本单位的工单，最急的在前；带 since 只取有变化的，带 If-None-Match 没有变化时答 304',
        querystring: QueueQuery,
        headers: QueueHeaders,
        response: { 200: ref(OrderList), 304: { description: '没有变化', type: 'null' } },
      },
    },
    async (request, reply) => {
      const known = request.headers['if-none-match'];
      const { tag, list } = await readQueue(ctx, sessionOf(request), request.query, known, ctx.clock());
      reply.headers({ etag: tag, 'cache-control': 'private, no-cache' });
      return list ?? reply.code(304).send(null);
    },
  );
}
