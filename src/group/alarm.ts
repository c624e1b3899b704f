/** When complaints are a group matter (群体诉求): which rules watch a complaint, and which of its alarms is told. Pure. */
import type { Catalog } from '../catalog/catalog.ts';
import type { AlarmRule, AlarmScope } from '../catalog/types.ts';

/** What a new complaint is about, as far as it was found. */
export interface Subject {
  matter: string | null;
  street: string | null;
  community: string | null;
  district: string | null;
  receivedAt: Date;
}

/** A rule applied to a complaint: the place and the matter in which it counts. */
export interface Watch {
  rule: AlarmRule;
  /** A second-level matter, and the leaves below it. */
  matter: string;
  leaves: string[];
  place: string;
  /** The street of a community: complaints are found by it. */
  street: string | null;
  /** Complaints after this and up to `at` are counted. */
  after: Date;
  at: Date;
}

/** What an operator is told of a group. */
export interface GroupFigures {
  count: number;
  callers: number;
  since: Date;
  rule: string;
}

/** The second-level matter of a leaf: M05.03.02 → M05.03. */
export function secondLevel(matter: string): string {
  return matter.split('.').slice(0, 2).join('.');
}

function covers({ matter }: AlarmRule, leaf: string): boolean {
  return matter === '*' || leaf === matter || leaf.startsWith(`${matter}.`);
}

/** The rules that watch a complaint, by code; none where its matter or place is not known. */
export function watchesOf({ data }: Catalog, subject: Subject): Watch[] {
  const leaf = subject.matter;
  if (leaf === null) return [];
  const matter = secondLevel(leaf);
  const placeOf = (scope: AlarmScope) => subject[scope];
  const rules = data.alarms.filter((rule) => covers(rule, leaf) && placeOf(rule.scope) !== null);
  if (rules.length === 0) return [];
  const leaves = data.matters.flatMap(({ code, parent }) => (parent === matter ? [code] : []));
  return rules
    .map((rule) => ({
      rule,
      matter,
      leaves,
      place: placeOf(rule.scope) ?? '',
      street: subject.street,
      after: new Date(subject.receivedAt.getTime() - rule.hours * 3_600_000),
      at: subject.receivedAt,
    }))
    .toSorted((a, b) => (a.rule.code < b.rule.code ? -1 : 1));
}

/**
 * How many earlier complaints make it worth counting exactly. Half of the rule's: the first count misses those that are being
 * filed at the same moment, and the exact one is only made for the few that come near.
 */
export function nearEnough({ count }: AlarmRule): number {
  return Math.ceil(count / 2);
}

/** The group an operator is told of: that of the most callers. */
export function largest(found: readonly GroupFigures[]): GroupFigures | null {
  const [first] = found.toSorted((a, b) => b.callers - a.callers || b.count - a.count || (a.rule < b.rule ? -1 : 1));
  return first ?? null;
}
