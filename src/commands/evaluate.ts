/** `evaluate`: measures the text judgement on a labelled file, prints JSON. */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { shanghaiDate } from '../catalog/calendar.ts';
import { buildCatalog } from '../catalog/catalog.ts';
import { joinWords, type Words } from '../classify/fields.ts';
import { buildLabeller } from '../classify/label.ts';
import { buildLexicon } from '../classify/lexicon.ts';
import { createSegmenter, userWords } from '../classify/segment.ts';
import { checkModel, listModels, loadModel } from '../classify/store.ts';
import { readConfig } from '../config.ts';
import { readSeeds } from '../db/seed.ts';
import { buildJudge, type Judge } from '../intake/judge.ts';
import { AnsweredLetter, Example, Letter, parseLines } from '../training/examples.ts';
import { buildUnitFinder, type LeadFigures, measureLeads } from '../training/leads.ts';
import { type Answered, type Measurement, measure } from '../training/measure.ts';
import { wordsOf } from '../training/sets.ts';
import { CommandError, print } from './common.ts';

const tasks = ['need', 'matter1', 'letters7', 'type', 'lead'] as const;
type TaskName = (typeof tasks)[number];
type Judged = ReturnType<Judge['judge']>['judgement'];

export interface EvaluateOptions {
  task: string;
  data: string;
  model?: string;
  dir?: string;
  /** Measures a model of another dictionary too, to compare it with a new one. */
  lenient?: boolean;
}

/** Microseconds a text, in the same run: the judgement of the words against nodejieba alone. */
interface Cost {
  judge: number;
  cut: number;
  ratio: number;
}

export async function evaluate(options: EvaluateOptions): Promise<void> {
  const isAnswered = options.task === 'lead' && holdsUnits(readFileSync(options.data, 'utf8'));
  print(JSON.stringify(isAnswered ? evaluateLeads(options) : await evaluateModel(options), null, 2));
}

/** Whether a file is one of letters with the units that answered them, by its first line. */
const holdsUnits = (text: string) => /^[^\n]*"units"\s*:/.test(text.trimStart());

/** The whole way, as far as words and the place in them go: matter, place, lead; against the units that answered. */
export function evaluateLeads({ data: file, model: name, dir, lenient }: EvaluateOptions): LeadFigures & {
  task: string;
  model: string;
} {
  const { catalog, segmenter, model } = load({ name, dir, lenient });
  const judge = buildJudge(catalog, segmenter, model);
  const find = buildUnitFinder(catalog);
  const letters = parseLines(readFileSync(file, 'utf8'), AnsweredLetter, file).map((letter, index) => {
    const { title, text } = wordsOf(letter);
    const { lead, status } = judge.judge({ title: title ?? undefined, text }).judgement.dispatch;
    return {
      id: letter.id ?? String(index + 1),
      lead: lead && (catalog.units.get(lead.code) ?? null),
      status,
      answering: letter.units.map(find),
    };
  });
  return { task: 'lead', model: model.name, ...measureLeads(letters, catalog.units) };
}

/** What a judge is built of: a folder's seeds and a model, the one in use unless another is named. */
function load({
  name,
  dir,
  lenient,
}: {
  name: string | undefined;
  dir: string | undefined;
  lenient: boolean | undefined;
}) {
  const { data } = readSeeds(dir);
  const segmenter = createSegmenter(userWords(data));
  const model = loadModel(readConfig(process.env).MODEL_DIR, name);
  if (!lenient) checkModel(model, data, segmenter.name);
  const catalog = buildCatalog(data, shanghaiDate(new Date()));
  return { catalog, segmenter, model };
}

const isTask = (word: string): word is TaskName => tasks.some((task) => task === word);
const round = (value: number) => Math.round(value * 1000) / 1000;

