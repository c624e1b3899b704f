/**
 * Where a complaint is: what its fields say is combined by street and held against the district of the form. A wrong
 * street costs more than none, so doubt is answered as such.
 */
import type { Division, DivisionKind } from '../catalog/types.ts';
import { type Evidence, either, gather, type PlaceInput, TAKEN } from './evidence.ts';
import type { Gazetteer } from './gazetteer.ts';
import * as names from './names.ts';
import { districtScore, heaviest, type Score, scoreDistricts, scoreStreets } from './score.ts';

export interface NamedCode {
  code: string;
  name: string;
}

export interface Candidate extends NamedCode {
  /** Names from the district down. */
  path: string[];
  confidence: number;
}

export interface Place {
  status: 'resolved' | 'district' | 'ambiguous' | 'unknown' | 'outside';
  district: NamedCode | null;
  street: NamedCode | null;
  community: NamedCode | null;
  /** 0 … 1, two decimals; of the answer as a whole. */
  confidence: number;
  /** What was weighed, likeliest first, the answer included; at most five. */
  candidates: Candidate[];
  /** The words of the input that decided. */
  evidence: string;
  /** A Chinese sentence where the district of the form and the words disagree. */
  conflict: string | null;
}

/** From this share of the best on, a rival is as good; unless the best is all but certain and the rival is not. */
const RIVAL = 0.9;
const rivals = (best: number, other: number) => other >= best * RIVAL && 1 - other <= (1 - best) * 4;
/** What is weaker is not worth a look. */
const FAINT = 0.3;

/** The answer before it gets names. `among` are the candidates, likeliest first. */
interface Verdict {
  status: Place['status'];
  best: Score | null;
  /** Between which of them the answer lies, where it is ambiguous. */
  doubt?: Score[];
  among: Score[];
  confidence: number;
  evidence: string;
  conflict?: string;
}

function ambiguous(among: Score[], all = false): Verdict {
  const [first] = among;
  const best = first?.weight ?? 0;
  const doubt = among.filter((score) => all || rivals(best, score.weight));
  const confidence = best / Math.max(2, doubt.length);
  return { status: 'ambiguous', best: null, doubt, among, confidence, evidence: first?.evidence ?? '' };
}

/** Whether so many streets are named that none is the place: the stops of a bus. */
function isRoute(streets: readonly Score[]): boolean {
  const fourth = streets[3];
  return fourth !== undefined && fourth.weight >= 0.5 && (streets[0]?.weight ?? 0) < 0.85;
}

/** Judges what was said, without the form. */
function judge(streets: Score[], districts: Score[], outside: Evidence['outside']): Verdict {
  const top = streets[0];
  const district = districts[0];
  const inside = Math.max(top?.weight ?? 0, district?.weight ?? 0);
  if (outside.weight >= 0.5 && outside.weight > inside) {
    return { status: 'outside', best: null, among: streets, confidence: outside.weight, evidence: outside.evidence };
  }
  if (top && top.weight >= TAKEN) {
    const second = streets[1];
    if (isRoute(streets)) return ambiguous(streets);
    if (second && rivals(top.weight, second.weight)) return ambiguous(streets);
    const against = districts.find((one) => one.anchored && one.weight >= TAKEN && one.at !== top.district);
    if (against && !top.anchored && !districts.some((one) => one.anchored && one.at === top.district)) {
      return ambiguous([top, against].sort(heaviest), true);
    }
    const confidence = top.weight - 0.3 * (second?.weight ?? 0) * top.weight;
    return { status: 'resolved', best: top, among: streets, confidence, evidence: top.evidence };
  }
  if (district && district.weight >= 0.5) {
    const among = [...districts.filter((one) => one.weight >= 0.5), ...streets];
    const other = districts[1];
    if (other && rivals(district.weight, other.weight)) return ambiguous(among);
    return { status: 'district', best: district, among, confidence: district.weight, evidence: district.evidence };
  }
  return { status: 'unknown', best: null, among: streets, confidence: 0, evidence: '' };
}

function nameOf(gazetteer: Gazetteer, at: number): string {
  return gazetteer.divisions[at]?.name ?? '';
}

/** Judges with the district of the form: it settles doubt, but does not overrule what is said clearly. */
function judgeWithForm(gazetteer: Gazetteer, form: number, verdict: Verdict, streets: Score[]): Verdict {
  const own = districtScore(form, 0.9, true, '');
  const [said] = verdict.among;
  const within = streets.filter((score) => score.district === form);
  const agrees = (within[0]?.weight ?? 0) >= Math.max(0.45, (said?.weight ?? 0) * RIVAL) || said?.district === form;
  const disagrees = verdict.status === 'outside' || (said !== undefined && said.weight >= 0.45 && !agrees);
  const settled = judge(
    within.map((score) => ({ ...score, weight: Math.min(0.98, either(score.weight, 0.5)) })),
    [own],
    { weight: 0, evidence: '' },
  );
  if (!disagrees) return settled;
  const what =
    verdict.status === 'outside'
      ? `文字所指的“${verdict.evidence}”不在本市`
      : said && said.at !== said.district
        ? `文字所指的${nameOf(gazetteer, said.at)}属于${nameOf(gazetteer, said.district)}`
        : `文字写的是${nameOf(gazetteer, said?.district ?? -1)}`;
  const conflict = `表单填写的是${nameOf(gazetteer, form)}，${what}`;
  if (verdict.status !== 'outside' && (said?.weight ?? 0) < TAKEN) {
    return { ...settled, among: [...settled.among, ...verdict.among], confidence: settled.confidence * 0.7, conflict };
  }
  const both = [...verdict.among.map((score) => ({ ...score, weight: score.weight * 0.6 })), { ...own, weight: 0.5 }];
  return { ...ambiguous(both.sort(heaviest), true), evidence: verdict.evidence, conflict };
}

