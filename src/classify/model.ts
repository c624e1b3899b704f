/**
 * What each word pushes: the matters whose trigger word it is, and what the lexicon says of it. Built once from a catalog.
 */
import { type Catalog, type Leaf, otherNeed, otherType } from '../catalog/catalog.ts';
import { buildMatcher, type Matcher } from '../text/matcher.ts';

/** A trigger word's own weight, before its length and before it is shared among its matters. */
const triggerWeight = 2;
const perExtraCharacter = 0.12;

export type ScoreKind = 'leaf' | 'branch' | 'need' | 'type' | 'level';

/** A push of `weight` towards entry `target` of the scores of its kind. */
export interface Push {
  kind: ScoreKind;
  target: number;
  weight: number;
}

export interface Model {
  words: readonly string[];
  /** For every word, what it pushes. */
  pushes: readonly (readonly Push[])[];
  matcher: Matcher;
  leaves: readonly Leaf[];
  needs: readonly string[];
  types: readonly string[];
  levels: readonly string[];
  branches: readonly string[];
  /** For every leaf: its need, its first and its second level as indices. */
  needOf: Int32Array;
  firstOf: Int32Array;
  secondOf: Int32Array;
  /** For every leaf: how much it favours its usual types. */
  typePriors: readonly Float64Array[];
  /** The leaf that stands for “none of these”. */
  otherLeaf: number;
  otherNeed: number;
  otherType: number;
}

function indexOf(codes: readonly string[]): Map<string, number> {
  return new Map(codes.map((code, index) => [code, index]));
}

class PushTable {
  readonly byWord = new Map<string, Push[]>();

  add(word: string, push: Push): void {
    const known = this.byWord.get(word);
    if (known === undefined) this.byWord.set(word, [push]);
    else known.push(push);
  }
}

function addTriggers(table: PushTable, leaves: readonly Leaf[]): void {
  const sharedBy = new Map<string, number>();
  for (const leaf of leaves) for (const word of new Set(leaf.words)) sharedBy.set(word, (sharedBy.get(word) ?? 0) + 1);
  leaves.forEach((leaf, target) => {
    for (const word of new Set(leaf.words)) {
      const length = 1 + perExtraCharacter * (word.length - 2);
      table.add(word, { kind: 'leaf', target, weight: (triggerWeight * length) / Math.sqrt(sharedBy.get(word) ?? 1) });
    }
  });
}

function typePriors(leaf: Leaf, types: readonly string[]): Float64Array {
  const priors = new Float64Array(types.length);
  leaf.types.forEach((code, rank) => {
    const index = types.indexOf(code);
    if (index !== -1) priors[index] = 1 / (rank + 1);
  });
  return priors;
}

export function buildModel(catalog: Catalog): Model {
  const { leaves, data } = catalog;
  const needs = data.needs.map(({ code }) => code);
  const types = data.types.map(({ code }) => code);
  const levels = data.levels.map(({ code }) => code);
  const branches = data.matters.map(({ code }) => code).filter((code) => code.split('.').length < 3);
  const at = {
    leaf: indexOf(leaves.map(({ code }) => code)),
    branch: indexOf(branches),
    need: indexOf(needs),
    type: indexOf(types),
    level: indexOf(levels),
  };
  const table = new PushTable();
  addTriggers(table, leaves);
  for (const { word, kind, code, weight } of data.lexicon) {
    const target = kind === 'matter' ? (at.leaf.has(code) ? 'leaf' : 'branch') : kind;
    const index = at[target].get(code);
    if (index !== undefined) table.add(word, { kind: target, target: index, weight });
  }
  const words = [...table.byWord.keys()];
  const parentOf = (code: string) => code.slice(0, code.lastIndexOf('.'));
  return {
    words,
    pushes: [...table.byWord.values()],
    matcher: buildMatcher(words),
    leaves,
    needs,
    types,
    levels,
    branches,
    needOf: Int32Array.from(leaves, ({ need }) => at.need.get(need) ?? -1),
    firstOf: Int32Array.from(leaves, ({ code }) => at.branch.get(parentOf(parentOf(code))) ?? -1),
    secondOf: Int32Array.from(leaves, ({ code }) => at.branch.get(parentOf(code)) ?? -1),
    typePriors: leaves.map((leaf) => typePriors(leaf, types)),
    otherLeaf: leaves.findLastIndex(({ need }) => need === otherNeed),
    otherNeed: needs.indexOf(otherNeed),
    otherType: types.indexOf(otherType),
  };
}
