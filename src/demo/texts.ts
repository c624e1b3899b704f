/**
 * The words of demo complaints: templates, word lists and districts as they stand in `seeds/demo`, and how places are
 * written. Pure: the text of the files is read elsewhere.
 */
import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import type { Catalog } from '../catalog/catalog.ts';
import { CellError, type Column, integer, oneOf, optional, text } from '../catalog/columns.ts';
import type { Division } from '../catalog/types.ts';
import type { Random } from './random.ts';

/** How one complaint may be worded. `title` and `text` hold slots such as {place}, filled from the word lists. */
export interface DemoTemplate {
  id: string;
  /** A second-level matter, and the name of the third-level one below it: codes of leaves change more often than names. */
  matter: string;
  leaf: string;
  need: string;
  type: string;
  /** `desk` is an operator's summary, `own` a citizen's own words, `any` fits both. */
  voice: 'desk' | 'own' | 'any';
  caller: 'person' | 'enterprise';
  /** `village` where the text only makes sense in a village. */
  area: 'village' | 'any';
  /** Which replies fit: to a thing on the spot, to an affair on paper, to a question, a suggestion, to praise. */
  kind: 'site' | 'affair' | 'consult' | 'suggest' | 'praise';
  /** What the operator may do instead of dispatching. */
  disposition: 'redirected' | 'handover' | null;
  weight: number;
  title: string | null;
  text: string;
}

/** Words by the name of their list. */
export type DemoLists = ReadonlyMap<string, readonly string[]>;

/** How many complaints come from a district, and how its units do; shares in thousandths. `*` stands for any other. */
export interface DemoDistrict {
  code: string;
  weight: number;
  response: number;
  resolution: number;
  satisfaction: number;
}

type Read = <T>(column: Column<T>) => T;

