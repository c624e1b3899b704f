/**
 * Judges a complaint's words: matter, need (七有五性), request type and level, each with its evidence.
 *
 * Every known word in the text pushes its matters, needs, types and levels. Scores become confidences by a softmax over
 * the leaves together with “none of these”; a need's confidence is the sum over its leaves. Pure: the catalog is given.
 */
import type { Catalog, Leaf } from '../catalog/catalog.ts';
import { type Fields, splitFields, type Words, weightAt } from './fields.ts';
import { buildModel, type Model, type Push, type ScoreKind } from './model.ts';

export interface Evidence {
  text: string;
  for: 'matter' | 'need' | 'type' | 'level';
  weight: number;
}

/** Best first, at most three matters and needs; confidences from 0 to 1. */
export interface Verdict {
  leaves: { leaf: Leaf; confidence: number }[];
  needs: { code: string; confidence: number }[];
  /** Whether the words speak for some matter more than for none. */
  known: boolean;
  type: { code: string; confidence: number };
  level: { code: string; reason: string };
  evidence: Evidence[];
}

export interface Classifier {
  classify(words: Words): Verdict;
}

/** How scores are joined and become confidences; fitted on the labelled training texts (bench/judgement.ts). */
export interface Fit {
  /** Score of “none of these”: a text must say clearly more than this for a matter to be believed. */
  none: number;
  /** How much the lexicon's words for a branch count beside a leaf's own trigger words. */
  branch: number;
  /** How much the lexicon's words for a need count. */
  need: number;
  steepness: number;
  /**
   * Long texts name many things and their scores add up without being surer by as much: the steepness of a text with n
   * known words is divided by (1 + n / saturation).
   */
  saturation: number;
}

export const fitted: Fit = { none: 0.6, branch: 0.2, need: 0.4, steepness: 2, saturation: 12 };
/** From this sum of cues on, words alone set the level. */
const levelCue = 2;
const shown = 3;

type Scores = Record<ScoreKind, Float64Array>;

/** Score arrays and the words seen in one text, reused from text to text: nothing here is asynchronous. */
interface Workspace {
  scores: Scores;
  leafMass: Float64Array;
  needMass: Float64Array;
  weightOf: Float64Array;
  seen: number[];
}

function createWorkspace(model: Model): Workspace {
  return {
    scores: {
      leaf: new Float64Array(model.leaves.length),
      branch: new Float64Array(model.branches.length),
      need: new Float64Array(model.needs.length),
      type: new Float64Array(model.types.length),
      level: new Float64Array(model.levels.length),
    },
    leafMass: new Float64Array(model.leaves.length),
    needMass: new Float64Array(model.needs.length),
    weightOf: new Float64Array(model.words.length),
    seen: [],
  };
}

/** Finds the known words of a text, each counted once with the weight of its best place, and adds up what they push. */
function collect(model: Model, space: Workspace, fields: Fields): void {
  const { scores, weightOf, seen } = space;
  for (const word of seen) weightOf[word] = 0;
  seen.length = 0;
  scores.leaf.fill(0);
  scores.branch.fill(0);
  scores.need.fill(0);
  scores.type.fill(0);
  scores.level.fill(0);
  model.matcher.scan(fields.all, (word, start) => {
    const weight = weightAt(fields, start);
    const before = weightOf[word] as number;
    if (before === 0) seen.push(word);
    if (weight > before) weightOf[word] = weight;
  });
  for (const word of seen) {
    const times = weightOf[word] as number;
    for (const push of model.pushes[word] as readonly Push[]) {
      const list = scores[push.kind];
      list[push.target] = (list[push.target] as number) + push.weight * times;
    }
  }
}

/** The indices of the `count` largest values, largest first. */
function largest(values: Float64Array, count: number): number[] {
  const top: number[] = [];
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    if (top.length === count && value <= (values[top[count - 1] as number] as number)) continue;
    let place = top.length;
    while (place > 0 && value > (values[top[place - 1] as number] as number)) place -= 1;
    top.splice(place, 0, index);
    if (top.length > count) top.pop();
  }
  return top;
}

/**
 * Turns the scores into masses of leaves and needs; answers their sum and the mass of “none of these”. The lexicon's word
 * for a need raises all leaves of that need alike; a leaf that nothing speaks for stays out, or the many silent leaves
 * together would drown the few that are named.
 */
