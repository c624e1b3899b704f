/**
 * What each word of the seeds pushes: the matters whose trigger word it is, and what the lexicon says of it. Built once from
 * a catalog.
 */
import type { Catalog, Leaf } from '../catalog/catalog.ts';

/** A trigger word's own weight, before its length and before it is shared among its matters. */
const triggerWeight = 2;
const perExtraCharacter = 0.12;

const scoreKinds = ['leaf', 'branch', 'need', 'type', 'level'] as const;
export type ScoreKind = (typeof scoreKinds)[number];

/**
 * Everything a word can push has a slot in one list of scores: first the leaves, then the branches, needs, types and levels.
 * `slots` says where each kind starts; what a word pushes stands from `from[word]` to `from[word + 1]` in `target` and `weight`.
 */
export interface Lexicon {
  words: readonly string[];
  from: Int32Array;
  target: Int32Array;
  weight: Float64Array;
  slots: Record<ScoreKind, number>;
  slotCount: number;
  leaves: readonly Leaf[];
  needs: readonly string[];
  types: readonly string[];
  levels: readonly string[];
  /** Codes of the first and second level, and of the first level alone, in the catalog's order. */
  branches: readonly string[];
  matters: readonly string[];
  /** For every leaf: its need, its first-level matter, and the slots of its first and second level. */
  needOf: Int32Array;
  matterOf: Int32Array;
  firstOf: Int32Array;
  secondOf: Int32Array;
  /** For every branch, the leaves below it. */
  leavesBelow: readonly Int32Array[];
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

function flatten(pushes: Pushes): Pick<Lexicon, 'words' | 'from' | 'target' | 'weight'> {
  const lists = [...pushes.values()];
  const all = lists.flat();
  const from = new Int32Array(lists.length + 1);
  lists.forEach((list, word) => {
    from[word + 1] = (from[word] as number) + list.length;
  });
  return {
    words: [...pushes.keys()],
    from,
    target: Int32Array.from(all, ({ slot }) => slot),
    weight: Float64Array.from(all, ({ weight }) => weight),
  };
}

const parentOf = (code: string) => code.slice(0, code.lastIndexOf('.'));

function layOut(codes: Record<ScoreKind, readonly string[]>): Pick<Lexicon, 'slots' | 'slotCount'> {
  const slots: Record<ScoreKind, number> = { leaf: 0, branch: 0, need: 0, type: 0, level: 0 };
  let slotCount = 0;
  for (const kind of scoreKinds) {
    slots[kind] = slotCount;
    slotCount += codes[kind].length;
  }
  return { slots, slotCount };
}

export function buildLexicon({ leaves, data }: Catalog): Lexicon {
  const needs = data.needs.map(({ code }) => code);
  const types = data.types.map(({ code }) => code);
  const levels = data.levels.map(({ code }) => code);
  const branches = data.matters.map(({ code }) => code).filter((code) => code.split('.').length < 3);
  const matters = branches.filter((code) => !code.includes('.'));
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
  const firstLevel = indexOf(matters);
  return {
    ...flatten(pushes),
    slots,
    slotCount,
    leaves,
    needs,
    types,
    levels,
    branches,
    matters,
    needOf: Int32Array.from(leaves, ({ need }) => at.need.get(need) ?? 0),
    matterOf: Int32Array.from(leaves, ({ code }) => firstLevel.get(parentOf(parentOf(code))) ?? 0),
    firstOf: Int32Array.from(leaves, ({ code }) => branchSlot(parentOf(parentOf(code)))),
    secondOf: Int32Array.from(leaves, ({ code }) => branchSlot(parentOf(code))),
    leavesBelow: branches.map((branch) =>
      Int32Array.from(leaves.flatMap(({ code }, leaf) => (code.startsWith(`${branch}.`) ? [leaf] : []))),
    ),
  };
}
