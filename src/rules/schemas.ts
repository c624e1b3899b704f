/** Shapes of changes to the dispatch rules: what is asked, tried, answered and listed. The schemas are the types. */
import { type Static, Type } from 'typebox';
import { callerKinds } from '../catalog/check-rules.ts';
import { DispatchRuleRow, DivisionsChangeView, UnitRef } from '../catalog/schemas.ts';
import { lintChecks, severities } from '../dispatch/lint.ts';
import { Code, Instant, nullable, oneOf, paging, plainText, ref } from '../http/schemas.ts';

const Codes = (description: string) => Type.Array(Code, { maxItems: 20, description });
const Day = (description: string) => Type.String({ format: 'date', description });
const anything = '空列表为不限';

/** A whole rule as a person sends it. */
export const RuleInput = Type.Object(
  {
    code: Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,27}$',
      description: '新编码即新规则；已有的编码即由此规则接替它，接替者的编码加 .v2、.v3',
    }),
    priority: Type.Integer({
      minimum: 0,
      maximum: 1_000_000,
      description: '大的在前；0 至 9 为兜底，只用于地点不够清楚、应主办的街道或区不知道时',
    }),
    matter: Type.String({ minLength: 1, maxLength: 32, format: 'plain-text', description: '事项及其下级；* 为不限' }),
    place: Type.String({
      minLength: 1,
      maxLength: 32,
      format: 'plain-text',
      description: '区或街道；* 为不限，- 为区也不知道',
    }),
    type: Codes(anything),
    caller: Type.Array(oneOf(callerKinds), { maxItems: 2, description: anything }),
    level: Codes(anything),
    lead: plainText(64, {
      description:
        'street、district、enterprise:词（local-units.csv）、单位编码，或 see:R012：主办和协办取自规则 R012（及接替它的）',
    }),
    co: Type.Array(plainText(64), { maxItems: 20 }),
    reason: plainText(500, { description: '为什么是这个单位，会写在派单理由里' }),
    validFrom: Type.Optional(Day('查到的规则可以原样送回，但不采用：一律从请求的 validFrom 起')),
    validTo: Type.Optional(nullable(Day('不含这一天；不给则长期有效。只改它就是停用，不产生新编码'))),
  },
  { additionalProperties: false },
);
export type RuleInput = Static<typeof RuleInput>;

const Rules = Type.Array(RuleInput, { minItems: 1, maxItems: 500 });

export const ChangeRequest = Type.Object(
  {
    rules: Rules,
    reason: plainText(500, { description: '为什么改，留在记录里' }),
    validFrom: Type.Optional(Day('从哪天起（北京时间零时），默认今天，不能早于今天')),
  },
  { additionalProperties: false },
);
export type ChangeRequest = Static<typeof ChangeRequest>;

export const TryRequest = Type.Object(
  {
    rules: Rules,
    last: Type.Integer({ minimum: 1, maximum: 5000, default: 1000, description: '用最近受理的多少件诉求试' }),
  },
  { additionalProperties: false },
);
export type TryRequest = Static<typeof TryRequest>;

export const LintFinding = Type.Object(
  {
    check: oneOf(lintChecks),
    severity: oneOf(severities),
    table: oneOf(['rules', 'matters', 'localUnits']),
    code: Type.String(),
    message: Type.String(),
  },
  { $id: 'LintFinding' },
);

const Changed = Type.Array(
  Type.Object({ before: nullable(DispatchRuleRow), after: nullable(DispatchRuleRow) }, { description: '空为没有' }),
);

export const ChangeAnswer = Type.Object(
  {
    version: Type.Integer({ description: '基础数据的版本；没有改变时不产生新版本' }),
    validFrom: Type.String({ format: 'date' }),
    rules: Changed,
    warnings: Type.Array(ref(LintFinding), { description: '因这次改变而有的提醒；有错误时整个请求被拒绝' }),
  },
  { $id: 'RuleChangeAnswer' },
);
export type ChangeAnswer = Static<typeof ChangeAnswer>;

const Count = Type.Integer({ minimum: 0 });

export const TryAnswer = Type.Object(
  {
    tried: Count,
    changed: Type.Integer({ minimum: 0, description: '主办单位会不同的' }),
    byUnit: Type.Array(Type.Object({ unit: UnitRef, gains: Count, loses: Count }), { description: '变动多的在前' }),
    examples: Type.Array(
      Type.Object({
        number: Type.String(),
        from: nullable(UnitRef),
        to: nullable(UnitRef),
        rule: nullable(Type.String({ description: '改变以后起作用的规则，default 为事项自己的主办' })),
      }),
      { description: '至多 20 件，新的在前' },
    ),
    findings: Type.Array(ref(LintFinding), { description: '因这次改变而有的错误和提醒' }),
  },
  { $id: 'RuleTryAnswer' },
);
export type TryAnswer = Static<typeof TryAnswer>;

export const CatalogChange = Type.Object(
  {
    id: Type.String(),
    at: Instant,
    actor: Type.String(),
    version: Type.Integer(),
    validFrom: Type.String({ format: 'date' }),
    reason: Type.String(),
    rules: Changed,
    divisions: nullable(DivisionsChangeView),
  },
  { $id: 'CatalogChange' },
);
export type CatalogChange = Static<typeof CatalogChange>;

export const ChangesQuery = Type.Object({ ...paging }, { additionalProperties: false });
export type ChangesQuery = Static<typeof ChangesQuery>;
