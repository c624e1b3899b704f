/**
 * Which words moved a decision, and by how much: every product of the model's sum is laid on the segmented words whose
 * characters caused it.
 */
import type { Features, Sums } from './features.ts';
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

const kinds = ['matter', 'need', 'type', 'level'] as const;
/** The last of them; few texts ask for a level, and the others are spared the work. */
const level = 3;
/** The columns of the answers that won, in the order of `kinds`; -1 for a level that nothing in the words asks for. */
export type Won = readonly [matter: number, need: number, type: number, level: number];

/** Words told for each kind; a few more are kept, for some are the same word at another place. */
const told = 3;
const kept = 8;
const leastWeight = 0.03;
/** What adds less than this is passed over: there is much of it and it decides nothing. */
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

/** Four numbers to each word found, by its number, to each sum and to each segment; the segment that holds a character. */
interface Marks {
  /** How many of the kinds are asked for. */
  kinds: number;
  gains: Float64Array;
  speaks: Uint8Array;
  worth: Float64Array;
  weights: Float64Array;
  segmentOf: Int32Array;
}

export function createTracer(words: number, sums: number): Tracer {
  const marks: Marks = {
    kinds: 0,
    gains: new Float64Array(words * kinds.length),
    speaks: new Uint8Array(words),
    worth: new Float64Array(sums * kinds.length),
    weights: new Float64Array(0),
    segmentOf: new Int32Array(0),
  };
  return {
    trace(parts, reading, features, won, segments) {
      marks.kinds = won[level] === -1 ? level : kinds.length;
      weighSums(features, parts.model, won, marks);
      weighWords(parts, reading, features, won, marks);
      layOut(segments, reading.fields.all.length, marks);
      layDown(reading, marks);
      return heaviest(marks, segments);
    },
  };
}

/** What one unit of each sum adds to the answers that won. */
function weighSums(
  { sums, rates }: Features,
  { weights, columns, strings, scales }: Model,
  won: Won,
  { worth, kinds: count }: Marks,
): void {
  for (let sum = 0; sum < sums.length; sum += 1) {
    if (sums[sum] === 0) continue;
    const row = (strings.length + sum) * columns;
    for (let kind = 0; kind < count; kind += 1) {
      const column = won[kind] as number;
      worth[sum * kinds.length + kind] =
        (rates[sum] as number) * (weights[row + column] as number) * (scales[column] as number);
    }
  }
}

/** What each word found adds to the answers that won; what speaks against them is left out. */
function weighWords(
  { vocabulary: { learned, lexicon }, sums, model }: Parameters<Tracer['trace']>[0],
  { seen, total, best }: Reading,
  { norm }: Features,
  won: Won,
  { gains, speaks, worth, kinds: count }: Marks,
): void {
  const { weights, columns, scales, rarity } = model;
  const known = lexicon.from.length - 1;
  for (let i = 0; i < seen.count; i += 1) {
    const word = seen.items[i] as number;
    const row = learned[word] as number;
    const to = i * kinds.length;
    const value = row === -1 ? 0 : ((total[i] as number) * (rarity[row] as number)) / norm;
    for (let kind = 0; kind < count; kind += 1) {
      const column = won[kind] as number;
      gains[to + kind] =
        row === -1 ? 0 : value * (weights[row * columns + column] as number) * (scales[column] as number);
    }
    if (word < known) addSums(lexicon, sums, worth, word, best[i] as number, gains, to, count);
    speaks[i] = 0;
    for (let at = to; at < to + count; at += 1) {
      if ((gains[at] as number) > leastGain) speaks[i] = 1;
      else gains[at] = 0;
    }
  }
}

/** Adds a word's share in the sums that it counts into. */
function addSums(
  { from, target, weight }: Lexicon,
  { first, second }: Sums,
  worth: Float64Array,
  word: number,
  times: number,
  gains: Float64Array,
  to: number,
  count: number,
): void {
  const end = from[word + 1] as number;
  for (let at = from[word] as number; at < end; at += 1) {
    const slot = target[at] as number;
    const push = (weight[at] as number) * times;
    const one = (first[slot] as number) * kinds.length;
    const other = (second[slot] as number) * kinds.length;
    for (let kind = 0; kind < count; kind += 1) {
      let gain = gains[to + kind] as number;
      if (one >= 0) gain += push * (worth[one + kind] as number);
      if (other >= 0) gain += push * (worth[other + kind] as number);
      gains[to + kind] = gain;
    }
  }
}

