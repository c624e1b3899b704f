/** Shapes of applications to strike cases out of the assessment. */
import { type Static, Type } from 'typebox';
import { Code, Id, Instant, listOf, nullable, oneOf, paging, plainText, ref } from '../http/schemas.ts';
import { exclusionStates, exclusionSteps } from './course.ts';

const number = Type.String({ pattern: '^[0-9]{15,20}$', description: '诉求编号' });
const scope = oneOf(['none', 'response-only'], { description: 'none 不计入，response-only 只计响应率' });

export const ExclusionRequest = Type.Object(
  {
    number,
    kind: Type.String({ ...Code, description: '剔除种类（seeds/exclusions.csv）的编码或名称' }),
    scope,
    reason: plainText(500),
    evidence: Type.Optional(Type.String({ ...Id, description: '附件编号，须是这件诉求的' })),
  },
  { additionalProperties: false },
);
export type ExclusionRequest = Static<typeof ExclusionRequest>;

export const ExclusionRuling = Type.Object(
  { approve: Type.Boolean(), reason: plainText(500) },
  { additionalProperties: false },
);
export type ExclusionRuling = Static<typeof ExclusionRuling>;

export const ExclusionAppeal = Type.Object({ reason: plainText(500) }, { additionalProperties: false });
export type ExclusionAppeal = Static<typeof ExclusionAppeal>;

export const ExclusionView = Type.Object(
  {
    id: Type.String(),
    number: Type.String(),
    kind: Type.Object({ code: Type.String(), name: Type.String() }),
    scope,
    reason: Type.String(),
    evidence: nullable(Type.String()),
    unit: nullable(Type.String({ description: '申请时的主办单位' })),
    status: oneOf(exclusionStates, {
      description: 'applied 待审核，approved 同意，rejected 驳回，appealed 复核中，upheld 复核同意，dismissed 复核驳回',
    }),
    standing: Type.Boolean({ description: '现在是否不计入（或只计响应率）' }),
    at: Instant,
    actor: Type.String(),
  },
  { $id: 'Exclusion' },
);
export type ExclusionView = Static<typeof ExclusionView>;
export const ExclusionList = listOf(ref(ExclusionView), 'ExclusionList');

export const ExclusionDetail = Type.Object(
  {
    ...ExclusionView.properties,
    steps: Type.Array(
      Type.Object({
        at: Instant,
        actor: Type.String(),
        person: Type.String({ description: '令牌的名称' }),
        step: oneOf(exclusionSteps, { description: 'apply 申请，review 审核，appeal 申诉，final 复核' }),
        approve: nullable(Type.Boolean()),
        reason: Type.String(),
      }),
    ),
  },
  { $id: 'ExclusionDetail' },
);
export type ExclusionDetail = Static<typeof ExclusionDetail>;

export const ExclusionQuery = Type.Object(
  {
    status: Type.Optional(oneOf(exclusionStates)),
    kind: Type.Optional(Code),
    unit: Type.Optional(Code),
    number: Type.Optional(number),
    standing: Type.Optional(oneOf(['0', '1'])),
    ...paging,
  },
  { additionalProperties: false },
);
export type ExclusionQuery = Static<typeof ExclusionQuery>;
