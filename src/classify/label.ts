/** Answers one question of a model by itself, without leaves, needs and evidence: for models of other labels. */
import { createFeatures, featurize, layOutSums } from './features.ts';
import { splitFields, type Words } from './fields.ts';
import { highest } from './leaves.ts';
import type { Lexicon } from './lexicon.ts';
import { headOf, type Model, probabilities, scoreColumns } from './model.ts';
import { buildVocabulary, createReading, read } from './reading.ts';

/** The three likeliest labels and the confidence of the first. */
export interface Labelled {
  labels: string[];
  confidence: number;
}

export function buildLabeller(lexicon: Lexicon, model: Model, task: string): (words: Words) => Labelled {
  const head = headOf(model, task);
  const vocabulary = buildVocabulary(lexicon, model.strings);
  const sums = layOutSums(lexicon, model.sums);
  const reading = createReading(vocabulary);
  const features = createFeatures(model.strings.length, model.sums.length);
  const scores = new Float64Array(model.columns);
  const chances = new Float64Array(head.codes.length);
  return (words) => {
    read(vocabulary, reading, splitFields(words));
    featurize(vocabulary, reading, sums, model.rarity, features);
    scoreColumns(model, features, scores);
    probabilities(head, scores, chances);
    const top = highest(chances, 3);
    return { labels: top.map((index) => head.codes[index] as string), confidence: chances[top[0] ?? 0] as number };
  };
}
