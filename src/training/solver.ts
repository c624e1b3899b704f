/**
 * Linear classification, one answer against the rest, with the squared hinge loss: dual coordinate descent (Hsieh et al., A Dual
 * Coordinate Descent Method for Large-scale Linear SVM, ICML 2008). The order of the steps comes from a seeded generator,
 * so that the same examples give the same weights.
 */

/** A sparse vector: `rows[i]` has the value `values[i]`. */
export interface Vector {
  rows: Int32Array;
  values: Float64Array;
}

export interface Problem {
  vectors: readonly Vector[];
  /** How many rows there are. */
  rows: number;
  /** The column of the right answer for each vector; -1 where it is not known: the vector is no example then. */
  answers: Int32Array;
  /** Another column that is not wrong either, or -1: the vector is no example against it. */
  others: Int32Array;
  /** How much each vector counts. */
  importance: Float64Array;
  columns: number;
}

export interface Settings {
  /** Cost of an error against the size of the weights. */
  cost: number;
  /** Passes over all examples. */
  passes: number;
  seed: number;
  /** Leaves the bias as the start has it. */
  keepBias?: boolean;
}

/** Rows × columns, row by row, and a bias for each column. */
export interface Solution {
  weights: Float64Array;
  bias: Float64Array;
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function shuffle(items: Int32Array, random: () => number): void {
  for (let i = items.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    const item = items[i] as number;
    items[i] = items[j] as number;
    items[j] = item;
  }
}

/** Solves a problem, one column after the other. With `start` the weights stay near those: they are corrected, not learned anew. */
export function solve(problem: Problem, settings: Settings, start?: Solution): Solution {
  const { rows, columns } = problem;
  const weights = new Float64Array(rows * columns);
  const bias = new Float64Array(columns);
  for (let column = 0; column < columns; column += 1) {
    const own = new Float64Array(rows + 1);
    if (start !== undefined) {
      for (let row = 0; row < rows; row += 1) own[row] = start.weights[row * columns + column] as number;
      own[rows] = start.bias[column] as number;
    }
    descend(problem, settings, column, own);
    for (let row = 0; row < rows; row += 1) weights[row * columns + column] = own[row] as number;
    bias[column] = own[rows] as number;
  }
  return { weights, bias };
}

/** Finds the weights of one column; the bias stands behind the last row, as a feature that is always one. */
function descend(
  problem: Problem,
  { cost, passes, seed, keepBias = false }: Settings,
  column: number,
  weights: Float64Array,
): void {
  const unit = keepBias ? 0 : 1;
  const { vectors, rows, answers, others, importance } = problem;
  const used = Int32Array.from(vectors.keys()).filter((index) => answers[index] !== -1 && others[index] !== column);
  const squares = vectors.map(({ values }) => values.reduce((sum, value) => sum + value * value, unit));
  const duals = new Float64Array(vectors.length);
  const random = createRandom(seed * 1009 + column);
  for (let pass = 0; pass < passes; pass += 1) {
    shuffle(used, random);
    for (const index of used) {
      const vector = vectors[index] as Vector;
      const sign = answers[index] === column ? 1 : -1;
      const slack = 1 / (2 * cost * (importance[index] as number));
      const before = duals[index] as number;
      const gradient = sign * (product(vector, weights) + (weights[rows] as number)) - 1 + slack * before;
      const after = Math.max(before - gradient / ((squares[index] as number) + slack), 0);
      if (after === before) continue;
      duals[index] = after;
      step(vector, (after - before) * sign, weights);
      weights[rows] = (weights[rows] as number) + (after - before) * sign * unit;
    }
  }
}

export function product({ rows, values }: Vector, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < rows.length; i += 1) sum += (values[i] as number) * (weights[rows[i] as number] as number);
  return sum;
}

function step({ rows, values }: Vector, change: number, weights: Float64Array): void {
  for (let i = 0; i < rows.length; i += 1) {
    const row = rows[i] as number;
    weights[row] = (weights[row] as number) + change * (values[i] as number);
  }
}
