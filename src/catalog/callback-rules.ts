/** Rules of calling back: who is called at all, in which order, how often, when, and for how long an agent holds a task. Pure. */
import type { Validity } from './validity.ts';

/** Why nobody answered: 占线, 无人接听, 空号错号, 关机停机, 拒绝回访, 其他. */
export const missReasons = ['busy', 'noAnswer', 'wrongNumber', 'unavailable', 'refused', 'other'] as const;
export type MissReason = (typeof missReasons)[number];

/** How the orders of some levels and units are called back (回访规则). */
export interface CallbackRule extends Validity {
  code: string;
  /** Levels and lead units it is for; empty for all. */
  level: string[];
  unit: string[];
  /** How many of 10,000 complaints are called back; the others close without. */
  share: number;
  /** Decides, with the complaint's number, which ones. */
  seed: string;
  /** Priority: how much longer than it has, a task counts as having waited. */
  headStartMinutes: number;
  /** After so many attempts without an answer it ends as unreached. */
  maxAttempts: number;
  /** How long after an attempt in vain the task is not due. */
  spacingMinutes: number;
  /** Hours of the day, Asia/Shanghai, in which one may telephone: from the first until before the second. */
  fromHour: number;
  toHour: number;
  /** How long a task is kept for the agent who has claimed it. */
  leaseMinutes: number;
  /** How long after the call-back has ended the caller's own later answer still counts. */
  laterHours: number;
  /** How long after it was made an attempt may still be recorded. */
  lateHours: number;
  /** Reasons after which nobody tries again. */
  endReasons: MissReason[];
}

const fits = (listed: readonly string[], code: string) => listed.length === 0 || listed.includes(code);

/**
 * The rule for an order: one that names its unit goes before one that names its level, and that before one for all; among equals
 * the first by code. Throws where none fits, which the check of the seeds does not let happen.
 */
export function callbackRuleOf(rules: readonly CallbackRule[], level: string, unit: string): CallbackRule {
  const weight = (rule: CallbackRule) => (rule.unit.length > 0 ? 2 : 0) + (rule.level.length > 0 ? 1 : 0);
  const [best] = rules
    .filter((rule) => fits(rule.level, level) && fits(rule.unit, unit))
    .toSorted((a, b) => weight(b) - weight(a) || (a.code < b.code ? -1 : 1));
  if (best === undefined) throw new Error(`no rule for calling back level ${level}`);
  return best;
}
