import fc from 'fast-check';
import t from 'tap';
import { buildLabeller } from '../../src/classify/label.ts';
import { buildLexicon } from '../../src/classify/lexicon.ts';
import { encodeModel } from '../../src/classify/model-file.ts';
import { createSegmenter, userWords } from '../../src/classify/segment.ts';
import { readSeeds } from '../../src/db/seed.ts';
import { fitSharpness, likeliest } from '../../src/training/calibrate.ts';
import { correctModel } from '../../src/training/correct.ts';
import { Example, parseLines } from '../../src/training/examples.ts';
import { type Answered, measure } from '../../src/training/measure.ts';
import { judgementSet } from '../../src/training/sets.ts';
import { createRandom, solve } from '../../src/training/solver.ts';
import { defaultSettings, judgeHeldOut, train } from '../../src/training/train.ts';
import { catalog } from '../helper.ts';

const { data } = readSeeds();
const segmenter = createSegmenter(userWords(data));
const lexicon = buildLexicon(catalog());
const origin = { name: 'test', segmenter: segmenter.name, dictionary: 'test' };
const settings = { ...defaultSettings, strings: 300, least: 2, folds: 2 };

/** Texts about three things that share most of their words. */
function examples(count: number): Example[] {
  const random = createRandom(5);
  const pick = (items: readonly string[]) => items[Math.floor(random() * items.length)] ?? '';
  const kinds = [
    { need: 'BL', matter: 'M04', type: 'suggest', words: ['公交车', '站点', '线路', '候车', '班次'] },
    { need: 'LD', matter: 'M06', type: 'complain', words: ['工资', '老板', '加班', '合同', '拖欠'] },
    { need: 'YL', matter: 'M07', type: 'consult', words: ['医院', '报销', '挂号', '医生', '药品'] },
  ];
  return Array.from({ length: count }, (_, index): Example => {
    const { words, ...labels } = kinds[index % kinds.length] ?? never();
    const text = `你好，我想反映${pick(words)}的事情，${pick(words)}一直没有人管，关于${pick(words)}请给个说法。`;
    return { ...labels, text, sure: 2 };
  });
}

function never(): never {
  throw new Error('no kind');
}

const progress = () => undefined;

t.test('the same texts and seed give the same bytes; another order of candidates does not matter', async (t) => {
  const set = judgementSet({ examples: examples(90) }, lexicon);
  const make = () => {
    const heldOut = judgeHeldOut(set, lexicon, segmenter, settings, progress);
    return train(set, heldOut, origin, lexicon, segmenter, settings);
  };
  t.ok(encodeModel(make()).equals(encodeModel(make())));
});

t.test('a model learns what the texts say, and is corrected without them', async (t) => {
  const set = judgementSet({ examples: examples(120) }, lexicon);
  const heldOut = judgeHeldOut(set, lexicon, segmenter, settings, progress);
  const judged = heldOut.get('matter') ?? [];
  const right = judged.filter(({ scores, answer }) => likeliest(scores, 1).answer === answer).length;
  t.equal(judged.length, 120);
  t.ok(right >= 115, `${right} of 120 held out are right`);
  const model = train(set, heldOut, origin, lexicon, segmenter, settings);
  const text = '公交车线路的事情';
  const label = buildLabeller(lexicon, model, 'matter');
  t.equal(label({ text }).labels[0], 'M04');
  const corrections = Array.from({ length: 20 }, () => ({ text, need: 'GZ', matter: 'M15', type: 'complain' }));
  const corrected = correctModel(
    model,
    judgementSet({ examples: corrections }, lexicon),
    { ...origin, name: 'b' },
    lexicon,
    settings,
  );
  t.equal(corrected.name, 'b');
  t.equal(buildLabeller(lexicon, corrected, 'matter')({ text }).labels[0], 'M15', 'the correction is learned');
  const other = '老板拖欠工资和加班合同';
  t.equal(buildLabeller(lexicon, corrected, 'matter')({ text: other }).labels[0], 'M06', 'the rest is not forgotten');
});

