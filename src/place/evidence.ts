/**
 * What the fields of a complaint say about its place: each name weighed by how it is written, by the words around it
 * (位于, 去, 老家) and by the names beside it.
 */
import type { Gazetteer } from './gazetteer.ts';
import { type Mention, mentionsIn, type Target } from './mentions.ts';
import * as names from './names.ts';

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
  exact: boolean;
  /** A district that agrees stands beside it. */
  anchored: boolean;
  evidence: string;
}

/** All that was said, before it is judged. */
export interface Evidence {
  /** By word and street. */
  streets: Map<number, Claim>;
  districts: Map<number, Claim>;
  outside: { weight: number; evidence: string };
}

interface Field {
  raw: string;
  text: string;
  weight: number;
  address: boolean;
}

/** The probability that one of two independent hints is right. */
export const either = (a: number, b: number) => 1 - (1 - a) * (1 - b);

function claim<Key>(claims: Map<Key, Claim>, key: Key, one: Claim): void {
  const known = claims.get(key);
  if (!known || known.weight < one.weight) claims.set(key, one);
  // two communities of a street named alike leave the street, but not which of them
  else if (known.weight === one.weight && known.community !== one.community) known.community = -1;
}

/** Splits mentions into addresses: neighbours of which the earlier says where the later is. */
function addresses(text: string, mentions: readonly Mention[]): Mention[][] {
  const found: Mention[][] = [];
  let fine = false;
  for (const mention of mentions) {
    const address = found.at(-1);
    const last = address?.at(-1);
    const restarts =
      fine && (mention.level === 'district' || mention.level === 'city') && text[mention.start - 1] !== '(';
    if (address && last && !restarts && names.joins(text, last.end, mention.start, last.level === 'outside')) {
      address.push(mention);
    } else {
      found.push([mention]);
      fine = false;
    }
    fine ||= mention.level === 'coarse' || mention.level === 'fine';
  }
  return found;
}

/** Weighs a place outside the city and takes from the address what it qualifies: 南通市 leaves nothing of 通州区. */
function takeOutside(field: Field, address: Mention[], role: number, evidence: Evidence): Mention[] {
  const at = address.findIndex((mention) => mention.level === 'outside');
  const mention = address[at];
  if (!mention) return address;
  const rest = address.slice(at + 1);
  const home = rest.findIndex((other) => other.level === 'city');
  const goesOn = rest.length > 0 || names.addressGoesOn(field.text, mention.end);
  const stated = role > 1 || field.address;
  // a bare 河北 is mostly talk; it is a place when an address goes on behind it
  const known = mention.exact || rest.some((other) => other.level !== 'outside' || other.exact);
  let weight = goesOn && (stated || mention.start === 0) ? 0.75 : 0.2;
  if (known) weight = goesOn || stated ? 0.9 : mention.start === 0 ? 0.6 : 0.45;
  weight = Math.min(0.98, weight * role * field.weight);
  if (home < 0 && weight > evidence.outside.weight) {
    evidence.outside = { weight, evidence: field.raw.slice(mention.start, (rest.at(-1) ?? mention).end) };
  }
  return home < 0 ? address.slice(0, at) : rest.slice(home);
}

/** What the members of one address say of each other. */
interface Around {
  districts: Set<number>;
  /** Streets that two members name, one of them by its own name or an area's. */
  agreed: Set<number>;
  coarseExact: boolean;
  fine: boolean;
}

function around(address: readonly Mention[]): Around {
  const all: Around = { districts: new Set(), agreed: new Set(), coarseExact: false, fine: false };
  for (const { level, targets } of address) {
    if (level === 'district') for (const { district, weight } of targets) if (weight > 0.4) all.districts.add(district);
  }
  const first = new Map<number, { by: Mention; coarse: boolean }>();
  for (const mention of address) {
    const { level, targets, shy, exact } = mention;
    if (level !== 'coarse' && level !== 'fine') continue;
    if (level === 'coarse' && exact) all.coarseExact = true;
    if (level === 'fine' && targets.length > 0) all.fine = true;
    for (const { street, community } of [...targets, ...shy]) {
      const known = first.get(street);
      if (!known) first.set(street, { by: mention, coarse: community < 0 });
      else if (known.by !== mention && (known.coarse || community < 0)) all.agreed.add(street);
      else if (community < 0) known.coarse = true;
    }
  }
  return all;
}

