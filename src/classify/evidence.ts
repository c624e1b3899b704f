/**
 * Which words moved a decision, and by how much: every product of the model's sum is laid on the characters that caused it, and
 * a word's weight is what lies on its characters.
 */
import { type Features, type Sums, sumValue } from './features.ts';
import { weightAt } from './fields.ts';
import type { Lexicon } from './lexicon.ts';
import type { Model } from './model.ts';
import type { Reading, Vocabulary } from './reading.ts';

export interface Evidence {
  text: string;
  for: 'matter' | 'need' | 'type' | 'level';
  /** What the word added to the score of the answer that won. */
  weight: number;
}

const kinds = ['matter', 'need', 'type'] as const;
/** The columns of the answers that won, in the order of `kinds`. */
export type Won = readonly [matter: number, need: number, type: number];

/** Words told for each kind; a few more are kept, so that one that comes again may still rise. */
const told = 3;
const kept = 8;
const leastWeight = 0.03;
/** Words that add less than this are passed over: they are many and decide nothing. */
const leastGain = 0.01;

export interface Tracer {
  trace(
    parts: { vocabulary: Vocabulary; sums: Sums; model: Model },
    reading: Reading,
    features: Features,
    won: Won,
    segments: readonly string[],
  ): Evidence[];
}

/** Weights by character, three to each; and by word, for words that speak for an answer that won. */
interface Marks {
  weights: Float64Array;
  gains: Float64Array;
  speaks: Uint8Array;
}

export function createTracer(words: number): Tracer {
  const marks: Marks = {
    weights: new Float64Array(0),
    gains: new Float64Array(words * kinds.length),
    speaks: new Uint8Array(words),
  };
  return {
    trace(parts, reading, features, won, segments) {
      const size = reading.fields.all.length * kinds.length;
      if (marks.weights.length < size) marks.weights = new Float64Array(size * 2);
      for (let at = 0; at < size; at += 1) marks.weights[at] = 0;
      weighWords(parts, reading, features, won, marks);
      layDown(reading, marks);
      return heaviest(marks.weights, segments);
    },
  };
}

/** What each word found adds to the answers that won; what speaks against them is left out. */
function weighWords(
  { vocabulary: { learned, lexicon }, sums, model }: Parameters<Tracer['trace']>[0],
  { seen, total, best }: Reading,
  features: Features,
  won: Won,
  { gains, speaks }: Marks,
): void {
  const { weights, columns, scales, rarity } = model;
  for (let i = 0; i < seen.count; i += 1) {
    const word = seen.items[i] as number;
    const row = learned[word] as number;
    const value = row === -1 ? 0 : ((total[word] as number) * (rarity[row] as number)) / features.norm;
    speaks[word] = 0;
    for (let kind = 0; kind < kinds.length; kind += 1) {
      const column = won[kind] as number;
      let gain = row === -1 ? 0 : value * (weights[row * columns + column] as number);
      if (word < lexicon.from.length - 1)
        gain += sumsGain(lexicon, sums, model, features.sums, word, best[word] as number, column);
      gain *= scales[column] as number;
      gains[word * kinds.length + kind] = gain > leastGain ? gain : 0;
      if (gain > leastGain) speaks[word] = 1;
    }
  }
}

/** A word's share in the sums it counts into, by their weight for a column, before the column's scale. */
function sumsGain(
  { from, target, weight }: Lexicon,
  { first, second }: Sums,
  { weights, columns, strings }: Model,
  sums: Float64Array,
  word: number,
  times: number,
  column: number,
): number {
  let gain = 0;
  for (let at = from[word] as number; at < (from[word + 1] as number); at += 1) {
    const slot = target[at] as number;
    const push = (weight[at] as number) * times;
    const one = first[slot] as number;
    const other = second[slot] as number;
    if (one !== -1) {
      const sum = sums[one] as number;
      gain += (push / sum) * sumValue(sum) * (weights[(strings.length + one) * columns + column] as number);
    }
    if (other !== -1) {
      const sum = sums[other] as number;
      gain += (push / sum) * sumValue(sum) * (weights[(strings.length + other) * columns + column] as number);
    }
  }
  return gain;
}

/** Lays each word's gain on its characters, more where the word counts more. */
function layDown({ places, fields, total }: Reading, { weights, gains, speaks }: Marks): void {
  for (let i = 0; i < places.count; i += 1) {
    const word = places.spans[i * 3] as number;
    if (speaks[word] === 0) continue;
    const start = places.spans[i * 3 + 1] as number;
    const end = places.spans[i * 3 + 2] as number;
    const share = weightAt(fields, start) / (total[word] as number) / (end - start);
    for (let kind = 0; kind < kinds.length; kind += 1) {
      const each = (gains[word * kinds.length + kind] as number) * share;
      if (each === 0) continue;
      for (let at = start * kinds.length + kind; at < end * kinds.length; at += kinds.length) {
        weights[at] = (weights[at] as number) + each;
      }
    }
  }
}

/** A word of two characters or more, or a question. */
function isTellable(word: string): boolean {
  return word.length > 1 ? /[\p{L}\p{N}]/u.test(word) : word === '?' || word === '？';
}

function heaviest(weights: Float64Array, segments: readonly string[]): Evidence[] {
  const found: Evidence[] = [];
  for (let kind = 0; kind < kinds.length; kind += 1) {
    const list: Weighed[] = [];
    let at = kind;
    for (let i = 0; i < segments.length; i += 1) {
      const text = segments[i] as string;
      let weight = 0;
      for (const end = at + text.length * kinds.length; at < end; at += kinds.length) weight += weights[at] as number;
      if (weight > leastWeight) add(list, text, weight);
    }
    for (let i = 0; i < list.length && i < told; i += 1) {
      const { text, weight } = list[i] as Weighed;
      found.push({ text, for: kinds[kind] as (typeof kinds)[number], weight: Math.round(weight * 100) / 100 });
    }
  }
  return found;
}

interface Weighed {
  text: string;
  weight: number;
}

/** Keeps a list ordered by falling weight; a word that comes again adds to its weight. */
function add(list: Weighed[], text: string, weight: number): void {
  let place = 0;
  while (place < list.length && (list[place] as Weighed).text !== text) place += 1;
  let entry = list[place];
  if (entry === undefined) {
    if (list.length === kept && (list[kept - 1] as Weighed).weight >= weight) return;
    if (!isTellable(text)) return;
    entry = { text, weight };
    if (list.length === kept) place = kept - 1;
  } else entry.weight += weight;
  for (; place > 0 && (list[place - 1] as Weighed).weight < entry.weight; place -= 1) {
    list[place] = list[place - 1] as Weighed;
  }
  list[place] = entry;
}
