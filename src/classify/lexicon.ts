/**
 * What each word pushes: the matters whose trigger word it is, and what the lexicon says of it. Built once from a catalog;
 * then the words of a text are found and what they push is added up.
 */
import { type Catalog, type Leaf, otherNeed, otherType } from '../catalog/catalog.ts';
import { buildMatcher, type Matcher } from '../text/matcher.ts';
import { type Fields, weightAt } from './fields.ts';

/** A trigger word's own weight, before its length and before it is shared among its matters. */
const triggerWeight = 2;
const perExtraCharacter = 0.12;

const scoreKinds = ['leaf', 'branch', 'need', 'type', 'level'] as const;
export type ScoreKind = (typeof scoreKinds)[number];

/**
 * Everything a word can push has a slot in one list of scores: first the leaves, then the branches, needs, types and levels.
 * `slots` says where each kind starts; what a word pushes stands from `from[word]` to `from[word + 1]` in `target` and `weight`.
 */
export interface Model {
  words: readonly string[];
  from: Int32Array;
  target: Int32Array;
  weight: Float64Array;
  slots: Record<ScoreKind, number>;
  slotCount: number;
  matcher: Matcher;
  leaves: readonly Leaf[];
  needs: readonly string[];
  types: readonly string[];
  levels: readonly string[];
  /** For every leaf: its need, and the slots of its first and second level. */
  needOf: Int32Array;
  firstOf: Int32Array;
  secondOf: Int32Array;
  /** For every branch, the leaves below it. */
  leavesBelow: readonly Int32Array[];
  /** For every leaf: how much it favours its usual types. */
  typePriors: readonly Float64Array[];
  /** For every leaf: its own level, and the words to say so. */
  usualLevels: readonly { code: string; reason: string }[];
  /** The leaf that stands for “none of these”. */
  otherLeaf: number;
  otherNeed: number;
  otherType: number;
}

function indexOf(codes: readonly string[]): Map<string, number> {
  return new Map(codes.map((code, index) => [code, index]));
}

/** What words push, while it is collected: word → slots and weights. */
type Pushes = Map<string, { slot: number; weight: number }[]>;

function push(pushes: Pushes, word: string, slot: number, weight: number): void {
  const known = pushes.get(word);
  if (known === undefined) pushes.set(word, [{ slot, weight }]);
  else known.push({ slot, weight });
}

function addTriggers(pushes: Pushes, leaves: readonly Leaf[]): void {
  const sharedBy = new Map<string, number>();
  for (const leaf of leaves) {
    for (const word of new Set(leaf.words)) sharedBy.set(word, (sharedBy.get(word) ?? 0) + 1);
  }
  leaves.forEach((leaf, slot) => {
    for (const word of new Set(leaf.words)) {
      const length = 1 + perExtraCharacter * (word.length - 2);
      push(pushes, word, slot, (triggerWeight * length) / Math.sqrt(sharedBy.get(word) ?? 1));
    }
  });
}

function flatten(pushes: Pushes): Pick<Model, 'words' | 'from' | 'target' | 'weight' | 'matcher'> {
  const lists = [...pushes.values()];
  const all = lists.flat();
  const from = new Int32Array(lists.length + 1);
  lists.forEach((list, word) => {
    from[word + 1] = (from[word] as number) + list.length;
  });
  const words = [...pushes.keys()];
  return {
    words,
    from,
    target: Int32Array.from(all, ({ slot }) => slot),
    weight: Float64Array.from(all, ({ weight }) => weight),
    matcher: buildMatcher(words),
  };
}

function typePriors(leaf: Leaf, types: readonly string[]): Float64Array {
  const priors = new Float64Array(types.length);
  leaf.types.forEach((code, rank) => {
    const index = types.indexOf(code);
    if (index !== -1) priors[index] = 1 / (rank + 1);
  });
  return priors;
}

const parentOf = (code: string) => code.slice(0, code.lastIndexOf('.'));

function layOut(codes: Record<ScoreKind, readonly string[]>): Pick<Model, 'slots' | 'slotCount'> {
  const slots: Record<ScoreKind, number> = { leaf: 0, branch: 0, need: 0, type: 0, level: 0 };
  let slotCount = 0;
  for (const kind of scoreKinds) {
    slots[kind] = slotCount;
    slotCount += codes[kind].length;
  }
  return { slots, slotCount };
}

