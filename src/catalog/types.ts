/**
 * The reference data of a city as plain rows: what stands in `seeds/` and in the catalog tables, one type per file.
 * Every row but a calendar day is valid from `validFrom` (inclusive) to `validTo` (exclusive; null = open), dates in
 * Asia/Shanghai as `YYYY-MM-DD`.
 */

import type { AssessedScope, AssessmentRule, ExclusionKind, UnitClass } from './assessment-rules.ts';
import type { CallbackRule } from './callback-rules.ts';
import type { EscalationRule, HandlingRule } from './handling-rules.ts';
import type { Validity } from './validity.ts';

export const divisionKinds = ['city', 'district', 'street', 'community'] as const;
export type DivisionKind = (typeof divisionKinds)[number];

/** 行政区划. `zone` marks a statistical zone without a street government; `unit` names who answers when not its own unit. */
export interface Division extends Validity {
  code: string;
  name: string;
  kind: DivisionKind;
  parent: string | null;
  aliases: string[];
  zone: boolean;
  unit: string | null;
}

/** 片区: a name people use for several streets (回龙观, 望京); without streets, a place outside the city (燕郊). */
export interface Area extends Validity {
  name: string;
  streets: string[];
  note: string;
}

/** 地标: a well-known place with the streets it lies in: one for most, several where it stands across them. */
export interface Landmark extends Validity {
  name: string;
  aliases: string[];
  kind: string;
  streets: string[];
  /** How the streets are known. */
  source: string;
}

export const unitKinds = ['street', 'district', 'city', 'enterprise'] as const;
export type UnitKind = (typeof unitKinds)[number];

/** 承办单位. `division` is the area it governs, where it governs one. */
export interface Unit extends Validity {
  code: string;
  name: string;
  kind: UnitKind;
  parent: string | null;
  division: string | null;
  aliases: string[];
  duty: string;
}

/** 七有五性 need (需求), or QT 其他. */
export interface Need extends Validity {
  code: string;
  name: string;
  category: string;
  sort: number;
  description: string;
}

/** 诉求事项. Only leaves (third level) carry need, level, lead, types and words. */
export interface Matter extends Validity {
  code: string;
  name: string;
  parent: string | null;
  need: string | null;
  level: string | null;
  /** `street`, `district`, `enterprise:WORD` (see `LocalUnit`) or a unit code. */
  lead: string | null;
  types: string[];
  words: string[];
  description: string;
}

/** 诉求类型. `scope` says how far cases of the type enter the assessment. */
export interface RequestType extends Validity {
  code: string;
  name: string;
  scope: AssessedScope;
}

/** 紧急程度 and its clocks, in minutes but for the reply limit. */
export interface Level extends Validity {
  code: string;
  name: string;
  dispatchMinutes: number;
  signMinutes: number;
  contactMinutes: number;
  replyAmount: number;
  replyUnit: 'hour' | 'day';
  timeBase: 'natural' | 'working';
  objectionMinutes: number;
  /** Chance, in basis points, of this level or a more urgent one from which a complaint's words alone set it; null = never. */
  alarmFrom: number | null;
  description: string;
}

/** An exception of the working-day calendar: a weekday off, or a weekend day worked (调休). */
export interface CalendarDay {
  date: string;
  kind: 'rest' | 'work';
  name: string;
}

/** A row of the dispatch catalogue (派单目录). Conditions are lists; an empty list matches everything. */
export interface DispatchRule extends Validity {
  code: string;
  priority: number;
  matter: string;
  place: string;
  type: string[];
  caller: string[];
  level: string[];
  lead: string;
  co: string[];
  reason: string;
}

/** A rule before and after a change; null where there was or is none. */
export interface RuleChange {
  before: DispatchRule | null;
  after: DispatchRule | null;
}

/** What an import of a list of divisions changed, in figures. */
export interface DivisionsChange {
  /** Code of the city. */
  city: string;
  file: string;
  /** Divisions in the list. */
  listed: number;
  added: number;
  closed: number;
  renamed: number;
  moved: number;
  aliases: number;
  changed: number;
  unitsOpened: number;
  unitsClosed: number;
}

