/**
 * The judgement of a complaint as it is answered, printed and stored. The schema is its type.
 */
import { type Static, Type } from 'typebox';
import { UnitRef } from '../catalog/schemas.ts';
import { nullable, oneOf } from '../http/schemas.ts';

const Confidence = Type.Number({ minimum: 0, maximum: 1 });
const NamedCode = Type.Object({ code: Type.String(), name: Type.String() });
const RatedMatter = Type.Object({ code: Type.String(), path: Type.Array(Type.String()), confidence: Confidence });

/** What `classify` prints for a text and `POST /complaints` answers and stores. */
export const Judgement = Type.Object(
  {
    need: Type.Object({
      code: Type.String(),
      name: Type.String(),
      confidence: Confidence,
      accepted: Type.Boolean({ description: '机器对文字本身的判断是否可信，与地点无关' }),
      alternatives: Type.Array(Type.Object({ code: Type.String(), name: Type.String(), confidence: Confidence })),
    }),
    matter: Type.Object({
      code: Type.String(),
      path: Type.Array(Type.String()),
      confidence: Confidence,
      firstLevel: Type.Object(
        { code: Type.String(), confidence: Confidence },
        { description: '一级事项，比末级更有把握' },
      ),
      alternatives: Type.Array(RatedMatter, {
        description: '前两个是其他两个一级事项中最可能的，其后是同一级事项中的其他末级事项',
      }),
    }),
    type: Type.Object({ code: Type.String(), confidence: Confidence }),
    model: Type.String({ description: '判定所用的模型' }),
    level: Type.Object({ code: Type.String(), reason: Type.String() }),
    place: Type.Object({
      status: oneOf(['resolved', 'district', 'ambiguous', 'unknown', 'outside']),
      district: nullable(NamedCode),
      street: nullable(NamedCode),
      community: nullable(NamedCode),
      confidence: Confidence,
      candidates: Type.Array(
        Type.Object({
          code: Type.String(),
          name: Type.String(),
          path: Type.Array(Type.String()),
          confidence: Confidence,
        }),
      ),
      evidence: Type.String(),
      conflict: nullable(Type.String()),
    }),
    dispatch: Type.Object({
      status: oneOf(['dispatch', 'triage']),
      lead: nullable(UnitRef),
      co: Type.Array(UnitRef),
      rule: nullable(Type.String()),
      reason: Type.String(),
    }),
    evidence: Type.Array(
      Type.Object({ text: Type.String(), for: oneOf(['matter', 'need', 'type', 'level']), weight: Type.Number() }),
    ),
  },
  { $id: 'Judgement' },
);
export type Judgement = Static<typeof Judgement>;

/** One of several demands in a text, as it would be judged by itself; `start` and `end` are UTF-16 units of the text, half-open. */
export const Demand = Type.Object(
  {
    text: Type.String(),
    start: Type.Integer({ minimum: 0 }),
    end: Type.Integer({ minimum: 0 }),
    matter: Judgement.properties.matter,
    need: Judgement.properties.need,
    type: Judgement.properties.type,
    level: Judgement.properties.level,
    dispatch: Judgement.properties.dispatch,
  },
  { $id: 'Demand' },
);
export type Demand = Static<typeof Demand>;
