/** Shapes of webhooks and their deliveries. The schemas are the types. */
import { type Static, Type } from 'typebox';
import { Code, Instant, nullable, oneOf, paging, plainText } from '../http/schemas.ts';
import { failures } from './attempt.ts';

export const deliveryStates = ['pending', 'delivered', 'dead'] as const;
export const webhookScopes = ['all', 'unit', 'filed'] as const;

const Url = Type.String({
  minLength: 1,
  maxLength: 2000,
  format: 'plain-text',
  description: 'https 网址；不能指向内部网络，除非运维在 WEBHOOK_ALLOW 里开放',
});
const Description = plainText(200, { description: '给人看的说明' });
const Actions = Type.Array(Type.String({ pattern: '^[a-z][a-z-]{0,31}$' }), {
  minItems: 1,
  maxItems: 50,
  description: '只要这些动作（流转记录的 action，如 file、dispatch、sign、reply、close）；null 为全部',
});

export const NewWebhook = Type.Object(
  {
    url: Url,
    description: Type.Optional(nullable(Description)),
    actions: Type.Optional(nullable(Actions)),
    unit: Type.Optional(
      nullable(
        Type.String({ ...Code, description: '只要这个单位及其直属下级的工单；单位负责人总是本单位，渠道不能给' }),
      ),
    ),
  },
  { additionalProperties: false },
);
export type NewWebhook = Static<typeof NewWebhook>;

export const WebhookChange = Type.Object(
  {
    url: Type.Optional(Url),
    description: Type.Optional(nullable(Description)),
    actions: Type.Optional(nullable(Actions)),
    active: Type.Optional(Type.Boolean({ description: 'false 停用：待推送的成为死信；true 启用' })),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type WebhookChange = Static<typeof WebhookChange>;

const shown = {
  id: Type.String(),
  url: Type.String(),
  description: nullable(Type.String()),
  scope: oneOf(webhookScopes, { description: 'all 全部；unit 一个单位及其直属下级的工单；filed 本渠道登记的诉求' }),
  unit: nullable(Type.String()),
  actions: nullable(Type.Array(Type.String())),
  active: Type.Boolean(),
  disabledReason: nullable(Type.String({ description: '服务自动停用的原因' })),
  deadInRow: Type.Integer({ description: '最近一次成功以来的死信数' }),
  formerSecretUntil: nullable(Type.String({ format: 'date-time', description: '在此之前旧密钥也签名' })),
  createdAt: Instant,
  createdBy: Type.String(),
};

export const Webhook = Type.Object(shown, { $id: 'Webhook' });
export type Webhook = Static<typeof Webhook>;

export const WebhookWithSecret = Type.Object(
  { ...shown, secret: Type.String({ description: '验签的密钥，只给这一次' }) },
  { $id: 'WebhookWithSecret' },
);
export type WebhookWithSecret = Static<typeof WebhookWithSecret>;

export const WebhooksQuery = Type.Object(paging, { additionalProperties: false });
export type WebhooksQuery = Static<typeof WebhooksQuery>;

export const Delivery = Type.Object(
  {
    id: Type.String({ description: '即 webhook-id，重试和重放都不变' }),
    type: Type.String({ description: 'order.动作、complaint.动作 或 ping' }),
    number: nullable(Type.String({ description: '诉求编号' })),
    at: Instant,
    status: oneOf(deliveryStates),
    attempts: Type.Integer({ description: '入列或重放以来的次数' }),
    nextAt: nullable(Instant),
    deliveredAt: nullable(Instant),
    failure: nullable(oneOf(failures, { description: '最近一次失败的种类' })),
    log: Type.Array(
      Type.Object({
        at: Instant,
        status: nullable(Type.Integer({ description: '对方的状态码' })),
        failure: nullable(oneOf(failures)),
        ms: Type.Integer(),
      }),
    ),
  },
  { $id: 'Delivery' },
);
export type Delivery = Static<typeof Delivery>;

export const DeliveriesQuery = Type.Object(
  { status: Type.Optional(oneOf(deliveryStates)), ...paging },
  { additionalProperties: false },
);
export type DeliveriesQuery = Static<typeof DeliveriesQuery>;

export const ReplayRequest = Type.Object(
  {
    from: Type.Optional(Type.String({ ...Instant, description: '只重放此刻及以后的事件' })),
    deliveries: Type.Optional(
      Type.Array(Type.String({ pattern: '^[0-9]{1,15}$' }), { minItems: 1, maxItems: 1000, description: '只重放这些' }),
    ),
  },
  { additionalProperties: false },
);
export type ReplayRequest = Static<typeof ReplayRequest>;

export const ReplayAnswer = Type.Object(
  { replayed: Type.Integer(), more: Type.Boolean({ description: '还有：一次至多一万件，最早的在前' }) },
  { $id: 'ReplayAnswer' },
);
export type ReplayAnswer = Static<typeof ReplayAnswer>;

export const PingAnswer = Type.Object({ delivery: Type.String() }, { $id: 'PingAnswer' });
export type PingAnswer = Static<typeof PingAnswer>;
