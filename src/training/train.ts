/**
 * Trains a model: looks for strings worth knowing, learns a weight for each of them and each answer, and measures on texts held
 * out how sure it may be. Pure, and the same examples with the same settings give the same model.
 */
import { createFeatures, featurize, layOutSums, sumNames } from '../classify/features.ts';
import { joinWords, splitFields, type Words } from '../classify/fields.ts';
import type { Lexicon } from '../classify/lexicon.ts';
import type { Model } from '../classify/model.ts';
import { buildVocabulary, createReading, read } from '../classify/reading.ts';
import type { Segmenter } from '../classify/segment.ts';
import { fitSharpness, type Judged } from './calibrate.ts';
import { findCandidates } from './candidates.ts';
import { createRandom, type Solution, shuffle, solve, type Vector } from './solver.ts';

/** A question with the right answer to each text, as an index of `codes`, -1 where none is known; `others` are right as well, or -1. */
export interface Task {
  task: string;
  codes: readonly string[];
  answers: Int32Array;
  others: Int32Array;
}

export interface TrainingSet {
  texts: readonly Words[];
  tasks: readonly Task[];
  /** How much each text counts. */
  importance: Float64Array;
  /** How many texts from the front are held out in turn to measure on; the others are always learned from. */
  measured: number;
}

export interface TrainSettings {
  /** Strings the model may learn. */
  strings: number;
  /** Texts that a string must occur in. */
  least: number;
  cost: number;
  /** Passes of the solver, to choose the strings and to learn their weights. */
  choosingPasses: number;
  passes: number;
  /** Parts into which the texts are split to measure on texts held out. */
  folds: number;
  seed: number;
}

/** Chosen by cross-validation on the training texts (docs/adr/011). */
export const defaultSettings: TrainSettings = {
  strings: 2400,
  least: 4,
  cost: 0.5,
  choosingPasses: 4,
  passes: 10,
  folds: 5,
  seed: 1,
};

/** What cannot be learned but comes along: names that the model file carries. */
export interface Origin {
  name: string;
  segmenter: string;
  dictionary: string;
}

/** What was learned from some of the texts. */
interface Learned {
  strings: string[];
  rarity: Float32Array;
  /** By task. */
  solutions: Solution[];
  vector(text: Words): Vector;
}

/** Makes the vectors of texts under a list of strings; `names` are the sums that follow them. */
export function vectorizer(
  lexicon: Lexicon,
  strings: readonly string[],
  rarity: Float32Array,
  names: readonly string[] = sumNames(lexicon),
): (text: Words) => Vector {
  const vocabulary = buildVocabulary(lexicon, strings);
  const sums = layOutSums(lexicon, names);
  const reading = createReading(vocabulary);
  const features = createFeatures(strings.length, names.length);
  return (text) => {
    read(vocabulary, reading, splitFields(text));
    featurize(vocabulary, reading, sums, rarity, features);
    return { rows: features.rows.slice(0, features.count), values: features.values.slice(0, features.count) };
  };
}

const rarityOf = (count: number, texts: number) => Math.log((1 + texts) / (1 + count)) + 1;

function pick<T extends Int32Array | Float64Array>(all: T, indices: Int32Array): T {
  return all.slice(0, indices.length).map((_, index) => all[indices[index] as number] as number) as T;
}

/** Learns from the texts at `indices`. */
function learn(
  { texts, tasks, importance }: TrainingSet,
  indices: Int32Array,
  lexicon: Lexicon,
  segmenter: Pick<Segmenter, 'cut'>,
  settings: TrainSettings,
): Learned {
  const used = Array.from(indices, (index) => texts[index] as Words);
  const sums = sumNames(lexicon).length;
  const solveAll = (vectors: Vector[], strings: number, passes: number) =>
    tasks.map(({ codes, answers, others }) =>
      solve(
        {
          vectors,
          rows: strings + sums,
          answers: pick(answers, indices),
          others: pick(others, indices),
          importance: pick(importance, indices),
          columns: codes.length,
        },
        { cost: settings.cost, passes, seed: settings.seed },
      ),
    );
  const candidates = findCandidates(used.map(joinWords), segmenter, settings.least);
  const all = candidates.map(({ text }) => text);
  const allRarity = Float32Array.from(candidates, ({ count }) => rarityOf(count, used.length));
  const first = solveAll(used.map(vectorizer(lexicon, all, allRarity)), all.length, settings.choosingPasses);
  const worth = candidates.map(({ count }, row) => {
    const squares = first.reduce((sum, { weights, bias }) => sum + squaresOf(weights, row, bias.length), 0);
    return Math.sqrt(squares) * Math.log(1 + count) * (allRarity[row] as number);
  });
  const chosen = Array.from(worth.keys())
    .sort((a, b) => (worth[b] as number) - (worth[a] as number) || a - b)
    .slice(0, settings.strings)
    .sort((a, b) => a - b);
  const strings = chosen.map((row) => all[row] as string);
  const rarity = Float32Array.from(chosen, (row) => allRarity[row] as number);
  const vector = vectorizer(lexicon, strings, rarity);
  return { strings, rarity, vector, solutions: solveAll(used.map(vector), strings.length, settings.passes) };
}

function squaresOf(weights: Float64Array, row: number, columns: number): number {
  let sum = 0;
  for (let at = row * columns; at < (row + 1) * columns; at += 1) sum += (weights[at] as number) ** 2;
  return sum;
}

