/** Shapes of reading complaints and of the triage desk. */
import { type Static, Type } from 'typebox';
import { AttachmentView } from '../attachment/schemas.ts';
import { Code, Instant, listOf, nullable, oneOf, paging, plainText, ref } from '../http/schemas.ts';
import { Judgement } from '../intake/judgement.ts';
import { channels, complaintStates } from '../intake/schemas.ts';
import { CitedArticle } from '../knowledge/schemas.ts';
import { LinkView } from '../link/schemas.ts';
import { CallerView, OrderEvent, OrderView } from '../workorder/schemas.ts';

const NamedCode = Type.Object({ code: Type.String(), name: Type.String() });

export const ComplaintSummary = Type.Object(
  {
    number: Type.String(),
    status: oneOf(complaintStates),
    channel: oneOf(channels),
    title: nullable(Type.String()),
    text: Type.String(),
    address: nullable(Type.String()),
    receivedAt: Instant,
    closedAt: nullable(Instant),
    externalNumber: nullable(Type.String()),
    type: Type.String(),
    need: NamedCode,
    matter: nullable(Type.Object({ code: Type.String(), path: Type.Array(Type.String()) })),
    level: Type.String(),
    district: nullable(NamedCode),
    street: nullable(NamedCode),
    community: nullable(NamedCode),
    lead: nullable(NamedCode),
  },
  { $id: 'ComplaintSummary' },
);
export type ComplaintSummary = Static<typeof ComplaintSummary>;

export const ComplaintList = listOf(ref(ComplaintSummary), 'ComplaintList');

export const ComplaintDetail = Type.Object(
  {
    ...ComplaintSummary.properties,
    wantsCallback: Type.Boolean(),
    answer: nullable(Type.String()),
    occurredAt: nullable(Instant),
    caller: nullable(CallerView),
    classification: ref(Judgement),
    orders: Type.Array(ref(OrderView)),
    links: Type.Array(ref(LinkView), { description: '与其他诉求的关联；渠道只看得见自己登记的' }),
    articles: Type.Array(ref(CitedArticle), { description: '直接答复所引用的知识条目，是当时的那一版' }),
    attachments: Type.Array(ref(AttachmentView), { description: '附件，只列此角色看得见的' }),
    timeline: Type.Array(OrderEvent),
  },
  { $id: 'Complaint' },
);
export type ComplaintDetail = Static<typeof ComplaintDetail>;

export const ComplaintQuery = Type.Object(
  {
    q: Type.Optional(plainText(100, { description: '按分词检索诉求内容，须含每个词；诉求编号则该件在最前' })),
    sort: Type.Optional(
      oneOf(['relevance', 'newest'], {
        description: '有 q 时默认 relevance：每批最新的若干件之内，最相关的在前；没有 q 时只有 newest',
      }),
    ),
    status: Type.Optional(oneOf(complaintStates)),
    district: Type.Optional(Code),
    street: Type.Optional(Code),
    unit: Type.Optional(Code),
    matter: Type.Optional(Code),
    need: Type.Optional(Code),
    channel: Type.Optional(oneOf(channels)),
    type: Type.Optional(Code),
    phone: Type.Optional(Type.String({ pattern: '^[0-9+()-]{3,20}$' })),
    from: Type.Optional(Type.String({ format: 'date', description: '受理日期起（含），北京时间' })),
    to: Type.Optional(Type.String({ format: 'date', description: '受理日期止（不含），北京时间' })),
    ...paging,
  },
  { additionalProperties: false },
);
export type ComplaintQuery = Static<typeof ComplaintQuery>;

export const DispatchRequest = Type.Object(
  {
    lead: Code,
    co: Type.Optional(Type.Array(Code, { maxItems: 10 })),
    level: Type.Optional(Code),
    matter: Type.Optional(Code),
    need: Type.Optional(Code),
    reason: plainText(500),
  },
  { additionalProperties: false },
);
export type DispatchRequest = Static<typeof DispatchRequest>;
