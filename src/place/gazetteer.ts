/**
 * The places of a city as indices for reading texts: every way a district, street, community, estate or area is written,
 * in one matcher. Built once, immutable; a newer list of divisions is another gazetteer.
 */
import type { Division } from '../catalog/types.ts';
import { buildMatcher, type Matcher } from '../text/matcher.ts';
import { counties } from './counties.ts';
import { Meanings, type Places, type Reading, type ReadingKind } from './meanings.ts';
import * as names from './names.ts';

/** A name people use for several streets (回龙观, 望京). One without streets lies outside the city (燕郊). */
export interface Area {
  name: string;
  /** Street codes. */
  streets: string[];
}

/** A well-known place with the streets it lies in. */
export interface Landmark {
  name: string;
  aliases: readonly string[];
  /** Street codes. */
  streets: readonly string[];
}

/** Everything but what `Places` holds serves finding names and divisions. */
export interface Gazetteer extends Places {
  /** By word: whether it is a bare number (三村). */
  counts: Uint8Array;
  meanings: Meanings;
  matcher: Matcher;
  words: ReadonlyMap<string, number>;
  codes: ReadonlyMap<string, number>;
}

type Words = Map<string, Reading[]>;

function add(
  words: Words,
  word: string,
  kind: ReadingKind,
  at: number,
  form: Reading['form'],
  strict: Reading['strict'] = false,
): void {
  if (word === '') return;
  const readings = words.get(word) ?? [];
  const known = readings.findIndex((reading) => reading.kind === kind && reading.at === at);
  if (known < 0) readings.push({ kind, at, form, strict });
  else if (form === 'whole') readings[known] = { kind, at, form, strict };
  words.set(word, readings);
}

function addStreet(words: Words, name: string, at: number): void {
  const base = names.streetBase(name);
  // 北京经济技术开发区 has no ending to take off; 张镇 would leave one character
  add(words, base, 'street', at, base === name ? 'whole' : 'base', base.length === 2 && names.isWord(base));
  for (const spelling of names.spellings(base)) add(words, spelling, 'street', at, 'base');
}

function addCommunity(words: Words, name: string, at: number): void {
  const base = names.communityBase(name);
  const village = names.isVillage(name);
  const whole = village ? base.replace(/村?$/, '村') : base;
  // 康庄镇社区 is called 康庄镇 by nobody: that is the town
  const never = /[镇乡]$|街道$/.test(base) || (names.isOrdinary(base) && !names.isLane(base));
  const common = names.isCommon(base) && (village || !names.isPlain(base) ? 'common' : true);
  const strict = never || common || (((base.length < 3 && !base.endsWith('村')) || names.isOrdinary(base)) && 'short');
  if (village) add(words, whole, 'community', at, 'whole', names.isWord(whole) || names.isCount(whole));
  const spare = village && (base === whole || names.isWord(whole));
  if (!spare && names.standsAlone(base)) add(words, base, 'community', at, 'base', strict);
  // some names end in more than a committee: 六里屯村股份经济合作社生活区
  if (name.length > base.length + 8) add(words, name, 'community', at, 'whole');
  for (const spelling of names.spellings(base)) {
    add(words, spelling, 'community', at, 'variant', spelling.length < 3 || names.isOrdinary(spelling));
  }
}

function addDivisions(words: Words, divisions: readonly Division[], rural: Uint8Array): void {
  divisions.forEach(({ kind, name: written }, at) => {
    const name = names.fold(written);
    if (kind === 'district' || kind === 'city') add(words, names.districtBase(name), kind, at, 'base');
    if (kind === 'street') addStreet(words, name, at);
    if (kind === 'community') addCommunity(words, name, at);
    rural[at] = Number(kind === 'community' ? names.isVillage(name) : !/街道$/.test(name));
  });
  // Aliases come last: 平谷镇 is a street, but 平谷 stays the district, and 长辛店 the street of that name
  divisions.forEach(({ kind, aliases }, at) => {
    for (const alias of aliases.map(names.fold)) {
      const base = kind === 'street' ? names.streetBase(alias) : names.districtBase(alias);
      const taken = words.get(base)?.some((r) => r.kind === 'district' || r.kind === 'street') ?? false;
      if (kind === 'community') addCommunity(words, alias, at);
      else if (!taken && base !== alias) add(words, base, kind, at, 'base', base.length === 2 && names.isWord(base));
      if (kind !== 'community') add(words, alias, kind, at, 'whole');
    }
  });
}

/** Adds what estates the communities form: a name shared by several communities, whatever the list calls each. */
function addEstates(words: Words, divisions: readonly Division[], streetOf: Int32Array): void {
  const found = new Map<string, Map<number, number>>();
  divisions.forEach(({ kind, name }, at) => {
    const street = streetOf[at] ?? -1;
    if (kind !== 'community' || street < 0) return;
    for (const estate of names.estates(names.communityBase(names.fold(name)))) {
      const streets = found.get(estate) ?? new Map<number, number>();
      streets.set(street, (streets.get(street) ?? 0) + 1);
      found.set(estate, streets);
    }
  });
  for (const [estate, streets] of found) {
    // a name in many streets is no estate but a way to name things
    if (streets.size > 4) continue;
    for (const [street, count] of streets) add(words, estate, 'estate', street, count > 1 ? 'base' : 'variant');
  }
}

