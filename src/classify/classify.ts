/**
 * Judges a complaint's words: matter, need (七有五性), request type and level, each with its evidence.
 *
 * Every known word in the text pushes its matters, needs, types and levels. Scores become confidences by a softmax over
 * the leaves together with “none of these”; a need's confidence is the sum over its leaves. Pure: the catalog is given.
 */
import type { Catalog, Leaf } from '../catalog/catalog.ts';
import { splitFields, type Words } from './fields.ts';
import {
  append,
  buildModel,
  clear,
  collect,
  createWorkspace,
  type Heavy,
  type List,
  type Model,
  shown,
  type Workspace,
} from './model.ts';

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
/** A mass that counts only where there is no other. */
const faint = 1e-9;
/** From this sum of cues on, words alone set the level. */
const levelCue = 2;

/** Lists the leaves that some word speaks for, by itself or through a branch above it. */
function touch({ slots, leavesBelow }: Model, { scores, pushed, touched, isTouched }: Workspace): void {
  for (let i = 0; i < pushed.count; i += 1) {
    const slot = pushed.items[i] as number;
    if (scores[slot] === 0 || slot >= slots.need) continue;
    if (slot < slots.branch) {
      isTouched[slot] = 1;
      append(touched, slot);
      continue;
    }
    for (const leaf of leavesBelow[slot - slots.branch] as Int32Array) {
      if (isTouched[leaf] === 1) continue;
      isTouched[leaf] = 1;
      append(touched, leaf);
    }
  }
}

/** Inserts an index into a list ordered by falling value, then by index, and cuts the list to three. */
function rank(top: List, values: Float64Array, index: number): void {
  const { items } = top;
  const value = values[index] as number;
  let place = top.count;
  for (; place > 0; place -= 1) {
    const before = items[place - 1] as number;
    const other = values[before] as number;
    if (value < other || (value === other && index > before)) break;
  }
  if (place >= shown) return;
  top.count = Math.min(top.count + 1, shown);
  for (let at = top.count - 1; at > place; at -= 1) items[at] = items[at - 1] as number;
  items[place] = index;
}

/**
 * Turns the scores into masses of leaves and needs; answers their sum and the mass of “none of these”. The lexicon's word
 * for a need raises all leaves of that need alike; a leaf that nothing speaks for stays out, or the many silent leaves
 * together would drown the few that are named.
 */
