/**
 * How often people decide otherwise than the machine (改判率), as it is asked for and answered: the schemas are the types. What is
 * counted is defined in their descriptions and in docs/glossary.md.
 */
import { type Static, Type } from 'typebox';
import { Instant, nullable, oneOf, ref } from '../http/schemas.ts';
import { correctedFields } from '../intake/correction.ts';

export const intervals = ['day', 'week', 'month', 'none'] as const;
export type Interval = (typeof intervals)[number];

/** Key and name of the row of complaints for which the machine proposed no unit. */
export const noKey = 'none';
export const noKeyName = '机器没有给出单位';

const Count = (description: string) => Type.Integer({ minimum: 0, description });
const Rate = (description: string) => nullable(Type.Number({ minimum: 0, maximum: 1, description }));

const counted = {
  judged: Count('这段时间受理、机器自己判为此行的诉求'),
  overridden: Count('其中 by 所指的字段至少有一次更正的；by=matter 时，更正后仍在同一行的不算'),
  overrideRate: Rate('改判率 overridden / judged，四位小数，四舍五入；judged 为 0 时为 null'),
};

export const QualityPart = Type.Object(
  {
    from: Instant,
    to: Type.String({ format: 'date-time', description: 'ISO 8601，带时区；不含这一刻' }),
    ...counted,
  },
  { $id: 'QualityPart' },
);
export type QualityPart = Static<typeof QualityPart>;

export const QualityRow = Type.Object(
  {
    key: Type.String({ description: '机器自己所判的代码；没有给出单位的为 none，合计为 total' }),
    name: Type.String(),
    ...counted,
    triaged: Count('其中机器没有派单、转研判台的（派单建议已计入登记人的决定）'),
    triageRate: Rate('triaged / judged'),
    byField: Type.Object(
      {
        matter: Count('事项有更正的诉求，不论改到哪里'),
        need: Count('需求有更正的诉求'),
        type: Count('诉求类型有更正的诉求'),
        level: Count('级别有更正的诉求'),
        unit: Count('主办单位有更正的诉求；登记时单位由规则得出，只有研判台会更正它'),
      },
      { description: '一件诉求可以计入几个字段' },
    ),
    series: Type.Array(ref(QualityPart), {
      description: '按 interval 分段，首尾两段截到所查的范围；没有诉求的段也列出；interval=none 时为空',
    }),
  },
  { $id: 'QualityRow' },
);
export type QualityRow = Static<typeof QualityRow>;

export const QualityReport = Type.Object(
  {
    from: Instant,
    to: Type.String({ format: 'date-time', description: 'ISO 8601，带时区；不含这一刻' }),
    by: oneOf(correctedFields),
    level: nullable(Type.Integer({ description: '事项的级别；by 不是 matter 时为 null' })),
    interval: oneOf(intervals),
    fields: Type.Array(Type.Object({ key: oneOf(correctedFields), name: Type.String() }), {
      description: 'byField 各字段的名称',
    }),
    items: Type.Array(ref(QualityRow), { description: '改判多的在前，其次 judged 多的' }),
    total: ref(QualityRow),
  },
  {
    $id: 'QualityReport',
    description: '只计服务开始保存机器自己的判断以后受理的诉求；不含个人信息',
  },
);
export type QualityReport = Static<typeof QualityReport>;

const day = (description: string) => Type.Optional(Type.String({ format: 'date', description }));

export const QualityQuery = Type.Object(
  {
    from: day('起始日期（北京时间零时，含），按受理时间；与 to 都不给时为最近三十天，含今天'),
    to: day('截止日期（北京时间零时，不含当天）；最长 366 天，interval=day 时最长 92 天'),
    by: Type.Optional(oneOf(correctedFields, { default: 'matter', description: '按机器所判的哪个字段分行' })),
    level: Type.Optional(Type.Integer({ minimum: 1, maximum: 3, description: '事项的级别，只用于 by=matter，默认 1' })),
    interval: Type.Optional(
      oneOf(intervals, { default: 'none', description: '按日、周（周一起）、月分段；none 不分段' }),
    ),
  },
  { additionalProperties: false },
);
export type QualityQuery = Static<typeof QualityQuery>;
