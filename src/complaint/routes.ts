/** Complaints: search, one whole, and dispatch from the triage desk. */
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { NumberParams, ref } from '../http/schemas.ts';
import { conflict, sessionOf } from '../http/security.ts';
import { ComplaintDetail, ComplaintList, ComplaintQuery, ComplaintSummary, DispatchRequest } from './schemas.ts';
import { dispatchComplaint, readComplaint, searchComplaints } from './service.ts';

export function complaintRoutes(app: Api, ctx: Context): void {
  for (const schema of [ComplaintSummary, ComplaintList, ComplaintDetail]) app.addSchema(schema);

  app.get(
    '/complaints',
    {
      config: { permission: 'complaint.read' },
      schema: {
        operationId: 'searchComplaints',
        tags: ['complaints'],
        summary: '查询诉求，新的在前',
        querystring: ComplaintQuery,
        response: { 200: ref(ComplaintList) },
      },
    },
    (request) => searchComplaints(ctx, sessionOf(request), request.query, ctx.clock()),
  );

  app.get(
    '/complaints/:number',
    {
      config: { permission: 'complaint.read' },
      schema: {
        operationId: 'readComplaint',
        tags: ['complaints'],
        summary: '一件诉求：判定、工单、全部流转记录',
        params: NumberParams,
        response: { 200: ref(ComplaintDetail) },
      },
    },
    (request) => readComplaint(ctx, sessionOf(request), request.params.number, ctx.clock()),
  );
  triageRoutes(app, ctx);
}

function triageRoutes(app: Api, ctx: Context): void {
  app.post(
    '/complaints/:number/dispatch',
    {
      config: { permission: 'complaint.dispatch' },
      schema: {
        operationId: 'dispatchComplaint',
        tags: ['complaints'],
        summary: '研判台派单',
        params: NumberParams,
        body: DispatchRequest,
        response: { 200: ref(ComplaintDetail), ...conflict },
      },
    },
    async (request) => {
      const answer = await dispatchComplaint(ctx, sessionOf(request), request.params.number, request.body, ctx.clock());
      request.log.info({ complaint: answer.number, unit: request.body.lead }, 'complaint dispatched');
      return answer;
    },
  );
}
