/**
 * The reference data of a city as it is valid on one day, indexed for look-ups. Immutable; built anew when a day brings changes.
 */

import type { AssessmentRule } from './assessment-rules.ts';
import { buildCalendar, type WorkCalendar } from './calendar.ts';
import type { HandlingRule } from './handling-rules.ts';
import type { UnitRef } from './schemas.ts';
import type {
  Division,
  JudgementRule,
  Level,
  Matter,
  Need,
  RequestType,
  RetentionRule,
  SeedData,
  Unit,
} from './types.ts';
import { type Validity, validOn } from './validity.ts';

export interface Catalog {
  /** Number of the loaded set of seed files; 0 when read from files without a database. */
  version: number;
  /** The day the view is for, Asia/Shanghai. */
  date: string;
  data: SeedData;
  divisions: ReadonlyMap<string, Division>;
  units: ReadonlyMap<string, Unit>;
  /** Rows that are not in force on the day, the last one of each code: complaints of other days name them. */
  other: { divisions: ReadonlyMap<string, Division>; units: ReadonlyMap<string, Unit> };
  needs: ReadonlyMap<string, Need>;
  matters: ReadonlyMap<string, Matter>;
  types: ReadonlyMap<string, RequestType>;
  levels: ReadonlyMap<string, Level>;
  /** Third-level matters: the only ones that carry need, level and lead. */
  leaves: readonly Leaf[];
  calendar: WorkCalendar;
  assessment: AssessmentRule;
  judgement: JudgementRule;
  handling: HandlingRule;
  retention: RetentionRule | undefined;
}

/** A matter that has no further matters below it, with its names from the first level down. */
export interface Leaf extends Matter {
  need: string;
  level: string;
  lead: string;
  path: string[];
}

/** The need (其他) and request type (其他) that stand for "none of these"; fixed by docs/labels.md. */
export const otherNeed = 'QT';
export const otherType = 'other';
/** The request type (咨询) that is answered from the knowledge base. */
export const consultType = 'consult';
/** The level of danger to life: it concerns the street and the emergency channel at once (docs/domain.md, 5). */
export const emergencyLevel = 'L1';

function byCode<T extends { code: string }>(rows: readonly T[]): Map<string, T> {
  return new Map(rows.map((row) => [row.code, row]));
}

function othersOf<T extends Validity & { code: string }>(rows: readonly T[], date: string): Map<string, T> {
  const others = rows.filter((row) => !validOn(row, date));
  return byCode(others.toSorted((a, b) => (a.validFrom < b.validFrom ? -1 : 1)));
}

/** The one versioned row in force; the newest where several are. Throws where none is: nothing may be computed then. */
function inForce<T extends Validity>(rows: readonly T[], what: string, date: string): T {
  const [newest] = rows.toSorted((a, b) => b.validFrom.localeCompare(a.validFrom));
  if (newest === undefined) throw new Error(`${date} 没有生效的${what}`);
  return newest;
}

/** Names of a matter from the first level down. */
export function matterPath(matters: ReadonlyMap<string, Matter>, code: string): string[] {
  const path: string[] = [];
  for (let at = matters.get(code); at !== undefined; at = matters.get(at.parent ?? '')) path.unshift(at.name);
  return path;
}

/** A division for showing what is stored: that of the day, or what is last known of one that has ended. */
export function divisionOf({ divisions, other }: Catalog, code: string): Division | undefined {
  return divisions.get(code) ?? other.divisions.get(code);
}

/** A division as answers name it; one the catalog does not know at all stands with its code. */
export function divisionRef(catalog: Catalog, code: string | null): { code: string; name: string } | null {
  return code === null ? null : { code, name: divisionOf(catalog, code)?.name ?? code };
}

/** A unit for showing what is stored: that of the day, or what is last known of one that has ended. */
export function unitOf({ units, other }: Catalog, code: string): Unit | undefined {
  return units.get(code) ?? other.units.get(code);
}

/** A unit as answers name it; one the catalog does not know at all stands with its code. */
export function unitRef(catalog: Catalog, code: string): UnitRef {
  const unit = unitOf(catalog, code);
  return { code, name: unit?.name ?? code, kind: unit?.kind ?? 'city' };
}

/** Keeps the rows valid on `date`. */
export function selectValid(data: SeedData, date: string): SeedData {
  const valid = <T extends Validity>(rows: readonly T[]) => rows.filter((row) => validOn(row, date));
  return {
    divisions: valid(data.divisions),
    areas: valid(data.areas),
    landmarks: valid(data.landmarks),
    units: valid(data.units),
    needs: valid(data.needs),
    matters: valid(data.matters),
    types: valid(data.types),
    levels: valid(data.levels),
    calendar: data.calendar,
    rules: valid(data.rules),
    localUnits: valid(data.localUnits),
    guard: valid(data.guard),
    routes: valid(data.routes),
    lexicon: valid(data.lexicon),
    words: valid(data.words),
    assessment: valid(data.assessment),
    judgement: valid(data.judgement),
    alarms: valid(data.alarms),
    handling: valid(data.handling),
    escalations: valid(data.escalations),
    callbacks: valid(data.callbacks),
    exclusions: valid(data.exclusions),
    classes: valid(data.classes),
    population: valid(data.population),
    retention: valid(data.retention),
  };
}

/** Builds the view of one day (`YYYY-MM-DD`, Asia/Shanghai). */
export function buildCatalog(all: SeedData, date: string, version = 0): Catalog {
  const data = selectValid(all, date);
  const matters = byCode(data.matters);
  const leaves = data.matters.flatMap((matter): Leaf[] => {
    const { need, level, lead } = matter;
    if (need === null || level === null || lead === null) return [];
    return [{ ...matter, need, level, lead, path: matterPath(matters, matter.code) }];
  });
  return {
    version,
    date,
    data,
    divisions: byCode(data.divisions),
    units: byCode(data.units),
    other: { divisions: othersOf(all.divisions, date), units: othersOf(all.units, date) },
    needs: byCode(data.needs),
    matters,
    types: byCode(data.types),
    levels: byCode(data.levels),
    leaves,
    calendar: buildCalendar(data.calendar),
    assessment: inForce(data.assessment, '考核规则', date),
    judgement: inForce(data.judgement, '判定阈值', date),
    handling: inForce(data.handling, '办理规则', date),
    // Where a city has none, nothing is emptied of itself.
    retention: data.retention.at(-1),
  };
}

/** The days around `date` on which some row starts or ends: the catalog is the same from `since` until before `until`. */
export function unchangedAround(data: SeedData, date: string): { since: string; until: string | null } {
  let since = '0000-01-01';
  let until: string | null = null;
  const { calendar: _, ...dated } = data;
  for (const rows of Object.values<Validity[]>(dated)) {
    for (const { validFrom, validTo } of rows) {
      for (const day of [validFrom, validTo]) {
        if (day === null) continue;
        if (day <= date && day > since) since = day;
        if (day > date && (until === null || day < until)) until = day;
      }
    }
  }
  return { since, until };
}
