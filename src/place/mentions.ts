/**
 * The places a text names, one by one: what each may mean, and how much the way it is written tells. Weights were chosen
 * by hand on addresses; their order matters more than their values.
 */
import type { Gazetteer, Reading, ReadingKind } from './gazetteer.ts';
import * as names from './names.ts';

/** A division a mention may mean; `street` and `community` are -1 where it says nothing of them. */
export interface Target {
  district: number;
  street: number;
  community: number;
  weight: number;
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
  /** Two characters in the middle of others, as 长阳 in 局长阳某: it counts like a shy one unless it follows a place. */
  loose: boolean;
  targets: Target[];
  /** Meanings that count only beside a place they agree with, or in an address field. */
  shy: Target[];
}

/** How much a name with its ending tells, 0 … 1; 0 where the ending is not one of the reading's kind. */
function weighEnded({ kind, form, strict }: Reading, rural: boolean, ending: names.Ending): number {
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
const CUTS: Record<names.Tail, number> = { none: 1, sibling: 1, landmark: 0.8, stop: 0.6, road: 0.5 };

/** How much a name without its ending tells, among the other readings of the same word. */
function weighBare({ kind, form, strict }: Reading, word: string, all: readonly Reading[], tail: names.Tail): number {
  const has = (other: ReadingKind) => all.some((reading) => reading.kind === other && !reading.strict);
  if (kind === 'city' || kind === 'accident' || kind === 'outside') return kind === 'outside' && strict ? 0 : 0.5;
  if (has('district') && kind !== 'district') return 0;
  if (kind === 'district')
    return { none: 0.68, sibling: 0.68, landmark: 0.5, stop: 0.5, road: 0.3 }[tail] + (form === 'whole' ? 0.2 : 0);
  const cut = CUTS[tail];
  if (kind === 'area') return 0.74 * cut;
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
function targets(gazetteer: Gazetteer, reading: Reading, weight: number, exactly: boolean): Target[] {
  const { areas, districtOf, streetOf, divisions } = gazetteer;
  const meant = reading.kind === 'area' ? (areas[reading.at] ?? []) : reading.at < 0 ? [] : [reading.at];
  return meant.map((at) => ({
    district: districtOf[at] ?? -1,
    street: streetOf[at] ?? -1,
    community: exactly && divisions[at]?.kind === 'community' ? at : -1,
    weight,
  }));
}

const LEVELS: Record<ReadingKind, Mention['level']> = {
  city: 'city',
  district: 'district',
  street: 'coarse',
  area: 'coarse',
  community: 'fine',
  estate: 'fine',
  outside: 'outside',
  accident: 'accident',
};

/** Reads one occurrence of a word: with the ending that follows it, or alone. */
function read(gazetteer: Gazetteer, text: string, index: number, start: number, end: number): Mention | null {
  const all = gazetteer.readings[index] ?? [];
  const mention: Mention = {
    word: index,
    start,
    end,
    level: 'accident',
    exact: false,
    loose: false,
    targets: [],
    shy: [],
  };
  const word = text.slice(start, end);
  const ended = names.isCount(word) ? null : names.endingAt(text, end);
  const weights = all.map((r) => (ended ? weighEnded(r, gazetteer.rural[r.at] === 1, ended.ending) : 0));
  let best = Math.max(...weights);
  mention.exact = best > 0;
  const tail = best > 0 ? 'none' : names.tailAt(text, end);
  if (ended && best > 0) mention.end = ended.end;
  else {
    all.forEach((reading, i) => {
      weights[i] = reading.strict ? 0 : weighBare(reading, word, all, tail);
      if (reading.strict && tail !== 'road') mention.shy.push(...targets(gazetteer, reading, 0.72, tail !== 'sibling'));
    });
    best = Math.max(...weights);
  }
  all.forEach((reading, i) => {
    const weight = weights[i] ?? 0;
    // with an ending only the closest meaning stays; alone all that are possible
    if (weight === 0 || (mention.exact && weight < best - 0.04)) return;
    if (mention.level !== 'coarse') mention.level = LEVELS[reading.kind];
    if (reading.form === 'whole') mention.exact = true;
    mention.targets.push(...targets(gazetteer, reading, weight, tail !== 'sibling'));
  });
  if (best === 0) mention.level = 'fine';
  mention.loose = word.length === 2 && !ended && !names.startsFree(text, start);
  return best > 0 || mention.shy.length > 0 ? mention : null;
}

/** What a mention is worth when names overlap: characters explained, by few names; shy ones hardly. */
function worth({ start, end, level, targets }: Mention): number {
  return targets.length > 0 || level !== 'fine' ? (end - start) * 4 - 1 : end - start;
}

/** The places named in folded text, in order; where names overlap, those that together explain most of it. */
export function mentionsIn(gazetteer: Gazetteer, text: string): Mention[] {
  const found: Mention[] = [];
  const { count, spans } = gazetteer.matcher.scan(text);
  for (let i = 0; i < count * 3; i += 3) {
    const mention = read(gazetteer, text, spans[i] as number, spans[i + 1] as number, spans[i + 2] as number);
    if (mention) found.push(mention);
  }
  if (found.length < 2) return found;
  found.sort((a, b) => a.end - b.end || a.start - b.start);
  // The best that can be had up to each position, and the last mention it needs. Of two as good the one found later
  // stands: a longer name before a shorter (天通苑北, 太平庄村), what the list spells out before a name with an ending.
  const gain = new Int32Array(text.length + 1);
  const last = new Int32Array(text.length + 1).fill(-1);
  let next = 0;
  for (let at = 1; at <= text.length; at += 1) {
    gain[at] = gain[at - 1] ?? 0;
    last[at] = last[at - 1] ?? -1;
    for (let mention = found[next]; mention?.end === at; next += 1, mention = found[next]) {
      const sum = (gain[mention.start] ?? 0) + worth(mention);
      if (sum >= (gain[at] ?? 0)) [gain[at], last[at]] = [sum, next];
    }
  }
  const kept: Mention[] = [];
  for (let mention = found[last[text.length] ?? -1]; mention; mention = found[last[mention.start] ?? -1])
    kept.push(mention);
  return kept.reverse();
}
