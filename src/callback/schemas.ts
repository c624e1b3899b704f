/** Shapes of call-backs and attempts. */
import { type Static, Type } from 'typebox';
import { missReasons } from '../catalog/callback-rules.ts';
import { UnitRef } from '../catalog/schemas.ts';
import { Instant, listOf, nullable, oneOf, paging, plainText, ref } from '../http/schemas.ts';
import { callbackStates } from '../workorder/sampling.ts';
import { CallerView } from '../workorder/schemas.ts';
import { grades, ways } from './attempt.ts';

/** What a caller has answered. */
const Answered = Type.Object({
  at: Instant,
  way: Type.String({ description: 'phone、sms、app、wechat、other；诉求人自行评价为 public' }),
  contacted: Type.Boolean(),
  resolved: Type.Boolean(),
  satisfaction: oneOf(grades),
});
export type Answered = Static<typeof Answered>;

export const CallbackView = Type.Object(
  {
    id: Type.String(),
    number: Type.String(),
    orderId: Type.String(),
    status: oneOf(callbackStates),
    unit: UnitRef,
    level: Type.String(),
    title: nullable(Type.String()),
    text: Type.String(),
    result: nullable(Type.String()),
    reply: nullable(Type.String()),
    repliedAt: Instant,
    dueAt: Instant,
    overdue: Type.Boolean(),
    attempts: Type.Integer(),
    answeredAt: nullable(Instant),
    contacted: nullable(Type.Boolean()),
    resolved: nullable(Type.Boolean()),
    satisfaction: nullable(Type.String()),
    first: nullable(Answered),
    rule: nullable(Type.String({ description: '生成任务时所依据的回访规则' })),
    sampled: Type.Boolean({ description: '是否抽中回访' }),
    nextAt: nullable(Instant),
    phoneFrom: nullable(Instant),
    claim: nullable(Type.Object({ mine: Type.Boolean(), until: Instant })),
    caller: nullable(CallerView),
  },
  { $id: 'Callback' },
);
export type CallbackView = Static<typeof CallbackView>;

/** One attempt, as it was recorded. */
const AttemptView = Type.Object({
  id: Type.String(),
  at: Instant,
  actor: Type.String(),
  way: Type.String(),
  reached: Type.Boolean(),
  reason: nullable(oneOf(missReasons)),
  valid: Type.Boolean(),
  contacted: nullable(Type.Boolean()),
  resolved: nullable(Type.Boolean()),
  satisfaction: nullable(Type.String()),
  note: nullable(Type.String()),
});

export const CallbackWithAttempts = Type.Object(
  { callback: ref(CallbackView), attempts: Type.Array(AttemptView) },
  { $id: 'CallbackWithAttempts' },
);
export type CallbackWithAttempts = Static<typeof CallbackWithAttempts>;

/** All tasks of one caller, for the agent who is going to call him. */
export const ClaimAnswer = Type.Object(
  { until: Instant, callbacks: Type.Array(ref(CallbackView)) },
  { $id: 'ClaimAnswer' },
);
export type ClaimAnswer = Static<typeof ClaimAnswer>;

export const CallbackList = listOf(ref(CallbackView), 'CallbackList');

export const CallbackQuery = Type.Object(
  { status: Type.Optional(oneOf(callbackStates, { default: 'due' })), ...paging },
  { additionalProperties: false },
);
export type CallbackQuery = Static<typeof CallbackQuery>;

export const AttemptRequest = Type.Object(
  {
    at: Type.Optional(
      Type.String({
        format: 'date-time',
        description: '何时打的，补录时填；不早于办结，不晚于现在，不超过回访规则的 late_hours；默认为现在',
      }),
    ),
    way: oneOf(ways),
    reached: Type.Boolean({ description: '是否接通' }),
    reason: Type.Optional(oneOf(missReasons, { description: '未接通或未作答的原因' })),
    contacted: Type.Optional(Type.Boolean({ description: '承办单位是否联系过' })),
    resolved: Type.Optional(Type.Boolean({ description: '问题是否解决' })),
    satisfaction: Type.Optional(oneOf(grades, { description: '满意、基本满意、不满意' })),
    note: Type.Optional(plainText(1000)),
  },
  { additionalProperties: false },
);
export type AttemptRequest = Static<typeof AttemptRequest>;

export const AttemptAnswer = Type.Object(
  { id: Type.String(), valid: Type.Boolean(), callback: ref(CallbackView) },
  { $id: 'AttemptAnswer' },
);
export type AttemptAnswer = Static<typeof AttemptAnswer>;
