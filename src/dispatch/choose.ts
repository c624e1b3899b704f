/**
 * Chooses the unit that leads and those that help: matter × place → lead, co-handlers, and why; and who else could lead.
 *
 * The rule of highest priority that matches decides; where none does, the matter's own default lead. Clear duty and place
 * go straight to the unit; where the duty of a street or district is clear but the place known too roughly, the rules of
 * least priority say who is the backstop (兜底); all else waits for a person with the suggestion made here (docs/domain.md, chain and rules, 2).
 */
import { type Catalog, emergencyLevel, type Leaf } from '../catalog/catalog.ts';
import { isBackstop, placeUnknown } from '../catalog/check-rules.ts';
import { resolveSeen } from '../catalog/see.ts';
import type { DispatchRule, Unit } from '../catalog/types.ts';
import { buildLeads, type Lead, type Leads } from './leads.ts';

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

/** A rule that matches too and comes after the one that decided. */
export interface RunnerUp {
  /** Code of the rule; `default` for the matter's own lead. */
  rule: string;
  lead: Unit;
  reason: string;
}

export interface Choice {
  status: 'dispatch' | 'triage';
  lead: Unit | null;
  co: Unit[];
  /** Code of the dispatch rule that decided; `default` for the matter's own lead. */
  rule: string | null;
  reason: string;
  /** At most three, the next in order first. */
  runnersUp: RunnerUp[];
}

export interface Dispatcher {
  choose(facts: Facts): Choice;
  /** The unit that `choose` lets lead, and nothing else: for walking all matters and places. */
  leadOf(facts: Facts): Unit | null;
}

const mostRunnersUp = 3;

/** Whether the place, request type, level and caller of a case meet a rule; its matter is looked at beforehand. */
function matches({ rule }: Option, facts: Facts): boolean {
  const place = facts.street ?? facts.district ?? placeUnknown;
  return (
    (rule.place === '*' || place.startsWith(rule.place)) &&
    (rule.type.length === 0 || rule.type.includes(facts.type)) &&
    (rule.level.length === 0 || rule.level.includes(facts.level)) &&
    (rule.caller.length === 0 || rule.caller.includes(facts.caller))
  );
}

/** Whether a rule is for a matter or for one above it. */
export function coversMatter({ matter }: { matter: string }, code: string): boolean {
  return matter === '*' || code === matter || code.startsWith(`${matter}.`);
}

/** A rule with its words looked up. */
interface Option {
  rule: DispatchRule;
  lead: Lead;
  co: Lead[];
}

/** What the catalogue says of one matter. */
interface Duty {
  /** Rules that may concern it, those that come first in front. */
  options: Option[];
  /** Who takes it where the place is known too roughly. */
  backstops: Option[];
  /** The matter's own lead, and why. */
  usual: Lead;
  usualReason: string;
}

/** The rules in the order in which they decide. */
export function inOrder(rules: readonly DispatchRule[]): DispatchRule[] {
  return rules.toSorted((a, b) => b.priority - a.priority || (a.code < b.code ? -1 : 1));
}

function dutiesOf({ leaves, data }: Catalog, leads: Leads): Map<string, Duty> {
  const ordered = inOrder(resolveSeen(data.rules)).map((rule) => ({
    rule,
    lead: leads(rule.lead),
    co: rule.co.map(leads),
  }));
  return new Map(
    leaves.map(({ code, path, lead }) => {
      const covering = ordered.filter(({ rule }) => coversMatter(rule, code));
      const usual = leads(lead);
      return [
        code,
        {
          options: covering.filter(({ rule }) => !isBackstop(rule)),
          backstops: covering.filter(({ rule }) => isBackstop(rule)),
          usual,
          usualReason: `事项“${path.join('—')}”按派单目录由${usual.name}主办`,
        },
      ];
    }),
  );
}

/** Which row decides: the first rule that matches, or the matter's own lead; and the backstop where the place is known too roughly. */
interface Decision {
  index: number;
  option: Option | undefined;
  lead: Lead;
  backstop: Option | undefined;
  unit: Unit | null;
}

function decide({ options, backstops, usual }: Duty, facts: Facts): Decision {
  let index = 0;
  while (index < options.length && !matches(options[index] as Option, facts)) index += 1;
  const option = options[index];
  const lead = option?.lead ?? usual;
  const tooRough =
    (lead.word === 'street' && facts.street === null) || (lead.word === 'district' && facts.district === null);
  const backstop = tooRough
    ? backstops.find((candidate) => matches(candidate, facts) && candidate.lead.unitIn(facts) !== null)
    : undefined;
  return {
    index,
    option,
    lead,
    backstop,
    unit: tooRough ? (backstop?.lead.unitIn(facts) ?? null) : lead.unitIn(facts),
  };
}

