/** Shapes of assessment periods, their cases and amendments. */
import { type Static, Type } from 'typebox';
import { assessedScopes } from '../catalog/assessment-rules.ts';
import { Code, Instant, listOf, nullable, oneOf, paging, plainText, ref } from '../http/schemas.ts';

/** 未封账, 封账中, 已封账. */
export const periodStates = ['open', 'closing', 'closed'] as const;

export const PeriodParams = Type.Object({
  period: Type.String({ minLength: 1, maxLength: 16, description: '考核期，如 2026-11' }),
});

export const PeriodView = Type.Object(
  {
    code: Type.String(),
    from: Instant,
    to: Instant,
    status: oneOf(periodStates, { description: 'open 未封账，closing 封账中，closed 已封账' }),
    ended: Type.Boolean({ description: '是否已过截止时刻；没有结束的不能封账' }),
    ruleVersion: Type.String(),
    cases: nullable(Type.Integer({ minimum: 0, description: '封账时有数可计的诉求' })),
    closedAt: nullable(Instant),
    closedBy: nullable(Type.String()),
    amendments: Type.Integer({ minimum: 0 }),
  },
  { $id: 'AssessmentPeriod' },
);
export type PeriodView = Static<typeof PeriodView>;
export const PeriodList = listOf(ref(PeriodView), 'AssessmentPeriodList');

export const PeriodQuery = Type.Object(
  { status: Type.Optional(oneOf(periodStates)), ...paging },
  { additionalProperties: false },
);
export type PeriodQuery = Static<typeof PeriodQuery>;

const answers = {
  contacted: Type.Boolean(),
  resolved: Type.Boolean(),
  satisfaction: Type.String(),
};

export const AmendedCaseView = Type.Object(
  {
    scope: oneOf(assessedScopes, { description: '考核范围' }),
    reason: nullable(Type.String({ description: '不全部计入的原因：诉求类型或剔除种类' })),
    answer: nullable(
      Type.Object(
        { at: Instant, orderId: Type.String(), unit: Type.String(), ...answers },
        { description: '计入的答复' },
      ),
    ),
  },
  { $id: 'AmendedCase' },
);

export const AmendmentView = Type.Object(
  {
    id: Type.String(),
    number: Type.String(),
    at: Instant,
    actor: Type.String(),
    reason: Type.String(),
    exclusion: nullable(Type.String({ description: '由剔除审核产生的，其编号' })),
    before: ref(AmendedCaseView),
    after: ref(AmendedCaseView),
  },
  { $id: 'PeriodAmendment' },
);
export type AmendmentView = Static<typeof AmendmentView>;
export const AmendmentList = listOf(ref(AmendmentView), 'PeriodAmendmentList');
export const AmendmentQuery = Type.Object(paging, { additionalProperties: false });
export type AmendmentQuery = Static<typeof AmendmentQuery>;

export const AmendRequest = Type.Object(
  {
    number: Type.String({ pattern: '^[0-9]{15,20}$', description: '诉求编号' }),
    reason: plainText(500),
  },
  { additionalProperties: false },
);
export type AmendRequest = Static<typeof AmendRequest>;

export const PeriodCaseView = Type.Object(
  {
    number: Type.String(),
    orderId: nullable(Type.String()),
    unit: nullable(Type.String({ description: '计入的单位：办结的主办' })),
    firstUnit: nullable(Type.String({ description: '首接单位' })),
    district: nullable(Type.String()),
    street: nullable(Type.String()),
    matter: nullable(Type.String()),
    need: Type.String(),
    type: Type.String(),
    level: Type.String(),
    scope: oneOf(assessedScopes),
    reason: nullable(Type.String()),
    receivedAt: nullable(Instant),
    closedAt: nullable(Instant),
    repliedAt: nullable(Instant),
    onTime: nullable(Type.Boolean()),
    answer: nullable(Type.Object({ at: Instant, ...answers })),
  },
  { $id: 'PeriodCase', description: '封账时的一件诉求；各时刻不在本期内的为 null' },
);
export type PeriodCaseView = Static<typeof PeriodCaseView>;
export const PeriodCaseList = listOf(ref(PeriodCaseView), 'PeriodCaseList');
export const PeriodCaseQuery = Type.Object(
  { unit: Type.Optional(Code), scope: Type.Optional(oneOf(assessedScopes)), ...paging },
  { additionalProperties: false },
);
export type PeriodCaseQuery = Static<typeof PeriodCaseQuery>;