/** What a mention means here: shy meanings, and loose ones, count where something beside them agrees. */
function meaningsOf(field: Field, mention: Mention, { agreed, districts }: Around): Target[] {
  const targets = mention.loose ? [] : mention.targets;
  const shy = mention.loose ? [...mention.targets, ...mention.shy] : mention.shy;
  const agreeing = shy.filter((target) => agreed.has(target.street)).map((target) => ({ ...target, weight: 0.8 }));
  if (targets.length > 0 || agreeing.length > 0) return [...targets, ...agreeing];
  let near = names.stopsAt(field.text, mention.end) ? shy.filter((target) => districts.has(target.district)) : [];
  if (near.length === 0 && field.address) near = shy.map((target) => ({ ...target, weight: 0.64 }));
  const streets = near.filter((target) => target.community < 0);
  return streets.length > 0 ? streets : near;
}

interface Meant {
  meanings: Target[];
  factor: number;
  bonus: number;
}

/** Narrows the meanings of a street or community by the districts and the other level beside it. */
function narrow(mention: Mention, meanings: Target[], near: Around): Meant {
  let factor = 1;
  let bonus = 0;
  let left = meanings;
  if (near.districts.size > 0) {
    const inside = left.filter((target) => near.districts.has(target.district));
    if (inside.length > 0) [left, bonus] = [inside, 0.5];
    else factor = mention.exact ? 1 : 0.55;
  }
  const agreeing = left.filter((target) => near.agreed.has(target.street));
  if (agreeing.length > 0) return { meanings: agreeing, factor, bonus: either(bonus, 0.6) };
  // 梨园云景里: the community is right and 梨园 only what people say; 酒仙桥街道花家地: the written street is
  if (mention.level === 'coarse' && near.fine) factor *= mention.exact ? 1 : 0.5;
  if (mention.level === 'fine' && near.coarseExact) factor *= mention.exact ? 0.9 : 0.62;
  return { meanings: left, factor, bonus };
}

function weighAddress(gazetteer: Gazetteer, field: Field, whole: Mention[], evidence: Evidence): void {
  const [first] = whole;
  const last = whole.at(-1);
  if (!first || !last) return;
  const role = names.roleAt(field.text, first.start, last.end);
  const address = takeOutside(field, whole, role, evidence);
  const near = around(address);
  const span = last.end - first.start <= 30 ? field.raw.slice(first.start, last.end) : null;
  const sure = (weight: number) => Math.min(0.98, weight * role * field.weight);
  const weighed = new Set<string>();
  for (const [i, mention] of address.entries()) {
    mention.loose &&= address[i - 1]?.end !== mention.start;
    // said again in the same words in one address is not said twice; 密云区 and 密云镇 are two
    const key = `${mention.loose ? '?' : ''}${field.text.slice(mention.start, mention.end)}`;
    if (weighed.has(key)) continue;
    weighed.add(key);
    const words = span ?? field.raw.slice(mention.start, mention.end);
    const base = { exact: mention.exact, anchored: true, evidence: words };
    if (mention.level === 'district') {
      for (const target of mention.targets) {
        claim(evidence.districts, target.district, { ...target, ...base, weight: sure(target.weight) });
      }
    } else if (mention.level !== 'city') {
      const { meanings, factor, bonus } = narrow(mention, meaningsOf(field, mention, near), near);
      for (const target of meanings) {
        if (target.street < 0 || target.district < 0) continue;
        const weight = sure(either(target.weight, bonus) * factor);
        const anchored = near.districts.has(target.district);
        const place = mention.word * gazetteer.divisions.length + target.street;
        claim(evidence.streets, place, { ...target, ...base, anchored, weight });
      }
    }
  }
}

/** Reads the fields, the address first: what a stronger field says about streets, a weaker one cannot easily outweigh. */
export function gather(gazetteer: Gazetteer, input: PlaceInput): Evidence {
  const evidence: Evidence = { streets: new Map(), districts: new Map(), outside: { weight: 0, evidence: '' } };
  const fields = [
    { raw: input.address ?? '', weight: 1, address: true },
    { raw: input.title ?? '', weight: 0.95, address: false },
    { raw: input.text, weight: 0.92, address: false },
  ];
  let left = 1;
  for (const { raw, weight, address } of fields) {
    if (raw === '') continue;
    const text = names.fold(raw);
    const field = { raw, text, weight: weight * left, address };
    const mentions = mentionsIn(gazetteer, text).filter((mention) => mention.level !== 'accident');
    for (const one of addresses(text, mentions)) weighAddress(gazetteer, field, one, evidence);
    let best = evidence.outside.weight;
    for (const one of evidence.streets.values()) best = Math.max(best, one.weight);
    if (best >= TAKEN) left *= 0.8;
  }
  return evidence;
}
