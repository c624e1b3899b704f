/** What a caller sees of his own complaint, and what he says of it. */
import { type Static, Type } from 'typebox';
import { grades } from '../callback/attempt.ts';
import { UnitRef } from '../catalog/schemas.ts';
import { Instant, nullable, oneOf, plainText } from '../http/schemas.ts';

const Code = Type.String({ minLength: 1, maxLength: 64, format: 'plain-text', description: '登记时答复的代码' });

export const ProgressQuery = Type.Object({ code: Code }, { additionalProperties: false });

const answers = {
  contacted: Type.Boolean({ description: '承办单位是否联系过' }),
  resolved: Type.Boolean({ description: '问题是否解决' }),
  satisfaction: oneOf(grades, { description: '满意、基本满意、不满意' }),
};

export const EvaluationRequest = Type.Object(
  { code: Code, ...answers, note: Type.Optional(plainText(1000)) },
  { additionalProperties: false },
);
export type EvaluationRequest = Static<typeof EvaluationRequest>;

export const PublicComplaint = Type.Object(
  {
    number: Type.String(),
    status: Type.String(),
    statusLabel: Type.String({ description: '一句中文' }),
    receivedAt: Instant,
    closedAt: nullable(Instant),
    unit: nullable(UnitRef),
    dueAt: nullable(Instant),
    repliedAt: nullable(Instant),
    result: nullable(Type.String()),
    reply: nullable(Type.String()),
    progress: Type.Array(Type.Object({ at: Instant, sentence: Type.String() })),
    evaluation: Type.Object({
      open: Type.Boolean({ description: '现在可以评价' }),
      until: nullable(Instant),
      given: nullable(Type.Object({ at: Instant, ...answers })),
    }),
  },
  { $id: 'PublicComplaint' },
);
export type PublicComplaint = Static<typeof PublicComplaint>;
