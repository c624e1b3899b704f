/** What call-back agents see and record. */
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { IdParams, ref } from '../http/schemas.ts';
import { conflict, sessionOf } from '../http/security.ts';
import { AttemptAnswer, AttemptRequest, CallbackList, CallbackQuery, CallbackView } from './schemas.ts';
import { readCallbacks, recordAttempt } from './service.ts';

export function callbackRoutes(app: Api, ctx: Context): void {
  for (const schema of [CallbackView, CallbackList, AttemptAnswer]) app.addSchema(schema);

  app.get(
    '/callbacks',
    {
      config: { permission: 'callback.read' },
      schema: {
        operationId: 'readCallbacks',
        tags: ['callbacks'],
        summary: '回访任务，最先到期的在前',
        querystring: CallbackQuery,
        response: { 200: ref(CallbackList) },
      },
    },
    (request) => readCallbacks(ctx, sessionOf(request), request.query, ctx.clock()),
  );

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
