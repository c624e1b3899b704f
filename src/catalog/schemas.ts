/** Shapes of the reference data as clients read it. */
import { type Static, Type } from 'typebox';
import { nullable, oneOf } from '../http/schemas.ts';
import { clocks, escalationActs } from './handling-rules.ts';
import { alarmScopes, divisionKinds, routeKinds, unitKinds } from './types.ts';

/** A unit as other answers name it. */
export const UnitRef = Type.Object({ code: Type.String(), name: Type.String(), kind: oneOf(unitKinds) });
export type UnitRef = Static<typeof UnitRef>;

const validity = { validFrom: Type.String({ format: 'date' }), validTo: nullable(Type.String({ format: 'date' })) };
const Text = Type.String();
const Words = Type.Array(Type.String());

const rows = {
  divisions: Type.Object({
    code: Text,
    name: Text,
    kind: oneOf(divisionKinds),
    parent: nullable(Text),
    aliases: Words,
    zone: Type.Boolean(),
    unit: nullable(Text),
    ...validity,
  }),
  units: Type.Object({
    code: Text,
    name: Text,
    kind: oneOf(unitKinds),
    parent: nullable(Text),
    division: nullable(Text),
    aliases: Words,
    duty: Text,
    ...validity,
  }),
  needs: Type.Object({ code: Text, name: Text, category: Text, sort: Type.Integer(), description: Text, ...validity }),
  matters: Type.Object({
    code: Text,
    name: Text,
    parent: nullable(Text),
    need: nullable(Text),
    level: nullable(Text),
    lead: nullable(Text),
    types: Words,
    words: Words,
    description: Text,
    ...validity,
  }),
  types: Type.Object({ code: Text, name: Text, scope: oneOf(['all', 'none', 'response-only']), ...validity }),
  levels: Type.Object({
    code: Text,
    name: Text,
    dispatchMinutes: Type.Integer(),
    signMinutes: Type.Integer(),
    contactMinutes: Type.Integer(),
    replyAmount: Type.Integer(),
    replyUnit: oneOf(['hour', 'day']),
    timeBase: oneOf(['natural', 'working']),
    objectionMinutes: Type.Integer(),
    alarmFrom: nullable(
      Type.Integer({ description: '文字中的危险或停供达到此可能性（万分之一）即定为此级，空为不由文字定级' }),
    ),
    description: Text,
    ...validity,
  }),
  calendar: Type.Object({ date: Type.String({ format: 'date' }), kind: oneOf(['rest', 'work']), name: Text }),
  rules: Type.Object({
    code: Text,
    priority: Type.Integer(),
    matter: Text,
    place: Text,
    type: Words,
    caller: Words,
    level: Words,
    lead: Text,
    co: Words,
    reason: Text,
    ...validity,
  }),
  localUnits: Type.Object({ word: Text, division: Text, unit: Text, reason: Text, ...validity }),
  guard: Type.Object({ matter: Text, reason: Text, ...validity }),
  routes: Type.Object({
    code: Text,
    kind: oneOf(routeKinds),
    matter: Text,
    words: Words,
    target: Text,
    alone: Type.Boolean({ description: '紧急转接时，所转的号码独自处置，不另派单' }),
    reason: Text,
    ...validity,
  }),
  alarms: Type.Object({
    code: Text,
    matter: Text,
    scope: oneOf(alarmScopes),
    count: Type.Integer(),
    callers: Type.Integer(),
    hours: Type.Integer(),
    ...validity,
  }),
  handling: Type.Object({
    version: Text,
    returnLimit: Type.Integer(),
    extensionLimit: Type.Integer(),
    warnLeft: Type.Integer({ description: '时限剩多少时预警，基点' }),
    reopenRounds: Type.Integer(),
    reportMinutes: Type.Integer(),
    ...validity,
  }),
  escalations: Type.Object({
    code: Text,
    level: Type.Array(Text, { description: '空为不限' }),
    clock: oneOf(clocks),
    afterMinutes: Type.Integer(),
    act: oneOf(escalationActs),
    reason: Text,
    ...validity,
  }),
} as const;

const Count = Type.Integer({ minimum: 0 });

/** The figures of an import of a list of divisions. */
export const DivisionsChangeView = Type.Object({
  city: Text,
  file: Text,
  listed: Type.Integer({ minimum: 0, description: '名单的条数' }),
  added: Count,
  closed: Count,
  renamed: Count,
  moved: Type.Integer({ minimum: 0, description: '改隶：名称不变，换了上级和编码' }),
  aliases: Count,
  changed: Count,
  unitsOpened: Count,
  unitsClosed: Count,
});

/** A rule of the dispatch catalogue as it is answered. */
export const DispatchRuleRow = rows.rules;

export const catalogTables = [
  'divisions',
  'units',
  'needs',
  'matters',
  'types',
  'levels',
  'calendar',
  'rules',
  'localUnits',
  'guard',
  'routes',
  'alarms',
  'handling',
  'escalations',
] as const;
export type CatalogTable = (typeof catalogTables)[number];

/** Name of each table's list in openapi.yaml. */
export const listNames: Record<CatalogTable, string> = {
  divisions: 'Divisions',
  units: 'Units',
  needs: 'Needs',
  matters: 'Matters',
  types: 'RequestTypes',
  levels: 'Levels',
  calendar: 'Calendar',
  rules: 'DispatchRules',
  localUnits: 'LocalUnits',
  guard: 'DutyGuard',
  routes: 'Routes',
  alarms: 'AlarmRules',
  handling: 'HandlingRules',
  escalations: 'EscalationRules',
};

/** The answer for one table: its rows, a page at a time, and the version of the loaded data. */
export function catalogList(table: CatalogTable) {
  return Type.Object(
    {
      items: Type.Array(rows[table]),
      next: nullable(Type.String()),
      version: Type.Integer(),
      date: Type.String({ format: 'date' }),
    },
    { $id: listNames[table] },
  );
}

export const CatalogQuery = Type.Object(
  {
    parent: Type.Optional(Type.String({ minLength: 1, maxLength: 32, description: '只取此上级之下的' })),
    limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 400 })),
  },
  { additionalProperties: false },
);
export type CatalogQuery = Static<typeof CatalogQuery>;
