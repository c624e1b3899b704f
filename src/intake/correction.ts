/** What the machine says of a complaint by itself, and where a person decides otherwise (更正). Pure. */
import type { JudgementRule } from '../catalog/types.ts';
import { isMatterAccepted, type Judgement } from './judgement.ts';

/** What a person may correct; the names of the API and of the table. */
export const correctedFields = ['matter', 'need', 'type', 'level', 'unit'] as const;
export type CorrectedField = (typeof correctedFields)[number];

/** One answer of the machine. `confidence` is null where it has none; `accepted`: it would have acted on it without a person. */
export interface Answer {
  code: string;
  confidence: number | null;
  accepted: boolean;
}

/**
 * What is kept of the machine's own answers with every complaint, whatever a person decided when it was filed. The judgement
 * itself holds the person's decisions and what follows from them, and is too long to be read for many complaints at once.
 */
export interface Said extends Record<Exclude<CorrectedField, 'unit'>, Answer> {
  /** The lead the rules propose for the complaint as it was filed; null where they propose none. */
  unit: Answer | null;
  /** It went to the triage desk, or would have gone. */
  triage: boolean;
}

/** A decision of a person that differs from what the machine said; `said` is null where it said nothing. */
export interface Correction {
  field: CorrectedField;
  said: string | null;
  decided: string;
  confidence: number | null;
  accepted: boolean;
}

/** What a person has decided; what he left open is absent. */
export type Decisions = Partial<Record<CorrectedField, string | undefined>>;

/**
 * The machine's own answers. `own` is its judgement without any decision of a person, `filed` the one that was acted upon: the
 * unit follows from rules, and what it is compared with later is the proposal that people saw.
 */
export function saidOf(own: Judgement, { dispatch }: Judgement, rule: JudgementRule): Said {
  const { need, matter, type, level } = own;
  const accepted = isMatterAccepted(own, rule);
  return {
    matter: { code: matter.code, confidence: matter.confidence, accepted },
    need: { code: need.code, confidence: need.confidence, accepted: need.accepted },
    type: { code: type.code, confidence: type.confidence, accepted },
    level: { code: level.code, confidence: null, accepted },
    unit: dispatch.lead && { code: dispatch.lead.code, confidence: null, accepted: dispatch.status === 'dispatch' },
    triage: dispatch.status === 'triage',
  };
}

/** The decisions that differ from what the machine said. */
export function correctionsOf(said: Said, decisions: Decisions): Correction[] {
  return correctedFields.flatMap((field): Correction[] => {
    const decided = decisions[field];
    const answer = said[field];
    if (decided === undefined || decided === answer?.code) return [];
    const { code, confidence, accepted } = answer ?? { code: null, confidence: null, accepted: false };
    return [{ field, said: code, decided, confidence, accepted }];
  });
}
