/** Labels texts by an older model, so that what it learned from texts that are no longer at hand is not lost. */
import type { Words } from '../classify/fields.ts';
import { buildLabeller } from '../classify/label.ts';
import type { Lexicon } from '../classify/lexicon.ts';
import type { Model } from '../classify/model.ts';
import type { Unlabelled } from './examples.ts';
import { type Taught, wordsOf } from './sets.ts';

/** Below this confidence the second need is taken as not wrong either. */
const sureEnough = 0.7;

/** The answers of a model to texts, as examples. */
export function teach(texts: readonly Unlabelled[], teacher: Model, lexicon: Lexicon): Taught[] {
  const ask = (task: string) => buildLabeller(lexicon, teacher, task);
  const [need, matter, type] = [ask('need'), ask('matter'), ask('type')];
  const first = (answer: ReturnType<typeof need>) => answer.labels[0] ?? '';
  return texts.map((text) => {
    const words: Words = wordsOf(text);
    const needs = need(words);
    return {
      ...text,
      need: first(needs),
      need2: needs.confidence < sureEnough ? (needs.labels[1] ?? null) : null,
      matter: first(matter(words)),
      type: first(type(words)),
      confidence: needs.confidence,
    };
  });
}

/** Length of a passage, in Chinese characters, that two texts hardly share by chance. */
const passage = 16;
/** How many passages, eight characters apart, may be shared: one may be the name of a school or an estate. */
const shared = 1;
const leastLength = 6;

const characters = ({ title, text }: Unlabelled) => `${title ?? ''}${text}`.replace(/[^\u4e00-\u9fff]/g, '');

/** The texts that share no passages with the known ones, each of them once. */
export function withoutLike(texts: readonly Unlabelled[], known: readonly Unlabelled[]): Unlabelled[] {
  const passages = new Set<string>();
  for (const one of known) {
    const line = characters(one);
    for (let at = 0; at + passage <= line.length; at += 1) passages.add(line.slice(at, at + passage));
  }
  const seen = new Set<string>();
  return texts.filter((one) => {
    const line = characters(one);
    const start = line.slice(0, 60);
    if (line.length < leastLength || seen.has(start)) return false;
    seen.add(start);
    let count = 0;
    for (let at = 0; at + passage <= line.length; at += 8) if (passages.has(line.slice(at, at + passage))) count += 1;
    return count <= shared;
  });
}
