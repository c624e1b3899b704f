/** The report of the three rates: what is asked is checked, counted in one statement, computed, named and put in order. */
import type { Scope } from '../access/scope.ts';
import { shanghaiTime } from '../catalog/calendar.ts';
import { type Catalog, divisionOf, matterPath, unitOf } from '../catalog/catalog.ts';
import type { Context } from '../context.ts';
import { AppError, fieldError } from '../http/errors.ts';
import { chooseSpan } from './period.ts';
import { compareRows, meanRow, pool, ratesRow } from './rates.ts';
import {
  channelNames,
  type Dimension,
  kindNames,
  noKey,
  noKeyNames,
  type RatesQuery,
  type RatesReport,
  type RatesRow,
} from './reports/rates.ts';
import { countRates } from './store.ts';

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

/** Refuses filters that name nothing, and a unit that the caller does not see. */
export function checkFilters(
  { by, depth, district, unit }: Pick<RatesQuery, 'depth' | 'district' | 'unit'> & { by?: string | undefined },
  scope: Scope,
  catalog: Catalog,
): void {
  if (depth !== undefined && by !== 'matter') throw fieldError('depth', '只用于 by=matter');
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

/** Days run in time; all other rows by rank. */
function inOrder(rows: readonly RatesRow[], by: Dimension): RatesRow[] {
  return by === 'day' ? rows.toSorted((a, b) => (a.key < b.key ? -1 : 1)) : rows.toSorted(compareRows);
}

/**
 * The three rates by unit, district, street, … over a period or a range of dates; the current period where neither is given.
 * Rules and names are those in force at `now`. Throws VALIDATION_FAILED for a span or a filter that cannot be, FORBIDDEN for a
 * unit outside the scope and for scopes that have no reports.
 */
export async function ratesReport(
  { db, judgeAt }: Pick<Context, 'db' | 'judgeAt'>,
  query: RatesQuery,
  scope: Scope,
  now: Date,
): Promise<RatesReport> {
  if (scope.kind === 'filed') throw new AppError('FORBIDDEN');
  const { catalog } = judgeAt(now);
  const rule = catalog.assessment;
  const span = chooseSpan(query, rule.cycleDay, now);
  checkFilters(query, scope, catalog);
  const { by = 'unit', basis = 'all', depth = 1, group, district, unit } = query;
  const nameOf = naming(catalog, by);
  const counts = await countRates(db, { span, by, depth, basis, group, district, unit, scope });
  const rows = counts.map(({ key, ...row }) => ratesRow(key, nameOf(key), row, rule));
  return {
    items: inOrder(rows, by),
    total: ratesRow('total', '合计', pool(counts), rule),
    mean: meanRow(counts, rule),
    // Closing of periods comes with its own table; until then every period is open.
    period: { code: span.code, from: shanghaiTime(span.from), to: shanghaiTime(span.to), closed: false },
    basis,
    by,
    ruleVersion: rule.version,
  };
}
