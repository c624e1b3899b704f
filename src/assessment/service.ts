/** The report of the three rates: what is asked is checked, counted in one snapshot, computed, named and put in order. */
import type { Scope } from '../access/scope.ts';
import type { AssessmentRule } from '../catalog/assessment-rules.ts';
import { shanghaiTime } from '../catalog/calendar.ts';
import { type Catalog, divisionOf, matterPath, unitOf } from '../catalog/catalog.ts';
import type { Context } from '../context.ts';
import type { Span } from '../figures/span.ts';
import { AppError, fieldError } from '../http/errors.ts';
import { changeOf, earlier } from './compare.ts';
import { chooseSpan, parsePeriod, periodAt, ruleOfPeriod, type SpanQuery } from './period.ts';
import { compareRows, meanRow, pool, ratesRow } from './rates.ts';
import type { Source } from './reports/facts.ts';
import {
  type Basis,
  bases,
  channelNames,
  type Dimension,
  dimensions,
  kindNames,
  noKey,
  noKeyNames,
  type RatesQuery,
  type RatesReport,
  type RatesRow,
  type ReportPeriod,
} from './reports/rates.ts';
import { type CountedRow, countRates, findClosed, readFigures } from './store.ts';

export type World = Pick<Context, 'db' | 'judgeAt' | 'catalogRows'>;

/** What people call the key of a row; the key itself where the catalog no longer knows it. */
export function naming(catalog: Catalog, by: Dimension): (key: string) => string {
  const known: Record<Dimension, (key: string) => string | undefined> = {
    unit: (key) => unitOf(catalog, key)?.name,
    kind: (key) => kindNames.get(key),
    district: (key) => divisionOf(catalog, key)?.name,
    street: (key) => divisionOf(catalog, key)?.name,
    matter: (key) => matterPath(catalog.matters, key).join('—') || undefined,
    need: (key) => catalog.needs.get(key)?.name,
    channel: (key) => channelNames.get(key),
    type: (key) => catalog.types.get(key)?.name,
    level: (key) => catalog.levels.get(key)?.name,
    day: (key) => key,
  };
  return (key) => known[by](key) ?? (key === noKey ? noKeyNames[by] : undefined) ?? key;
}

/** Who asks, and what he keeps to. */
export interface Asked extends SpanQuery, Pick<RatesQuery, 'basis' | 'group' | 'district' | 'unit' | 'amended'> {
  by: Dimension;
  depth: number;
}

/** Refuses filters that name nothing, and a unit that the caller does not see. */
export function checkFilters(
  { district, unit }: Pick<Asked, 'district' | 'unit'>,
  scope: Scope,
  catalog: Catalog,
): void {
  if (scope.kind === 'filed') throw new AppError('FORBIDDEN');
  if (district !== undefined && divisionOf(catalog, district)?.kind !== 'district') {
    throw fieldError('district', `没有代码为 ${district} 的区`);
  }
  if (unit === undefined) return;
  const asked = unitOf(catalog, unit);
  if (asked === undefined) throw fieldError('unit', `没有代码为 ${unit} 的单位`);
  // An empty report would read as "this unit had no cases".
  if (scope.kind === 'unit' && unit !== scope.unit && asked.parent !== scope.unit) {
    throw new AppError('FORBIDDEN', '只能查看本单位及下级单位的数据');
  }
}

/** The span of a report, the rule it is counted by, and where its facts stand. */
export interface Frame {
  code: string | null;
  from: Date;
  to: Date;
  rule: AssessmentRule;
  source: Source;
  amendments: number;
}

/** The rule of a period (the current one where none is named), or that of today for dates. */
export function ruleFor({ catalogRows, judgeAt }: World, query: SpanQuery, now: Date): AssessmentRule {
  const today = judgeAt(now).catalog.assessment;
  const dated = query.from !== undefined || query.to !== undefined;
  if (dated) return today;
  const code = query.period ?? periodAt(now, today).code;
  return ruleOfPeriod(catalogRows().data.assessment, parsePeriod(code, today).code, today);
}

/** A closed period is what it froze; anything else is counted as it stands. Throws VALIDATION_FAILED as `chooseSpan` does. */
export async function frameOf(world: World, query: SpanQuery & { amended?: string }, now: Date): Promise<Frame> {
  const rule = ruleFor(world, query, now);
  const span = chooseSpan(query, rule, now);
  const closed = span.code === null ? undefined : await findClosed(world.db, span.code);
  if (closed === undefined || span.code === null) return { ...span, rule, source: { kind: 'live' }, amendments: 0 };
  const amended = query.amended === '1' && closed.amendments > 0;
  const { from, to, amendments } = closed;
  const source = { kind: 'frozen' as const, period: span.code, amended };
  return { code: span.code, from, to, rule: closed.rule.assessment, source, amendments };
}

export function viewPeriod({ code, from, to, source, amendments }: Frame): ReportPeriod {
  return {
    code,
    from: shanghaiTime(from),
    to: shanghaiTime(to),
    closed: source.kind === 'frozen',
    amendments,
    amended: source.kind === 'frozen' && source.amended,
  };
}

