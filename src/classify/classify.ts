/**
 * Judges a complaint's words: matter, need (七有五性), request type and level, each with its evidence.
 *
 * Every known word in the text pushes its matters, needs, types and levels. Scores become confidences by a softmax over
 * the leaves together with “none of these”; a need's confidence is the sum over its leaves. Pure: the catalog is given.
 */
import type { Catalog, Leaf } from '../catalog/catalog.ts';
import { type Fields, splitFields, type Words, weightAt } from './fields.ts';
import { buildModel, type Model } from './model.ts';

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

/** Scores and the words seen in one text, reused from text to text: nothing here is asynchronous. */
interface Workspace {
  scores: Float64Array;
  /** Leaves that some word speaks for, and their masses. */
  touched: number[];
  isTouched: Uint8Array;
  leafMass: Float64Array;
  needMass: Float64Array;
  typeScore: Float64Array;
  seen: number[];
  weightOf: Float64Array;
}

function createWorkspace(model: Model): Workspace {
  return {
    scores: new Float64Array(model.slotCount),
    touched: [],
    isTouched: new Uint8Array(model.leaves.length),
    leafMass: new Float64Array(model.leaves.length),
    needMass: new Float64Array(model.needs.length),
    typeScore: new Float64Array(model.types.length),
    seen: [],
    weightOf: new Float64Array(model.words.length),
  };
}

/** Finds the known words of a text, each counted once with the weight of its best place, and adds up what they push. */
function collect(model: Model, space: Workspace, fields: Fields): void {
  const { scores, weightOf, seen } = space;
  for (let i = 0; i < seen.length; i += 1) weightOf[seen[i] as number] = 0;
  seen.length = 0;
  scores.fill(0);
  const { count, spans } = model.matcher.scan(fields.all);
  for (let i = 0; i < count; i += 1) {
    const word = spans[i * 3] as number;
    const weight = weightAt(fields, spans[i * 3 + 1] as number);
    const before = weightOf[word] as number;
    if (before === 0) seen.push(word);
    if (weight > before) weightOf[word] = weight;
  }
  const { from, target, weight } = model;
  for (let i = 0; i < seen.length; i += 1) {
    const word = seen[i] as number;
    const times = weightOf[word] as number;
    const end = from[word + 1] as number;
    for (let at = from[word] as number; at < end; at += 1) {
      const slot = target[at] as number;
      scores[slot] = (scores[slot] as number) + (weight[at] as number) * times;
    }
  }
}

/** Lists the leaves that some word speaks for, by itself or through a branch above it. */
function touch({ slots, leaves, leavesBelow }: Model, { scores, touched, isTouched, leafMass }: Workspace): void {
  for (let i = 0; i < touched.length; i += 1) {
    isTouched[touched[i] as number] = 0;
    leafMass[touched[i] as number] = 0;
  }
  touched.length = 0;
  for (let leaf = 0; leaf < leaves.length; leaf += 1) {
    if (scores[leaf] !== 0) {
      isTouched[leaf] = 1;
      touched.push(leaf);
    }
  }
  for (let branch = slots.branch; branch < slots.need; branch += 1) {
    if (scores[branch] === 0) continue;
    for (const leaf of leavesBelow[branch - slots.branch] as Int32Array) {
      if (isTouched[leaf] === 1) continue;
      isTouched[leaf] = 1;
      touched.push(leaf);
    }
  }
}

/** Inserts an index into a short list ordered by falling value, then by index, and cuts the list to three. */
function rank(top: number[], values: Float64Array, index: number): void {
  const value = values[index] as number;
  let place = top.length;
  for (; place > 0; place -= 1) {
    const before = top[place - 1] as number;
    const other = values[before] as number;
    if (value < other || (value === other && index > before)) break;
  }
  if (place >= shown) return;
  top.splice(place, 0, index);
  if (top.length > shown) top.pop();
}

/**
 * Turns the scores into masses of leaves and needs; answers their sum and the mass of “none of these”. The lexicon's word
 * for a need raises all leaves of that need alike; a leaf that nothing speaks for stays out, or the many silent leaves
 * together would drown the few that are named.
 */
function weigh(model: Model, space: Workspace, fit: Fit): { sum: number; none: number } {
  const { scores, leafMass, needMass, seen, touched } = space;
  const steepness = fit.steepness / (1 + seen.length / fit.saturation);
  const votes = model.slots.need;
  touch(model, space);
  needMass.fill(0);
  for (let i = 0; i < touched.length; i += 1) {
    const leaf = touched[i] as number;
    const branch =
      (scores[model.firstOf[leaf] as number] as number) + (scores[model.secondOf[leaf] as number] as number);
    const score = (scores[leaf] as number) + fit.branch * branch;
    if (score <= 0) continue;
    const need = model.needOf[leaf] as number;
    const vote = fit.need * (scores[votes + need] as number);
    const mass = Math.exp(Math.min(score + vote, 200) * steepness);
    leafMass[leaf] = mass;
    needMass[need] = (needMass[need] as number) + mass;
  }
  const none = Math.exp(fit.none * steepness);
  let sum = none;
  for (let need = 0; need < needMass.length; need += 1) {
    const vote = scores[votes + need] as number;
    if (vote > 0) needMass[need] = (needMass[need] as number) + Math.exp(Math.min(fit.need * vote, 200) * steepness);
    sum += needMass[need] as number;
  }
  if (model.otherNeed !== -1) needMass[model.otherNeed] = (needMass[model.otherNeed] as number) + none;
  return { sum, none };
}

