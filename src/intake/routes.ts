/** POST /assist and POST /complaints. */
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { ref } from '../http/schemas.ts';
import { conflict, sessionOf, unusable } from '../http/security.ts';
import { Demand, Judgement } from './judgement.ts';
import { AssistAnswer, AssistRequest, FiledComplaint, IdempotencyHeaders, NewComplaint } from './schemas.ts';
import { assist, fileComplaint, filerOf } from './service.ts';

export function intakeRoutes(app: Api, ctx: Context): void {
  app.addSchema(Judgement);
  app.addSchema(Demand);
  app.addSchema(AssistAnswer);
  app.addSchema(FiledComplaint);

  app.post(
    '/assist',
    {
      config: { permission: 'judgement.assist' },
      schema: {
        operationId: 'assist',
        tags: ['intake'],
        summary: '边听边判：对诉求内容给出事项、七有五性、地点、承办单位建议和相似诉求，不登记',
        body: AssistRequest,
        response: { 200: ref(AssistAnswer) },
      },
    },
    (request) => assist(ctx, request.body, ctx.clock()),
  );

  app.post(
    '/complaints',
    {
      config: { permission: 'complaint.file' },
      schema: {
        operationId: 'fileComplaint',
        tags: ['intake'],
        summary: '登记诉求：判定、定位、派单、计时一次完成；把握不足时转人工研判',
        headers: IdempotencyHeaders,
        body: NewComplaint,
        response: { 201: ref(FiledComplaint), ...conflict, ...unusable },
      },
    },
    async (request, reply) => {
      const key = request.headers['idempotency-key'] ?? null;
      const { answer, replayed, fault } = await fileComplaint(
        ctx,
        request.body,
        filerOf(sessionOf(request)),
        ctx.clock(),
        key,
      );
      if (fault !== undefined) request.log.error({ complaint: answer.number, fault }, 'groups could not be joined');
      request.log.info({ complaint: answer.number, status: answer.status, replayed }, 'complaint filed');
      if (replayed) reply.header('idempotency-replayed', 'true');
      return reply.code(201).send(answer);
    },
  );
}