/**
 * Who renders a service in a place, where that differs by place: rules and matters name it `enterprise:WORD`. The street's row
 * comes before the district's, that before the row of `*`, which every word has.
 */
export interface LocalUnit extends Validity {
  /** The word, or a code by which the national catalogue names a unit that this city has under another. */
  word: string;
  /** Code of a district or street, or `*`. */
  division: string;
  unit: string;
  reason: string;
}

/** Matters that are by law the duty of departments: the linter objects where a street is to lead one. */
export interface GuardRow extends Validity {
  matter: string;
  reason: string;
}

export const routeKinds = ['handover', 'redirected'] as const;
export type RouteKind = (typeof routeKinds)[number];

/** Numbers to which an emergency is handed over at once (紧急转接). */
export const emergencyNumbers = ['110', '119', '120', '122'] as const;
export type EmergencyNumber = (typeof emergencyNumbers)[number];

/**
 * What an order alone does not settle: an emergency for 110/119/120/122 (`handover`), or a matter with a way of its own by law
 * (`redirected`: court, arbitration …). It is offered where the matter and one of the words are met; a person decides.
 */
export interface Route extends Validity {
  code: string;
  kind: RouteKind;
  matter: string;
  words: string[];
  target: string;
  /** An emergency that the number called takes over as a whole; else it is told beside the units that get orders. */
  alone: boolean;
  /** What the caller is told. */
  reason: string;
}

/** A word that pushes towards a matter, a need, a request type or a level, by `weight`. */
export interface LexiconEntry extends Validity {
  word: string;
  kind: 'matter' | 'need' | 'type' | 'level';
  code: string;
  weight: number;
}

/** A word for the segmenter's user dictionary that stands nowhere else in the seeds. */
export interface CityWord extends Validity {
  word: string;
}

/** When the machine's judgement is good enough to dispatch without a person; confidences in basis points. */
export interface JudgementRule extends Validity {
  version: string;
  acceptNeed: number;
  acceptMatter: number;
  acceptPlace: number;
  /** Chance of its first-level matter from which a part of a text may be a demand by itself: where the writer marks it, and where not. */
  splitMarked: number;
  splitUnmarked: number;
  /** How many days back an earlier complaint may be shown as similar. */
  similarDays: number;
  /** The level of a complaint whose matter is unknown. */
  defaultLevel: string;
}

export const alarmScopes = ['community', 'street', 'district'] as const;
export type AlarmScope = (typeof alarmScopes)[number];

/**
 * When complaints are a group matter (群体诉求): `count` of one second-level matter in one place of the scope within `hours`,
 * from `callers` different telephones. `matter` is a code whose matters the rule is for, or `*`.
 */
export interface AlarmRule extends Validity {
  code: string;
  matter: string;
  scope: AlarmScope;
  count: number;
  callers: number;
  hours: number;
}

/** 常住人口 of a district or street in one year, for counts by population; `source` says who counted. */
export interface Population extends Validity {
  code: string;
  residents: number;
  year: number;
  source: string;
}

/** How many days after a complaint is closed its caller is emptied (保存期限). */
export interface RetentionRule extends Validity {
  code: string;
  days: number;
  reason: string;
}

/** All reference data of one city. */
export interface SeedData {
  divisions: Division[];
  areas: Area[];
  landmarks: Landmark[];
  units: Unit[];
  needs: Need[];
  matters: Matter[];
  types: RequestType[];
  levels: Level[];
  calendar: CalendarDay[];
  rules: DispatchRule[];
  localUnits: LocalUnit[];
  guard: GuardRow[];
  routes: Route[];
  lexicon: LexiconEntry[];
  words: CityWord[];
  assessment: AssessmentRule[];
  judgement: JudgementRule[];
  alarms: AlarmRule[];
  handling: HandlingRule[];
  escalations: EscalationRule[];
  callbacks: CallbackRule[];
  exclusions: ExclusionKind[];
  classes: UnitClass[];
  population: Population[];
  retention: RetentionRule[];
}

/** A checked set of seed files, ready to be loaded. */
export interface Seeds {
  data: SeedData;
  /** SHA-256 over all files: the same files are not loaded twice. */
  hash: string;
  /** The folder they came from; `built-in` for the project's own. */
  source: string;
}
