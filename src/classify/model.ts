/**
 * The learned part of the judgement: a linear model over strings and over the lexicon's sums, one column for each need,
 * first-level matter and request type. What it says is a sum of products, so every decision can be traced to words.
 */
import type { Features } from './features.ts';

/** A question the model answers: the columns `from` … `from + codes.length` are its answers. */
export interface Head {
  task: string;
  codes: readonly string[];
  from: number;
  /** Turns scores into probabilities: they are multiplied by it before the softmax. Fitted on texts held out. */
  sharpness: number;
}

export interface Model {
  name: string;
  /** With what words were cut when it was trained, and the dictionary, lexicon and triggers of that time. */
  segmenter: string;
  dictionary: string;
  strings: readonly string[];
  /** By string: how rare it is (inverse document frequency). */
  rarity: Float32Array;
  /** Names of the sums that follow the strings as rows; see `features.ts`. */
  sums: readonly string[];
  heads: readonly Head[];
  columns: number;
  /** Rows × columns, each to be multiplied by its column's scale. */
  weights: Int8Array;
  scales: Float32Array;
  bias: Float32Array;
  /** First-level matter → the leaf that is most usual in it, for texts that name no leaf. */
  usualLeaf: Readonly<Record<string, string>>;
}

/** Scores of all columns. */
export function scoreColumns(model: Model, { count, rows, values }: Features, scores: Float64Array): void {
  const { weights, columns, scales, bias } = model;
  scores.fill(0);
  // Four rows at a time: each score is then read and written a quarter as often.
  const fours = count - (count % 4);
  for (let i = 0; i < fours; i += 4) {
    const a = values[i] as number;
    const b = values[i + 1] as number;
    const c = values[i + 2] as number;
    const d = values[i + 3] as number;
    const first = (rows[i] as number) * columns;
    const second = (rows[i + 1] as number) * columns;
    const third = (rows[i + 2] as number) * columns;
    const fourth = (rows[i + 3] as number) * columns;
    for (let column = 0; column < columns; column += 1) {
      scores[column] =
        (scores[column] as number) +
        a * (weights[first + column] as number) +
        b * (weights[second + column] as number) +
        c * (weights[third + column] as number) +
        d * (weights[fourth + column] as number);
    }
  }
  for (let i = fours; i < count; i += 1) {
    const value = values[i] as number;
    const start = (rows[i] as number) * columns;
    for (let column = 0; column < columns; column += 1) {
      scores[column] = (scores[column] as number) + value * (weights[start + column] as number);
    }
  }
  for (let column = 0; column < columns; column += 1) {
    scores[column] = (scores[column] as number) * (scales[column] as number) + (bias[column] as number);
  }
}

/** Probabilities of a head's answers, written from index 0. */
export function probabilities({ from, codes, sharpness }: Head, scores: Float64Array, into: Float64Array): void {
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < codes.length; i += 1) highest = Math.max(highest, scores[from + i] as number);
  let sum = 0;
  for (let i = 0; i < codes.length; i += 1) {
    const mass = Math.exp(sharpness * ((scores[from + i] as number) - highest));
    into[i] = mass;
    sum += mass;
  }
  for (let i = 0; i < codes.length; i += 1) into[i] = (into[i] as number) / sum;
}

export function headOf(model: Model, task: string): Head {
  const head = model.heads.find((one) => one.task === task);
  if (head === undefined) throw new Error(`model ${model.name} has no head ${task}`);
  return head;
}
