/** Rules of the assessment (考核): rates and periods, what may be struck out, the classes of units. */
import type { Validity } from './validity.ts';

export const cycles = ['day', 'month'] as const;
export type Cycle = (typeof cycles)[number];

/** The rules of the three rates (三率): weights and scores in thousandths, shares in basis points. */
export interface AssessmentRule extends Validity {
  version: string;
  weightResponse: number;
  weightResolution: number;
  weightSatisfaction: number;
  scoreSatisfied: number;
  scoreBasic: number;
  scoreDissatisfied: number;
  targetResolution: number;
  /** How periods run: from the cycle day of one month to that of the next, or by calendar months. */
  cycle: Cycle;
  /** Day of the month on which a period starts; 1 for calendar months. */
  cycleDay: number;
  /** Minutes after midnight, Asia/Shanghai, at which it starts. */
  cycleTime: number;
  /** Whether units are put in order at all. */
  ranked: boolean;
  /** Fewer valid call-backs than this mark a row as small. */
  smallBelow: number;
  callbackDueHours: number;
}

/** How far a case enters the assessment (考核范围), from the least strict on: wholly, with its contact alone, not at all. */
export const assessedScopes = ['all', 'response-only', 'none'] as const;
export type AssessedScope = (typeof assessedScopes)[number];

/** A reason for which a case may be struck out of the assessment (剔除), wholly or but for the contact. */
export interface ExclusionKind extends Validity {
  code: string;
  name: string;
  /** What may be asked for. */
  scopes: string[];
  /** Whether an attachment must prove it. */
  evidence: boolean;
}

export const classMeasures = ['composite', 'resolution', 'change', 'volume'] as const;
export type ClassMeasure = (typeof classMeasures)[number];

/**
 * A condition of a class of units (先进类 …): `measure` is at least the one bound and below the other, where there are any. A unit
 * belongs to a class where all rows of its code hold for it. Measures in basis points: the composite and its change against the
 * period before (9500 = 95.0), the resolution rate, the volume against the mean of like units (20000 = twice as much).
 */
export interface UnitClass extends Validity {
  code: string;
  name: string;
  /** Kind of the units it is for, or `*`. */
  kind: string;
  measure: ClassMeasure;
  atLeast: number | null;
  below: number | null;
}