export function buildModel(catalog: Catalog): Model {
  const { leaves, data } = catalog;
  const needs = data.needs.map(({ code }) => code);
  const types = data.types.map(({ code }) => code);
  const levels = data.levels.map(({ code }) => code);
  const branches = data.matters.map(({ code }) => code).filter((code) => code.split('.').length < 3);
  const codes: Record<ScoreKind, readonly string[]> = {
    leaf: leaves.map(({ code }) => code),
    branch: branches,
    need: needs,
    type: types,
    level: levels,
  };
  const { slots, slotCount } = layOut(codes);
  const at = {
    leaf: indexOf(codes.leaf),
    branch: indexOf(branches),
    need: indexOf(needs),
    type: indexOf(types),
    level: indexOf(levels),
  };
  const pushes: Pushes = new Map();
  addTriggers(pushes, leaves);
  for (const { word, kind, code, weight } of data.lexicon) {
    const target = kind === 'matter' ? (at.leaf.has(code) ? 'leaf' : 'branch') : kind;
    const index = at[target].get(code);
    if (index !== undefined) push(pushes, word, slots[target] + index, weight);
  }
  const branchSlot = (code: string) => slots.branch + (at.branch.get(code) ?? 0);
  return {
    ...flatten(pushes),
    slots,
    slotCount,
    leaves,
    needs,
    types,
    levels,
    needOf: Int32Array.from(leaves, ({ need }) => at.need.get(need) ?? 0),
    firstOf: Int32Array.from(leaves, ({ code }) => branchSlot(parentOf(parentOf(code)))),
    secondOf: Int32Array.from(leaves, ({ code }) => branchSlot(parentOf(code))),
    leavesBelow: branches.map((branch) =>
      Int32Array.from(leaves.flatMap(({ code }, leaf) => (code.startsWith(`${branch}.`) ? [leaf] : []))),
    ),
    typePriors: leaves.map((leaf) => typePriors(leaf, types)),
    usualLevels: leaves.map(({ name, level }) => ({ code: level, reason: `事项“${name}”的默认级别` })),
    otherLeaf: leaves.findLastIndex(({ need }) => need === otherNeed),
    otherNeed: needs.indexOf(otherNeed),
    otherType: types.indexOf(otherType),
  };
}

/** How many matters, needs and words of evidence are shown. */
export const shown = 3;

/** A list of indices that keeps its memory when it is emptied. */
export interface List {
  count: number;
  items: Int32Array;
}

/** The words that weigh most. */
export interface Heavy extends List {
  weights: Float64Array;
}

/** What is known of one text, reused from text to text: nothing here is asynchronous. */
export interface Workspace {
  scores: Float64Array;
  /** Slots that some word pushes, in order. */
  pushed: List;
  isPushed: Uint8Array;
  /** Leaves that some word speaks for, and their masses. */
  touched: List;
  isTouched: Uint8Array;
  leafMass: Float64Array;
  needMass: Float64Array;
  typeScore: Float64Array;
  /** The words found, and how much each counts. */
  seen: List;
  weightOf: Float64Array;
  topLeaves: List;
  topNeeds: List;
  /** Words of evidence, by what they are evidence for. */
  heavy: [Heavy, Heavy, Heavy, Heavy];
}

const createList = (length: number): List => ({ count: 0, items: new Int32Array(length) });
const createHeavy = (): Heavy => ({ ...createList(shown), weights: new Float64Array(shown) });

export function createWorkspace(model: Model): Workspace {
  const { leaves, needs, types, words, slotCount } = model;
  return {
    scores: new Float64Array(slotCount),
    pushed: createList(slotCount),
    isPushed: new Uint8Array(slotCount),
    touched: createList(leaves.length),
    isTouched: new Uint8Array(leaves.length),
    leafMass: new Float64Array(leaves.length),
    needMass: new Float64Array(needs.length),
    typeScore: new Float64Array(types.length),
    seen: createList(words.length),
    weightOf: new Float64Array(words.length),
    topLeaves: createList(shown),
    topNeeds: createList(shown),
    heavy: [createHeavy(), createHeavy(), createHeavy(), createHeavy()],
  };
}

export function append(list: List, item: number): void {
  list.items[list.count] = item;
  list.count += 1;
}

/** Forgets the last text: only what it set, for a text says nothing of most words and matters. */
export function clear({ scores, pushed, isPushed, touched, isTouched, leafMass, seen, weightOf }: Workspace): void {
  for (let i = 0; i < seen.count; i += 1) weightOf[seen.items[i] as number] = 0;
  for (let i = 0; i < pushed.count; i += 1) {
    scores[pushed.items[i] as number] = 0;
    isPushed[pushed.items[i] as number] = 0;
  }
  for (let i = 0; i < touched.count; i += 1) {
    isTouched[touched.items[i] as number] = 0;
    leafMass[touched.items[i] as number] = 0;
  }
  seen.count = 0;
  pushed.count = 0;
  touched.count = 0;
}

/** Finds the known words of a text, each counted once with the weight of its best place, and adds up what they push. */
export function collect(model: Model, space: Workspace, fields: Fields): void {
  const { scores, pushed, isPushed, weightOf, seen } = space;
  const { count, spans } = model.matcher.scan(fields.all);
  for (let i = 0; i < count; i += 1) {
    const word = spans[i * 3] as number;
    const weight = weightAt(fields, spans[i * 3 + 1] as number);
    const before = weightOf[word] as number;
    if (before === 0) append(seen, word);
    if (weight > before) weightOf[word] = weight;
  }
  const { from, target, weight } = model;
  for (let i = 0; i < seen.count; i += 1) {
    const word = seen.items[i] as number;
    const times = weightOf[word] as number;
    const end = from[word + 1] as number;
    for (let at = from[word] as number; at < end; at += 1) {
      const slot = target[at] as number;
      scores[slot] = (scores[slot] as number) + (weight[at] as number) * times;
      if (isPushed[slot] === 1) continue;
      isPushed[slot] = 1;
      append(pushed, slot);
    }
  }
  sort(pushed);
}

/** By insertion: a text pushes few slots. */
function sort({ items, count }: List): void {
  for (let i = 1; i < count; i += 1) {
    const item = items[i] as number;
    let at = i;
    for (; at > 0 && (items[at - 1] as number) > item; at -= 1) items[at] = items[at - 1] as number;
    items[at] = item;
  }
}
