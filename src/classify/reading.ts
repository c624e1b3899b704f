/**
 * Reads a text: finds the words of the lexicon and the strings a model has learned in one pass, and adds up what the
 * lexicon's words push. What was found stays in a workspace that the next text empties and uses again.
 */
import { buildMatcher, type Matcher } from '../text/matcher.ts';
import { type Fields, weightAt } from './fields.ts';
import type { Lexicon } from './lexicon.ts';

/** Everything that is looked for: the lexicon's words first, then learned strings that are not among them. */
export interface Vocabulary {
  lexicon: Lexicon;
  words: readonly string[];
  matcher: Matcher;
  /** By word: which of the learned strings it is, or -1. */
  learned: Int32Array;
}

export function buildVocabulary(lexicon: Lexicon, strings: readonly string[]): Vocabulary {
  const words = [...new Set([...lexicon.words, ...strings])];
  const order = new Map(strings.map((text, index) => [text, index]));
  return {
    lexicon,
    words,
    matcher: buildMatcher(words),
    learned: Int32Array.from(words, (word) => order.get(word) ?? -1),
  };
}

/** A list of indices that keeps its memory when it is emptied. */
export interface List {
  count: number;
  items: Int32Array;
}

/** What one text holds. Nothing here is asynchronous, so one workspace serves all texts. */
export interface Reading {
  /** How many different words of the lexicon were found. */
  lexical: number;
  /** What the lexicon's words push, by slot; the slots that are pushed, in order. */
  scores: Float64Array;
  pushed: List;
  isPushed: Uint8Array;
  /**
   * Words found, in the order of their ends; by that order the weight of a word's best place, and of all its places together.
   * What a text needs lies side by side so: tables by word would be touched all over.
   */
  seen: List;
  best: Float64Array;
  total: Float64Array;
  /** By word: its number in `seen` plus one; 0 where it was not found. */
  numberOf: Int32Array;
  /** Every place of a word: its number in `seen`, start, end. Valid until the next text is read. */
  places: { count: number; spans: Int32Array };
  fields: Fields;
}

const emptyFields: Fields = { all: '', titleEnd: 0, focusStart: 0, focusEnd: 0, noteStart: 0 };

export const createList = (length: number): List => ({ count: 0, items: new Int32Array(length) });

export function append(list: List, item: number): void {
  list.items[list.count] = item;
  list.count += 1;
}

export function createReading({ lexicon, words }: Vocabulary): Reading {
  return {
    lexical: 0,
    scores: new Float64Array(lexicon.slotCount),
    pushed: createList(lexicon.slotCount),
    isPushed: new Uint8Array(lexicon.slotCount),
    seen: createList(words.length),
    best: new Float64Array(words.length),
    total: new Float64Array(words.length),
    numberOf: new Int32Array(words.length),
    places: { count: 0, spans: new Int32Array(0) },
    fields: emptyFields,
  };
}

/** Forgets the last text: only what it set, for a text says nothing of most words and matters. */
function clear({ scores, pushed, isPushed, seen, numberOf }: Reading): void {
  for (let i = 0; i < seen.count; i += 1) numberOf[seen.items[i] as number] = 0;
  for (let i = 0; i < pushed.count; i += 1) {
    scores[pushed.items[i] as number] = 0;
    isPushed[pushed.items[i] as number] = 0;
  }
  seen.count = 0;
  pushed.count = 0;
}

/** Reads a text into the workspace. */
export function read({ lexicon, matcher }: Vocabulary, reading: Reading, fields: Fields): void {
  clear(reading);
  const { count, spans } = matcher.scan(fields.all);
  reading.places.count = count;
  reading.places.spans = spans;
  reading.fields = fields;
  countPlaces(reading);
  push(lexicon, reading);
}

/** Counts the places of each word by their weight; in the spans the word becomes its number. */
function countPlaces({ places: { count, spans }, fields, seen, best, total, numberOf }: Reading): void {
  for (let i = 0; i < count; i += 1) {
    const word = spans[i * 3] as number;
    const weight = weightAt(fields, spans[i * 3 + 1] as number);
    let number = (numberOf[word] as number) - 1;
    if (number === -1) {
      number = seen.count;
      append(seen, word);
      numberOf[word] = seen.count;
      best[number] = weight;
      total[number] = weight;
    } else {
      if (weight > (best[number] as number)) best[number] = weight;
      total[number] = (total[number] as number) + weight;
    }
    spans[i * 3] = number;
  }
}

/** Adds up what the lexicon's words among those found push. */
function push(lexicon: Lexicon, reading: Reading): void {
  const { pushed, seen, best } = reading;
  reading.lexical = 0;
  for (let i = 0; i < seen.count; i += 1) {
    const word = seen.items[i] as number;
    if (word < lexicon.from.length - 1) pushWord(lexicon, reading, word, best[i] as number);
  }
  sort(pushed);
}

function pushWord({ from, target, weight }: Lexicon, reading: Reading, word: number, times: number): void {
  const { scores, pushed, isPushed } = reading;
  reading.lexical += 1;
  const end = from[word + 1] as number;
  for (let at = from[word] as number; at < end; at += 1) {
    const slot = target[at] as number;
    scores[slot] = (scores[slot] as number) + (weight[at] as number) * times;
    if (isPushed[slot] === 1) continue;
    isPushed[slot] = 1;
    append(pushed, slot);
  }
}

/** Lets words of the lexicon speak that a text says in a form no list can hold; those it holds as such have spoken. */
export function speak(lexicon: Lexicon, reading: Reading, words: readonly number[], times: number): void {
  for (const word of words) if (reading.numberOf[word] === 0) pushWord(lexicon, reading, word, times);
  sort(reading.pushed);
}

/** By insertion: a text pushes few slots. */
function sort({ items, count }: List): void {
  for (let i = 1; i < count; i += 1) {
    const item = items[i] as number;
    let at = i;
    for (; at > 0 && (items[at - 1] as number) > item; at -= 1) items[at] = items[at - 1] as number;
    items[at] = item;
  }
}
