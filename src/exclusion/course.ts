/**
 * The course of an application to strike a case out of the assessment (剔除): applied for, ruled on by another person, appealed
 * against once, ruled on for good by a third. Pure.
 */
export const exclusionStates = ['applied', 'approved', 'rejected', 'appealed', 'upheld', 'dismissed'] as const;
export type ExclusionState = (typeof exclusionStates)[number];

export const exclusionSteps = ['apply', 'review', 'appeal', 'final'] as const;
export type ExclusionStep = (typeof exclusionSteps)[number];

/** Where an application stands, and whether the case is left out meanwhile. */
export interface Standing {
  status: ExclusionState;
  standing: boolean;
}

/** What a ruling makes of an application; null where there is nothing to rule on. */
export function ruled(status: ExclusionState, approve: boolean): (Standing & { step: ExclusionStep }) | null {
  if (status === 'applied') return { step: 'review', status: approve ? 'approved' : 'rejected', standing: approve };
  if (status === 'appealed') return { step: 'final', status: approve ? 'upheld' : 'dismissed', standing: approve };
  return null;
}

/** What an appeal makes of it: until it is decided, the first ruling stands. Null where there is nothing to appeal against. */
export function appealed({ status, standing }: Standing): Standing | null {
  return status === 'approved' || status === 'rejected' ? { status: 'appealed', standing } : null;
}

/** An application that is waited for, or that stands: there is no second one of its kind. */
export function isOpen({ status, standing }: Standing): boolean {
  return standing || status === 'applied' || status === 'appealed';
}

/** Who took a step: a token, and the person it is made out to. */
export interface Taker {
  actor: string;
  person: string;
}

/** Whether somebody has had a hand in it: with this token, or with another that is made out to the same person. */
export function hasTaken(steps: readonly Taker[], { actor, person }: Taker): boolean {
  return steps.some((step) => step.actor === actor || step.person === person);
}
