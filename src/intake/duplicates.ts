/** How alike two complaints are, and why: for the operator who may be filing a repeat. Pure. */

/** An earlier complaint that may be about the same thing. */
export interface Candidate {
  number: string;
  words: readonly string[];
  samePhone: boolean;
  sameStreet: boolean;
  sameCommunity: boolean;
  sameMatter: boolean;
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

/** Shared words over all words of both (Jaccard). */
export function overlap(a: ReadonlySet<string>, b: readonly string[]): number {
  const other = new Set(b);
  let shared = 0;
  for (const word of other) if (a.has(word)) shared += 1;
  const all = a.size + other.size - shared;
  return all === 0 ? 0 : shared / all;
}

/** The candidates most alike, best first, at most five. */
export function findSimilar(words: readonly string[], candidates: readonly Candidate[]): Similar[] {
  const own = new Set(words);
  return candidates
    .map((candidate) => rate(own, candidate))
    .filter(({ score }) => score >= threshold)
    .sort((a, b) => b.score - a.score || (a.number < b.number ? 1 : -1))
    .slice(0, shown);
}

function rate(own: ReadonlySet<string>, candidate: Candidate): Similar {
  const alike = overlap(own, candidate.words);
  const place = candidate.sameCommunity ? 0.2 : candidate.sameStreet ? 0.1 : 0;
  const score = Math.min(1, alike * 0.5 + (candidate.samePhone ? 0.25 : 0) + (candidate.sameMatter ? 0.15 : 0) + place);
  const reasons = [
    candidate.samePhone ? '同一来电号码' : '',
    candidate.sameCommunity ? '同一社区' : candidate.sameStreet ? '同一街道' : '',
    candidate.sameMatter ? '同一事项' : '',
    `用词相似 ${Math.round(alike * 100)}%`,
  ];
  return {
    number: candidate.number,
    score: Math.round(score * 100) / 100,
    why: reasons.filter((reason) => reason !== '').join('、'),
  };
}