/** Scores of a vector over the answers of one task. */
export function scoresOf(vector: Vector, { weights, bias }: Solution): Float64Array {
  const columns = bias.length;
  const scores = Float64Array.from(bias);
  for (let i = 0; i < vector.rows.length; i += 1) {
    const start = (vector.rows[i] as number) * columns;
    for (let column = 0; column < columns; column += 1) {
      scores[column] = (scores[column] as number) + (vector.values[i] as number) * (weights[start + column] as number);
    }
  }
  return scores;
}

/** What a model says of texts it has not seen, by task. */
export type HeldOut = Map<string, Judged[]>;

/** Splits the texts, learns from all parts but one, and judges that one: for each part in turn. */
export function judgeHeldOut(
  set: TrainingSet,
  lexicon: Lexicon,
  segmenter: Pick<Segmenter, 'cut'>,
  settings: TrainSettings,
  progress: (done: string) => void,
): HeldOut {
  const order = Int32Array.from({ length: set.measured }, (_, index) => index);
  shuffle(order, createRandom(settings.seed));
  const always = Int32Array.from(set.texts.keys()).slice(set.measured);
  const judged: HeldOut = new Map(set.tasks.map(({ task }) => [task, []]));
  for (let fold = 0; fold < settings.folds; fold += 1) {
    const learned = order.filter((_, index) => index % settings.folds !== fold).sort();
    const part = learn(set, Int32Array.from([...learned, ...always]), lexicon, segmenter, settings);
    for (const index of order.filter((_, at) => at % settings.folds === fold)) {
      const vector = part.vector(set.texts[index] as Words);
      set.tasks.forEach(({ task, answers, others }, at) => {
        const answer = answers[index] as number;
        if (answer === -1) return;
        const scores = scoresOf(vector, part.solutions[at] as Solution);
        judged.get(task)?.push({ scores, answer, other: others[index] as number });
      });
    }
    progress(`交叉检验 ${fold + 1}/${settings.folds}`);
  }
  return judged;
}

/** Trains on all texts; `heldOut` says how sharp the probabilities of each task may be. */
export function train(
  set: TrainingSet,
  heldOut: HeldOut,
  origin: Origin,
  lexicon: Lexicon,
  segmenter: Pick<Segmenter, 'cut'>,
  settings: TrainSettings,
): Model {
  const { strings, rarity, solutions } = learn(set, Int32Array.from(set.texts.keys()), lexicon, segmenter, settings);
  const heads = headsOf(set.tasks, (task) => fitSharpness(heldOut.get(task) ?? []));
  const columns = set.tasks.reduce((sum, { codes }) => sum + codes.length, 0);
  const sums = sumNames(lexicon);
  return {
    ...origin,
    strings,
    rarity,
    sums,
    heads,
    columns,
    ...quantize(solutions, strings.length + sums.length, columns),
    usualLeaf: usualLeaves(set, lexicon),
  };
}

function headsOf(tasks: readonly Task[], sharpness: (task: string) => number): Model['heads'] {
  let from = 0;
  return tasks.map(({ task, codes }) => {
    const head = { task, codes, from, sharpness: sharpness(task) };
    from += codes.length;
    return head;
  });
}

/** Joins the tasks' columns and keeps each weight as one of 255 steps of its column's scale. */
export function quantize(
  solutions: readonly Solution[],
  rows: number,
  columns: number,
): Pick<Model, 'weights' | 'scales' | 'bias'> {
  const weights = new Int8Array(rows * columns);
  const scales = new Float32Array(columns);
  const bias = new Float32Array(columns);
  let from = 0;
  for (const solution of solutions) {
    const width = solution.bias.length;
    for (let column = 0; column < width; column += 1) {
      let largest = 0;
      for (let row = 0; row < rows; row += 1)
        largest = Math.max(largest, Math.abs(solution.weights[row * width + column] as number));
      const scale = largest === 0 ? 1 : largest / 127;
      scales[from + column] = scale;
      bias[from + column] = solution.bias[column] as number;
      for (let row = 0; row < rows; row += 1) {
        weights[row * columns + from + column] = Math.round((solution.weights[row * width + column] as number) / scale);
      }
    }
    from += width;
  }
  return { weights, scales, bias };
}

/** For each first-level matter the leaf that the trigger words of its texts name most often. */
function usualLeaves({ texts, tasks }: TrainingSet, lexicon: Lexicon): Record<string, string> {
  const task = tasks.find(({ task }) => task === 'matter');
  if (task === undefined) return {};
  const vocabulary = buildVocabulary(lexicon, []);
  const reading = createReading(vocabulary);
  const counts = lexicon.leaves.map(() => 0);
  texts.forEach((text, index) => {
    read(vocabulary, reading, splitFields(text));
    const matter = lexicon.matters.indexOf(task.codes[task.answers[index] as number] ?? '');
    if (matter === -1) return;
    let best = -1;
    for (let leaf = 0; leaf < counts.length; leaf += 1) {
      if (lexicon.matterOf[leaf] !== matter || reading.scores[leaf] === 0) continue;
      if (best === -1 || (reading.scores[leaf] as number) > (reading.scores[best] as number)) best = leaf;
    }
    if (best !== -1) counts[best] = (counts[best] ?? 0) + 1;
  });
  return Object.fromEntries(
    lexicon.matters.flatMap((code, matter) => {
      let usual = -1;
      for (let leaf = 0; leaf < counts.length; leaf += 1) {
        if (lexicon.matterOf[leaf] !== matter) continue;
        if (usual === -1 || (counts[leaf] ?? 0) > (counts[usual] ?? 0)) usual = leaf;
      }
      return usual === -1 ? [] : [[code, lexicon.leaves[usual]?.code ?? '']];
    }),
  );
}
