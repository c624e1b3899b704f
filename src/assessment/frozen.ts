/** What closing a period keeps beside the figures: the rule, and what may be put right of a case afterwards. Pure. */
import type { AssessedScope, AssessmentRule } from '../catalog/assessment-rules.ts';

/** The rule by which a period was counted, with the scopes that request types had. */
export interface FrozenRule {
  assessment: AssessmentRule;
  scopes: Record<string, AssessedScope>;
}

/** The answer of a case that counts in a period. */
export interface CountedAnswer {
  /** ISO 8601, UTC, to the millisecond. */
  at: string;
  orderId: number;
  unit: string;
  contacted: boolean;
  resolved: boolean;
  satisfaction: string;
}

/** What a late answer, or a decision on an exclusion, can change of a case in a closed period. */
export interface AmendedCase {
  scope: AssessedScope;
  /** Why it does not enter wholly; null where it does. */
  reason: string | null;
  answer: CountedAnswer | null;
}

/** An exclusion that stands. */
export interface StandingExclusion {
  kind: string;
  scope: AssessedScope;
}

const strictness: Record<AssessedScope, number> = { all: 0, 'response-only': 1, none: 2 };

/**
 * How far a case enters the assessment: by its request type and its standing exclusions (the oldest first), the strictest of
 * them. The reason is the first that is as strict, the type before the exclusions.
 */
export function scopeOfCase(
  type: { code: string; scope: AssessedScope },
  standing: readonly StandingExclusion[],
): Pick<AmendedCase, 'scope' | 'reason'> {
  let found: Pick<AmendedCase, 'scope' | 'reason'> = { scope: 'all', reason: null };
  for (const { scope, kind } of [{ kind: type.code, scope: type.scope }, ...standing]) {
    if (strictness[scope] > strictness[found.scope]) found = { scope, reason: kind };
  }
  return found;
}

/** Whether two readings of a case count alike. */
export function sameCase(a: AmendedCase, b: AmendedCase): boolean {
  if (a.scope !== b.scope || a.reason !== b.reason) return false;
  if (a.answer === null || b.answer === null) return a.answer === b.answer;
  const [one, other] = [a.answer, b.answer];
  return (['at', 'orderId', 'contacted', 'resolved', 'satisfaction'] as const).every(
    (name) => one[name] === other[name],
  );
}
