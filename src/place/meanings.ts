/**
 * What a written name may mean, with the ending or without, and how much that tells. Weights were chosen by hand on
 * addresses; their order matters more than their values.
 */
import type { Division } from '../catalog/types.ts';
import type { Ending, Tail } from './context.ts';

export type ReadingKind =
  | 'city'
  | 'district'
  | 'street'
  | 'community'
  | 'estate'
  | 'area'
  | 'landmark'
  | 'outside'
  | 'accident';

/** What a written name may mean. `at` is the index of the division or area, -1 where there is none. */
export interface Reading {
  kind: ReadingKind;
  at: number;
  /** `whole` needs no ending, `base` is the name without its ending, `variant` a looser spelling of it. */
  form: 'whole' | 'base' | 'variant';
  /**
   * Alone it says nothing: an ordinary word, or `short`, which counts where the words beside it say that it is a place;
   * `common` where they say that people live there (小区, 是…的村民).
   */
  strict: boolean | 'short' | 'common';
}

/** The places of a city and the words that may name them. */
export interface Places {
  divisions: readonly Division[];
  /** The streets of each area and landmark, as indices of divisions. */
  areas: readonly (readonly number[])[];
  /** By word: how it is written, and what it may mean. */
  names: readonly string[];
  readings: readonly (readonly Reading[])[];
  /** By division: its district and its street, itself included, -1 where there is none. */
  districtOf: Int32Array;
  streetOf: Int32Array;
  /** By division: a 镇, 乡 or 地区 among streets, a 村 among communities. */
  rural: Uint8Array;
}

/** A division a name may mean; `street` and `community` are -1 where it says nothing of them. */
export interface Target {
  readonly district: number;
  readonly street: number;
  readonly community: number;
  readonly weight: number;
}

/** `coarse` is a street or area, `fine` a community or estate. */
export type Level = 'city' | 'district' | 'coarse' | 'fine' | 'outside' | 'accident';

/** A word as it is written in one place: shared by all texts that write it so. */
export interface Meaning {
  readonly level: Level;
  /** Written with its ending, or a name that needs none. */
  readonly exact: boolean;
  readonly targets: readonly Target[];
  /** Meanings that count only beside a place they agree with, or in an address field. */
  readonly shy: readonly Target[];
  /** Those of the shy ones that a word beside them makes a place (家住小菊). */
  readonly cued: readonly Target[];
  /** Those of the shy ones that are a place where people are said to live there: in an estate (东辰小区), in a village (是金沟的村民). */
  readonly estates: readonly Target[];
  readonly villages: readonly Target[];
}

/** How much a name with its ending tells, 0 … 1; 0 where the ending is not one of the reading's kind. */
function weighEnded({ kind, form, strict }: Reading, rural: boolean, ending: Ending): number {
  const sure = form === 'variant' ? 0.92 : 1;
  if (kind === 'district') return ending === 'district' ? 0.92 : 0;
  if (kind === 'street')
    return ending === 'street' ? (rural ? 0.85 : 0.97) : ending === 'town' ? (rural ? 0.97 : 0.75) : 0;
  if (kind === 'area') return ending === 'town' ? 0.8 : 0;
  if (kind === 'community' && (ending === 'community' || ending === 'village')) {
    // 和平村 is hardly 和平社区: a common name must have its own ending
    return (rural === (ending === 'village') ? 0.93 : strict ? 0.3 : 0.8) * sure;
  }
  const regional = ending === 'city' || ending === 'region' || (ending === 'district' && !strict);
  return regional && (kind === 'city' || kind === 'outside') ? 0.9 : 0;
}

/** What is left of a name's weight when something called after it follows. */
const CUTS: Record<Tail, number> = {
  none: 1,
  sibling: 1,
  gate: 0.8,
  landmark: 0.8,
  branch: 1,
  stop: 0.6,
  road: 0.5,
  lane: 0.5,
};

/** A community of a town is often called after its lane, which hardly leaves it (菊儿胡同); a stop lies beside what it is called after. */
const LANE = 0.88;
const STOP = 0.79;
/** The gate of an estate is part of it. */
const GATE = 0.95;

function cutOf(kind: ReadingKind, tail: Tail, isRural: boolean): number {
  if (kind === 'community' && tail === 'stop') return STOP;
  if (tail === 'gate' && kind !== 'street' && kind !== 'area') return GATE;
  return kind === 'community' && tail === 'lane' && !isRural ? LANE : CUTS[tail];
}

/** How much a name without its ending tells, among the other readings of the same word. */
function weighBare(reading: Reading, word: string, all: readonly Reading[], tail: Tail, isRural: boolean): number {
  const { kind, form, strict } = reading;
  const has = (other: ReadingKind) => all.some((reading) => reading.kind === other && !reading.strict);
  if (kind === 'city' || kind === 'accident' || kind === 'outside') return kind === 'outside' && strict ? 0 : 0.5;
  if (has('district') && kind !== 'district') return 0;
  if (kind === 'district')
    return (
      { none: 0.68, sibling: 0.68, gate: 0.5, landmark: 0.5, branch: 0.68, stop: 0.5, road: 0.3, lane: 0.3 }[tail] +
      (form === 'whole' ? 0.2 : 0)
    );
  const cut = cutOf(kind, tail, isRural);
  if (kind === 'area') return 0.74 * cut;
  // a branch (分院, 校区) lies elsewhere; and a wrong street costs more than none
  if (kind === 'landmark') return tail === 'branch' ? 0 : 0.84 * cut;
  if (form === 'whole') return (kind === 'community' ? 0.92 : 0.95) * cut;
  if (kind === 'street') return (has('area') ? 0.77 : word.endsWith('路') ? 0.64 : word.length > 2 ? 0.86 : 0.76) * cut;
  // a neighbour that is not in the list: its estate tells more than the community of the nearest name
  if (kind === 'estate')
    return tail !== 'sibling' && (has('community') || has('street')) ? 0 : (form === 'base' ? 0.76 : 0.67) * cut;
  if (tail === 'sibling' && has('estate')) return 0.76;
  if (has('area') || has('street')) return 0.6 * cut;
  return (form === 'variant' ? 0.8 : /[路街条巷]$|胡同$/.test(word) ? 0.7 : 0.85) * cut;
}

