/** The ranking of units and the report of exclusions: their shapes. */
import { type Static, Type } from 'typebox';
import { unitKinds } from '../../catalog/types.ts';
import { nullable, oneOf, ref } from '../../http/schemas.ts';
import { bases, comparisons, dimensions, RatesRow, ReportPeriod, reportQuery } from './rates.ts';

export const RankingRow = Type.Object(
  {
    ...RatesRow.properties,
    kind: oneOf([...unitKinds, 'none'], { description: '单位类别；只在同类之间排名' }),
    rank: nullable(Type.Integer({ minimum: 1 })),
    of: Type.Integer({ minimum: 0, description: '同类中有名次的单位数' }),
    unranked: nullable(
      Type.Unsafe<'no-answers' | 'small' | 'ended'>({
        type: 'string',
        enum: ['no-answers', 'small', 'ended'],
        description: '没有名次的原因：没有有效回访，有效回访过少，单位在期末已撤并',
      }),
    ),
    classes: Type.Array(Type.Object({ code: Type.String(), name: Type.String() }), {
      description: '所属类别（seeds/classes.csv）：先进、进步、整改、治理等',
    }),
  },
  { $id: 'RankingRow' },
);
export type RankingRow = Static<typeof RankingRow>;

export const RankingReport = Type.Object(
  {
    items: Type.Array(ref(RankingRow)),
    total: ref(RatesRow),
    ranked: Type.Boolean({ description: '考核规则是否排名' }),
    why: nullable(Type.String({ description: '不排名的原因' })),
    period: ref(ReportPeriod),
    compared: Type.Optional(ref(ReportPeriod)),
    basis: oneOf(bases),
    group: nullable(oneOf(unitKinds)),
    ruleVersion: Type.String(),
  },
  { $id: 'RankingReport' },
);
export type RankingReport = Static<typeof RankingReport>;

export const RankingQuery = Type.Object(
  {
    ...reportQuery,
    compare: Type.Optional(
      oneOf(comparisons, { default: 'previous', description: '进步类与谁比：previous 上一期，year 上年同期' }),
    ),
  },
  { additionalProperties: false },
);
export type RankingQuery = Static<typeof RankingQuery>;

const rate = nullable(Type.Number({ minimum: 0, maximum: 1 }));
const Side = Type.Object({
  volume: Type.Integer(),
  valid: Type.Integer(),
  responseRate: rate,
  resolutionRate: rate,
  satisfactionRate: rate,
  composite: nullable(Type.Number({ minimum: 0, maximum: 100 })),
});
const Reasons = Type.Array(
  Type.Object({ code: Type.String(), name: Type.String(), count: Type.Integer({ minimum: 1 }) }),
  { description: '按原因：诉求类型或剔除种类' },
);

export const ExclusionsRow = Type.Object(
  {
    key: Type.String(),
    name: Type.String(),
    all: Side,
    assessed: Side,
    excluded: Type.Integer({ minimum: 0, description: '不计入或只计响应率的诉求' }),
    reasons: Reasons,
  },
  { $id: 'ExclusionsRow' },
);
export type ExclusionsRow = Static<typeof ExclusionsRow>;

export const ExclusionsReport = Type.Object(
  {
    items: Type.Array(ref(ExclusionsRow)),
    total: ref(ExclusionsRow),
    period: ref(ReportPeriod),
    by: oneOf(dimensions),
    ruleVersion: Type.String(),
  },
  { $id: 'ExclusionsReport' },
);
export type ExclusionsReport = Static<typeof ExclusionsReport>;

const { basis: _, ...withoutBasis } = reportQuery;
export const ExclusionsQuery = Type.Object(
  { ...withoutBasis, by: Type.Optional(oneOf(dimensions, { default: 'unit', description: '分组' })) },
  { additionalProperties: false },
);
export type ExclusionsQuery = Static<typeof ExclusionsQuery>;
