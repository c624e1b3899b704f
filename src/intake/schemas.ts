/** Shapes of filing a complaint: what comes in, what is answered. */
import { type Static, Type } from 'typebox';
import { UnitRef } from '../catalog/schemas.ts';
import { Code, Id, Instant, nullable, oneOf, plainText, ref } from '../http/schemas.ts';
import { OfferedArticle } from '../knowledge/schemas.ts';
import { orderStates } from '../workorder/lifecycle.ts';
import { Demand, Judgement } from './judgement.ts';

export const channels = ['phone', 'web', 'app', 'wechat', 'weibo', 'mail', 'transfer'] as const;
export const callerKinds = ['person', 'enterprise'] as const;
export const dispositions = ['dispatch', 'answered', 'redirected', 'handover'] as const;

/** 待研判, 已派单, 已办结待回访, 已结案, 已并单, 已撤销; 直接答复, 引导法定途径, 紧急转接. */
export const complaintStates = [
  'triage',
  'dispatched',
  'replied',
  'closed',
  'merged',
  'cancelled',
  'answered',
  'redirected',
  'handover',
] as const;
export type ComplaintState = (typeof complaintStates)[number];

const Caller = Type.Object(
  {
    name: Type.Optional(plainText(50)),
    phone: Type.Optional(Type.String({ pattern: '^[0-9+()-]{3,20}$', description: '电话号码，如 19900001234' })),
    kind: Type.Optional(oneOf(callerKinds, { default: 'person' })),
    secret: Type.Optional(Type.Boolean({ default: false, description: '要求保密：承办单位看不到诉求人' })),
  },
  { additionalProperties: false },
);

const words = {
  text: plainText(5000, { description: '诉求内容' }),
  title: Type.Optional(plainText(200)),
  address: Type.Optional(plainText(200)),
};

export const NewComplaint = Type.Object(
  {
    channel: oneOf(channels),
    ...words,
    type: Type.Optional(Code),
    district: Type.Optional(Code),
    street: Type.Optional(Code),
    occurredAt: Type.Optional(Instant),
    receivedAt: Type.Optional(Instant),
    externalNumber: Type.Optional(plainText(64)),
    caller: Type.Optional(Caller),
    wantsCallback: Type.Optional(Type.Boolean({ default: true })),
    level: Type.Optional(Code),
    matter: Type.Optional(Code),
    need: Type.Optional(Code),
    disposition: Type.Optional(oneOf(dispositions, { default: 'dispatch' })),
    answer: Type.Optional(plainText(5000)),
    articles: Type.Optional(
      Type.Array(Id, { maxItems: 5, description: '直接答复所引用的知识条目，只在直接答复时可以给' }),
    ),
  },
  { additionalProperties: false },
);
export type NewComplaint = Static<typeof NewComplaint>;

export const AssistRequest = Type.Object(
  {
    ...words,
    district: Type.Optional(Code),
    articles: Type.Optional(Type.Boolean({ description: '不论判为什么类型都查知识库；不给则只有咨询才查' })),
  },
  { additionalProperties: false },
);
export type AssistRequest = Static<typeof AssistRequest>;

export const SimilarComplaint = Type.Object({ number: Type.String(), score: Type.Number(), why: Type.String() });

export const AssistAnswer = Type.Object(
  {
    ...Judgement.properties,
    similar: Type.Array(SimilarComplaint),
    demands: Type.Array(ref(Demand), { description: '文中有几件诉求时，建议分开登记的各件；只有一件时为空' }),
    articles: Type.Array(ref(OfferedArticle), { description: '可以用来答复的知识条目，至多三个，最相符的在前' }),
  },
  { $id: 'AssistAnswer' },
);
export type AssistAnswer = Static<typeof AssistAnswer>;

export const FiledOrder = Type.Object({
  id: Type.String(),
  unit: UnitRef,
  role: oneOf(['lead', 'co']),
  level: Type.String(),
  status: oneOf(orderStates),
  signDueAt: Instant,
  contactDueAt: Instant,
  dueAt: Instant,
});

const GroupNotice = Type.Object(
  {
    count: Type.Integer({ description: '群体诉求的件数，含本件' }),
    callers: Type.Integer({ description: '不同来电号码数' }),
    since: Instant,
    rule: Type.String(),
  },
  { description: '本件所在的群体诉求预警（几个中号码最多的）；没有，或渠道登记的，为 null' },
);

export const FiledComplaint = Type.Object(
  {
    number: Type.String(),
    code: Type.String({ description: '诉求人查询与评价用的代码' }),
    status: oneOf(complaintStates),
    classification: ref(Judgement),
    orders: Type.Array(FiledOrder),
    similar: Type.Array(SimilarComplaint),
    group: nullable(GroupNotice),
  },
  { $id: 'FiledComplaint' },
);
export type FiledComplaint = Static<typeof FiledComplaint>;

export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: '24 小时内重试不会重复登记' }),
  ),
});
export const NullableText = nullable(Type.String());
