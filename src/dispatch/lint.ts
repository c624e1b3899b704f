/**
 * What is wrong with a dispatch catalogue although every row is sound by itself: rows that are never reached, cases that nobody
 * leads, rows that contradict each other, units out of date, and duties of departments pushed down to streets. Pure.
 */
import type { Catalog, Leaf } from '../catalog/catalog.ts';
import { callerKinds, isBackstop } from '../catalog/check-rules.ts';
import { resolveSeen } from '../catalog/see.ts';
import type { DispatchRule, SeedData, Unit } from '../catalog/types.ts';
import { type Validity, validOn } from '../catalog/validity.ts';
import { buildDispatcher, coversMatter, inOrder } from './choose.ts';
import { buildLeads, type PlaceCodes } from './leads.ts';

export const lintChecks = ['unreachable', 'gap', 'overlap', 'outdated', 'pushed-down'] as const;
export type LintCheck = (typeof lintChecks)[number];
export const severities = ['error', 'warning'] as const;

/** A finding names the row it is about by its table and code. An error must not come into force; a warning may. */
export interface Finding {
  check: LintCheck;
  severity: (typeof severities)[number];
  table: 'rules' | 'matters' | 'localUnits';
  /** Code of the rule or matter; word and division of a unit by place. */
  code: string;
  message: string;
}

/** All findings for one day: `written` is that day's view of `all`. */
export function lint(written: Catalog, all: SeedData): Finding[] {
  const catalog = { ...written, data: { ...written.data, rules: resolveSeen(written.data.rules) } };
  const ordered = inOrder(catalog.data.rules);
  return [
    ...unreachable(ordered, catalog),
    ...overlaps(ordered, catalog),
    ...outdated(catalog, all),
    ...pushedDown(catalog),
    ...gaps(catalog),
  ];
}

/** Whether a list of conditions admits all that another admits; an empty list admits everything. */
function admits(wide: readonly string[], narrow: readonly string[], every: readonly string[]): boolean {
  if (wide.length === 0) return true;
  const asked = narrow.length === 0 ? every : narrow;
  return asked.every((code) => wide.includes(code));
}

function meets(a: readonly string[], b: readonly string[]): boolean {
  return a.length === 0 || b.length === 0 || a.some((code) => b.includes(code));
}

const isWithin = (place: string, wide: string) => wide === '*' || (place !== '*' && place.startsWith(wide));

/** Whether a rule takes every case of another in a matter that both are for. */
function takesAll(one: DispatchRule, other: DispatchRule, { types, levels }: Catalog): boolean {
  return (
    isWithin(other.place, one.place) &&
    admits(one.type, other.type, [...types.keys()]) &&
    admits(one.level, other.level, [...levels.keys()]) &&
    admits(one.caller, other.caller, callerKinds)
  );
}

/** Rules whose every matter is taken by rules that come before them. Backstops hide nothing but each other. */
function unreachable(ordered: readonly DispatchRule[], catalog: Catalog): Finding[] {
  return ordered.flatMap((rule, index): Finding[] => {
    const before = ordered
      .slice(0, index)
      .filter((other) => isBackstop(other) === isBackstop(rule) && takesAll(other, rule, catalog));
    const hiding = new Set<string>();
    for (const { code } of catalog.leaves) {
      if (!coversMatter(rule, code)) continue;
      const other = before.find((one) => coversMatter(one, code));
      if (other === undefined) return [];
      hiding.add(other.code);
    }
    const by = [...hiding].slice(0, 3).join('、');
    const message = by === '' ? '没有末级事项与它相符' : `永远轮不到：排在前面的 ${by} 涵盖了它的全部条件`;
    return [{ check: 'unreachable', severity: 'warning', table: 'rules', code: rule.code, message }];
  });
}

/** Pairs of one priority that can both match and name different leads: which one decides would hang on their codes. */
function overlaps(ordered: readonly DispatchRule[], { matters }: Catalog): Finding[] {
  return ordered.flatMap((rule, index) =>
    ordered.slice(index + 1).flatMap((other): Finding[] => {
      if (other.priority !== rule.priority || other.lead === rule.lead) return [];
      const meet =
        (coversMatter(rule, other.matter) || coversMatter(other, rule.matter)) &&
        (isWithin(rule.place, other.place) || isWithin(other.place, rule.place)) &&
        meets(rule.type, other.type) &&
        meets(rule.level, other.level) &&
        meets(rule.caller, other.caller);
      if (!meet) return [];
      const narrow = other.matter === '*' || coversMatter(other, rule.matter) ? rule.matter : other.matter;
      const about = narrow === '*' ? '' : `（如事项“${matters.get(narrow)?.name ?? narrow}”）`;
      const message = `与 ${rule.code} 优先级同为 ${rule.priority}，可以同时相符${about}，主办却不同：${rule.lead} 与 ${other.lead}`;
      return [{ check: 'overlap', severity: 'error', table: 'rules', code: other.code, message }];
    }),
  );
}