/** What a reading means in divisions; `exactly` is false where the text goes on to a neighbour of the community. */
function targets(places: Places, reading: Reading, weight: number, exactly: boolean): Target[] {
  const { areas, districtOf, streetOf, divisions } = places;
  const isArea = reading.kind === 'area' || reading.kind === 'landmark';
  const meant = isArea ? (areas[reading.at] ?? []) : reading.at < 0 ? [] : [reading.at];
  return meant.map((at) => ({
    district: districtOf[at] ?? -1,
    street: streetOf[at] ?? -1,
    community: exactly && divisions[at]?.kind === 'community' ? at : -1,
    weight,
  }));
}

const LEVELS: Record<ReadingKind, Level> = {
  city: 'city',
  district: 'district',
  street: 'coarse',
  area: 'coarse',
  landmark: 'fine',
  community: 'fine',
  estate: 'fine',
  outside: 'outside',
  accident: 'accident',
};

/** What the readings of a word mean by their weights; null where none has any and none is shy. */
function join(places: Places, all: readonly Reading[], weights: readonly number[], how: Written): Meaning | null {
  const { exactly, shy } = how;
  const best = Math.max(...weights);
  if (best === 0 && shy.length === 0) return null;
  let { exact } = how;
  let level: Level = best === 0 ? 'fine' : 'accident';
  const meant: Target[] = [];
  all.forEach((reading, i) => {
    const weight = weights[i] ?? 0;
    // with an ending only the closest meaning stays; alone all that are possible
    if (weight === 0 || (exact && weight < best - 0.04)) return;
    if (level !== 'coarse') level = LEVELS[reading.kind];
    if (reading.form === 'whole') exact = true;
    meant.push(...targets(places, reading, weight, exactly));
  });
  return { level, exact, targets: meant, shy, cued: how.cued, estates: how.estates, villages: how.villages };
}

interface Written {
  exact: boolean;
  exactly: boolean;
  shy: readonly Target[];
  cued: readonly Target[];
  estates: readonly Target[];
  villages: readonly Target[];
}

const NONE: readonly never[] = [];

function meanEnded(places: Places, word: number, ending: Ending): Meaning | null {
  const all = places.readings[word] ?? [];
  const weights = all.map((reading) => weighEnded(reading, places.rural[reading.at] === 1, ending));
  return join(places, all, weights, {
    exact: true,
    exactly: true,
    shy: NONE,
    cued: NONE,
    estates: NONE,
    villages: NONE,
  });
}

function meanBare(places: Places, word: number, tail: Tail): Meaning | null {
  const all = places.readings[word] ?? [];
  const name = places.names[word] ?? '';
  const exactly = tail !== 'sibling';
  const strict = tail === 'road' || tail === 'lane' ? [] : all.filter((reading) => reading.strict);
  const weights = all.map((reading) => {
    const isRural = places.rural[reading.at] === 1;
    if (!reading.strict) return weighBare(reading, name, all, tail, isRural);
    return tail === 'lane' && reading.strict === 'short' && !isRural ? 0.85 * LANE : 0;
  });
  const meant = (which: readonly Reading[]) => which.flatMap((reading) => targets(places, reading, 0.72, exactly));
  // 河南小区 may be called after the province
  const common = all.every(({ kind }) => kind === 'community')
    ? strict.filter((reading) => reading.strict === 'common')
    : NONE;
  return join(places, all, weights, {
    exact: false,
    exactly,
    shy: meant(strict),
    cued: meant(strict.filter((reading) => reading.strict === 'short')),
    estates: meant(common.filter(({ at }) => places.rural[at] === 0)),
    villages: meant(common.filter(({ at }) => places.rural[at] === 1)),
  });
}

const ENDED: Record<Ending, number> = { street: 0, town: 1, community: 2, village: 3, district: 4, city: 5, region: 6 };
const BARE: Record<Tail, number> = {
  none: 7,
  road: 8,
  stop: 9,
  landmark: 10,
  sibling: 11,
  branch: 12,
  lane: 13,
  gate: 14,
};
const ways = 15;

/** Works out each word's meanings when it is first met, and keeps them: there are few, and many texts. */
export class Meanings {
  private readonly places: Places;
  private readonly known: (Meaning | null | undefined)[];

  constructor(places: Places) {
    this.places = places;
    this.known = new Array(places.readings.length * ways).fill(undefined);
  }

  /** The word with an ending that makes it the name of what it may mean; null where the ending is of another kind. */
  ended(word: number, ending: Ending): Meaning | null {
    const at = word * ways + ENDED[ending];
    const known = this.known[at];
    if (known !== undefined) return known;
    const meaning = meanEnded(this.places, word, ending);
    this.known[at] = meaning;
    return meaning;
  }

  /** The word alone, with what follows it; null where it then says nothing. */
  bare(word: number, tail: Tail): Meaning | null {
    const at = word * ways + BARE[tail];
    const known = this.known[at];
    if (known !== undefined) return known;
    const meaning = meanBare(this.places, word, tail);
    this.known[at] = meaning;
    return meaning;
  }
}
