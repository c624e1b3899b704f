/** One order with its history. What is done with orders stands in `handling` and `ruling`. */
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { IdParams, ref } from '../http/schemas.ts';
import { sessionOf } from '../http/security.ts';
import { OrderView, OrderWithEvents } from './schemas.ts';
import { readOrder } from './service.ts';

export function workorderRoutes(app: Api, ctx: Context): void {
  for (const schema of [OrderView, OrderWithEvents]) app.addSchema(schema);

  app.get(
    '/orders/:id',
    {
      config: { permission: 'order.read' },
      schema: {
        operationId: 'readOrder',
        tags: ['orders'],
        summary: '一张工单及其流转记录',
        params: IdParams,
        response: { 200: ref(OrderWithEvents) },
      },
    },
    (request) => readOrder(ctx, sessionOf(request), Number(request.params.id), ctx.clock()),
  );
}
