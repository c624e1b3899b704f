/**
 * Puts like units in order (排名) and into classes (分类). Pure. Order: composite as published descending, then volume descending,
 * then code (docs/domain.md); whoever has too few answers, or has ended, is listed without a rank.
 */
import type { ClassMeasure, UnitClass } from '../catalog/assessment-rules.ts';
import type { RankingRow } from './reports/ranking.ts';
import type { RatesRow } from './reports/rates.ts';

/** A unit's row with what kind of unit it is, and whether it still was one when the span ended. */
export interface UnitRow {
  row: RatesRow;
  kind: RankingRow['kind'];
  ended: boolean;
  /** Change of the composite against the period before, in hundredths of a point. */
  rise: number | null;
}

const basisPoints = 10_000;

function unrankedBecause({ row, ended }: UnitRow): RankingRow['unranked'] {
  if (row.composite === null) return 'no-answers';
  if (row.small) return 'small';
  return ended ? 'ended' : null;
}

/** The measures of a unit among those of its kind, as whole basis points; null where there is none. */
function measuresOf({ row, rise }: UnitRow, like: readonly UnitRow[]): Record<ClassMeasure, number | null> {
  const sum = like.reduce((total, one) => total + one.row.volume, 0);
  return {
    composite: row.composite === null ? null : Math.round(row.composite * 10) * 10,
    resolution: row.resolutionRate === null ? null : Math.round(row.resolutionRate * basisPoints),
    change: rise,
    volume: sum === 0 ? null : Math.floor((row.volume * like.length * basisPoints) / sum),
  };
}

function holds({ atLeast, below }: UnitClass, value: number | null): boolean {
  return value !== null && (atLeast === null || value >= atLeast) && (below === null || value < below);
}

/** The classes of a unit of a kind: those of which all conditions hold. Rules for the kind come before those for all. */
export function classesOf(
  kind: string,
  measures: Record<ClassMeasure, number | null>,
  rules: readonly UnitClass[],
): { code: string; name: string }[] {
  const codes = [...new Set(rules.map(({ code }) => code))];
  return codes.flatMap((code) => {
    const own = rules.filter((rule) => rule.code === code && rule.kind === kind);
    const conditions = own.length > 0 ? own : rules.filter((rule) => rule.code === code && rule.kind === '*');
    const [first] = conditions;
    if (first === undefined || !conditions.every((rule) => holds(rule, measures[rule.measure]))) return [];
    return [{ code, name: first.name }];
  });
}

/** The ranking: within each kind of units by itself. `units` are in order; without `ranked` nobody has a rank. */
export function rankUnits(units: readonly UnitRow[], rules: readonly UnitClass[], ranked: boolean): RankingRow[] {
  const next = new Map<string, number>();
  return units
    .map((unit) => {
      const { row, kind } = unit;
      const unranked = unrankedBecause(unit);
      const like = units.filter((one) => one.kind === kind);
      const rank = ranked && unranked === null ? (next.get(kind) ?? 0) + 1 : null;
      if (rank !== null) next.set(kind, rank);
      const classes = unranked === null ? classesOf(kind, measuresOf(unit, like), rules) : [];
      return { ...row, kind, rank, of: 0, unranked, classes };
    })
    .map((row) => ({ ...row, of: next.get(row.kind) ?? 0 }));
}
