/** How reports and the lists behind them are asked for and answered: the schemas are the types. */
import { type Static, Type } from 'typebox';
import type { ColumnType, Line, Table } from '../../figures/table.ts';
import { Code, Instant, nullable, oneOf, paging, ref } from '../../http/schemas.ts';
import { fileQuery } from './files.ts';
import { bases, RatesQuery } from './rates.ts';

const { by: _by, ...asRates } = RatesQuery.properties;

const query = {
  ...asRates,
  by: Type.Optional(Type.String({ minLength: 1, maxLength: 16, description: '每行是什么；各报表可用的见其说明' })),
};

export const ReportQuery = Type.Object({ ...query }, { additionalProperties: false });
export type ReportQuery = Static<typeof ReportQuery>;

export const ReportRequest = Type.Object({ ...query, ...fileQuery }, { additionalProperties: false });

/** The bulletin always shows the same tables. */
export const BulletinQuery = Type.Object(
  {
    period: query.period,
    from: query.from,
    to: query.to,
    basis: query.basis,
    district: query.district,
    unit: query.unit,
  },
  { additionalProperties: false },
);
export type BulletinQuery = Static<typeof BulletinQuery>;

export const CasesRequest = Type.Object(
  {
    ...query,
    key: Type.String({
      minLength: 1,
      maxLength: 64,
      format: 'plain-text',
      description: '报表里的一行的 key；合计为 total',
    }),
    figure: Type.String({ minLength: 1, maxLength: 40, format: 'plain-text', description: '报表里的一列的 key' }),
    format: Type.Optional(
      oneOf(['json', 'csv', 'xlsx'], {
        default: 'json',
        description: 'csv、xlsx 是整个清单，不分页、不限行数；xlsx 一页放不下的续在下一页',
      }),
    ),
    bom: fileQuery.bom,
    ...paging,
  },
  { additionalProperties: false },
);
export type CasesQuery = Static<typeof CasesRequest>;

const columnTypes = [
  'text',
  'integer',
  'rate',
  'change',
  'points',
  'hours',
  'score',
  'ratio',
  'boolean',
] as const satisfies readonly ColumnType[];

export const ReportColumn = Type.Object(
  {
    key: Type.String(),
    heading: Type.String(),
    type: oneOf(columnTypes, { description: 'rate、change 是小数形式的比例；points 是百分点；hours 是小时' }),
    note: Type.String({ description: '怎样数、怎样算' }),
    cases: nullable(Type.String({ description: '其明细清单是哪一列的；null 没有清单' })),
  },
  { $id: 'ReportColumn' },
);

const Lines = Type.Unsafe<Line[]>({
  type: 'array',
  description: '各行；除 key、name 外，各列的值是数、布尔、文字或 null，见 columns',
  items: {
    type: 'object',
    required: ['key', 'name'],
    properties: { key: { type: 'string' }, name: { type: 'string' } },
    additionalProperties: true,
  },
});

export const ReportAnswer = Type.Object(
  {
    name: Type.String(),
    title: Type.String(),
    columns: Type.Array(ref(ReportColumn)),
    items: Lines,
    total: Type.Unsafe<Line>({
      type: 'object',
      required: ['key', 'name'],
      properties: { key: { type: 'string' }, name: { type: 'string' } },
      additionalProperties: true,
      description: '合计；不能合计的列为 null',
    }),
    period: Type.Object({
      code: nullable(Type.String({ description: '考核期；按日期查询为 null' })),
      from: Instant,
      to: Type.String({ format: 'date-time', description: 'ISO 8601，带时区；不含这一刻' }),
      closed: Type.Boolean({ description: '考核期是否已封账' }),
    }),
    basis: oneOf(bases),
    by: Type.String(),
    ruleVersion: Type.String(),
    notes: Type.Array(Type.String(), { description: '读这张报表须知' }),
  },
  { $id: 'Report' },
);

/** A table as it is answered. */
export function answerOf({ rows, totals, columns, notes, ...meta }: Table): Static<typeof ReportAnswer> {
  const [total = { key: 'total', name: '合计' }] = totals;
  const { code, from, to, closed } = meta.period;
  return {
    ...meta,
    period: { code, from, to, closed },
    columns: [...columns],
    items: [...rows],
    total,
    notes: [...notes],
  };
}

export const ReportCase = Type.Object(
  {
    number: Type.String({ description: '诉求编号' }),
    orderId: nullable(Type.String({ description: '所计的工单；计的是诉求时为 null' })),
    at: Type.String({ format: 'date-time', description: '使它计入时间范围的时刻' }),
    receivedAt: Instant,
    status: Type.String(),
    type: Type.String(),
    need: Type.String(),
    matter: nullable(Type.String()),
    matterName: nullable(Type.String()),
    level: Type.String(),
    district: nullable(Type.String()),
    districtName: nullable(Type.String()),
    street: nullable(Type.String()),
    streetName: nullable(Type.String()),
    unit: nullable(Code),
    unitName: nullable(Type.String()),
  },
  { $id: 'ReportCase' },
);

export const ReportCases = Type.Object(
  {
    figure: Type.String({ description: '清单所属的列' }),
    count: Type.Integer({ minimum: 0, description: '共几行，与报表里的数相同' }),
    items: Type.Array(ref(ReportCase)),
    next: nullable(Type.String()),
  },
  { $id: 'ReportCases', description: '不含诉求人信息和诉求原文' },
);
