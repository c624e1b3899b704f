/**
 * Corrects a model by further texts without the ones it was trained on: its weights stay near what they were. So does the bias of
 * each answer: corrections are no fair sample of what is said, and must not teach how often each answer comes. (Moved along, eight
 * corrections of one kind cost a tenth of all first-level matters on synthetic complaints; kept, half a hundredth.)
 */
import type { Lexicon } from '../classify/lexicon.ts';
import type { Model } from '../classify/model.ts';
import { type Solution, solve } from './solver.ts';
import { type Origin, quantize, type TrainingSet, type TrainSettings, vectorizer } from './train.ts';

/** The weights of one head as the solver has them. */
function solutionOf({ weights, scales, bias, columns }: Model, from: number, width: number): Solution {
  const rows = weights.length / columns;
  const own: Solution = { weights: new Float64Array(rows * width), bias: new Float64Array(width) };
  for (let column = 0; column < width; column += 1) {
    own.bias[column] = bias[from + column] as number;
    for (let row = 0; row < rows; row += 1) {
      own.weights[row * width + column] =
        (weights[row * columns + from + column] as number) * (scales[from + column] as number);
    }
  }
  return own;
}

/** The model under a new name, for the words of now; with texts, moved as far as they ask. */
export function correctModel(
  base: Model,
  set: TrainingSet,
  origin: Origin,
  lexicon: Lexicon,
  settings: TrainSettings,
): Model {
  if (set.texts.length === 0) return { ...base, ...origin };
  const vectors = set.texts.map(vectorizer(lexicon, base.strings, base.rarity, base.sums));
  const rows = base.strings.length + base.sums.length;
  const solutions = base.heads.map(({ task, codes, from }) => {
    const start = solutionOf(base, from, codes.length);
    const own = set.tasks.find((one) => one.task === task);
    if (own === undefined) return start;
    // The answers by the model's own columns: the texts may name fewer, or in another order.
    const columns = own.codes.map((code) => codes.indexOf(code));
    const answers = own.answers.map((answer) => columns[answer] ?? -1);
    const others = own.others.map((other) => columns[other] ?? -1);
    const problem = { vectors, rows, answers, others, importance: set.importance, columns: codes.length };
    return solve(problem, { cost: settings.cost, passes: settings.passes, seed: settings.seed, keepBias: true }, start);
  });
  return { ...base, ...origin, ...quantize(solutions, rows, base.columns) };
}