function weigh(model: Model, space: Workspace, fit: Fit): { sum: number; none: number } {
  const { scores, leafMass, needMass, seen, touched } = space;
  const steepness = fit.steepness / (1 + seen.count / fit.saturation);
  const votes = model.slots.need;
  touch(model, space);
  needMass.fill(0);
  // most leaves are touched through their branch alone, and all of them alike
  let lastScore = 0;
  let lastMass = 0;
  for (let i = 0; i < touched.count; i += 1) {
    const leaf = touched.items[i] as number;
    const branch =
      (scores[model.firstOf[leaf] as number] as number) + (scores[model.secondOf[leaf] as number] as number);
    const score = (scores[leaf] as number) + fit.branch * branch;
    if (score <= 0) continue;
    const need = model.needOf[leaf] as number;
    const voted = score + fit.need * (scores[votes + need] as number);
    if (voted !== lastScore || lastMass === 0) lastMass = Math.exp(Math.min(voted, 200) * steepness);
    lastScore = voted;
    leafMass[leaf] = lastMass;
    needMass[need] = (needMass[need] as number) + lastMass;
  }
  const none = Math.exp(fit.none * steepness);
  let sum = none;
  for (let need = 0; need < needMass.length; need += 1) {
    const vote = scores[votes + need] as number;
    if (vote > 0) needMass[need] = (needMass[need] as number) + Math.exp(Math.min(fit.need * vote, 200) * steepness);
    sum += needMass[need] as number;
  }
  // 其他 stands first where nothing speaks for any need, and is not believed for it.
  if (model.otherNeed !== -1) needMass[model.otherNeed] = (needMass[model.otherNeed] as number) + faint;
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

const [levelKind, matterKind, needKind, typeKind] = [0, 1, 2, 3] as const;
const kinds = ['level', 'matter', 'need', 'type'] as const;

/** The words that decided, in the order level, matter, need, type, the heaviest three of each. */
function evidenceOf({ words, from, target, weight }: Model, space: Workspace, won: Won): Evidence[] {
  const { seen, weightOf, heavy } = space;
  for (const list of heavy) list.count = 0;
  for (let i = 0; i < seen.count; i += 1) {
    const word = seen.items[i] as number;
    const times = weightOf[word] as number;
    let matter = 0;
    for (let at = from[word] as number; at < (from[word + 1] as number); at += 1) {
      const slot = target[at] as number;
      const pushed = weight[at] as number;
      if (slot === won.leaf || slot === won.first || slot === won.second) matter += pushed;
      else if (slot === won.need) add(heavy[needKind], word, pushed * times);
      else if (slot === won.type) add(heavy[typeKind], word, pushed * times);
      else if (slot === won.level) add(heavy[levelKind], word, pushed * times);
    }
    if (matter > 0) add(heavy[matterKind], word, matter * times);
  }
  const found: Evidence[] = [];
  for (let kind = 0; kind < kinds.length; kind += 1) {
    const { count, items, weights } = heavy[kind] as Heavy;
    for (let i = 0; i < count; i += 1) {
      found.push({
        text: words[items[i] as number] as string,
        for: kinds[kind] as Evidence['for'],
        weight: weights[i] as number,
      });
    }
  }
  return found;
}

/** Inserts a word into a list ordered by falling weight, the one seen first before others as heavy, cut to three. */
function add(top: Heavy | undefined, word: number, weight: number): void {
  if (top === undefined || weight <= 0) return;
  const { items, weights } = top;
  let place = top.count;
  while (place > 0 && weight > (weights[place - 1] as number)) place -= 1;
  if (place >= shown) return;
  top.count = Math.min(top.count + 1, shown);
  for (let at = top.count - 1; at > place; at -= 1) {
    items[at] = items[at - 1] as number;
    weights[at] = weights[at - 1] as number;
  }
  items[place] = word;
  weights[place] = Math.round(weight * 100) / 100;
}

/** Builds the classifier of a catalog. */
export function buildClassifier(catalog: Catalog, fit: Fit = fitted): Classifier {
  const model = buildModel(catalog);
  const space = createWorkspace(model);
  return { classify: (words) => judge(model, space, words, catalog.judgement.defaultLevel, fit) };
}

function judge(model: Model, space: Workspace, words: Words, defaultLevel: string, fit: Fit): Verdict {
  clear(space);
  collect(model, space, splitFields(words));
  const { sum, none } = weigh(model, space, fit);
  const { leafMass, needMass, scores, touched, topLeaves, topNeeds } = space;
  topLeaves.count = 0;
  for (let i = 0; i < touched.count; i += 1) {
    const leaf = touched.items[i] as number;
    if ((leafMass[leaf] as number) > 0) rank(topLeaves, leafMass, leaf);
  }
  topNeeds.count = 0;
  for (let need = 0; need < needMass.length; need += 1) rank(topNeeds, needMass, need);
  const best = topLeaves.count === 0 ? undefined : topLeaves.items[0];
  const type = judgeType(model, space, best);
  const levelIndex = model.levels.findIndex((_, index) => (scores[model.slots.level + index] as number) >= levelCue);
  const evidence = evidenceOf(model, space, {
    leaf: best ?? -1,
    first: best === undefined ? -1 : (model.firstOf[best] as number),
    second: best === undefined ? -1 : (model.secondOf[best] as number),
    need: model.slots.need + (topNeeds.items[0] as number),
    type: model.slots.type + model.types.indexOf(type.code),
    level: levelIndex === -1 ? -1 : model.slots.level + levelIndex,
  });
  if (best === undefined && model.otherLeaf !== -1) rank(topLeaves, leafMass, model.otherLeaf);
  return {
    leaves: ratedLeaves(model, space, sum),
    needs: ratedNeeds(model, space, sum),
    known: best !== undefined && (leafMass[best] as number) > none,
    type,
    level: levelOf(model, levelIndex, best, evidence, defaultLevel),
    evidence,
  };
}

function ratedLeaves({ leaves }: Model, { leafMass, topLeaves }: Workspace, sum: number): Verdict['leaves'] {
  const rated: Verdict['leaves'] = [];
  for (let i = 0; i < topLeaves.count; i += 1) {
    const leaf = topLeaves.items[i] as number;
    rated.push({ leaf: leaves[leaf] as Leaf, confidence: (leafMass[leaf] as number) / sum });
  }
  return rated;
}

function ratedNeeds({ needs }: Model, { needMass, topNeeds }: Workspace, sum: number): Verdict['needs'] {
  const rated: Verdict['needs'] = [];
  for (let i = 0; i < topNeeds.count; i += 1) {
    const need = topNeeds.items[i] as number;
    rated.push({ code: needs[need] as string, confidence: (needMass[need] as number) / sum });
  }
  return rated;
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
  const usual = best === undefined ? undefined : model.usualLevels[best];
  if (usual !== undefined) return { code: usual.code, reason: usual.reason };
  return { code: defaultLevel, reason: '事项不明，按一般诉求' };
}
