/**
 * What the fields of a complaint say about its place: each name weighed by how it is written, by the words around it
 * (位于, 去, 老家) and by the names beside it.
 */
import { type Address, addressesIn } from './addresses.ts';
import * as context from './context.ts';
import type { Gazetteer } from './gazetteer.ts';
import type { Target } from './meanings.ts';
import type { Mention } from './mentions.ts';
import * as names from './names.ts';
import { takeOutside } from './outside.ts';
import { isCued, isEstate, isHome, STATED } from './role.ts';

/** What `resolvePlace` reads: the words, and the district of the form as six digits or a name. */
export interface PlaceInput {
  text: string;
  title?: string;
  address?: string;
  district?: string;
}

/** From here on a street or district is taken. Set so that wrong streets are rare. */
export const TAKEN = 0.6;

/** One meaning of one name. */
export interface Claim extends Target {
  /** What must not be said twice: a word and a street, or a district. */
  key: number;
  exact: boolean;
  /** A district that agrees stands beside it. */
  anchored: boolean;
  /** The words say that the matter is there. */
  stated: boolean;
  evidence: string;
  community: number;
}

/** All that was said, before it is judged. Lists, because most texts name one place: a look through them costs least. */
export interface Evidence {
  streets: Claim[];
  districts: Claim[];
  outside: { weight: number; evidence: string };
}

interface Field {
  raw: string;
  text: string;
  weight: number;
  address: boolean;
  /** The district of the form as an index of the divisions, -1 where there is none. */
  form: number;
}

/** The probability that one of two independent hints is right. */
export function either(a: number, b: number): number {
  return 1 - (1 - a) * (1 - b);
}

type Said = Pick<Claim, 'weight' | 'exact' | 'anchored' | 'stated' | 'evidence'>;

function claim(claims: Claim[], key: number, { district, street, community }: Target, said: Said): void {
  let at = 0;
  while (at < claims.length && claims[at]?.key !== key) at += 1;
  const known = claims[at];
  if (!known || known.weight < said.weight) {
    const { weight, exact, anchored, stated, evidence } = said;
    claims[at] = { key, district, street, community, weight, exact, anchored, stated, evidence };
  }
  // two communities of a street named alike leave the street, but not which of them
  else if (known.weight === said.weight && known.community !== community) known.community = -1;
}

/** What the members of one address say of each other. */
interface Around {
  districts: number[];
  /** Streets that two members name, one of them by its own name or an area's. */
  agreed: readonly number[];
  coarseExact: boolean;
  fine: boolean;
}

const NONE: readonly never[] = [];

function around(address: readonly Mention[]): Around {
  const all: Around = { districts: [], agreed: NONE, coarseExact: false, fine: false };
  let namers = 0;
  for (const { meaning } of address) {
    const { level, targets, exact } = meaning;
    if (level === 'district')
      for (const { district, weight } of targets) if (weight > 0.4) all.districts.push(district);
    if (level === 'coarse' && exact) all.coarseExact = true;
    if (level === 'fine' && targets.length > 0) all.fine = true;
    if (level === 'coarse' || level === 'fine') namers += 1;
  }
  if (namers > 1) all.agreed = agreedBy(address);
  return all;
}

/** A street and who named it first. */
interface Named {
  street: number;
  by: Mention;
  coarse: boolean;
}

function note(named: Named[], agreed: number[], by: Mention, { street, community }: Target): void {
  let at = 0;
  while (at < named.length && named[at]?.street !== street) at += 1;
  const known = named[at];
  if (!known) named.push({ street, by, coarse: community < 0 });
  else if (known.by !== by && (known.coarse || community < 0)) agreed.push(street);
  else if (community < 0) known.coarse = true;
}

function agreedBy(address: readonly Mention[]): number[] {
  const agreed: number[] = [];
  const named: Named[] = [];
  for (const mention of address) {
    const { level, targets, shy } = mention.meaning;
    if (level !== 'coarse' && level !== 'fine') continue;
    for (const target of targets) note(named, agreed, mention, target);
    for (const target of shy) note(named, agreed, mention, target);
  }
  return agreed;
}

/** What a common name means where people are said to live there. */
function livedIn(text: string, mention: Mention): readonly Target[] {
  const { estates, villages } = mention.meaning;
  if (estates.length > 0 && isEstate(text, mention.end)) return estates;
  return villages.length > 0 && isHome(text, mention) ? villages : NONE;
}

/** What a mention means here: shy meanings, and loose ones, count where something beside them agrees. */
function meaningsOf(field: Field, mention: Mention, { agreed, districts }: Around): readonly Target[] {
  const { meaning, loose } = mention;
  if (!loose && meaning.shy.length === 0) return meaning.targets;
  const targets = loose ? NONE : meaning.targets;
  const shy = loose ? [...meaning.targets, ...meaning.shy] : meaning.shy;
  const agreeing = shy.filter((target) => agreed.includes(target.street)).map((target) => ({ ...target, weight: 0.8 }));
  if (targets.length > 0 || agreeing.length > 0) return [...targets, ...agreeing];
  const cued = !loose && meaning.cued.length > 0 && isCued(field.text, mention);
  const known = [...districts, field.form];
  const stops = cued || context.stopsAt(field.text, mention.end);
  let near: readonly Target[] = stops ? shy.filter((target) => known.includes(target.district)) : NONE;
  if (near.length === 0 && cued) near = meaning.cued;
  if (near.length === 0 && !loose) near = livedIn(field.text, mention);
  // a short name that is no common word needs no more than a district that agrees
  if (near.length === 0 && !loose) near = meaning.cued.filter((target) => known.includes(target.district));
  if (near.length === 0 && field.address) near = shy.map((target) => ({ ...target, weight: 0.64 }));
  const streets = near.filter((target) => target.community < 0);
  return streets.length > 0 ? streets : near;
}

