/** Makes training sets of labelled texts: for the service's own judgement, and for the letters' seven labels. */
import type { Words } from '../classify/fields.ts';
import type { Lexicon } from '../classify/lexicon.ts';
import { type Example, ExampleError, type Letter } from './examples.ts';
import type { Task, TrainingSet } from './train.ts';

/** How much a text counts by how sure its label is: 0 a guess, 1 arguable, 2 clear. */
const importanceOf = [0.4, 0.8, 1] as const;

export const wordsOf = ({ title, text, tokens }: { title?: string | null; text?: string; tokens?: string }): Words => ({
  title: title === '' ? null : title,
  text: text ?? tokens ?? '',
});

function columnOf(codes: readonly string[], code: string, what: string): number {
  const column = codes.indexOf(code);
  if (column === -1) throw new ExampleError(`标注中的${what} ${code} 不在基础数据里`);
  return column;
}

const none = (length: number) => new Int32Array(length).fill(-1);

/** Need, first-level matter and request type of labelled texts. */
export function judgementSet(examples: readonly Example[], { needs, matters, types }: Lexicon): TrainingSet {
  const task = (name: string, codes: readonly string[], code: (one: Example) => string): Task => ({
    task: name,
    codes,
    answers: Int32Array.from(examples, (one) => columnOf(codes, code(one), name)),
    others: none(examples.length),
  });
  const need = task('need', needs, (one) => one.need);
  need.others = Int32Array.from(examples, ({ need2 }) => (need2 ? columnOf(needs, need2, 'need2') : -1));
  return {
    texts: examples.map(wordsOf),
    tasks: [need, task('matter', matters, (one) => one.matter), task('type', types, (one) => one.type)],
    importance: Float64Array.from(examples, ({ sure }) => importanceOf[sure ?? 2] ?? 1),
  };
}

/** The label of letters. */
export function letterSet(letters: readonly Letter[]): TrainingSet {
  const codes = [...new Set(letters.map(({ label }) => label))].toSorted();
  return {
    texts: letters.map(wordsOf),
    tasks: [
      {
        task: 'letters7',
        codes,
        answers: Int32Array.from(letters, ({ label }) => codes.indexOf(label)),
        others: none(letters.length),
      },
    ],
    importance: new Float64Array(letters.length).fill(1),
  };
}
