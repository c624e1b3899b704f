/** What a unit does with its orders. `If-Match` or `version` in the body names the version that it has seen. */
import type { TSchema } from 'typebox';
import type { Permission } from '../access/roles.ts';
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { IdParams, ref } from '../http/schemas.ts';
import { actOf, conflict } from '../http/security.ts';
import { OrderView } from '../workorder/schemas.ts';
import {
  ConfirmRequest,
  ContactRequest,
  CorrectRequest,
  DelegateRequest,
  ExtendRequest,
  ParkRequest,
  ReplyRequest,
  ReportRequest,
  ReturnRequest,
  SignRequest,
  UnparkRequest,
  WhistleRequest,
} from './schemas.ts';
import {
  confirm,
  contact,
  correct,
  delegate,
  extend,
  park,
  reply,
  report,
  requestReturn,
  sign,
  unpark,
  whistle,
} from './service.ts';

/** What every action is described by; `body` makes the type of what is sent. */
function action<B extends TSchema>(permission: Permission, operationId: string, summary: string, body: B) {
  const response = { 200: ref(OrderView), ...conflict };
  return {
    config: { permission },
    schema: { operationId, tags: ['orders'], summary, params: IdParams, body, response },
  };
}

export function handlingRoutes(app: Api, ctx: Context): void {
  app.post('/orders/:id/sign', action('order.handle', 'signOrder', '签收', SignRequest), (request) =>
    sign(ctx, actOf(request, ctx.clock())),
  );
  app.post(
    '/orders/:id/contact',
    action('order.handle', 'contactCaller', '登记与诉求人的联系', ContactRequest),
    (request) => contact(ctx, actOf(request, ctx.clock()), request.body),
  );
  app.post('/orders/:id/reply', action('order.handle', 'replyOrder', '办结回复，转待回访', ReplyRequest), (request) =>
    reply(ctx, actOf(request, ctx.clock()), request.body),
  );
  app.post(
    '/orders/:id/corrections',
    action('order.handle', 'correctOrder', '更正一条联系或办结记录，原记录保留', CorrectRequest),
    (request) => correct(ctx, actOf(request, ctx.clock()), request.body),
  );
  app.post(
    '/orders/:id/return',
    action('order.handle', 'returnOrder', '提出派单异议，申请退单', ReturnRequest),
    (request) => requestReturn(ctx, actOf(request, ctx.clock()), request.body),
  );
  app.post('/orders/:id/extend', action('order.handle', 'extendOrder', '申请延期', ExtendRequest), (request) =>
    extend(ctx, actOf(request, ctx.clock()), request.body),
  );
  app.post('/orders/:id/park', action('order.park', 'parkOrder', '申请挂账', ParkRequest), (request) =>
    park(ctx, actOf(request, ctx.clock()), request.body),
  );
  app.post('/orders/:id/unpark', action('order.unpark', 'unparkOrder', '销账，恢复办理', UnparkRequest), (request) =>
    unpark(ctx, actOf(request, ctx.clock()), request.body),
  );
  jointRoutes(app, ctx);
}

/** Work of several: units called to the spot, communities. */
function jointRoutes(app: Api, ctx: Context): void {
  app.post(
    '/orders/:id/whistle',
    action('order.whistle', 'whistleOrder', '街道吹哨，召集单位到场', WhistleRequest),
    (request) => whistle(ctx, actOf(request, ctx.clock()), request.body),
  );
  app.post(
    '/orders/:id/report',
    action('order.report', 'reportToOrder', '被吹哨单位报到（本单位的工单或吹哨的工单）', ReportRequest),
    (request) => report(ctx, actOf(request, ctx.clock()), request.body),
  );
  app.post(
    '/orders/:id/confirm',
    action('order.whistle', 'confirmReport', '吹哨街道确认被吹哨单位是否参与处置', ConfirmRequest),
    (request) => confirm(ctx, actOf(request, ctx.clock()), request.body),
  );
  app.post(
    '/orders/:id/delegate',
    action('order.handle', 'delegateOrder', '街道交办社区或网格', DelegateRequest),
    (request) => delegate(ctx, actOf(request, ctx.clock()), request.body),
  );
}
