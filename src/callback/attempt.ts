/** When an attempt to call back is valid, and what it must say. Pure (docs/domain.md, call-back and the three rates). */
import type { FieldError } from '../http/validation.ts';

export const grades = ['satisfied', 'basic', 'dissatisfied'] as const;
export type Grade = (typeof grades)[number];

export interface Attempt {
  way: string;
  reached: boolean;
  contacted?: boolean | undefined;
  resolved?: boolean | undefined;
  satisfaction?: Grade | undefined;
  note?: string | undefined;
}

/** An attempt is valid when the caller was reached and answered all three questions. */
export function isValid({ reached, contacted, resolved, satisfaction }: Attempt): boolean {
  return reached && contacted !== undefined && resolved !== undefined && satisfaction !== undefined;
}

/** Contradictions in an attempt; empty where it may be recorded. */
export function checkAttempt(attempt: Attempt): FieldError[] {
  const answers = (['contacted', 'resolved', 'satisfaction'] as const).filter((name) => attempt[name] !== undefined);
  if (!attempt.reached) return answers.map((path) => ({ path, message: '未接通时不应有答复' }));
  if (answers.length === 0 || answers.length === 3) return [];
  const missing = (['contacted', 'resolved', 'satisfaction'] as const).filter((name) => attempt[name] === undefined);
  return missing.map((path) => ({ path, message: '诉求人已答复时三项都要填写' }));
}
