/** Makes training sets: for the service's own judgement, of labelled texts, cases of urgency and texts that a model labels; and for the letters' seven labels. */
import type { Words } from '../classify/fields.ts';
import type { Lexicon } from '../classify/lexicon.ts';
import { noAlarm } from '../classify/urgency.ts';
import { type Example, ExampleError, type Letter, type UrgencyCase } from './examples.ts';
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

/** How much texts of a source count. */
const shareOf = { labelled: 2, more: 1, taught: 1, urgency: 2 } as const;

/** What the service's judgement is learned from. */
export interface Sources {
  examples: readonly Example[];
  cases?: readonly UrgencyCase[];
  /** Labelled too, but no fair sample or by other readers: learned from, not measured on. */
  more?: readonly Example[];
  taught?: readonly Taught[];
}

/** A text with the answers of an older model, and how sure of the need that was. */
export interface Taught extends Example {
  confidence: number;
}

/**
 * Need, first-level matter and request type of labelled and taught texts, and the level that words ask for: cases of urgency say
 * which, and other texts ask for none. Only `examples` and `cases` are measured on.
 */
export function judgementSet(
  { examples, cases = [], more = [], taught = [] }: Sources,
  { needs, matters, types, levels }: Lexicon,
): TrainingSet {
  const after: readonly Example[] = [...more, ...taught];
  const columns = (codes: readonly string[], what: string, codeOf: (one: Example) => string | null | undefined) => {
    const columnIn = (one: Example) => {
      const code = codeOf(one);
      return code ? columnOf(codes, code, what) : -1;
    };
    return Int32Array.from([...examples.map(columnIn), ...none(cases.length), ...after.map(columnIn)]);
  };
  const length = examples.length + cases.length + after.length;
  const task = (name: string, codes: readonly string[], codeOf: (one: Example) => string): Task => ({
    task: name,
    codes,
    answers: columns(codes, name, codeOf),
    others: none(length),
  });
  const tasks = [
    { ...task('need', needs, ({ need }) => need), others: columns(needs, 'need2', ({ need2 }) => need2) },
    task('matter', matters, ({ matter }) => matter),
    task('type', types, ({ type }) => type),
  ];
  if (cases.length > 0) tasks.push(levelTask(examples.length, cases, after.length, levels));
  const worth = ({ sure }: Example) => importanceOf[sure ?? 2] ?? 1;
  return {
    texts: [...examples, ...cases, ...after].map(wordsOf),
    tasks,
    importance: Float64Array.from([
      ...examples.map((one) => shareOf.labelled * worth(one)),
      ...cases.map(() => shareOf.urgency),
      ...more.map((one) => shareOf.more * worth(one)),
      ...taught.map(({ confidence }) => shareOf.taught * confidence),
    ]),
    measured: examples.length + cases.length,
  };
}

/** Levels that no case names are not learned: nothing says what they are. Labelled texts ask for none. */
function levelTask(before: number, cases: readonly UrgencyCase[], after: number, levels: readonly string[]): Task {
  const named = new Set(cases.map(({ level }) => level));
  const codes = [noAlarm, ...levels.filter((code) => named.has(code))];
  const answers = new Int32Array(before + cases.length + after);
  cases.forEach(({ level }, index) => {
    answers[before + index] = columnOf(codes, level, 'level');
  });
  return { task: 'level', codes, answers, others: none(answers.length) };
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
    measured: letters.length,
  };
}
