/** Shapes of work orders: one by one, and what units send. */
import { type Static, Type } from 'typebox';
import { AttachmentView } from '../attachment/schemas.ts';
import { UnitRef } from '../catalog/schemas.ts';
import { Instant, nullable, oneOf, ref } from '../http/schemas.ts';
import { orderActions, orderStates } from './lifecycle.ts';
import { orderRoles, requestKinds } from './order.ts';

const NamedCode = Type.Object({ code: Type.String(), name: Type.String() });

/** The caller as far as the reader may see him. */
export const CallerView = Type.Object({
  name: nullable(Type.String()),
  phone: nullable(Type.String()),
  kind: Type.String(),
  secret: Type.Boolean(),
  masked: Type.Boolean(),
});
export type CallerView = Static<typeof CallerView>;

/** What the unit has asked of the desk. */
export const PendingRequest = Type.Object({
  kind: oneOf(requestKinds),
  at: Instant,
  by: Type.String(),
  reason: Type.String(),
  duty: Type.Optional(Type.String()),
  proposedUnit: Type.Optional(Type.String()),
  minutes: Type.Optional(Type.Integer()),
  parkKind: Type.Optional(Type.String()),
  reviewOn: Type.Optional(Type.String()),
});

export const OrderView = Type.Object(
  {
    id: Type.String(),
    number: Type.String({ description: '诉求编号' }),
    version: Type.Integer({ description: '随每次操作增加；以 If-Match 传回可避免覆盖他人的改动' }),
    unit: UnitRef,
    role: oneOf(orderRoles, { description: '主办、协办、被吹哨单位、社区子工单' }),
    round: Type.Integer({ description: '第几轮办理，重办后加一' }),
    current: Type.Boolean({ description: '未被改派、提级、重办的工单取代' }),
    level: Type.String(),
    status: oneOf(orderStates),
    statusLabel: Type.String(),
    reason: Type.String({ description: '派单理由' }),
    dispatchedAt: Instant,
    signDueAt: Instant,
    contactDueAt: Instant,
    dueAt: Instant,
    overdue: Type.Boolean(),
    minutesLeft: Type.Integer({ description: '距答复时限的分钟数，负数为已超时' }),
    signedAt: nullable(Instant),
    contactedAt: nullable(Instant),
    repliedAt: nullable(Instant),
    closedAt: nullable(Instant),
    result: nullable(Type.String()),
    reply: nullable(Type.String()),
    basis: nullable(Type.String()),
    supervisions: Type.Integer({ description: '督办次数' }),
    request: nullable(PendingRequest),
    parked: nullable(Type.Object({ at: Instant, kind: Type.String(), reviewOn: Type.String() })),
    parentId: nullable(Type.String({ description: '吹哨或交办此工单的工单' })),
    allowed: Type.Array(oneOf(orderActions)),
    complaint: Type.Object({
      channel: Type.String(),
      title: nullable(Type.String()),
      text: Type.String(),
      address: nullable(Type.String()),
      receivedAt: Instant,
      need: Type.String(),
      type: Type.String(),
      matter: Type.Array(Type.String(), { description: '事项各级名称' }),
      district: nullable(NamedCode),
      street: nullable(NamedCode),
      community: nullable(NamedCode),
      caller: nullable(CallerView),
    }),
  },
  { $id: 'Order' },
);
export type OrderView = Static<typeof OrderView>;

export const OrderEvent = Type.Object({
  id: Type.String(),
  at: Instant,
  actor: Type.String(),
  action: Type.String(),
  label: Type.String({ description: '操作的中文名' }),
  sentence: Type.String({ description: '一句话：谁、做了什么、为什么' }),
  orderId: nullable(Type.String()),
  from: nullable(Type.String()),
  to: nullable(Type.String()),
  data: Type.Object({}, { additionalProperties: true }),
});

export type EventView = Static<typeof OrderEvent>;

/** A task that an order has handed out: a unit called to the spot, or a community. */
export const ChildOrder = Type.Object({
  id: Type.String(),
  unit: UnitRef,
  role: oneOf(orderRoles),
  status: oneOf(orderStates),
  statusLabel: Type.String(),
  community: nullable(NamedCode),
  dueAt: Instant,
  arrivedAt: nullable(Instant),
  inTime: nullable(Type.Boolean({ description: '是否按时到场' })),
  tookPart: nullable(Type.Boolean({ description: '吹哨单位确认是否参与处置' })),
});
export type ChildView = Static<typeof ChildOrder>;

export const OrderWithEvents = Type.Object(
  {
    ...OrderView.properties,
    children: Type.Array(ChildOrder, { description: '此工单吹哨召集或交办社区的工单' }),
    attachments: Type.Array(ref(AttachmentView), { description: '此工单的和随诉求的附件' }),
    events: Type.Array(OrderEvent),
  },
  { $id: 'OrderWithEvents' },
);