/** Empties the weights of the segments and notes which characters each holds. */
function layOut(segments: readonly string[], length: number, marks: Marks): void {
  if (marks.segmentOf.length < length) {
    marks.segmentOf = new Int32Array(length * 2);
    marks.weights = new Float64Array(length * 2 * kinds.length);
  }
  const { segmentOf, weights } = marks;
  let at = 0;
  for (let i = 0; i < segments.length; i += 1) {
    const end = Math.min(at + (segments[i] as string).length, length);
    for (; at < end; at += 1) segmentOf[at] = i;
  }
  // A lone surrogate is lost in cutting; what lies behind the last segment counts for that.
  for (; at < length; at += 1) segmentOf[at] = Math.max(segments.length - 1, 0);
  const size = segments.length * kinds.length;
  for (let i = 0; i < size; i += 1) weights[i] = 0;
}

/** Lays each word's gain on the segments that hold its characters, more where the word counts more. */
function layDown(
  { places, fields, total }: Reading,
  { weights, gains, speaks, segmentOf, kinds: kindCount }: Marks,
): void {
  const { count, spans } = places;
  for (let i = 0; i < count; i += 1) {
    const number = spans[i * 3] as number;
    if (speaks[number] === 0) continue;
    const start = spans[i * 3 + 1] as number;
    const end = spans[i * 3 + 2] as number;
    const each = weightAt(fields, start) / (total[number] as number) / (end - start);
    const from = number * kinds.length;
    for (let at = start; at < end; ) {
      const segment = segmentOf[at] as number;
      let share = each;
      for (at += 1; at < end && segmentOf[at] === segment; at += 1) share += each;
      const to = segment * kinds.length;
      for (let kind = 0; kind < kindCount; kind += 1) {
        weights[to + kind] = (weights[to + kind] as number) + (gains[from + kind] as number) * share;
      }
    }
  }
}

/**
 * Words of one character tell little by themselves, but 火 tells of danger; marks tell nothing but that something is asked.
 */
function isTellable(word: string, kind: Evidence['for']): boolean {
  if (word.length === 1 && kind !== 'level') return word === '?' || word === '？';
  const first = word.charCodeAt(0);
  return (first >= 0x4e00 && first <= 0x9fff) || /[\p{L}\p{N}]/u.test(word);
}

function heaviest({ weights, kinds: count }: Marks, segments: readonly string[]): Evidence[] {
  const found: Evidence[] = [];
  for (let kind = 0; kind < count; kind += 1) {
    top.count = 0;
    for (let i = 0; i < segments.length; i += 1) {
      const weight = weights[i * kinds.length + kind] as number;
      if (weight > leastWeight) keep(i, weight);
    }
    tell(segments, kinds[kind] as (typeof kinds)[number], found);
  }
  return found;
}

/** The heaviest segments of one kind, by falling weight. */
const top = { count: 0, segments: new Int32Array(kept), weights: new Float64Array(kept) };

function keep(segment: number, weight: number): void {
  let place = top.count;
  if (place === kept) {
    if ((top.weights[kept - 1] as number) >= weight) return;
    place = kept - 1;
  } else top.count += 1;
  for (; place > 0 && (top.weights[place - 1] as number) < weight; place -= 1) {
    top.weights[place] = top.weights[place - 1] as number;
    top.segments[place] = top.segments[place - 1] as number;
  }
  top.weights[place] = weight;
  top.segments[place] = segment;
}

/** Adds the heaviest words to `found`; a word that stands there more than once has its weights together. */
function tell(segments: readonly string[], kind: Evidence['for'], found: Evidence[]): void {
  const start = found.length;
  for (let i = 0; i < top.count; i += 1) {
    const text = segments[top.segments[i] as number] as string;
    let at = start;
    while (at < found.length && (found[at] as Evidence).text !== text) at += 1;
    const known = found[at];
    if (known !== undefined) known.weight += top.weights[i] as number;
    else if (at < start + told && isTellable(text, kind))
      found.push({ text, for: kind, weight: top.weights[i] as number });
  }
  for (let at = start; at < found.length; at += 1) {
    const word = found[at] as Evidence;
    word.weight = Math.round(word.weight * 100) / 100;
    // what came again may have risen above the one before it
    for (let to = at; to > start && (found[to - 1] as Evidence).weight < word.weight; to -= 1) {
      found[to] = found[to - 1] as Evidence;
      found[to - 1] = word;
    }
  }
}