/** Those that match after the row that decided. The matter's own lead and the backstop are told only where they add a unit. */
function runnersUp({ options, backstops, usual, usualReason }: Duty, facts: Facts, taken: Decision): RunnerUp[] {
  const found: RunnerUp[] = [];
  const add = (rule: string, lead: Lead, reason: string, always: boolean) => {
    const unit = lead.unitIn(facts);
    if (unit === null || found.length === mostRunnersUp) return;
    if (always || (unit !== taken.unit && found.every((one) => one.lead !== unit)))
      found.push({ rule, lead: unit, reason });
  };
  for (let at = taken.index + 1; at < options.length && found.length < mostRunnersUp; at += 1) {
    const option = options[at] as Option;
    if (matches(option, facts)) add(option.rule.code, option.lead, option.rule.reason, true);
  }
  if (taken.option !== undefined) add('default', usual, usualReason, false);
  for (const option of backstops) {
    if (option !== taken.backstop && matches(option, facts))
      add(option.rule.code, option.lead, option.rule.reason, false);
  }
  return found;
}

/** Builds the dispatcher of a catalog: what does not depend on the complaint is found once, not for every complaint. */
export function buildDispatcher(catalog: Catalog): Dispatcher {
  const leads = buildLeads(catalog);
  const dutyOf = dutiesOf(catalog, leads);
  const street = leads('street');
  const unknown: Choice = {
    status: 'triage',
    lead: null,
    co: [],
    rule: null,
    reason: '事项不明，转人工研判',
    runnersUp: [],
  };
  return {
    choose(facts) {
      const duty = facts.leaf === null ? undefined : dutyOf.get(facts.leaf.code);
      if (duty === undefined) return unknown;
      const taken = decide(duty, facts);
      const { option, lead, backstop, unit } = taken;
      const doubt = doubtOf(facts, { lead: backstop?.lead ?? lead, co: option?.co ?? [] }, unit);
      const why = reasonOf(option?.rule.reason ?? duty.usualReason, lead, backstop, facts);
      return {
        status: doubt === null ? 'dispatch' : 'triage',
        lead: unit,
        co: helpersOf(option?.co ?? [], street, unit, facts),
        rule: backstop?.rule.code ?? option?.rule.code ?? 'default',
        reason: doubt === null ? why : `${doubt}，转人工研判；建议：${why}`,
        runnersUp: runnersUp(duty, facts, taken),
      };
    },
    leadOf(facts) {
      const duty = facts.leaf === null ? undefined : dutyOf.get(facts.leaf.code);
      return duty === undefined ? null : decide(duty, facts).unit;
    },
  };
}

/** The co-handlers that the rule names. Danger to life concerns the street at once, whoever leads. */
function helpersOf(words: readonly Lead[], street: Lead, lead: Unit | null, facts: Facts): Unit[] {
  const co: Unit[] = [];
  const add = (unit: Unit | null) => {
    if (unit !== null && unit !== lead && !co.includes(unit)) co.push(unit);
  };
  for (const word of words) add(word.unitIn(facts));
  if (facts.level === emergencyLevel) add(street.unitIn(facts));
  return co;
}

function reasonOf(duty: string, lead: Lead, backstop: Option | undefined, facts: Facts): string {
  const local = lead.reasonIn(facts);
  const why = local === null ? duty : `${duty}${duty.endsWith('。') ? '' : '：'}${local}`;
  const rough = facts.district === null ? '地点不明' : '只能定位到区';
  return backstop ? `${why}；${rough}：${backstop.rule.reason}` : why;
}

/** Whether who takes it depends on the place: units named as such serve the whole city. An enterprise goes out with helpers there. */
function needsPlace({ lead, co }: Pick<Option, 'lead' | 'co'>, unit: Unit | null): boolean {
  return lead.isLocal || (unit?.kind === 'enterprise' && co.some(({ isLocal }) => isLocal));
}

/** Why a person must decide; null where the machine may. */
function doubtOf(facts: Facts, option: Pick<Option, 'lead' | 'co'>, unit: Unit | null): string | null {
  if (!facts.matterAccepted) return '事项把握不足';
  if (facts.placeStatus === 'outside') return '地点在本市以外';
  if (needsPlace(option, unit)) {
    if (facts.placeStatus === 'ambiguous') return '地点有多种可能';
    if (facts.placeStatus === 'unknown') return '地点不明';
  }
  if (unit === null) return '没有对应的承办单位';
  return null;
}
