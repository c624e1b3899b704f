/**
 * Chooses the unit that leads and those that help: matter × place → lead, co-handlers, and why.
 *
 * The rule of highest priority that matches decides; where none does, the matter's own default lead. Clear duty and place
 * go straight to the unit; where a street's duty is clear but only the district known, the rules of priority 0 say who is
 * the backstop (兜底); all else waits for a person with the suggestion made here (docs/domain.md, chain and rules, 2).
 */
import type { Catalog, Leaf } from '../catalog/catalog.ts';
import type { DispatchRule, Unit } from '../catalog/types.ts';

/** What is known of a complaint when its unit is chosen. Codes; null = not known. */
export interface Facts {
  leaf: Leaf | null;
  /** The words are clear enough to act on the matter without a person. */
  matterAccepted: boolean;
  placeStatus: 'resolved' | 'district' | 'ambiguous' | 'unknown' | 'outside';
  district: string | null;
  street: string | null;
  type: string;
  level: string;
  caller: string;
}

export interface Choice {
  status: 'dispatch' | 'triage';
  lead: Unit | null;
  co: Unit[];
  /** Code of the dispatch rule that decided; `default` for the matter's own lead. */
  rule: string | null;
  reason: string;
}

export interface Dispatcher {
  choose(facts: Facts): Choice;
}

/** The word of a rule for the unit that governs the place. */
type Lead = string;

function matches(rule: DispatchRule, facts: Facts): boolean {
  const place = facts.street ?? facts.district ?? '';
  return (
    (rule.place === '*' || place.startsWith(rule.place)) &&
    (rule.type.length === 0 || rule.type.includes(facts.type)) &&
    (rule.level.length === 0 || rule.level.includes(facts.level)) &&
    (rule.caller.length === 0 || rule.caller.includes(facts.caller))
  );
}

function coversMatter(rule: DispatchRule, code: string): boolean {
  return rule.matter === '*' || code === rule.matter || code.startsWith(`${rule.matter}.`);
}

/** What the catalogue says of one matter. */
interface Duty {
  /** Rules that may concern it, those that come first in front. */
  rules: DispatchRule[];
  /** Rules of priority 0: who takes it where the place is known too roughly. */
  backstops: DispatchRule[];
  /** Its names as they are printed. */
  path: string;
}

function dutiesOf({ leaves, data }: Catalog): Map<string, Duty> {
  const ordered = data.rules.toSorted((a, b) => b.priority - a.priority || (a.code < b.code ? -1 : 1));
  return new Map(
    leaves.map(({ code, path }) => {
      const covering = ordered.filter((rule) => coversMatter(rule, code));
      const rules = covering.filter(({ priority }) => priority > 0);
      const backstops = covering.filter(({ priority }) => priority === 0);
      return [code, { rules, backstops, path: path.join('—') }];
    }),
  );
}

/** The units that answer for streets and districts: their own, unless the list names another. */
function governors({ data, units }: Catalog): Map<string, Unit> {
  const found = new Map<string, Unit>();
  for (const { kind, code, unit } of data.divisions) {
    const own = kind === 'community' ? undefined : units.get(unit ?? code);
    if (own !== undefined) found.set(code, own);
  }
  return found;
}

/** Builds the dispatcher of a catalog: what does not depend on the complaint is found once, not for every complaint. */
export function buildDispatcher(catalog: Catalog): Dispatcher {
  const dutyOf = dutiesOf(catalog);
  const units = governors(catalog);
  const governing = (code: string | null): Unit | null => (code === null ? null : (units.get(code) ?? null));
  const unitFor = (lead: Lead, facts: Facts): Unit | null => {
    if (lead === 'street') return governing(facts.street);
    // A street that answers to a unit of its own (a development zone) answers to it for the district's duties too.
    if (lead === 'district') {
      const street = governing(facts.street);
      return street?.kind === 'district' ? street : governing(facts.district);
    }
    return catalog.units.get(lead) ?? null;
  };

  return {
    choose(facts) {
      const { leaf } = facts;
      if (leaf === null) return { status: 'triage', lead: null, co: [], rule: null, reason: '事项不明，转人工研判' };
      const duties = dutyOf.get(leaf.code);
      const rule = duties?.rules.find((candidate) => matches(candidate, facts));
      const lead = rule?.lead ?? leaf.lead;
      const tooRough = lead === 'street' && facts.street === null;
      const backstop = tooRough ? duties?.backstops.find((candidate) => matches(candidate, facts)) : undefined;
      const unit = tooRough ? (backstop ? unitFor(backstop.lead, facts) : null) : unitFor(lead, facts);
      const co: Unit[] = [];
      for (const word of rule?.co ?? []) {
        const one = unitFor(word, facts);
        if (one !== null && one !== unit && !co.includes(one)) co.push(one);
      }
      const duty = rule?.reason ?? `事项“${duties?.path ?? leaf.name}”按派单目录${leadWord(lead, unit)}`;
      const doubt = doubtOf(facts, lead, unit);
      const why = backstop ? `${duty}；只能定位到区：${backstop.reason}` : duty;
      return {
        status: doubt === null ? 'dispatch' : 'triage',
        lead: unit,
        co,
        rule: backstop?.code ?? rule?.code ?? 'default',
        reason: doubt === null ? why : `${doubt}，转人工研判；建议：${why}`,
      };
    },
  };
}

function leadWord(lead: Lead, unit: Unit | null): string {
  if (lead === 'street') return '由所在街道（乡镇）主办';
  if (lead === 'district') return '由所在区主办';
  return `由${unit?.name ?? lead}主办`;
}

/** Why a person must decide; null where the machine may. Duties of city departments do not depend on the place. */
function doubtOf(facts: Facts, lead: Lead, unit: Unit | null): string | null {
  if (!facts.matterAccepted) return '事项把握不足';
  if (facts.placeStatus === 'outside') return '地点在本市以外';
  const needsPlace = lead === 'street' || lead === 'district' || unit?.kind !== 'city';
  if (needsPlace && facts.placeStatus === 'ambiguous') return '地点有多种可能';
  if (needsPlace && facts.placeStatus === 'unknown') return '地点不明';
  if (unit === null) return '没有对应的承办单位';
  return null;
}
