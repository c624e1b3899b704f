/** Webhooks: POST, GET /webhooks; GET, PATCH, DELETE /webhooks/{id}; rotate, test, deliveries and replay below it. */
import { Type } from 'typebox';
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { IdParams, listOf, ref } from '../http/schemas.ts';
import { conflict, problem, sessionOf } from '../http/security.ts';
import {
  DeliveriesQuery,
  Delivery,
  NewWebhook,
  PingAnswer,
  ReplayAnswer,
  ReplayRequest,
  Webhook,
  WebhookChange,
  WebhooksQuery,
  WebhookWithSecret,
} from './schemas.ts';
import {
  changeWebhook,
  createWebhook,
  pingWebhook,
  readDeliveries,
  readWebhook,
  readWebhooks,
  removeWebhook,
  replay,
  rotateSecret,
} from './service.ts';

const Webhooks = listOf(ref(Webhook), 'Webhooks');
const Deliveries = listOf(ref(Delivery), 'Deliveries');
const config = { permission: 'webhook.manage' } as const;
const about = (operationId: string, summary: string) => ({ operationId, tags: ['webhooks'], summary });
const refusedUrl = { 422: problem('不允许向这个地址推送') };

export function outboxRoutes(app: Api, ctx: Context): void {
  for (const schema of [Webhook, WebhookWithSecret, Webhooks, Delivery, Deliveries, ReplayAnswer, PingAnswer])
    app.addSchema(schema);
  registerRoutes(app, ctx);
  changeRoutes(app, ctx);
  deliveryRoutes(app, ctx);
}

function registerRoutes(app: Api, ctx: Context): void {
  app.post(
    '/webhooks',
    {
      config,
      schema: {
        ...about('createWebhook', '登记一个订阅：此后的事件签名后推送到这个网址；密钥只在答复里给这一次'),
        body: NewWebhook,
        response: { 201: ref(WebhookWithSecret), ...conflict, ...refusedUrl },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await createWebhook(ctx, sessionOf(request), request.body, ctx.clock())),
  );
  app.get(
    '/webhooks',
    {
      config,
      schema: {
        ...about('listWebhooks', '自己的订阅，新的在前：管理员看全部，单位负责人看本单位的，渠道看自己的'),
        querystring: WebhooksQuery,
        response: { 200: ref(Webhooks) },
      },
    },
    (request) => readWebhooks(ctx, sessionOf(request), request.query, ctx.clock()),
  );
  app.get(
    '/webhooks/:id',
    { config, schema: { ...about('getWebhook', '一个订阅'), params: IdParams, response: { 200: ref(Webhook) } } },
    (request) => readWebhook(ctx, sessionOf(request), Number(request.params.id), ctx.clock()),
  );
}

function changeRoutes(app: Api, ctx: Context): void {
  app.patch(
    '/webhooks/:id',
    {
      config,
      schema: {
        ...about('changeWebhook', '改网址、说明、动作，停用或启用'),
        params: IdParams,
        body: WebhookChange,
        response: { 200: ref(Webhook), ...refusedUrl },
      },
    },
    (request) => changeWebhook(ctx, sessionOf(request), Number(request.params.id), request.body, ctx.clock()),
  );
  app.delete(
    '/webhooks/:id',
    {
      config,
      schema: { ...about('deleteWebhook', '删去一个订阅'), params: IdParams, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await removeWebhook(ctx, sessionOf(request), Number(request.params.id), ctx.clock());
      return reply.code(204).send(null);
    },
  );
  app.post(
    '/webhooks/:id/rotate',
    {
      config,
      schema: {
        ...about('rotateWebhookSecret', '换密钥：新的立即签名，旧的一天之内也签名'),
        params: IdParams,
        response: { 200: ref(WebhookWithSecret) },
      },
    },
    (request) => rotateSecret(ctx, sessionOf(request), Number(request.params.id), ctx.clock()),
  );
}

function deliveryRoutes(app: Api, ctx: Context): void {
  app.post(
    '/webhooks/:id/test',
    {
      config,
      schema: {
        ...about('testWebhook', '推送一个 ping；结果在推送清单里'),
        params: IdParams,
        response: { 202: ref(PingAnswer), ...conflict },
      },
    },
    async (request, reply) => {
      const delivery = await pingWebhook(ctx, sessionOf(request), Number(request.params.id), ctx.clock());
      return reply.code(202).send({ delivery });
    },
  );
  app.get(
    '/webhooks/:id/deliveries',
    {
      config,
      schema: {
        ...about('listDeliveries', '推送和每次尝试，新的在前；送达的留 7 天，死信留 30 天'),
        params: IdParams,
        querystring: DeliveriesQuery,
        response: { 200: ref(Deliveries) },
      },
    },
    (request) => readDeliveries(ctx, sessionOf(request), Number(request.params.id), request.query),
  );
  app.post(
    '/webhooks/:id/replay',
    {
      config,
      schema: {
        ...about('replayDeliveries', '重放死信：全部，某时刻以后的，或指定的'),
        params: IdParams,
        body: ReplayRequest,
        response: { 200: ref(ReplayAnswer), ...conflict },
      },
    },
    (request) => replay(ctx, sessionOf(request), Number(request.params.id), request.body, ctx.clock()),
  );
}
