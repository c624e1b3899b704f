/**
 * The judgement of a complaint as it is answered, printed and stored. The schema is its type.
 */
import { type Static, Type } from 'typebox';
import { UnitRef } from '../catalog/schemas.ts';
import { emergencyNumbers } from '../catalog/types.ts';
import { nullable, oneOf } from '../http/schemas.ts';

const Confidence = Type.Number({ minimum: 0, maximum: 1 });
const NamedCode = Type.Object({ code: Type.String(), name: Type.String() });
const RatedMatter = Type.Object({ code: Type.String(), path: Type.Array(Type.String()), confidence: Confidence });

/** Said of what was added later: stored judgements stay as they were. */
const since = '升级以前登记的诉求没有';

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
      runnersUp: Type.Optional(
        Type.Array(Type.Object({ rule: Type.String(), lead: UnitRef, reason: Type.String() }), {
          description: `其后也相符的至多三条规则，default 为事项自己的主办；${since}`,
        }),
      ),
      emergency: Type.Optional(
        nullable(
          Type.Object(
            { channel: oneOf(emergencyNumbers), reason: Type.String() },
            { description: `危及生命财产（L1）时须同时告知的紧急渠道；${since}` },
          ),
        ),
      ),
    }),
    disposition: Type.Optional(
      Type.Object(
        {
          kind: oneOf(['dispatch', 'redirected', 'handover']),
          route: nullable(Type.String({ description: 'routes.csv 的编码' })),
          reason: Type.String(),
        },
        { description: `建议的处置方式：引导法定途径、紧急转接只是建议，由人在登记时决定；${since}` },
      ),
    ),
    evidence: Type.Array(
      Type.Object({ text: Type.String(), for: oneOf(['matter', 'need', 'type', 'level']), weight: Type.Number() }),
    ),
  },
  { $id: 'Judgement' },
);
export type Judgement = Static<typeof Judgement>;

/** Whether a confidence, 0 to 1, reaches a threshold of the rules. */
export const isAtLeast = (confidence: number, basisPoints: number): boolean => confidence * 10_000 >= basisPoints;

/** Whether the machine may act on the matter without a person: the words must be clear, and the matter itself. */
export function isMatterAccepted(
  { need, matter }: Pick<Judgement, 'need' | 'matter'>,
  { acceptMatter }: { acceptMatter: number },
): boolean {
  return need.accepted && isAtLeast(matter.confidence, acceptMatter);
}

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