/** What is wrong with the dates of a unit that a row names; null where nothing is. */
function dateFault(unit: Unit, row: Validity, date: string): Pick<Finding, 'severity' | 'message'> | null {
  const from = row.validFrom > date ? row.validFrom : date;
  const named = `单位 ${unit.code} ${unit.name}`;
  if (!validOn(unit, from)) {
    const message = unit.validFrom > from ? `${named} ${unit.validFrom} 才生效` : `${named} 已于 ${unit.validTo} 失效`;
    return { severity: 'error', message };
  }
  const outlives = unit.validTo !== null && (row.validTo === null || row.validTo > unit.validTo);
  return outlives ? { severity: 'warning', message: `${named} 将于 ${unit.validTo} 失效，先于此行` } : null;
}

/** Rows in force or to come that name a unit which is not, or will end before they do. */
function outdated({ date }: Catalog, all: SeedData): Finding[] {
  const units = new Map(all.units.map((unit) => [unit.code, unit]));
  const findings: Finding[] = [];
  const look = (table: Finding['table'], code: string, row: Validity, names: readonly string[]) => {
    if (row.validTo !== null && (row.validTo <= date || row.validTo <= row.validFrom)) return;
    for (const name of names) {
      const unit = units.get(name);
      const fault = unit && dateFault(unit, row, date);
      if (fault) findings.push({ check: 'outdated', table, code, ...fault });
    }
  };
  for (const rule of all.rules) look('rules', rule.code, rule, [rule.lead, ...rule.co]);
  for (const matter of all.matters) look('matters', matter.code, matter, [matter.lead ?? '']);
  for (const row of all.localUnits) look('localUnits', `${row.word} ${row.division}`, row, [row.unit]);
  return findings;
}

/** Rules and matters that let a street lead what is a duty of departments by law. */
function pushedDown({ data, leaves, units }: Catalog): Finding[] {
  const isStreet = (lead: string) => lead === 'street' || units.get(lead)?.kind === 'street';
  const guarded = leaves.flatMap((leaf) => {
    const guard = data.guard.find((row) => coversMatter(row, leaf.code));
    return guard === undefined ? [] : [{ leaf, guard }];
  });
  const about = (leaf: Leaf, reason: string) => `事项 ${leaf.code} ${leaf.name} 由街道（乡镇）主办：${reason}`;
  const found = { check: 'pushed-down', severity: 'error' } as const;
  const byRule = data.rules.flatMap((rule): Finding[] => {
    const hit = isStreet(rule.lead) ? guarded.find(({ leaf }) => coversMatter(rule, leaf.code)) : undefined;
    return hit ? [{ ...found, table: 'rules', code: rule.code, message: about(hit.leaf, hit.guard.reason) }] : [];
  });
  const byMatter = guarded
    .filter(({ leaf }) => isStreet(leaf.lead))
    .map(({ leaf, guard }): Finding => {
      return { ...found, table: 'matters', code: leaf.code, message: about(leaf, guard.reason) };
    });
  return [...byRule, ...byMatter];
}

/** Places for which the catalogue says the same: whether somebody leads can be asked for one of them. */
interface Spots {
  first: string;
  count: number;
  place: PlaceCodes & { placeStatus: 'resolved' | 'district' };
}

/**
 * All streets, and all districts where no more is known, grouped by the rules' places they lie in and by the words for a lead
 * that name nobody there. Without that the walk over all matters would take seconds.
 */
function spotsOf(catalog: Catalog): Spots[] {
  const { data, leaves } = catalog;
  const leads = buildLeads(catalog);
  const words = [...new Set([...data.rules, ...leaves].map(({ lead }) => lead))].map(leads);
  const places = [...new Set(data.rules.map(({ place }) => place))];
  const groups = new Map<string, Spots>();
  for (const { kind, code, name, parent } of data.divisions) {
    if (kind !== 'street' && kind !== 'district') continue;
    const isStreet = kind === 'street';
    const place = isStreet
      ? { district: parent, street: code, placeStatus: 'resolved' as const }
      : { district: code, street: null, placeStatus: 'district' as const };
    const inside = places.filter((one) => isWithin(code, one));
    const nobody = words.filter((lead) => lead.unitIn(place) === null).map(({ word }) => word);
    const key = JSON.stringify([isStreet, inside, nobody]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: isStreet ? name : `${name}（只知道区）`, count: 1, place });
    else group.count += 1;
  }
  return [...groups.values()];
}

/** Matters that nobody leads in some place, for the request types, level and callers that are usual for them. */
function gaps(catalog: Catalog): Finding[] {
  const { leadOf } = buildDispatcher(catalog);
  const spots = spotsOf(catalog);
  return catalog.leaves.flatMap((leaf): Finding[] => {
    const types = leaf.types.length > 0 ? leaf.types : [...catalog.types.keys()];
    const usual = types.flatMap((type) =>
      callerKinds.map((caller) => ({ leaf, matterAccepted: true, type, caller, level: leaf.level })),
    );
    const empty = spots.filter(({ place }) => usual.some((known) => leadOf({ ...known, ...place }) === null));
    const [first] = empty;
    if (first === undefined) return [];
    const count = empty.reduce((sum, spot) => sum + spot.count, 0);
    const message = `事项“${leaf.name}”在 ${count} 个地方没有主办，如${first.first}`;
    return [{ check: 'gap', severity: 'error', table: 'matters', code: leaf.code, message }];
  });
}
