/** Shapes of work orders: one by one, and what units send. */
import { type Static, Type } from 'typebox';
import { UnitRef } from '../catalog/schemas.ts';
import { Instant, nullable, oneOf, plainText } from '../http/schemas.ts';
import { orderActions, orderStates } from './lifecycle.ts';

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

export const OrderView = Type.Object(
  {
    id: Type.String(),
    number: Type.String({ description: '诉求编号' }),
    unit: UnitRef,
    role: oneOf(['lead', 'co']),
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
  at: Instant,
  actor: Type.String(),
  action: Type.String(),
  from: nullable(Type.String()),
  to: nullable(Type.String()),
  data: Type.Object({}, { additionalProperties: true }),
});

export type EventView = Static<typeof OrderEvent>;

export const OrderWithEvents = Type.Object(
  { ...OrderView.properties, events: Type.Array(OrderEvent) },
  { $id: 'OrderWithEvents' },
);

export const ContactRequest = Type.Object(
  {
    at: Type.Optional(Instant),
    way: oneOf(['phone', 'visit', 'sms', 'app', 'other']),
    note: Type.Optional(plainText(1000)),
  },
  { additionalProperties: false },
);

export const ReplyRequest = Type.Object(
  {
    result: oneOf(['resolved', 'explained', 'unresolved'], { description: '已解决、已解释、未解决' }),
    text: plainText(5000),
    basis: Type.Optional(plainText(1000, { description: '政策或法律依据' })),
  },
  { additionalProperties: false },
);

/** What an action carries besides its name. */
export interface ActionInput {
  at?: string | undefined;
  way?: string | undefined;
  note?: string | undefined;
  result?: string | undefined;
  text?: string | undefined;
  basis?: string | undefined;
}
