/**
 * The report of the three rates (三率) as it is asked for and answered: the schemas are the types, and the words for people.
 * What the figures mean is written in docs/domain.md, "Call-back and the three rates"; they are computed in `../rates.ts`.
 */
import { type Static, Type } from 'typebox';
import type { UnitKind } from '../../catalog/types.ts';
import { Code, Instant, nullable, oneOf, ref } from '../../http/schemas.ts';
import type { channels } from '../../intake/schemas.ts';

/** What the rows of the report may stand for. */
export const dimensions = [
  'unit',
  'district',
  'street',
  'kind',
  'matter',
  'need',
  'channel',
  'type',
  'level',
  'day',
] as const;
export type Dimension = (typeof dimensions)[number];

/** 全口径 and 考核口径. */
export const bases = ['all', 'assessed'] as const;
export type Basis = (typeof bases)[number];

export const groups = ['street', 'district', 'city', 'enterprise'] as const satisfies readonly UnitKind[];

/** Words for codes that have no name in the catalog; `satisfies` makes a new kind or channel name itself here. */
const words = (names: Record<string, string>): ReadonlyMap<string, string> => new Map(Object.entries(names));

export const kindNames = words({
  street: '街道（乡镇）',
  district: '区',
  city: '市级部门',
  enterprise: '公共服务企业',
} satisfies Record<UnitKind, string>);

export const channelNames = words({
  phone: '电话',
  web: '网站',
  app: '客户端',
  wechat: '微信',
  weibo: '微博',
  mail: '信件邮件',
  transfer: '转办',
} satisfies Record<(typeof channels)[number], string>);

/** Names of the row of cases that have none of what is grouped by (`noKey`). Only these can be absent. */
export const noKeyNames: Partial<Record<Dimension, string>> = {
  unit: '未派单',
  kind: '未派单',
  district: '未定位',
  street: '未定位',
  matter: '未定事项',
};

const Count = (description: string) => Type.Integer({ minimum: 0, description });
const Rate = (description: string) => nullable(Type.Number({ minimum: 0, maximum: 1, description }));

const rates = {
  responseRate: Rate('响应率 contacted / responseValid，四位小数；没有有效回访为 null'),
  resolutionRate: Rate('解决率 resolved / valid'),
  satisfactionRate: Rate('满意率（满意 + 0.9 × 基本满意）/ valid，分值由考核规则定'),
  composite: nullable(Type.Number({ minimum: 0, maximum: 100, description: '综合分，一位小数' })),
  onTimeRate: Rate('按时办结率：主办工单在时限内办结的比例；没有办结为 null'),
};

/** 环比: with the period before. 同比: with that of a year ago. */
export const comparisons = ['previous', 'year'] as const;
export type Comparison = (typeof comparisons)[number];

const Change = nullable(Type.Integer());

export const RateChange = Type.Object(
  { responseRate: Change, resolutionRate: Change, satisfactionRate: Change, onTimeRate: Change, composite: Change },
  {
    $id: 'RateChange',
    description: '与所比时段之差：各率为万分之一（100 即一个百分点），综合分为 0.01 分；任一方没有时为 null',
  },
);
export type RateChange = Static<typeof RateChange>;

