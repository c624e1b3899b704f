/** One order, and what its unit does with it. The queue of a unit is a feature of its own. */
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { IdParams, ref } from '../http/schemas.ts';
import { conflict, sessionOf } from '../http/security.ts';
import { ContactRequest, OrderView, OrderWithEvents, ReplyRequest } from './schemas.ts';
import { act, readOrder } from './service.ts';

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
  actionRoutes(app, ctx);
}

function actionRoutes(app: Api, ctx: Context): void {
  app.post(
    '/orders/:id/sign',
    {
      config: { permission: 'order.handle' },
      schema: {
        operationId: 'signOrder',
        tags: ['orders'],
        summary: '签收',
        params: IdParams,
        response: { 200: ref(OrderView), ...conflict },
      },
    },
    (request) => act(ctx, sessionOf(request), Number(request.params.id), 'sign', {}, ctx.clock()),
  );

  app.post(
    '/orders/:id/contact',
    {
      config: { permission: 'order.handle' },
      schema: {
        operationId: 'contactCaller',
        tags: ['orders'],
        summary: '登记与诉求人的联系',
        params: IdParams,
        body: ContactRequest,
        response: { 200: ref(OrderView), ...conflict },
      },
    },
    (request) => act(ctx, sessionOf(request), Number(request.params.id), 'contact', request.body, ctx.clock()),
  );

  app.post(
    '/orders/:id/reply',
    {
      config: { permission: 'order.handle' },
      schema: {
        operationId: 'replyOrder',
        tags: ['orders'],
        summary: '办结回复，转待回访',
        params: IdParams,
        body: ReplyRequest,
        response: { 200: ref(OrderView), ...conflict },
      },
    },
    (request) => act(ctx, sessionOf(request), Number(request.params.id), 'reply', request.body, ctx.clock()),
  );
}