/** The likeliest type: what the words say and what is usual for the matter. */
function judgeType(
  model: Model,
  { scores, typeScore }: Workspace,
  best: number | undefined,
): { code: string; confidence: number } {
  const priors = best === undefined ? undefined : model.typePriors[best];
  let top = 0;
  let sum = 0;
  for (let i = 0; i < typeScore.length; i += 1) {
    const score = (scores[model.slots.type + i] as number) + (priors?.[i] ?? 0) - (i === model.otherType ? 1 : 0);
    typeScore[i] = score;
    sum += Math.exp(score);
    if (score > (typeScore[top] as number)) top = i;
  }
  return { code: model.types[top] as string, confidence: Math.exp(typeScore[top] as number) / sum };
}

/** The slots whose pushes count as evidence, by what they are evidence for. */
interface Won {
  leaf: number;
  first: number;
  second: number;
  need: number;
  type: number;
  level: number;
}

/** The words that decided, in the order level, matter, need, type, the heaviest three of each. */
function evidenceOf({ words, from, target, weight }: Model, { seen, weightOf }: Workspace, won: Won): Evidence[] {
  const found: Evidence[][] = [[], [], [], []];
  for (let i = 0; i < seen.length; i += 1) {
    const word = seen[i] as number;
    let matter = 0;
    for (let at = from[word] as number; at < (from[word + 1] as number); at += 1) {
      const slot = target[at] as number;
      const pushed = weight[at] as number;
      if (slot === won.leaf || slot === won.first || slot === won.second) matter += pushed;
      else if (slot === won.need) add(found, 2, words[word] as string, 'need', pushed * (weightOf[word] as number));
      else if (slot === won.type) add(found, 3, words[word] as string, 'type', pushed * (weightOf[word] as number));
      else if (slot === won.level) add(found, 0, words[word] as string, 'level', pushed * (weightOf[word] as number));
    }
    if (matter > 0) add(found, 1, words[word] as string, 'matter', matter * (weightOf[word] as number));
  }
  return found.flat();
}

function add(found: Evidence[][], list: number, text: string, kind: Evidence['for'], weight: number): void {
  const top = found[list] as Evidence[];
  let place = top.length;
  while (place > 0 && weight > (top[place - 1] as Evidence).weight) place -= 1;
  if (place >= shown || weight <= 0) return;
  top.splice(place, 0, { text, for: kind, weight: Math.round(weight * 100) / 100 });
  if (top.length > shown) top.pop();
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
  const { leafMass, needMass, scores } = space;
  const top: number[] = [];
  for (const leaf of space.touched) if ((leafMass[leaf] as number) > 0) rank(top, leafMass, leaf);
  const needs: number[] = [];
  for (let need = 0; need < needMass.length; need += 1) rank(needs, needMass, need);
  const [best] = top;
  const type = judgeType(model, space, best);
  const levelIndex = model.levels.findIndex((_, index) => (scores[model.slots.level + index] as number) >= levelCue);
  const evidence = evidenceOf(model, space, {
    leaf: best ?? -1,
    first: best === undefined ? -1 : (model.firstOf[best] as number),
    second: best === undefined ? -1 : (model.secondOf[best] as number),
    need: model.slots.need + (needs[0] ?? 0),
    type: model.slots.type + model.types.indexOf(type.code),
    level: levelIndex === -1 ? -1 : model.slots.level + levelIndex,
  });
  return {
    leaves: (best === undefined ? [model.otherLeaf] : top).flatMap((index) => {
      const leaf = model.leaves[index];
      return leaf === undefined ? [] : [{ leaf, confidence: (leafMass[index] as number) / sum }];
    }),
    needs: needs.map((index) => ({
      code: model.needs[index] as string,
      confidence: (needMass[index] as number) / sum,
    })),
    known: best !== undefined && (leafMass[best] as number) > none,
    type,
    level: levelOf(model, levelIndex, best, evidence, defaultLevel),
    evidence,
  };
}

/** The level that danger or an outage in the words sets by itself; else the matter's own. */
function levelOf(
  model: Model,
  byWords: number,
  best: number | undefined,
  evidence: Evidence[],
  defaultLevel: string,
): Verdict['level'] {
  const code = model.levels[byWords];
  if (code !== undefined) {
    const words = evidence.flatMap((one) => (one.for === 'level' ? [`“${one.text}”`] : []));
    return { code, reason: `文中出现${words.join('、')}` };
  }
  const leaf = best === undefined ? undefined : model.leaves[best];
  if (leaf !== undefined) return { code: leaf.level, reason: `事项“${leaf.name}”的默认级别` };
  return { code: defaultLevel, reason: '事项不明，按一般诉求' };
}
