/** The report of the three rates: what is asked is checked, counted in one snapshot, computed, named and put in order. */
import { holdsUnit, type Scope } from '../access/scope.ts';
import type { AssessmentRule } from '../catalog/assessment-rules.ts';
import { shanghaiDate, shanghaiTime } from '../catalog/calendar.ts';
import { type Catalog, divisionOf, unitOf } from '../catalog/catalog.ts';
import { validOn } from '../catalog/validity.ts';
import type { Context } from '../context.ts';
import { readWhole } from '../db/connect.ts';
import type { Span } from '../figures/span.ts';
import { AppError, fieldError } from '../http/errors.ts';
import { changeOf, earlier } from './compare.ts';
import { chooseSpan, parsePeriod, periodAt, ruleOfPeriod, type SpanQuery } from './period.ts';
import { rankUnits, type UnitRow } from './ranking.ts';
import { compareRows, exclusionsRow, meanRow, pool, ratesRow } from './rates.ts';
import type { Source } from './reports/facts.ts';
import { naming, reasonName } from './reports/naming.ts';
import type { ExclusionsQuery, ExclusionsReport, RankingQuery, RankingReport } from './reports/ranking.ts';
import {
  type Basis,
  bases,
  type Dimension,
  dimensions,
  type RatesQuery,
  type RatesReport,
  type RatesRow,
  type ReportPeriod,
} from './reports/rates.ts';
import { type CountedRow, countRates, findClosed, readFigures } from './store.ts';

export type World = Pick<Context, 'db' | 'judgeAt' | 'catalogRows'>;

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
  if (!holdsUnit(scope, asked)) {
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
  return readWhole(ctx.db, (tx) => read({ db: tx, catalogRows, judgeAt }));
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

/**
 * Units in order within their kinds, with their classes; a rule may say that there are no ranks. Throws as `ratesReport` does.
 */
export async function rankingReport(ctx: World, query: RankingQuery, scope: Scope, now: Date): Promise<RankingReport> {
  const { basis = 'all', group = null, compare = 'previous' } = query;
  const { catalog } = ctx.judgeAt(now);
  checkFilters(query, scope, catalog);
  return inSnapshot(ctx, async (world) => {
    const frame = await frameOf(world, query, now);
    const asked = { ...query, by: 'unit' as const, depth: 1 };
    // A rank is one among all of the kind, whoever asks for whichever of them.
    const among = { ...asked, unit: undefined, compare };
    const { items, compared } = await tabulateCompared(world, frame, among, { kind: 'all' }, now);
    const { total } = await tabulate(world, frame, asked, scope, now);
    const { rule } = frame;
    const lastDay = shanghaiDate(new Date(frame.to.getTime() - 1));
    const units = items.map((row): UnitRow => {
      const unit = unitOf(catalog, row.key);
      const ended = unit !== undefined && !validOn({ ...unit, validFrom: '' }, lastDay);
      return { row, kind: unit?.kind ?? 'none', ended, rise: row.change?.composite ?? null };
    });
    const classes = ctx.catalogRows().data.classes.filter((row) => validOn(row, lastDay));
    return {
      items: rankUnits(units, classes, rule.ranked).filter(({ key }) => isSeen(key, query.unit, scope, catalog)),
      total,
      ranked: rule.ranked,
      why: rule.ranked ? null : `考核规则 ${rule.version} 规定不排名`,
      ...(compared === undefined ? {} : { compared }),
      period: viewPeriod(frame),
      basis,
      group,
      ruleVersion: rule.version,
    };
  });
}

/** Whether a unit's row was asked for, and is the asker's to see. */
function isSeen(key: string, unit: string | undefined, scope: Scope, catalog: Catalog): boolean {
  if (unit !== undefined && key !== unit) return false;
  return holdsUnit(scope, { code: key, parent: unitOf(catalog, key)?.parent ?? null });
}

/** What the exclusions make of the figures: both bases side by side, and how many cases each reason takes out, row by row. */
export async function exclusionsReport(
  ctx: World,
  query: ExclusionsQuery,
  scope: Scope,
  now: Date,
): Promise<ExclusionsReport> {
  const { by = 'unit' } = query;
  const { catalog } = ctx.judgeAt(now);
  checkFilters(query, scope, catalog);
  return inSnapshot(ctx, async (world) => {
    const frame = await frameOf(world, query, now);
    const side = (basis: Basis) => tabulate(world, frame, { ...query, basis, by, depth: 1 }, scope, now);
    const [all, assessed] = [await side('all'), await side('assessed')];
    const after = new Map(assessed.items.map((row) => [row.key, row]));
    const nameOf = (code: string) => reasonName(catalog, code);
    // What is left out stands under the basis `all`, too: every row of the one is a row of the other.
    const items = all.items.flatMap((row) => {
      const other = after.get(row.key);
      return other === undefined ? [] : [exclusionsRow(row, other, nameOf)];
    });
    return {
      items: items.toSorted((a, b) => b.excluded - a.excluded || (a.key < b.key ? -1 : 1)),
      total: exclusionsRow(all.total, assessed.total, nameOf),
      period: viewPeriod(frame),
      by,
      ruleVersion: frame.rule.version,
    };
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
