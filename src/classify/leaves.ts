/** Chooses the leaf within the likely matters: the trigger words say which, the likely needs lend weight. */
import type { Leaf } from '../catalog/catalog.ts';
import type { Lexicon } from './lexicon.ts';
import { append, createList, type List, type Reading } from './reading.ts';

/** How much words for a branch count beside a leaf's own trigger words. */
const branchShare = 0.2;
/** Score of “none of these”: a text must say clearly more than this for a leaf to be believed. */
const noneScore = 0.6;
/**
 * Long texts name many things and their scores add up without being surer by as much: the steepness of a text with n known
 * words is divided by (1 + n / saturation).
 */
const steepness = 2;
const saturation = 12;
/** Belief in the usual leaf of a matter where no word speaks for any. */
const usualShare = 0.2;
/** How many matters, and how many further leaves of the first, are told. */
const matterCount = 3;
const siblingCount = 2;

/** What is known of the leaves of one text, reused from text to text. */
export interface LeafSpace {
  touched: List;
  isTouched: Uint8Array;
  mass: Float64Array;
  /** By first-level matter: the masses of its leaves together. */
  total: Float64Array;
  /** By first-level matter: its probability by what the model and the words for its leaves say together, which is too sure. */
  claim: Float64Array;
  /** By first-level matter: how far it is believed. */
  matter: Float64Array;
}

export function createLeafSpace({ leaves, matters }: Lexicon): LeafSpace {
  return {
    touched: createList(leaves.length),
    isTouched: new Uint8Array(leaves.length),
    mass: new Float64Array(leaves.length),
    total: new Float64Array(matters.length),
    claim: new Float64Array(matters.length),
    matter: new Float64Array(matters.length),
  };
}

/** Lists the leaves that some word speaks for, by itself or through a branch above it. */
function touch({ slots, leavesBelow }: Lexicon, { scores, pushed }: Reading, space: LeafSpace): void {
  const { touched, isTouched } = space;
  for (let i = 0; i < touched.count; i += 1) isTouched[touched.items[i] as number] = 0;
  touched.count = 0;
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

/** Turns scores into masses; a leaf whose need is likely weighs more. `needs` are probabilities by the lexicon's order. */
function weigh(lexicon: Lexicon, reading: Reading, needs: Float64Array, space: LeafSpace): number {
  const { scores } = reading;
  const { touched, mass, total } = space;
  const slope = steepness / (1 + reading.lexical / saturation);
  touch(lexicon, reading, space);
  total.fill(0);
  // most leaves are touched through their branch alone, and all of them alike
  let lastScore = Number.NaN;
  let lastMass = 0;
  for (let i = 0; i < touched.count; i += 1) {
    const leaf = touched.items[i] as number;
    const branch =
      (scores[lexicon.firstOf[leaf] as number] as number) + (scores[lexicon.secondOf[leaf] as number] as number);
    const score = Math.min((scores[leaf] as number) + branchShare * branch, 200);
    if (score !== lastScore) lastMass = Math.exp(score * slope);
    lastScore = score;
    const weight = lastMass * Math.sqrt(needs[lexicon.needOf[leaf] as number] as number);
    const matter = lexicon.matterOf[leaf] as number;
    mass[leaf] = weight;
    total[matter] = (total[matter] as number) + weight;
  }
  return Math.exp(noneScore * slope);
}

/**
 * What the model says of each matter, times the mass of the matter's heaviest leaf, or `none` where it has none: a model has seen
 * few texts of a seldom matter, while the matter's own words name it. The two know of each other, so the product says rightly
 * which comes first and is too sure of it; it is believed half-way, by the geometric mean of it and the model.
 */
function weighMatters({ matterOf }: Lexicon, matters: Float64Array, none: number, space: LeafSpace): void {
  const { touched, mass, claim, matter: believed } = space;
  claim.fill(none);
  for (let i = 0; i < touched.count; i += 1) {
    const leaf = touched.items[i] as number;
    const matter = matterOf[leaf] as number;
    if ((mass[leaf] as number) > (claim[matter] as number)) claim[matter] = mass[leaf] as number;
  }
  let sum = 0;
  for (let i = 0; i < claim.length; i += 1) {
    claim[i] = (claim[i] as number) * (matters[i] as number);
    sum += claim[i] as number;
  }
  for (let i = 0; i < claim.length; i += 1) {
    claim[i] = (claim[i] as number) / sum;
    believed[i] = Math.sqrt((claim[i] as number) * (matters[i] as number));
  }
}

/** The heaviest leaf of a matter, -1 where none is touched; `except` are passed over. */
function heaviest({ matterOf }: Lexicon, { touched, mass }: LeafSpace, matter: number, except: readonly number[]) {
  let best = -1;
  for (let i = 0; i < touched.count; i += 1) {
    const leaf = touched.items[i] as number;
    if (matterOf[leaf] !== matter || except.includes(leaf)) continue;
    if (best === -1 || (mass[leaf] as number) > (mass[best] as number)) best = leaf;
  }
  return best;
}

/** Indices of the highest values, at most `count`, highest first. */
export function highest(values: Float64Array, count: number): number[] {
  const top: number[] = [];
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number;
    if (top.length === count && (values[top[count - 1] as number] as number) >= value) continue;
    let place = Math.min(top.length, count - 1);
    for (; place > 0 && (values[top[place - 1] as number] as number) < value; place -= 1) {
      top[place] = top[place - 1] as number;
    }
    top[place] = i;
  }
  return top;
}

/** A leaf with how far it is believed. */
export interface RatedLeaf {
  leaf: Leaf;
  confidence: number;
}

/** What is believed of matters and needs, in the lexicon's order, and which leaf stands for a matter that no word narrows down. */
export interface Belief {
  matters: Float64Array;
  needs: Float64Array;
  usual: Int32Array;
}

/**
 * The likeliest leaf, the best leaves of the next two matters, and two more of the first matter. None is
 * believed further than those before it.
 */
export function chooseLeaves(lexicon: Lexicon, reading: Reading, belief: Belief, space: LeafSpace): RatedLeaf[] {
  const none = weigh(lexicon, reading, belief.needs, space);
  weighMatters(lexicon, belief.matters, none, space);
  const chosen: number[] = [];
  const rated: RatedLeaf[] = [];
  const top = highest(space.claim, matterCount);
  for (let i = 0; i < top.length + siblingCount; i += 1) {
    // behind the matters' best leaves stand further ones of the first
    const matter = top[i < top.length ? i : 0] as number;
    const best = heaviest(lexicon, space, matter, chosen);
    const isUsual = best === -1 && i < top.length;
    const index = isUsual ? (belief.usual[matter] as number) : best;
    const leaf = lexicon.leaves[index];
    if (leaf === undefined) continue;
    const share = isUsual ? usualShare : (space.mass[best] as number) / ((space.total[matter] as number) + none);
    chosen.push(index);
    const confidence = (space.matter[matter] as number) * share;
    rated.push({ leaf, confidence: Math.min(confidence, rated.at(-1)?.confidence ?? 1) });
  }
  return rated;
}
