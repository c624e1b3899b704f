/**
 * What was said, by street and by district: the claims on each are added up and held against the districts named elsewhere.
 */
import { type Claim, type Evidence, either, TAKEN } from './evidence.ts';
import type { Gazetteer } from './gazetteer.ts';

/** A street or district with all that speaks for it. */
export interface Score {
  at: number;
  district: number;
  community: number;
  weight: number;
  anchored: boolean;
  evidence: string;
  /** The weight of the claim that gave the evidence, and of the one that gave the community. */
  heard: number;
  known: number;
}

export const heaviest = (a: Score, b: Score) => b.weight - a.weight || a.at - b.at;

/** A claim's weight among the districts named elsewhere in the words. */
function inContext(claim: Claim, named: readonly number[]): number {
  if (claim.anchored || named.length === 0) return claim.weight;
  if (named.includes(claim.district)) return either(claim.weight, 0.3);
  return claim.weight * (claim.stated && claim.community >= 0 ? 0.85 : claim.exact ? 0.75 : 0.6);
}

/** The one about `at`, or undefined. There are few. */
function scoreOf(scores: readonly Score[], at: number): Score | undefined {
  for (const score of scores) if (score.at === at) return score;
  return undefined;
}

function isZone(gazetteer: Gazetteer, { at }: Score): boolean {
  return gazetteer.divisions[at]?.zone === true;
}

function liesOver(gazetteer: Gazetteer, zone: Score, other: Score): boolean {
  return other.weight >= TAKEN && other.district === zone.district && !isZone(gazetteer, other);
}

export function scoreStreets(gazetteer: Gazetteer, evidence: Evidence): Score[] {
  const named = evidence.districts.filter(({ weight }) => weight >= 0.5).map(({ district }) => district);
  const scores: Score[] = [];
  for (const claim of evidence.streets) {
    const weight = inContext(claim, named);
    const { street: at, district, anchored, community } = claim;
    let score = scoreOf(scores, at);
    if (!score) {
      score = { at, district, community: -1, weight: 0, anchored, evidence: '', heard: 0, known: 0 };
      scores.push(score);
    }
    if (weight > score.heard) {
      score.heard = weight;
      score.evidence = claim.evidence;
    }
    // two communities named alike leave the street, but not which of them
    if (community >= 0 && weight >= score.known) {
      score.community = weight === score.known ? -1 : community;
      score.known = weight;
    }
    score.anchored ||= anchored;
    score.weight = Math.min(0.98, either(score.weight, weight));
  }
  if (scores.length < 2) return scores;
  // A statistical zone lies over streets: beside 荣华街道, 经开区 only says more loosely where
  for (const score of scores) {
    if (isZone(gazetteer, score) && scores.some((other) => liesOver(gazetteer, score, other))) score.weight *= 0.5;
  }
  return scores.sort(heaviest);
}

export function districtScore(at: number, weight: number, anchored: boolean, evidence: string): Score {
  return { at, district: at, community: -1, weight, anchored, evidence, heard: weight, known: 0 };
}

/** The districts named; `streets` lend their weight to theirs. */
export function scoreDistricts(evidence: Evidence, streets: readonly Score[]): Score[] {
  const scores = evidence.districts.map(({ district, weight, evidence: words }) =>
    districtScore(district, weight, true, words),
  );
  for (const { district, weight, evidence: words } of streets) {
    const known = scoreOf(scores, district);
    const lent = weight * 0.95;
    if (!known) scores.push(districtScore(district, lent, false, words));
    else if (known.weight < lent) known.weight = lent;
  }
  return scores.length < 2 ? scores : scores.sort(heaviest);
}