/** One row of the report; `total` has the same shape. */
export const RatesRow = Type.Object(
  {
    key: Type.String({ description: '分组的代码；没有归属的为 none，合计为 total' }),
    name: Type.String(),
    volume: Count('受理量：按登记时间'),
    closed: Count('结案量：按结案时间'),
    valid: Count('有效回访，解决率和满意率的分母：按回访答复时间'),
    responseValid: Count('有效回访，响应率的分母；考核口径下含只考核响应率的诉求，全口径下等于 valid'),
    contacted: Count('已联系'),
    resolved: Count('已解决'),
    satisfied: Count('满意'),
    basic: Count('基本满意'),
    dissatisfied: Count('不满意'),
    replied: Count('主办工单办结量：按办结时间'),
    repliedOnTime: Count('其中按时'),
    ...rates,
    resolutionInterval: nullable(
      Type.Array(Type.Number({ minimum: 0, maximum: 1 }), {
        minItems: 2,
        maxItems: 2,
        description: '解决率的 95% 威尔逊区间 [下限, 上限]',
      }),
    ),
    small: Type.Boolean({ description: '有效回访过少（按考核规则，少于 10 件），比例仅供参考' }),
    excluded: Type.Unsafe<Record<string, number>>({
      type: 'object',
      additionalProperties: { type: 'integer', minimum: 1 },
      description: '考核口径下不计入（或只计响应率）的诉求数，按原因：诉求类型或剔除种类的编码；全口径下为空',
    }),
    target: Type.Object({ resolutionRate: Type.Number({ minimum: 0, maximum: 1 }) }),
    meetsTarget: nullable(Type.Boolean({ description: '解决率是否达到目标；没有有效回访为 null' })),
    change: Type.Optional(ref(RateChange)),
  },
  { $id: 'RatesRow' },
);
export type RatesRow = Static<typeof RatesRow>;

/** The plain mean over the rows: only rates, since a mean of counts would be taken for a count. */
export const RatesMean = Type.Object(
  { key: oneOf(['mean']), name: Type.String(), ...rates, change: Type.Optional(ref(RateChange)) },
  { $id: 'RatesMean', description: '各行比例的算术平均（不加权，没有有效回访的行不参加），与合计不同' },
);
export type RatesMean = Static<typeof RatesMean>;

/** The span of a report. */
export const ReportPeriod = Type.Object(
  {
    code: nullable(Type.String({ description: '考核期；按日期查询为 null' })),
    from: Instant,
    to: Type.String({ format: 'date-time', description: 'ISO 8601，带时区；不含这一刻' }),
    closed: Type.Boolean({ description: '考核期是否已封账；已封账的答封账时的数' }),
    amendments: Type.Integer({
      minimum: 0,
      description: '封账以后的更正数，见 GET /assessment/periods/{period}/amendments',
    }),
    amended: Type.Boolean({ description: '所列的数是否含更正' }),
  },
  { $id: 'ReportPeriod' },
);
export type ReportPeriod = Static<typeof ReportPeriod>;

export const RatesReport = Type.Object(
  {
    items: Type.Array(ref(RatesRow)),
    total: ref(RatesRow),
    mean: ref(RatesMean),
    period: ref(ReportPeriod),
    compared: Type.Optional(ref(ReportPeriod)),
    basis: oneOf(bases),
    by: oneOf(dimensions),
    ruleVersion: Type.String({ description: '所用考核规则的版本' }),
  },
  { $id: 'RatesReport' },
);
export type RatesReport = Static<typeof RatesReport>;

const day = (description: string) => Type.Optional(Type.String({ format: 'date', description }));

/** What every report of the assessment may be asked for. */
export const reportQuery = {
  period: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 16,
      description: '考核期，如 2026-11：上月 19 日零时至当月 19 日零时；默认为当前考核期',
    }),
  ),
  from: day('起始日期（北京时间零时，含），与 to 一起代替 period'),
  to: day('截止日期（北京时间零时，不含当天）：2026-01-01 至 2026-02-01 即一月；最长五年'),
  basis: Type.Optional(oneOf(bases, { default: 'all', description: 'all 全口径，assessed 考核口径' })),
  group: Type.Optional(oneOf(groups, { description: '只计这一类单位主办的诉求' })),
  district: Type.Optional(Code),
  unit: Type.Optional(Code),
  amended: Type.Optional(oneOf(['0', '1'], { default: '0', description: '1：已封账的考核期按更正以后的数' })),
};

const compare = Type.Optional(
  oneOf(comparisons, { description: '与谁比：previous 上一期（环比），year 上年同期（同比）' }),
);

export const RatesQuery = Type.Object(
  {
    ...reportQuery,
    by: Type.Optional(oneOf(dimensions, { default: 'unit', description: '分组' })),
    depth: Type.Optional(Type.Integer({ minimum: 1, maximum: 3, description: '事项的级别，只用于 by=matter，默认 1' })),
    compare,
  },
  { additionalProperties: false },
);
export type RatesQuery = Static<typeof RatesQuery>;