/**
 * Whether a landmark may have a name. One of the divisions goes first: the list is newer than any table of landmarks. But
 * a community elsewhere that is called after it (the staff of a zoo) needs its ending.
 */
function givesWay(readings: Reading[], streets: readonly number[], streetOf: Int32Array): boolean {
  const elsewhere = ({ kind, at }: Reading) => kind === 'community' && !streets.includes(streetOf[at] ?? -1);
  if (!readings.every(elsewhere)) return false;
  for (const reading of readings) reading.strict = true;
  return true;
}

function addOutside(words: Words, divisions: readonly Division[], areas: readonly Area[]): void {
  const own = new Set(divisions.filter((d) => d.kind === 'city').map((d) => names.districtBase(names.fold(d.name))));
  for (const [province, cities] of Object.entries(names.provinces)) {
    const within = cities.split(' ').filter((city) => city !== '');
    const home = own.has(province) || within.some((city) => own.has(city));
    for (const name of home ? within : [province, ...within]) {
      if (own.has(name)) continue;
      const word = names.fold(name);
      const taken = words.get(word) ?? [];
      // 朝阳 is a district here and a city elsewhere: the city only as 朝阳市; but 河北 is the province, the town only 河北镇
      for (const reading of taken) reading.strict ||= name === province;
      add(words, word, 'outside', -1, 'base', taken.length > 0 && name !== province);
    }
  }
  for (const county of counties) {
    // 沙河 is a town here and a city elsewhere: the city only as 沙河市, and none where the county is the city's own
    if (!words.get(county)?.some(({ kind }) => kind === 'district')) add(words, county, 'outside', -1, 'base', true);
  }
  for (const area of areas) if (area.streets.length === 0) add(words, names.fold(area.name), 'outside', -1, 'whole');
}

/** The indices of each division's district and street. */
function chains(divisions: readonly Division[], codes: ReadonlyMap<string, number>) {
  const districtOf = new Int32Array(divisions.length).fill(-1);
  const streetOf = new Int32Array(divisions.length).fill(-1);
  divisions.forEach((_, at) => {
    let up: number | undefined = at;
    // four kinds, so at most four steps even where parents run in a circle
    for (let step = 0; step < 4 && up !== undefined; step += 1) {
      const above: Division | undefined = divisions[up];
      if (above?.kind === 'street') streetOf[at] = up;
      if (above?.kind === 'district') districtOf[at] = up;
      up = codes.get(above?.parent ?? '');
    }
  });
  return { districtOf, streetOf };
}

/**
 * Builds the gazetteer of a city from its divisions (those valid on the day wanted) and its areas. Divisions without
 * their parents, and street codes of areas that are not in the list, are left out of what texts can resolve to.
 */
export function buildGazetteer(
  divisions: readonly Division[],
  areas: readonly Area[],
  landmarks: readonly Landmark[] = [],
): Gazetteer {
  const codes = new Map(divisions.map((division, at) => [division.code, at]));
  const { districtOf, streetOf } = chains(divisions, codes);
  const rural = new Uint8Array(divisions.length);
  const words: Words = new Map();
  addDivisions(words, divisions, rural);
  const inside: number[][] = [];
  const known = (streets: readonly string[]) =>
    streets.map((code) => codes.get(code) ?? -1).filter((at) => at >= 0 && streetOf[at] === at);
  for (const { name, streets } of areas) {
    if (known(streets).length === 0) continue;
    add(words, names.fold(name), 'area', inside.length, 'base', names.isOrdinary(names.fold(name)));
    inside.push(known(streets));
  }
  for (const { name, aliases, streets } of landmarks) {
    if (known(streets).length === 0) continue;
    const lies = known(streets);
    for (const word of [name, ...aliases].map(names.fold)) {
      if (givesWay(words.get(word) ?? [], lies, streetOf)) add(words, word, 'landmark', inside.length, 'base');
    }
    inside.push(lies);
  }
  addEstates(words, divisions, streetOf);
  addOutside(words, divisions, areas);
  for (const accident of names.accidents) if (!words.has(accident)) add(words, accident, 'accident', -1, 'whole');
  const list = [...words.keys()];
  const places = { divisions, areas: inside, names: list, readings: [...words.values()], districtOf, streetOf, rural };
  return {
    ...places,
    counts: Uint8Array.from(list, (word) => Number(names.isCount(word))),
    meanings: new Meanings(places),
    matcher: buildMatcher(list),
    words: new Map(list.map((word, index) => [word, index])),
    codes,
  };
}
