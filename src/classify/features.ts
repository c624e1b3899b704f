/**
 * The numbers of a text that a model weighs: how often its learned strings occur, and how strongly the lexicon's words speak
 * for each need, matter and type. Training and judging both go through here.
 */
import type { Lexicon } from './lexicon.ts';
import type { Reading, Vocabulary } from './reading.ts';

/** Kinds of sums over the lexicon's pushes: triggers of leaves by need and by matter, words for matters, needs, types and levels. */
const sumKinds = ['leafNeed', 'leafMatter', 'matter', 'need', 'type', 'level'] as const;

/**
 * Rows of a model behind those of its strings, one for each sum; `first[slot]` and `second[slot]` are the sums that a slot of
 * the lexicon counts into, or -1.
 */
export interface Sums {
  first: Int32Array;
  second: Int32Array;
}

/** All sums of a lexicon, in the order in which a model trained on it has them. */
export function sumNames({ matters, needs, types, levels }: Lexicon): string[] {
  const codes = { leafNeed: needs, leafMatter: matters, matter: matters, need: needs, type: types, level: levels };
  return sumKinds.flatMap((kind) => codes[kind].map((code) => `${kind}:${code}`));
}

/** Finds each slot's sums among those that a model knows. */
export function layOutSums(lexicon: Lexicon, names: readonly string[]): Sums {
  const { slots, slotCount, branches, matters, needs, types, levels, needOf, matterOf } = lexicon;
  const at = (kind: (typeof sumKinds)[number], code: string | undefined) => names.indexOf(`${kind}:${code}`);
  const first = new Int32Array(slotCount).fill(-1);
  const second = new Int32Array(slotCount).fill(-1);
  needOf.forEach((need, leaf) => {
    first[slots.leaf + leaf] = at('leafNeed', needs[need]);
    second[slots.leaf + leaf] = at('leafMatter', matters[matterOf[leaf] as number]);
  });
  branches.forEach((code, branch) => {
    first[slots.branch + branch] = at('matter', code.split('.')[0]);
  });
  needs.forEach((code, need) => {
    first[slots.need + need] = at('need', code);
  });
  types.forEach((code, type) => {
    first[slots.type + type] = at('type', code);
  });
  levels.forEach((code, level) => {
    first[slots.level + level] = at('level', code);
  });
  return { first, second };
}

/** Features of one text, sparse: `rows[i]` has the value `values[i]`. */
export interface Features {
  count: number;
  rows: Int32Array;
  values: Float64Array;
  sums: Float64Array;
  /** What one unit of each sum is worth, and the length to which the strings were scaled: evidence is traced through both. */
  rates: Float64Array;
  norm: number;
}

export function createFeatures(strings: number, sums: number): Features {
  const length = strings + sums;
  return {
    count: 0,
    rows: new Int32Array(length),
    values: new Float64Array(length),
    sums: new Float64Array(sums),
    rates: new Float64Array(sums),
    norm: 1,
  };
}

/** The least length: a text of two or three known strings says less than one of thirty. */
const leastNorm = 15;
const sumScale = 0.15;

/** The value of a sum: what is said ten times is surer, but not ten times as sure. */
const sumValue = (sum: number) => Math.log1p(sum) * sumScale;

/**
 * Fills in the features of the text just read: strings by weighted count × rarity, scaled to length one, then the sums.
 * `rarity` stands by string.
 */
export function featurize(
  { learned }: Vocabulary,
  { seen, total, pushed, scores }: Reading,
  { first, second }: Sums,
  rarity: Float32Array,
  features: Features,
): void {
  const { rows, values, sums, rates } = features;
  let count = 0;
  let squares = 0;
  for (let i = 0; i < seen.count; i += 1) {
    const word = seen.items[i] as number;
    const row = learned[word] as number;
    if (row === -1) continue;
    const value = (total[i] as number) * (rarity[row] as number);
    rows[count] = row;
    values[count] = value;
    squares += value * value;
    count += 1;
  }
  const norm = Math.max(Math.sqrt(squares), leastNorm);
  for (let i = 0; i < count; i += 1) values[i] = (values[i] as number) / norm;
  sums.fill(0);
  for (let i = 0; i < pushed.count; i += 1) {
    const slot = pushed.items[i] as number;
    const score = scores[slot] as number;
    const one = first[slot] as number;
    const other = second[slot] as number;
    if (one !== -1) sums[one] = (sums[one] as number) + score;
    if (other !== -1) sums[other] = (sums[other] as number) + score;
  }
  for (let sum = 0; sum < sums.length; sum += 1) {
    const raw = sums[sum] as number;
    if (raw === 0) continue;
    const value = sumValue(raw);
    rows[count] = rarity.length + sum;
    values[count] = value;
    rates[sum] = value / raw;
    count += 1;
  }
  features.count = count;
  features.norm = norm;
}
