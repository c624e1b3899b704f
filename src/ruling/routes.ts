/** Rulings of the dispatch desk, supervision, escalation; calling a complaint off and opening it again. */
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { IdParams, NumberParams, ref } from '../http/schemas.ts';
import { actOf, conflict, sessionOf } from '../http/security.ts';
import { OrderView } from '../workorder/schemas.ts';
import {
  CancelRequest,
  ComplaintState,
  EscalateRequest,
  ReopenRequest,
  RulingList,
  RulingQuery,
  RulingRequest,
  SuperviseRequest,
} from './schemas.ts';
import { cancel, escalate, readRulings, reopen, rule, supervise } from './service.ts';

export function rulingRoutes(app: Api, ctx: Context): void {
  for (const schema of [RulingList, ComplaintState]) app.addSchema(schema);

  app.get(
    '/rulings',
    {
      config: { permission: 'order.rule' },
      schema: {
        operationId: 'readRulings',
        tags: ['orders'],
        summary: '等待裁定的退单、延期、挂账申请，最急的在前',
        querystring: RulingQuery,
        response: { 200: ref(RulingList) },
      },
    },
    (request) => readRulings(ctx, sessionOf(request), request.query, ctx.clock()),
  );
  orderRoutes(app, ctx);
  complaintRoutes(app, ctx);
}

function orderRoutes(app: Api, ctx: Context): void {
  const answer = { 200: ref(OrderView), ...conflict };
  const about = { tags: ['orders'], params: IdParams, response: answer };
  app.post(
    '/orders/:id/rulings',
    {
      config: { permission: 'order.rule' },
      schema: { ...about, operationId: 'ruleOnOrder', summary: '裁定退单、延期、挂账', body: RulingRequest },
    },
    (request) => rule(ctx, actOf(request, ctx.clock()), request.body),
  );
  app.post(
    '/orders/:id/supervise',
    {
      config: { permission: 'order.supervise' },
      schema: { ...about, operationId: 'superviseOrder', summary: '督办', body: SuperviseRequest },
    },
    (request) => supervise(ctx, actOf(request, ctx.clock()), request.body),
  );
  app.post(
    '/orders/:id/escalate',
    {
      config: { permission: 'order.supervise' },
      schema: { ...about, operationId: 'escalateOrder', summary: '提级：由上一级单位主办', body: EscalateRequest },
    },
    (request) => escalate(ctx, actOf(request, ctx.clock()), request.body),
  );
}

function complaintRoutes(app: Api, ctx: Context): void {
  const answer = { 200: ref(ComplaintState), ...conflict };
  const about = { tags: ['complaints'], params: NumberParams, response: answer };
  app.post(
    '/complaints/:number/cancel',
    {
      config: { permission: 'complaint.cancel' },
      schema: { ...about, operationId: 'cancelComplaint', summary: '应诉求人要求撤销', body: CancelRequest },
    },
    (request) => cancel(ctx, sessionOf(request), request.params.number, request.body, ctx.clock()),
  );
  app.post(
    '/complaints/:number/reopen',
    {
      config: { permission: 'complaint.reopen' },
      schema: { ...about, operationId: 'reopenComplaint', summary: '未解决的诉求重办一轮', body: ReopenRequest },
    },
    (request) => reopen(ctx, sessionOf(request), request.params.number, request.body, ctx.clock()),
  );
}