export async function evaluateModel({
  task,
  data: file,
  model: name,
  dir,
  lenient,
}: EvaluateOptions): Promise<Measurement & { task: string; model: string; microseconds: Cost }> {
  if (!isTask(task)) throw new CommandError(`没有任务 ${task}；可用：${tasks.join('、')}`);
  const lettersName = task === 'letters7' ? lettersModel(readConfig(process.env).MODEL_DIR) : undefined;
  const { catalog, segmenter, model } = load({ name: name ?? lettersName, dir, lenient });
  const items = parseLines(readFileSync(file, 'utf8'), task === 'letters7' ? Letter : Example, file);
  if (items.length === 0) throw new CommandError(`${file} 里没有标注`);
  const texts = items.map((item) => wordsOf(item));
  if (model.heads.some((head) => head.task === task) && task === 'letters7') {
    const label = buildLabeller(buildLexicon(catalog), model, task);
    const answered = items.map((item, index): Answered => {
      const { labels, confidence } = label(texts[index] ?? { text: '' });
      return { said: labels, confidence, right: 'label' in item ? item.label : '', other: null, accepted: false };
    });
    return { task, model: model.name, ...measure(answered), microseconds: costOf(texts, label, segmenter.cut) };
  }
  const judge = buildJudge(catalog, segmenter, model);
  const letterOf = lettersTable();
  const answered = items.map((item): Answered => {
    const { title, text } = wordsOf(item);
    const { judgement } = judge.judge({ title: title ?? undefined, text });
    return 'label' in item
      ? answerLetter(judgement, item.label, letterOf)
      : { ...said(judgement, task, judge), right: rightOf(item, task), other: (task === 'need' && item.need2) || null };
  });
  return { task, model: model.name, ...measure(answered), microseconds: costOf(texts, judge.words, segmenter.cut) };
}

/** The model trained for the letters' labels, where there is one; else the judgement, mapped by the table. */
const lettersModel = (folder: string) => listModels(folder).find((name) => name.startsWith('letters7'));

/** First-level matter → label of the letters, from seeds/letters7.csv. */
function lettersTable(): Map<string, string> {
  const file = new URL('../../seeds/letters7.csv', import.meta.url);
  const rows: { matter: string; label: string }[] = parse(readFileSync(file, 'utf8'), { columns: true, bom: true });
  return new Map(rows.map(({ matter, label }) => [matter, label]));
}

const firstLevel = (code: string) => code.split('.')[0] ?? code;
const matters = ({ matter }: Judged) => [
  ...new Set([matter.code, ...matter.alternatives.map(({ code }) => code)].map(firstLevel)),
];

function answerLetter(judgement: Judged, label: string, letterOf: Map<string, string>): Answered {
  const labels = [...new Set(matters(judgement).map((code) => letterOf.get(code) ?? '其他'))];
  const { matter, need } = judgement;
  return { said: labels, confidence: matter.firstLevel.confidence, right: label, other: null, accepted: need.accepted };
}

function rightOf(item: Example, task: TaskName): string {
  if (task === 'matter1') return item.matter;
  if (task === 'type') return item.type;
  if (task !== 'lead') return item.need;
  if (item.lead === undefined) throw new CommandError('标注里没有 lead');
  return item.lead;
}

function said(judgement: Judged, task: TaskName, judge: Judge): Pick<Answered, 'said' | 'confidence' | 'accepted'> {
  const { need, matter, type } = judgement;
  const accepted = need.accepted;
  switch (task) {
    case 'matter1':
      return { said: matters(judgement), confidence: matter.firstLevel.confidence, accepted };
    case 'type':
      return { said: [type.code], confidence: type.confidence, accepted };
    case 'lead':
      return { said: [leadKind(matter.code, judge)], confidence: matter.confidence, accepted };
    default:
      return {
        said: [need.code, ...need.alternatives.map(({ code }) => code)],
        confidence: need.confidence,
        accepted,
      };
  }
}

/** Who leads by the matter alone: the place is not labelled. */
function leadKind(matter: string, judge: Judge): string {
  const lead = judge.leaf(matter)?.lead ?? 'other';
  return lead === 'street' || lead === 'district' ? lead : (judge.catalog.units.get(lead)?.kind ?? 'other');
}

/** The middle of several rounds, each with both sides. */
function costOf(texts: readonly Words[], judge: (words: Words) => unknown, cut: (text: string) => string[]): Cost {
  const joined = texts.map((words) => joinWords(words));
  const time = (work: () => void) => {
    const start = process.hrtime.bigint();
    work();
    return Number(process.hrtime.bigint() - start) / 1000 / texts.length;
  };
  const rounds = Array.from({ length: 7 }, () => {
    const cutting = time(() => {
      for (const text of joined) cut(text);
    });
    const judging = time(() => {
      for (const words of texts) judge(words);
    });
    return { judge: round(judging), cut: round(cutting), ratio: round(judging / cutting) };
  });
  rounds.sort((a, b) => a.ratio - b.ratio);
  return rounds[3] ?? { judge: 0, cut: 0, ratio: 0 };
}
