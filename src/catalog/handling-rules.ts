/** Rules of how orders are handled: what may be asked how often, and what happens when a clock has run out. */
import type { Validity } from './validity.ts';

/** How orders are handled beyond the clocks of their level (办理规则). */
export interface HandlingRule extends Validity {
  version: string;
  /** How often the orders of a complaint may be returned (退单); after that the ruling binds. */
  returnLimit: number;
  /** How often an order's reply may be put off (延期). */
  extensionLimit: number;
  /** Share of a limit left at which a warning is given, in basis points. */
  warnLeft: number;
  /** How often a complaint is opened again of itself after "not resolved". */
  reopenRounds: number;
  /** Within which time a unit called by a whistle (吹哨) must arrive. */
  reportMinutes: number;
}

/** The clocks of an order that can run out, and the review date of one that is parked. */
export const clocks = ['sign', 'contact', 'reply', 'report', 'review'] as const;
export type Clock = (typeof clocks)[number];

export const escalationActs = ['remind', 'supervise', 'escalate'] as const;
export type EscalationAct = (typeof escalationActs)[number];

/** What happens of itself when a clock has run out for `afterMinutes` and is still open. */
export interface EscalationRule extends Validity {
  code: string;
  /** Levels it is for; empty for all. */
  level: string[];
  clock: Clock;
  afterMinutes: number;
  act: EscalationAct;
  reason: string;
}