/** Reads a table row by row; throws an Error that names file and line where the form or a cell is wrong. */
function readTable<T>(file: string, content: string, rowOf: (read: Read) => T): T[] {
  const rows: T[] = [];
  const wrong = (line: number, reason: string, cause: unknown) =>
    new Error(`${file} 第 ${line} 行：${reason}`, { cause });
  let header: string[] | undefined;
  const take = (record: string[], line: number) => {
    if (header === undefined) {
      header = record;
      return;
    }
    const names = header;
    try {
      rows.push(rowOf(({ header: name, parse }) => parse(record[names.indexOf(name)] ?? '')));
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      throw wrong(line, error.message, error);
    }
  };
  try {
    parseCsv(content, {
      bom: true,
      skip_empty_lines: true,
      trim: true,
      on_record: (record: string[], { lines }) => {
        take(record, lines);
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw wrong(typeof error.lines === 'number' ? error.lines : 0, `CSV 格式错误（${error.code}）`, error);
  }
  return rows;
}

/** Reads `templates.csv`. */
export function readDemoTemplates(content: string): DemoTemplate[] {
  return readTable('templates.csv', content, (read) => ({
    id: read(text('id')),
    matter: read(text('matter')),
    leaf: read(text('leaf')),
    need: read(text('need')),
    type: read(text('type')),
    voice: read(oneOf('voice', ['desk', 'own', 'any'])),
    caller: read(oneOf('caller', ['person', 'enterprise'])),
    area: read(oneOf('area', ['village', 'any'])),
    kind: read(oneOf('kind', ['site', 'affair', 'consult', 'suggest', 'praise'])),
    disposition: read(optional('disposition')) === null ? null : read(oneOf('disposition', ['redirected', 'handover'])),
    weight: read(integer('weight', 1, 100)),
    title: read(optional('title')),
    text: read(text('text')),
  }));
}

/** Reads `lists.csv`: one word a row. */
export function readDemoLists(content: string): DemoLists {
  const lists = new Map<string, string[]>();
  for (const { list, word } of readTable('lists.csv', content, (read) => ({
    list: read(text('list')),
    word: read(text('word')),
  }))) {
    const words = lists.get(list);
    if (words === undefined) lists.set(list, [word]);
    else words.push(word);
  }
  return lists;
}

/** Reads `districts.csv`. */
export function readDemoDistricts(content: string): DemoDistrict[] {
  return readTable('districts.csv', content, (read) => ({
    code: read(text('code')),
    weight: read(integer('weight', 1)),
    response: read(integer('response', 0, 1000)),
    resolution: read(integer('resolution', 0, 1000)),
    satisfaction: read(integer('satisfaction', 0, 1000)),
  }));
}

/**
 * Fills every {slot} of a text: with the given value, or else with a word of the list of that name, whose own slots are
 * filled the same way. Throws an Error where there is no such list.
 */
export function fill(
  template: string,
  lists: DemoLists,
  random: Random,
  given: Readonly<Record<string, string>> = {},
): string {
  return template.replace(/\{([a-z-]+)\}/g, (_, slot: string) => {
    const words = lists.get(slot);
    const value = given[slot];
    if (value !== undefined) return value;
    if (words === undefined) throw new Error(`lists.csv 没有词表 ${slot}`);
    return fill(random.pick(words), lists, random, given);
  });
}

interface Community {
  /** The name without 社区 and committee; a village keeps its 村. */
  stem: string;
  /** Where the stem alone says which one is meant: in the whole city, in its district, or nowhere. */
  unique: 'city' | 'district' | 'no';
}

interface Street {
  division: Division;
  /** The name as written, and whether no other street is called so. */
  names: { name: string; unique: boolean }[];
  towns: Community[];
  villages: Community[];
}

/** A district with the streets a complaint may come from. */
export interface DemoArea {
  district: Division;
  streets: Street[];
}

const odd = /虚拟|公司|生活区|工作站|股份|筹备|开发区|农场|部队|军|学院|大学|研究|集团|[委部局镇乡]$/;

/** The plain name of a community; null for names that nobody would write in a complaint. */
function stemOf(name: string): { stem: string; village: boolean } | null {
  const village = /村$|村委会$|村民委员会$/.test(name);
  const bare = village
    ? `${name.replace(/(?:村委会|村民委员会|村)$/, '').replace(/村$/, '')}村`
    : name.replace(/(?:居民委员会|居委会)$/, '').replace(/社区$/, '');
  return /^[\u4e00-\u9fff]{3,9}$/.test(bare) && !odd.test(bare) ? { stem: bare, village } : null;
}

function countBy(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** The districts of the catalog with their streets and communities, without the zones that have no street government. */
export function demoAreas(catalog: Catalog): DemoArea[] {
  const divisions = catalog.data.divisions;
  const streets = divisions.filter(({ kind, zone }) => kind === 'street' && !zone);
  const communities = divisions.flatMap((division) => {
    const found = division.kind === 'community' ? stemOf(division.name) : null;
    return found === null ? [] : [{ ...found, street: division.parent ?? '', district: division.code.slice(0, 6) }];
  });
  // a village and a community may share a name: 岳各庄村 and 岳各庄社区
  const plain = (stem: string) => stem.replace(/村$/, '');
  const inCity = countBy(communities.map(({ stem }) => plain(stem)));
  const inDistrict = countBy(communities.map(({ stem, district }) => district + plain(stem)));
  const called = countBy(streets.flatMap(({ name, aliases }) => [name, ...aliases]));
  const members = new Map<string, { towns: Community[]; villages: Community[] }>(
    streets.map(({ code }) => [code, { towns: [], villages: [] }]),
  );
  for (const { stem, village, street, district } of communities) {
    const unique =
      inCity.get(plain(stem)) === 1 ? 'city' : inDistrict.get(district + plain(stem)) === 1 ? 'district' : 'no';
    members.get(street)?.[village ? 'villages' : 'towns'].push({ stem, unique });
  }
  const streetOf = (division: Division): Street => ({
    division,
    names: [division.name, ...division.aliases].map((name) => ({ name, unique: called.get(name) === 1 })),
    ...(members.get(division.code) ?? { towns: [], villages: [] }),
  });
  return divisions.flatMap((district) => {
    if (district.kind !== 'district') return [];
    const own = streets.filter(({ parent }) => parent === district.code).map(streetOf);
    return own.length === 0 ? [] : [{ district, streets: own }];
  });
}

/** A place as a complaint gives it. */
export interface WrittenPlace {
  /** What stands in the text; null where the text only says "our estate". */
  text: string | null;
  address?: string;
  /** Code or name in the district field of the form. */
  field?: string;
  /** How much of the place the complaint gives in any field. */
  known: 'street' | 'district' | 'nothing';
  district: Division;
  street: Division;
}

const styles = [
  ['full', 36],
  ['streetFirst', 12],
  ['noStreet', 9],
  ['alone', 6],
  ['street', 13],
  ['address', 8],
  ['both', 7],
  ['field', 3],
  ['district', 3],
  ['nothing', 3],
] as const;

/** The ways that remain where the text has no room for a place. */
const silent = styles.filter(([style]) => style === 'address' || style === 'field' || style === 'nothing');

/** Chooses a street and community of the district and one of the ways in which people write them. */
export function writePlace(
  area: DemoArea,
  village: boolean,
  inText: boolean,
  lists: DemoLists,
  random: Random,
): WrittenPlace {
  const rural = area.streets.filter(({ villages }) => villages.length > 0);
  const street = random.pick(village && rural.length > 0 ? rural : area.streets);
  const ruralOnly = street.towns.length === 0 || (village && street.villages.length > 0);
  const members = ruralOnly ? street.villages : street.towns;
  const community = members.length > 0 ? random.pick(members) : null;
  const district = random.chance(0.12) ? area.district.name.replace(/区$/, '') : area.district.name;
  const called = random.chance(0.85) ? street.names.slice(0, 1) : street.names;
  const { name, unique } = random.pick(called);
  // 观音堂二 or 里仁街东 would run into the words that follow
  const bare =
    ruralOnly ||
    (community !== null && !/[一二三四五六七八九十东西南北中]$/.test(community.stem) && random.chance(0.4));
  const local = community === null ? '' : community.stem + (bare ? '' : '社区');
  const full = `${district}${name}${local}`;
  const at = { known: 'street' as const, district: area.district, street: street.division };
  const style = random.weighted(inText ? styles : silent);
  if (style === 'streetFirst' && unique) return { ...at, text: name + local };
  if (style === 'noStreet' && community !== null && community.unique !== 'no') return { ...at, text: district + local };
  if (style === 'alone' && community?.unique === 'city') return { ...at, text: local };
  if (style === 'street') return { ...at, text: `${unique && random.chance(0.25) ? '' : district}${name}` };
  const address = `${full}${village ? '' : fill('{building}', lists, random)}`;
  if (style === 'address') return { ...at, text: null, address };
  if (style === 'both') return { ...at, text: `${district}${name}`, address };
  const field = random.chance(0.5) ? area.district.code : area.district.name;
  if (style === 'field') return { ...at, text: null, field, known: 'district' };
  if (style === 'district') return { ...at, text: area.district.name, known: 'district' };
  if (style === 'nothing') return { ...at, text: null, known: 'nothing' };
  return { ...at, text: full };
}