/** The counts of a report. What a closed period froze row by row is read, not counted. */
export async function countsOf(
  db: Context['db'],
  { from, to, source }: Frame,
  { by, depth, group, district, unit }: Asked,
  basis: Basis,
  scope: Scope,
): Promise<CountedRow[]> {
  const whole = group === undefined && district === undefined && unit === undefined && scope.kind === 'all';
  if (source.kind === 'frozen' && !source.amended && whole) return readFigures(db, source.period, basis, by, depth);
  return countRates(db, { span: { from, to }, source, by, depth, basis, group, district, unit, scope });
}

/** Days run in time; all other rows by rank. */
function inOrder(rows: readonly RatesRow[], by: Dimension): RatesRow[] {
  return by === 'day' ? rows.toSorted((a, b) => (a.key < b.key ? -1 : 1)) : rows.toSorted(compareRows);
}

/** Runs `read` in one snapshot: a report is of one moment, however many statements it takes. */
export async function inSnapshot<T>(ctx: World, read: (world: World) => Promise<T>): Promise<T> {
  const { catalogRows, judgeAt } = ctx;
  return ctx.db.transaction((tx) => read({ db: tx, catalogRows, judgeAt }), {
    isolationLevel: 'repeatable read',
    accessMode: 'read only',
  });
}

/** The figures of a span: its rows in order, their total and their mean. */
async function tabulate(world: World, frame: Frame, asked: Asked, scope: Scope, now: Date) {
  const { basis = 'all', by } = asked;
  const nameOf = naming(world.judgeAt(now).catalog, by);
  const counts = await countsOf(world.db, frame, asked, basis, scope);
  const items = inOrder(
    counts.map(({ key, ...row }) => ratesRow(key, nameOf(key), row, frame.rule)),
    by,
  );
  return { items, total: ratesRow('total', '合计', pool(counts), frame.rule), mean: meanRow(counts, frame.rule) };
}

export type Tabulated = Awaited<ReturnType<typeof tabulate>>;

/** The same with the change of each row against another span, where one is to be compared with. */
export async function tabulateCompared(
  world: World,
  frame: Frame,
  asked: Asked & Pick<RatesQuery, 'compare'>,
  scope: Scope,
  now: Date,
): Promise<Tabulated & { compared?: ReportPeriod }> {
  const table = await tabulate(world, frame, asked, scope, now);
  if (asked.compare === undefined) return table;
  const other = await frameOf(world, { ...earlier(frame, asked.compare), amended: asked.amended ?? '0' }, now);
  const before = await tabulate(world, other, asked, scope, now);
  const rows = new Map(before.items.map((row) => [row.key, row]));
  return {
    items: table.items.map((row) => ({ ...row, change: changeOf(row, rows.get(row.key)) })),
    total: { ...table.total, change: changeOf(table.total, before.total) },
    mean: { ...table.mean, change: changeOf(table.mean, before.mean) },
    compared: viewPeriod(other),
  };
}

/**
 * The three rates by unit, district, street, … over a period or a range of dates; the current period where neither is given.
 * Names are those in force at `now`. Throws VALIDATION_FAILED for a span or a filter that cannot be, FORBIDDEN for a
 * unit outside the scope and for scopes that have no reports.
 */
export async function ratesReport(ctx: World, query: RatesQuery, scope: Scope, now: Date): Promise<RatesReport> {
  const { by = 'unit', basis = 'all', depth = 1 } = query;
  if (query.depth !== undefined && by !== 'matter') throw fieldError('depth', '只用于 by=matter');
  checkFilters(query, scope, ctx.judgeAt(now).catalog);
  return inSnapshot(ctx, async (world) => {
    const frame = await frameOf(world, query, now);
    const table = await tabulateCompared(world, frame, { ...query, by, depth }, scope, now);
    return { ...table, period: viewPeriod(frame), basis, by, ruleVersion: frame.rule.version };
  });
}

/** A table of figures that closing a period freezes. */
export interface FrozenTable {
  basis: Basis;
  by: Dimension;
  depth: number;
}

/** Every table that a report can show without a filter. */
export const frozenTables: readonly FrozenTable[] = bases.flatMap((basis) =>
  dimensions.flatMap((by) => (by === 'matter' ? [1, 2, 3] : [1]).map((depth) => ({ basis, by, depth }))),
);

/** Such a table, counted from the cases that a period froze. */
export async function countFrozen(
  db: Context['db'],
  period: string,
  span: Span,
  table: FrozenTable,
): Promise<CountedRow[]> {
  const filters = { group: undefined, district: undefined, unit: undefined, scope: { kind: 'all' as const } };
  return countRates(db, { span, source: { kind: 'frozen', period, amended: false }, ...table, ...filters });
}

/** The same as it was frozen. */
export async function readFrozen(
  db: Context['db'],
  period: string,
  { basis, by, depth }: FrozenTable,
): Promise<CountedRow[]> {
  return readFigures(db, period, basis, by, depth);
}
