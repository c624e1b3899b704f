/**
 * How alike two complaints are, and why: for the operator who may be filing a repeat. Pure.
 *
 * Shared words weigh by their rarity: that two complaints both say 反映 or 垃圾 tells little, that both say 花家地 much. How
 * common a word is is what PostgreSQL itself has counted (docs/adr/015-similar-links-groups.md).
 */

import { type WordShares, weighing } from '../text/shares.ts';

/** An earlier complaint that may be about the same thing. */
export interface Candidate {
  number: string;
  words: readonly string[];
  samePhone: boolean;
  sameStreet: boolean;
  sameCommunity: boolean;
  sameMatter: boolean;
  /** Another leaf of the same second-level matter: the leaf is the least certain part of a judgement. */
  nearMatter: boolean;
}

export interface Similar {
  number: string;
  /** 0 to 1, two decimals. */
  score: number;
  why: string;
}

/** Below this a candidate is not shown. */
const threshold = 0.45;
const shown = 5;

/** Shared words over all words of both (Jaccard), each by its weight. */
export function overlap(a: ReadonlySet<string>, b: readonly string[], weigh: (word: string) => number): number {
  let shared = 0;
  let all = 0;
  const other = new Set(b);
  for (const word of other) {
    const weight = weigh(word);
    all += weight;
    if (a.has(word)) shared += weight;
  }
  for (const word of a) if (!other.has(word)) all += weigh(word);
  return all === 0 ? 0 : shared / all;
}

/** The candidates most alike, best first, at most five. */
export function findSimilar(
  words: readonly string[],
  candidates: readonly Candidate[],
  shares: WordShares = new Map(),
): Similar[] {
  if (candidates.length === 0) return [];
  const own = new Set(words);
  const weigh = weighing(shares);
  return candidates
    .map((candidate) => rate(own, candidate, weigh))
    .filter(({ score }) => score >= threshold)
    .sort((a, b) => b.score - a.score || (a.number < b.number ? 1 : -1))
    .slice(0, shown);
}

function rate(own: ReadonlySet<string>, candidate: Candidate, weigh: (word: string) => number): Similar {
  const alike = overlap(own, candidate.words, weigh);
  const place = candidate.sameCommunity ? 0.2 : candidate.sameStreet ? 0.1 : 0;
  const matter = candidate.sameMatter ? 0.15 : candidate.nearMatter ? 0.08 : 0;
  const score = Math.min(1, alike * 0.5 + (candidate.samePhone ? 0.25 : 0) + matter + place);
  const reasons = [
    candidate.samePhone ? '同一来电号码' : '',
    candidate.sameCommunity ? '同一社区' : candidate.sameStreet ? '同一街道' : '',
    candidate.sameMatter ? '同一事项' : candidate.nearMatter ? '同类事项' : '',
    `用词相似 ${Math.round(alike * 100)}%`,
  ];
  return {
    number: candidate.number,
    score: Math.round(score * 100) / 100,
    why: reasons.filter((reason) => reason !== '').join('、'),
  };
}
