/** Linking complaints and undoing it. */
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { NumberParams, ref } from '../http/schemas.ts';
import { conflict, sessionOf } from '../http/security.ts';
import { LinkedComplaint, LinkRequest, LinkView, UnlinkRequest } from './schemas.ts';
import { linkComplaints, unlinkComplaints } from './service.ts';

export function linkRoutes(app: Api, ctx: Context): void {
  for (const schema of [LinkView, LinkedComplaint]) app.addSchema(schema);

  app.post(
    '/complaints/:number/link',
    {
      config: { permission: 'complaint.link' },
      schema: {
        operationId: 'linkComplaints',
        tags: ['complaints'],
        summary: '关联两件诉求：重复、群体，或并入另一件（各自仍有回访）',
        params: NumberParams,
        body: LinkRequest,
        response: { 200: ref(LinkedComplaint), ...conflict },
      },
    },
    async (request) => {
      const { number } = request.params;
      const answer = await linkComplaints(ctx, sessionOf(request), number, request.body, ctx.clock());
      request.log.info({ complaint: number, to: request.body.to, kind: request.body.kind }, 'complaints linked');
      return answer;
    },
  );

  app.post(
    '/complaints/:number/unlink',
    {
      config: { permission: 'complaint.link' },
      schema: {
        operationId: 'unlinkComplaints',
        tags: ['complaints'],
        summary: '撤销关联；撤销并单时工单恢复原状，时限不变',
        params: NumberParams,
        body: UnlinkRequest,
        response: { 200: ref(LinkedComplaint), ...conflict },
      },
    },
    async (request) => {
      const { number } = request.params;
      const answer = await unlinkComplaints(ctx, sessionOf(request), number, request.body, ctx.clock());
      request.log.info({ complaint: number, to: request.body.to }, 'complaints unlinked');
      return answer;
    },
  );
}
