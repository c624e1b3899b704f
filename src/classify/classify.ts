/**
 * Judges a complaint's words: matter, need (七有五性) and request type, each with its confidence and evidence.
 *
 * The lexicon's words and the learned strings are found in one pass. The model turns them into probabilities of needs,
 * first-level matters and types; within a matter the lexicon's trigger words choose the leaf. Pure: catalog and model are
 * given.
 */
import type { Catalog, Leaf } from '../catalog/catalog.ts';
import { lineWeight, lineWords } from './bus-lines.ts';
import { createTracer, type Evidence, type Tracer } from './evidence.ts';
import { createFeatures, type Features, featurize, layOutSums, type Sums } from './features.ts';
import { splitFields, type Words } from './fields.ts';
import { chooseLeaves, createLeafSpace, highest, type LeafSpace } from './leaves.ts';
import { buildLexicon } from './lexicon.ts';
import { type Head, headOf, type Model, probabilities, scoreColumns } from './model.ts';
import { ModelError } from './model-file.ts';
import { buildVocabulary, createReading, type Reading, read, speak, type Vocabulary } from './reading.ts';
import { type Alarm, type AlarmLevel, alarmLevels, findAlarm } from './urgency.ts';

/** Best first; confidences from 0 to 1. */
export interface Verdict {
  /** The likeliest leaf, the best leaves of the next two matters, then up to two others of its own matter. */
  leaves: { leaf: Leaf; confidence: number }[];
  /** The first-level matter of the first leaf; likelier than the leaf itself. */
  matter: { code: string; confidence: number };
  /** The three likeliest. */
  needs: { code: string; confidence: number }[];
  /** Whether the text holds enough that is known to judge by. */
  known: boolean;
  type: { code: string; confidence: number };
  /** Danger or an outage that sets the level by itself. */
  alarm: Alarm | null;
  evidence: Evidence[];
}

export interface Classifier {
  /** `segments` are the words that `joined` was cut into; evidence is told in them. */
  classify(words: Words, segments: readonly string[]): Verdict;
}

/** A text with fewer different words and strings than this is not judged without a person. */
const leastSeen = 3;
const needCount = 3;

/** All that is reused from text to text. */
interface Space {
  reading: Reading;
  features: Features;
  scores: Float64Array;
  need: Float64Array;
  matter: Float64Array;
  type: Float64Array;
  level: Float64Array;
  leaf: LeafSpace;
}

interface Parts {
  vocabulary: Vocabulary;
  sums: Sums;
  model: Model;
  /** A model made before levels were learned has no `level`. */
  heads: { need: Head; matter: Head; type: Head; level: Head | undefined };
  alarms: AlarmLevel[];
  /** By first-level matter: the leaf that stands for it where no word names one, or -1. */
  usual: Int32Array;
  /** Numbers of the words that the number of a bus line stands for. */
  lineWords: readonly number[];
  tracer: Tracer;
}

/** Builds the classifier of a catalog with a model trained for its dictionary. */
export function buildClassifier(catalog: Catalog, model: Model): Classifier {
  const lexicon = buildLexicon(catalog);
  const vocabulary = buildVocabulary(lexicon, model.strings);
  const head = (task: string, codes: readonly string[]): Head => {
    const found = headOf(model, task);
    if (codes.length === found.codes.length && codes.every((code, index) => code === found.codes[index])) return found;
    throw new ModelError(`模型 ${model.name} 的 ${task} 编码与基础数据不同`);
  };
  const level = model.heads.find(({ task }) => task === 'level');
  const parts: Parts = {
    vocabulary,
    sums: layOutSums(lexicon, model.sums),
    model,
    heads: {
      need: head('need', lexicon.needs),
      matter: head('matter', lexicon.matters),
      type: head('type', lexicon.types),
      level,
    },
    alarms: alarmLevels(catalog.data.levels, level?.codes ?? []),
    usual: Int32Array.from(lexicon.matters, (matter) =>
      lexicon.leaves.findIndex(({ code }) => code === model.usualLeaf[matter]),
    ),
    lineWords: lineWords.map((word) => lexicon.words.indexOf(word)).filter((word) => word !== -1),
    tracer: createTracer(vocabulary.words.length, model.sums.length),
  };
  const space: Space = {
    reading: createReading(vocabulary),
    features: createFeatures(model.strings.length, model.sums.length),
    scores: new Float64Array(model.columns),
    need: new Float64Array(lexicon.needs.length),
    matter: new Float64Array(lexicon.matters.length),
    type: new Float64Array(lexicon.types.length),
    level: new Float64Array(level?.codes.length ?? 0),
    leaf: createLeafSpace(lexicon),
  };
  return { classify: (words, segments) => judge(parts, space, words, segments) };
}

function judge(parts: Parts, space: Space, words: Words, segments: readonly string[]): Verdict {
  const { vocabulary, sums, model, heads, alarms, usual, tracer } = parts;
  const { reading, features, scores, need, matter, type, level, leaf } = space;
  read(vocabulary, reading, splitFields(words));
  featurize(vocabulary, reading, sums, model.rarity, features);
  scoreColumns(model, features, scores);
  probabilities(heads.need, scores, need);
  probabilities(heads.matter, scores, matter);
  probabilities(heads.type, scores, type);
  if (heads.level !== undefined) probabilities(heads.level, scores, level);
  const { lexicon } = vocabulary;
  const line = lineWeight(reading.fields);
  if (line > 0) speak(lexicon, reading, parts.lineWords, line);
  const leaves = chooseLeaves(lexicon, reading, { matters: matter, needs: need, usual }, leaf);
  const needs = highest(need, needCount);
  const [topNeed = 0] = needs;
  const [topMatter = 0] = highest(leaf.claim, 1);
  const [topType = 0] = highest(type, 1);
  const alarm = findAlarm(alarms, level);
  const alarmColumn = alarm === null ? -1 : (heads.level?.from ?? 0) + alarm.answer;
  const won = [
    heads.matter.from + topMatter,
    heads.need.from + topNeed,
    heads.type.from + topType,
    alarmColumn,
  ] as const;
  return {
    leaves,
    matter: { code: lexicon.matters[topMatter] as string, confidence: leaf.matter[topMatter] as number },
    needs: needs.map((index) => ({ code: lexicon.needs[index] as string, confidence: need[index] as number })),
    known: reading.seen.count >= leastSeen,
    type: { code: lexicon.types[topType] as string, confidence: type[topType] as number },
    alarm,
    evidence: tracer.trace(parts, reading, features, won, segments),
  };
}
