/** What call-back agents see and record. */
import { Type } from 'typebox';
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { IdParams, ref } from '../http/schemas.ts';
import { conflict, sessionOf } from '../http/security.ts';
import {
  AttemptAnswer,
  AttemptRequest,
  CallbackList,
  CallbackQuery,
  CallbackView,
  CallbackWithAttempts,
  ClaimAnswer,
} from './schemas.ts';
import { claimCallback, readCallback, readCallbacks, recordAttempt, releaseCallback } from './service.ts';

export function callbackRoutes(app: Api, ctx: Context): void {
  for (const schema of [CallbackView, CallbackList, CallbackWithAttempts, AttemptAnswer, ClaimAnswer])
    app.addSchema(schema);

  app.get(
    '/callbacks',
    {
      config: { permission: 'callback.read' },
      schema: {
        operationId: 'readCallbacks',
        tags: ['callbacks'],
        summary: '回访任务，最优先的在前；待回访的不含别人占用的和刚试过的',
        querystring: CallbackQuery,
        response: { 200: ref(CallbackList) },
      },
    },
    (request) => readCallbacks(ctx, sessionOf(request), request.query, ctx.clock()),
  );

  app.get(
    '/callbacks/:id',
    {
      config: { permission: 'callback.read' },
      schema: {
        operationId: 'readCallback',
        tags: ['callbacks'],
        summary: '一个回访任务及其每次回访',
        params: IdParams,
        response: { 200: ref(CallbackWithAttempts) },
      },
    },
    (request) => readCallback(ctx, sessionOf(request), Number(request.params.id), ctx.clock()),
  );

  claimRoutes(app, ctx);
  attemptRoute(app, ctx);
}

function attemptRoute(app: Api, ctx: Context): void {
  app.post(
    '/callbacks/:id/attempts',
    {
      config: { permission: 'callback.record' },
      schema: {
        operationId: 'recordAttempt',
        tags: ['callbacks'],
        summary: '登记一次回访；接通并答复的有效，有效回访结案',
        params: IdParams,
        body: AttemptRequest,
        response: { 201: ref(AttemptAnswer), ...conflict },
      },
    },
    async (request, reply) => {
      const answer = await recordAttempt(ctx, sessionOf(request), Number(request.params.id), request.body, ctx.clock());
      return reply.code(201).send(answer);
    },
  );
}

/** An agent keeps a caller for himself while he calls. */
function claimRoutes(app: Api, ctx: Context): void {
  app.post(
    '/callbacks/:id/claim',
    {
      config: { permission: 'callback.claim' },
      schema: {
        operationId: 'claimCallback',
        tags: ['callbacks'],
        summary: '占用一个回访任务和同一电话的其他任务；再次占用即延长',
        params: IdParams,
        response: { 200: ref(ClaimAnswer), ...conflict },
      },
    },
    (request) => claimCallback(ctx, sessionOf(request), Number(request.params.id), ctx.clock()),
  );

  app.delete(
    '/callbacks/:id/claim',
    {
      config: { permission: 'callback.claim' },
      schema: {
        operationId: 'releaseCallback',
        tags: ['callbacks'],
        summary: '放开占用的回访任务和同一电话的其他任务',
        params: IdParams,
        response: { 204: Type.Null({ description: '已放开' }), ...conflict },
      },
    },
    async (request, reply) => {
      await releaseCallback(ctx, sessionOf(request), Number(request.params.id), ctx.clock());
      return reply.code(204).send(null);
    },
  );
}