interface Meant {
  meanings: readonly Target[];
  factor: number;
  bonus: number;
}

/** The meanings whose district or street is among those given. */
function lying(meanings: readonly Target[], level: 'district' | 'street', among: readonly number[]): readonly Target[] {
  if (among.length === 0) return NONE;
  for (const one of meanings)
    if (!among.includes(one[level])) return meanings.filter((target) => among.includes(target[level]));
  return meanings;
}

/** Narrows the meanings of a street or community by the districts and the other level beside it. */
function narrow({ meaning: { exact, level } }: Mention, meanings: readonly Target[], near: Around): Meant {
  let factor = 1;
  let bonus = 0;
  let left = meanings;
  if (near.districts.length > 0) {
    const inside = lying(left, 'district', near.districts);
    if (inside.length > 0) {
      left = inside;
      bonus = 0.5;
    } else factor = exact ? 1 : 0.55;
  }
  const agreeing = lying(left, 'street', near.agreed);
  if (agreeing.length > 0) return { meanings: agreeing, factor, bonus: either(bonus, 0.6) };
  // 梨园云景里: the community is right and 梨园 only what people say; 酒仙桥街道花家地: the written street is
  if (level === 'coarse' && near.fine) factor *= exact ? 1 : 0.5;
  if (level === 'fine' && near.coarseExact) factor *= exact ? 0.9 : 0.62;
  return { meanings: left, factor, bonus };
}

/** Whether an earlier member of the address says the same in the same words; 密云区 and 密云镇 are two. */
function isRepeated(text: string, address: readonly Mention[], at: number): boolean {
  const { start, end, loose } = address[at] as Mention;
  for (let i = 0; i < at; i += 1) {
    const other = address[i] as Mention;
    if (other.loose !== loose || other.end - other.start !== end - start) continue;
    if (text.startsWith(text.slice(start, end), other.start)) return true;
  }
  return false;
}

function sure(weight: number, role: number, field: Field): number {
  return Math.min(0.98, weight * role * field.weight);
}

/** What is said of a district behind a community or estate (甲方在朝阳) is seldom about the place of the matter. */
const BEHIND = 0.68;
/** Two streets named in one breath (甲和乙) tell the same, however each is written. */
const PAIRED = 0.75;

function weighAddress(
  gazetteer: Gazetteer,
  field: Field,
  { mentions, role, isPaired }: Address,
  isBehind: boolean,
  evidence: Evidence,
) {
  const { start } = mentions[0] as Mention;
  const { end } = mentions[mentions.length - 1] as Mention;
  const outside = takeOutside(field, mentions, role);
  const address = outside.rest;
  if (outside.weight > evidence.outside.weight) {
    evidence.outside = { weight: outside.weight, evidence: field.raw.slice(outside.start, outside.end) };
  }
  const near = around(address);
  const stated = role >= STATED;
  const span = end - start <= 30 ? field.raw.slice(start, end) : null;
  for (let i = 0; i < address.length; i += 1) {
    const mention = address[i] as Mention;
    mention.loose &&= address[i - 1]?.end !== mention.start;
    if (isRepeated(field.text, address, i)) continue;
    const { level, exact, targets } = mention.meaning;
    const words = span ?? field.raw.slice(mention.start, mention.end);
    if (level === 'district') {
      for (const target of targets) {
        const weight = sure(target.weight * (isBehind && !stated && !exact ? BEHIND : 1), role, field);
        const said = { weight, exact, anchored: true, stated, evidence: words };
        claim(evidence.districts, target.district, target, said);
      }
    } else if (level !== 'city') {
      const { meanings, factor, bonus } = narrow(mention, meaningsOf(field, mention, near), near);
      for (const target of meanings) {
        if (target.street < 0 || target.district < 0) continue;
        const full = either(target.weight, bonus) * factor;
        const weight = sure(isPaired ? Math.min(full, PAIRED) : full, role, field);
        const anchored = near.districts.includes(target.district);
        const said = { weight, exact, anchored, stated, evidence: words };
        claim(evidence.streets, mention.word * gazetteer.divisions.length + target.street, target, said);
      }
    }
  }
}

const FIELDS = [
  { name: 'address', weight: 1 },
  { name: 'title', weight: 0.95 },
  { name: 'text', weight: 0.92 },
] as const;

/** Reads the fields, the address first: what a stronger field says about streets, a weaker one cannot easily outweigh. */
export function gather(gazetteer: Gazetteer, input: PlaceInput, form = -1): Evidence {
  const evidence: Evidence = { streets: [], districts: [], outside: { weight: 0, evidence: '' } };
  let left = 1;
  for (const { name, weight } of FIELDS) {
    const raw = input[name];
    if (!raw) continue;
    const field = { raw, text: names.fold(raw), weight: weight * left, address: name === 'address', form };
    let isBehind = false;
    for (const address of addressesIn(gazetteer, field.text)) {
      weighAddress(gazetteer, field, address, isBehind, evidence);
      isBehind ||= address.mentions.some(({ meaning }) => meaning.level === 'fine' && meaning.targets.length > 0);
    }
    let best = evidence.outside.weight;
    for (const one of evidence.streets) best = Math.max(best, one.weight);
    if (best >= TAKEN) left *= 0.8;
  }
  return evidence;
}