t.test('the solver separates what can be separated', async (t) => {
  const random = createRandom(3);
  const points = Array.from({ length: 200 }, () => [random() * 2 - 1, random() * 2 - 1] as const);
  const vectors = points.map((values) => ({ rows: Int32Array.of(0, 1), values: Float64Array.from(values) }));
  const answers = Int32Array.from(points, ([x, y]) => (x + 2 * y > 0.2 ? 1 : 0));
  const { weights, bias } = solve(
    {
      vectors,
      rows: 2,
      answers,
      others: new Int32Array(200).fill(-1),
      importance: new Float64Array(200).fill(1),
      columns: 2,
    },
    { cost: 100, passes: 100, seed: 1 },
  );
  const side = ([x, y]: readonly [number, number], column: number) =>
    (bias[column] ?? 0) + x * (weights[column] ?? 0) + y * (weights[2 + column] ?? 0);
  const right = points.filter((point, index) => side(point, 1) > side(point, 0) === (answers[index] === 1)).length;
  t.ok(right >= 194, `${right} of 200`);
});

t.test('confidence is fitted to how often the answer is right', async (t) => {
  const random = createRandom(11);
  // the first answer leads by a margin, and is right with the chance that a sharpness of 3 gives it
  const judged = Array.from({ length: 4000 }, () => {
    const margin = random();
    const answer = random() < 1 / (1 + Math.exp(-3 * margin)) ? 0 : 1;
    return { scores: Float64Array.of(margin, 0), answer, other: -1 };
  });
  const sharpness = fitSharpness(judged);
  t.ok(Math.abs(sharpness - 3) < 0.4, `fitted ${sharpness.toFixed(2)}`);
});

t.test('figures counted by hand', async (t) => {
  const one = (said: string[], confidence: number, right: string, other: string | null = null): Answered => ({
    said,
    confidence,
    right,
    other,
    accepted: confidence >= 0.5,
  });
  const figures = measure([
    one(['A', 'B', 'C'], 0.95, 'A'),
    one(['A', 'B', 'C'], 0.85, 'B'),
    one(['B', 'A', 'C'], 0.65, 'C', 'B'),
    one(['C', 'B', 'D'], 0.25, 'A'),
  ]);
  t.match(figures, { n: 4, accuracy: 0.5, strict: 0.25, top3: 0.75, coverageAt97: 0.25 });
  t.same(figures.accepted, { share: 0.75, accuracy: 0.6667 });
  // |0.95-1| + |0.85-0| + |0.65-1| + |0.25-0|, each a quarter
  t.equal(figures.ece, 0.375);
  t.same(figures.classes.A, { precision: 0.5, recall: 0.5, f1: 0.5, support: 2 });
  t.same(figures.classes.B, { precision: 1, recall: 0.5, f1: 0.6667, support: 2 });
  t.same(figures.confusion, { A: { A: 1, C: 1 }, B: { A: 1, B: 1 } });
});

t.test('rates stay between 0 and 1, and the whole curve ends at the accuracy', async (t) => {
  const code = fc.constantFrom('A', 'B', 'C');
  const answered = fc.record({
    said: fc.shuffledSubarray(['A', 'B', 'C'], { minLength: 1 }),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    right: code,
    other: fc.option(code),
    accepted: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(answered, { minLength: 1, maxLength: 50 }), (items) => {
      const { accuracy, top3, ece, curve, strict } = measure(items);
      t.ok(strict <= accuracy && accuracy <= top3 && top3 <= 1 && ece >= 0 && ece <= 1);
      t.equal(curve.at(-1)?.accuracy, accuracy);
    }),
    { numRuns: 50 },
  );
});

t.test('a labelled line that is none is named', async (t) => {
  const good = JSON.stringify({ text: '停水', need: 'BL', matter: 'M03', type: 'help' });
  t.equal(parseLines(`${good}\n\n${good}\n`, Example, 'a.jsonl').length, 2);
  t.throws(() => parseLines(`${good}\n{"text":1}`, Example, 'a.jsonl'), /a\.jsonl 第 2 行不合要求/);
  t.throws(() => parseLines('{', Example, 'a.jsonl'), /a\.jsonl 第 1 行不合要求/);
  t.throws(
    () => judgementSet({ examples: [{ text: '停水', need: 'XX', matter: 'M03', type: 'help' }] }, lexicon),
    /need XX 不在基础数据里/,
  );
});