const round = (value: number) => Math.round(value * 100) / 100;

function named(gazetteer: Gazetteer, at: number): NamedCode | null {
  const division = gazetteer.divisions[at];
  return division ? { code: division.code, name: division.name } : null;
}

function candidates(gazetteer: Gazetteer, among: readonly Score[]): Candidate[] {
  const found: Candidate[] = [];
  for (const { at, district, weight } of among) {
    const self = gazetteer.divisions[at];
    if (!self || weight < FAINT || found.some(({ code }) => code === self.code)) continue;
    const above = at === district ? undefined : gazetteer.divisions[district];
    const path = above ? [above.name, self.name] : [self.name];
    found.push({ code: self.code, name: self.name, path, confidence: round(weight) });
    if (found.length === 5) break;
  }
  return found;
}

/** The one district in which all that are in doubt lie, or -1. */
function commonDistrict(doubt: readonly Score[]): number {
  const district = doubt[0]?.district ?? -1;
  return doubt.every((score) => score.district === district) ? district : -1;
}

/**
 * Where the matter of a complaint is. The address counts more than the title, the title more than the text; the district
 * of the form settles doubt, and where it disagrees with clear words the answer is `ambiguous` with `conflict`.
 */
export function resolvePlace(gazetteer: Gazetteer, input: PlaceInput): Place {
  const form = input.district ? findDivision(gazetteer, input.district, 'district') : undefined;
  const own = gazetteer.codes.get(form?.code ?? '') ?? -1;
  const evidence = gather(gazetteer, input, own);
  const streets = scoreStreets(gazetteer, evidence);
  const said = judge(streets, scoreDistricts(evidence, streets), evidence.outside);
  const verdict = own >= 0 ? judgeWithForm(gazetteer, own, said, streets) : said;
  const { status, best, among, doubt, conflict } = verdict;
  return {
    status,
    district: named(gazetteer, best?.district ?? (doubt ? commonDistrict(doubt) : -1)),
    street: status === 'resolved' && best ? named(gazetteer, best.at) : null,
    community: status === 'resolved' && best ? named(gazetteer, best.community) : null,
    confidence: round(verdict.confidence),
    candidates: candidates(gazetteer, among),
    evidence: verdict.evidence,
    conflict: conflict ?? null,
  };
}

/** A place named in a text: what it may mean, and how sure the way it is written makes us. */
export interface Mention {
  word: number;
  start: number;
  end: number;
  /** `coarse` is a street or area, `fine` a community or estate. */
  level: 'city' | 'district' | 'coarse' | 'fine' | 'outside' | 'accident';
  /** Written with its ending, or a name that needs none. */
  exact: boolean;
  targets: Target[];
  /** Meanings that count only beside a place they agree with, or in an address field. */
  shy: Target[];
}

/** A division a mention may mean; `street` and `community` are -1 where it says nothing of them. */
export interface Target {
  district: number;
  street: number;
  community: number;
  weight: number;
}

const bases: Record<DivisionKind, (folded: string) => string> = {
  city: names.districtBase,
  district: names.districtBase,
  street: names.streetBase,
  community: names.communityBase,
};

/** A division of a kind by its code, its name, an alias or its short name; undefined where none or several answer. */
export function findDivision(gazetteer: Gazetteer, codeOrName: string, kind: DivisionKind): Division | undefined {
  const { divisions, codes, words, readings, rural } = gazetteer;
  const byCode = divisions[codes.get(codeOrName.trim()) ?? -1];
  if (byCode) return byCode.kind === kind ? byCode : undefined;
  const name = names.fold(codeOrName.trim());
  const base = bases[kind](name);
  const written = (word: string) => (readings[words.get(word) ?? -1] ?? []).filter((reading) => reading.kind === kind);
  const named = [...written(name), ...(base === name ? [] : written(base))].map((reading) => reading.at);
  const exact = named.filter((at) => names.fold(divisions[at]?.name ?? '') === name);
  // 通州市 is not 通州区, and 东风地区 not 东风街道, but 花家地社区 is 花家地社区居委会
  const fits = (at: number) =>
    base === name || kind === 'community' || (kind === 'street' && rural[at] === Number(!name.endsWith('街道')));
  const found = new Set(
    exact.length > 0 ? exact : [...written(name).map((reading) => reading.at), ...named.filter(fits)],
  );
  const [only] = found;
  if (found.size === 1 && only !== undefined) return divisions[only];
  // 某市某区, written with its own city
  const city = /^.+?市(?=.)/.exec(name)?.[0];
  return city && findDivision(gazetteer, city, 'city')
    ? findDivision(gazetteer, name.slice(city.length), kind)
    : undefined;
}
