/** Shapes of call-backs and attempts. */
import { type Static, Type } from 'typebox';
import { UnitRef } from '../catalog/schemas.ts';
import { Instant, listOf, nullable, oneOf, paging, plainText, ref } from '../http/schemas.ts';
import { CallerView } from '../workorder/schemas.ts';
import { grades } from './attempt.ts';

/** 待回访, 已回访. */
export const callbackStates = ['due', 'done'] as const;

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
    caller: nullable(CallerView),
  },
  { $id: 'Callback' },
);
export type CallbackView = Static<typeof CallbackView>;

export const CallbackList = listOf(ref(CallbackView), 'CallbackList');

export const CallbackQuery = Type.Object(
  { status: Type.Optional(oneOf(callbackStates, { default: 'due' })), ...paging },
  { additionalProperties: false },
);
export type CallbackQuery = Static<typeof CallbackQuery>;

export const AttemptRequest = Type.Object(
  {
    way: oneOf(['phone', 'sms', 'app']),
    reached: Type.Boolean({ description: '是否接通' }),
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