function weigh(model: Model, { scores, leafMass, needMass, seen }: Workspace, fit: Fit): { sum: number; none: number } {
  const steepness = fit.steepness / (1 + seen.length / fit.saturation);
  needMass.fill(0);
  for (let i = 0; i < leafMass.length; i += 1) {
    const branch = (scores.branch[model.firstOf[i] as number] ?? 0) + (scores.branch[model.secondOf[i] as number] ?? 0);
    const score = (scores.leaf[i] as number) + fit.branch * branch;
    const mass = score <= 0 ? 0 : Math.exp(Math.min(score, 80) * steepness);
    leafMass[i] = mass;
    const need = model.needOf[i] as number;
    needMass[need] = (needMass[need] ?? 0) + mass;
  }
  const none = Math.exp(fit.none * steepness);
  let sum = none;
  const factors = scores.need;
  for (let need = 0; need < needMass.length; need += 1) {
    const vote = factors[need] as number;
    const factor = Math.exp(fit.need * vote * steepness);
    factors[need] = factor;
    needMass[need] = ((needMass[need] as number) + (vote > 0 ? 1 : 0)) * factor;
    sum += needMass[need] as number;
  }
  for (let i = 0; i < leafMass.length; i += 1) {
    leafMass[i] = (leafMass[i] as number) * (factors[model.needOf[i] as number] ?? 1);
  }
  if (model.otherNeed !== -1) needMass[model.otherNeed] = (needMass[model.otherNeed] as number) + none;
  return { sum, none };
}

function judgeType(model: Model, { scores }: Workspace, best: number | undefined): number[] {
  const priors = best === undefined ? undefined : model.typePriors[best];
  const list = scores.type;
  for (let i = 0; i < list.length; i += 1) list[i] = (list[i] as number) + (priors?.[i] ?? 0);
  if (model.otherType !== -1) list[model.otherType] = (list[model.otherType] as number) - 1;
  return largest(list, 1);
}

function softmaxOf(list: Float64Array, index: number): number {
  let sum = 0;
  for (const score of list) sum += Math.exp(score);
  return Math.exp(list[index] as number) / sum;
}

/** The words that push what `wins` accepts, heaviest first, at most three. */
function evidenceFor(
  model: Model,
  { seen, weightOf }: Workspace,
  kind: Evidence['for'],
  wins: (push: Push) => boolean,
): Evidence[] {
  const found: Evidence[] = [];
  for (const word of seen) {
    let weight = 0;
    for (const push of model.pushes[word] as readonly Push[]) if (wins(push)) weight += push.weight;
    if (weight > 0) {
      const rounded = Math.round(weight * (weightOf[word] as number) * 100) / 100;
      found.push({ text: model.words[word] as string, for: kind, weight: rounded });
    }
  }
  return found.sort((a, b) => b.weight - a.weight).slice(0, shown);
}

/** The level that danger or an outage in the words sets by itself: the most urgent one with enough cues. */
function levelByWords(model: Model, space: Workspace): { level: Verdict['level']; evidence: Evidence[] } | null {
  const index = space.scores.level.findIndex((score) => score >= levelCue);
  const code = model.levels[index];
  if (code === undefined) return null;
  const evidence = evidenceFor(model, space, 'level', ({ kind, target }) => kind === 'level' && target === index);
  return { level: { code, reason: `文中出现${evidence.map(({ text }) => `“${text}”`).join('、')}` }, evidence };
}

/** Builds the classifier of a catalog. */
export function buildClassifier(catalog: Catalog, fit: Fit = fitted): Classifier {
  const model = buildModel(catalog);
  const space = createWorkspace(model);
  return { classify: (words) => judge(model, space, words, catalog.judgement.defaultLevel, fit) };
}

function judge(model: Model, space: Workspace, words: Words, defaultLevel: string, fit: Fit): Verdict {
  collect(model, space, splitFields(words));
  const { sum, none } = weigh(model, space, fit);
  const top = largest(space.leafMass, 3).filter((index) => (space.leafMass[index] as number) > 0);
  const best = top[0];
  const leaves = (best === undefined ? [model.otherLeaf] : top).flatMap((index) => {
    const leaf = model.leaves[index];
    return leaf === undefined ? [] : [{ leaf, confidence: (space.leafMass[index] as number) / sum }];
  });
  const needs = largest(space.needMass, 3);
  const [type = 0] = judgeType(model, space, best);
  const byWords = levelByWords(model, space);
  const leaf = best === undefined ? undefined : model.leaves[best];
  const byMatter = leaf && { code: leaf.level, reason: `事项“${leaf.name}”的默认级别` };
  const isBest = ({ kind, target }: Push) =>
    (kind === 'leaf' && target === best) ||
    (kind === 'branch' && best !== undefined && (target === model.firstOf[best] || target === model.secondOf[best]));
  return {
    leaves,
    needs: needs.map((index) => ({
      code: model.needs[index] as string,
      confidence: (space.needMass[index] as number) / sum,
    })),
    known: best !== undefined && (space.leafMass[best] as number) > none,
    type: { code: model.types[type] as string, confidence: softmaxOf(space.scores.type, type) },
    level: byWords?.level ?? byMatter ?? { code: defaultLevel, reason: '事项不明，按一般诉求' },
    evidence: [
      ...(byWords?.evidence ?? []),
      ...evidenceFor(model, space, 'matter', isBest),
      ...evidenceFor(model, space, 'need', ({ kind, target }) => kind === 'need' && target === needs[0]),
      ...evidenceFor(model, space, 'type', ({ kind, target }) => kind === 'type' && target === type),
    ],
  };
}
