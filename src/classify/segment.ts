/**
 * Chinese word segmentation: the only importer of nodejieba. One process has one dictionary, so a segmenter is made once.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import nodejieba from 'nodejieba';
import type { SeedData } from '../catalog/types.ts';
import type { Validity } from '../catalog/validity.ts';

export interface Segmenter {
  /** The library with its version, and how its dictionary is cut down. */
  name: string;
  /** Adds words to the dictionary; it is global to the process, so nothing is ever taken away. */
  learn(words: readonly string[]): void;
  /** Words of a text in order; together they are the text again, but for lone surrogates. */
  cut(text: string): string[];
  /** The distinct words to search a text by: its words and the shorter words inside the longer ones, at most 400. */
  searchWords(words: readonly string[]): string[];
  /** The same words, each with the places where it stands (counted in words from 1), for ranking; at most eight of each. */
  searchPlaces(words: readonly string[]): Map<string, number[]>;
}

/**
 * Words of the built-in dictionary that are rarer than this are not loaded: they are half of its 349,000 words, cost
 * 60 MB of memory and 0.3 s of start, and hardly occur in complaints (docs/adr/004).
 */
const minFrequency = 4;
const maxSearchWords = 400;
const maxPlaces = 8;
const require = createRequire(import.meta.url);
const dictionary = require.resolve('nodejieba/submodules/cppjieba/dict/jieba.dict.utf8');
const { version }: { version: string } = require('nodejieba/package.json');
/** The library with its version, and how its dictionary is cut down; stands in every model. */
export const segmenterName = `nodejieba ${version}, frequency >= ${minFrequency}`;

/** The user dictionary: names of places and units, trigger words of matters, words of the lexicon and of the city. */
export function userWords(data: SeedData): string[] {
  const words = new Set<string>();
  for (const { name, aliases } of [...data.divisions, ...data.units])
    for (const word of [name, ...aliases]) words.add(word);
  for (const { name } of data.divisions) words.add(name.replace(/(社区)?(居委会|村委会)$/, ''));
  for (const matter of data.matters) for (const word of matter.words) words.add(word);
  for (const { word } of [...data.lexicon, ...data.words]) words.add(word);
  return [...words].filter((word) => word.length >= 2 && !/\s/.test(word));
}

/**
 * SHA-256 of all that a model's meaning rests on: the segmenter, its dictionary, and what the lexicon's and the matters' words
 * push. Places and units do not count: a new community is no reason to train anew. Neither do rows that have an end: a
 * database keeps them, the files do not.
 */
export function dictionaryHash(data: SeedData): string {
  const lasting = <T extends Validity>(rows: readonly T[]) => rows.filter(({ validTo }) => validTo === null);
  const lines = [
    ...lasting(data.matters).map(({ code, need, words }) => `matter ${code} ${need ?? ''} ${words.join('|')}`),
    ...lasting(data.lexicon).map(({ word, kind, code, weight }) => `lexicon ${word} ${kind} ${code} ${weight}`),
    ...lasting(data.needs).map(({ code }) => `need ${code}`),
    ...lasting(data.types).map(({ code }) => `type ${code}`),
    ...lasting(data.levels).map(({ code }) => `level ${code}`),
  ].sort();
  const hash = createHash('sha256').update(segmenterName).update(readFileSync(dictionary));
  for (const line of lines) hash.update(`\n${line}`);
  return hash.digest('hex');
}

/** The dictionary's lines (`word frequency tag`) of words frequent enough, byte by byte: as strings they would stay in the heap. */
function commonWords(all: Buffer): Buffer {
  const kept = Buffer.allocUnsafe(all.length);
  let length = 0;
  for (let start = 0; start < all.length; ) {
    const newline = all.indexOf(10, start);
    const end = newline === -1 ? all.length : newline + 1;
    const space = all.indexOf(32, start);
    if (
      space !== -1 &&
      Number.parseInt(all.toString('latin1', space + 1, Math.min(end, space + 9)), 10) >= minFrequency
    ) {
      length += all.copy(kept, length, start, end);
    }
    start = end;
  }
  return kept.subarray(0, length);
}

function loadDictionary(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'jiesu-'));
  try {
    const write = (name: string, text: string | Buffer) => {
      const file = path.join(folder, name);
      writeFileSync(file, text);
      return file;
    };
    // Keyword extraction is not used; its tables are replaced by one entry each to save their memory.
    nodejieba.load({
      dict: write('dict', commonWords(readFileSync(dictionary))),
      userDict: write('user', '接诉即办\n'),
      idfDict: write('idf', '的 1.0\n'),
      stopWordDict: write('stop', '的\n'),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

let loaded = false;

const ascii = /^[a-z0-9]+$/i;

/** Puts letters and digits that stand together into one word again: nodejieba cuts plates and route numbers to pieces. */
function joinAscii(words: readonly string[]): string[] {
  const joined: string[] = [];
  let open = false;
  for (const word of words) {
    const isAscii = ascii.test(word);
    if (isAscii && open) joined.push(`${joined.pop() ?? ''}${word}`);
    else joined.push(word);
    open = isAscii;
  }
  return joined;
}

/** The dictionary is loaded, and `words` are added to it, when the first text is cut: many commands cut none, and it takes half a second. */
export function createSegmenter(words: readonly string[]): Segmenter {
  const inner = new Map<string, string[]>();
  let waiting = [...words];
  const ready = () => {
    if (waiting.length === 0 && loaded) return nodejieba;
    if (!loaded) loadDictionary();
    loaded = true;
    for (const word of waiting) nodejieba.insertWord(word);
    waiting = [];
    return nodejieba;
  };
  const wordsInside = (word: string): string[] => {
    const known = inner.get(word);
    if (known !== undefined) return known;
    const found = ready()
      .cutForSearch(word)
      .filter((part) => part.length >= 2);
    if (inner.size > 50_000) inner.clear();
    inner.set(word, found);
    return found;
  };
  const places = (all: readonly string[]): Map<string, number[]> => {
    const found = new Map<string, number[]>();
    let place = 0;
    const add = (word: string) => {
      place += 1;
      const known = found.get(word);
      if (known === undefined && found.size < maxSearchWords) found.set(word, [place]);
      else if (known !== undefined && known.length < maxPlaces) known.push(place);
    };
    for (const word of joinAscii(all)) {
      if (word.length === 2 || (word.length > 2 && word.length <= 32 && ascii.test(word))) add(word);
      else if (word.length > 2 && word.length <= 32) for (const part of wordsInside(word)) add(part);
    }
    return found;
  };
  return {
    name: segmenterName,
    learn(more) {
      waiting = [...waiting, ...more];
      inner.clear();
    },
    cut: (text) => ready().cut(text),
    searchWords: (all) => [...places(all).keys()],
    searchPlaces: places,
  };
}
