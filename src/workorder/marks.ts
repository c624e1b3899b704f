/**
 * What the clocks of an order have to say: a warning before a limit, a mark when it has run out, and what the rules make of that.
 * Each is given once, and a clock that stood while the service was down is caught up with. Pure.
 */
import { addMinutes, type WorkCalendar } from '../catalog/calendar.ts';
import type { Clock, EscalationAct, EscalationRule, HandlingRule } from '../catalog/handling-rules.ts';
import type { Level } from '../catalog/types.ts';
import { reviewDue, warnAt, warnOfReply } from './deadline.ts';
import { openStates, transitionOf } from './lifecycle.ts';
import type { Order } from './order.ts';

export interface ClockFacts {
  level: Level;
  handling: HandlingRule;
  calendar: WorkCalendar;
  escalations: readonly EscalationRule[];
}

/** One thing a clock says, from `at` on. */
export interface Tick {
  at: Date;
  /** What is noted on the order, so that it is said once. */
  mark: string;
  clock: Clock;
  action: 'warn' | 'overdue' | EscalationAct;
  dueAt: Date;
  /** The rule that says so, where one does. */
  rule: EscalationRule | null;
}

interface Running {
  clock: Clock;
  dueAt: Date;
  /** When to warn; null where nobody is warned. */
  warnAt: Date | null;
}

/** The clocks of an order that run. First contact is the lead's; a parked order has nothing but its review. */
function running(order: Order, { level, handling, calendar }: ClockFacts): Running[] {
  const { dispatchedAt: from, signDueAt, contactDueAt, dueAt, role, reviewOn } = order;
  if (!openStates.includes(order.status)) return [];
  if (order.status === 'parked') {
    return reviewOn === null ? [] : [{ clock: 'review', dueAt: reviewDue(reviewOn), warnAt: null }];
  }
  const left = handling.warnLeft;
  const natural = (clock: Clock, due: Date): Running => ({ clock, dueAt: due, warnAt: warnAt(null, from, due, left) });
  const found: Running[] = [];
  if (order.signedAt === null) found.push(natural('sign', signDueAt));
  if (role === 'whistle') return [...found, natural('report', dueAt)];
  if (role === 'lead' && order.contactedAt === null) found.push(natural('contact', contactDueAt));
  found.push({ clock: 'reply', dueAt, warnAt: warnOfReply(level, calendar, from, dueAt, left) });
  return found;
}

/** All that the clocks of an order have yet to say, the earliest first. */
export function ticks(order: Order, facts: ClockFacts): Tick[] {
  const found = running(order, facts).flatMap(({ clock, dueAt, warnAt: warn }): Tick[] => {
    const tick = (at: Date, action: Tick['action'], name: string, rule: EscalationRule | null = null): Tick => ({
      at,
      mark: `${name}:${clock}`,
      clock,
      action,
      dueAt,
      rule,
    });
    const rules = facts.escalations.filter(
      (rule) =>
        rule.clock === clock &&
        (rule.level.length === 0 || rule.level.includes(order.level)) &&
        // Only a lead can be taken over by the unit above, and not while a return is ruled on.
        (rule.act !== 'escalate' || order.role === 'lead') &&
        transitionOf(order.status, rule.act) !== undefined,
    );
    return [
      ...(warn === null ? [] : [tick(warn, 'warn', 'warn')]),
      tick(dueAt, 'overdue', 'overdue'),
      ...rules.map((rule) => tick(addMinutes(dueAt, rule.afterMinutes), rule.act, rule.code, rule)),
    ];
  });
  const open = found.filter(({ mark }) => !order.marks.includes(mark));
  // A stable sort: the mark of a limit comes before what a rule makes of it at the same instant.
  return open.toSorted((a, b) => a.at.getTime() - b.at.getTime());
}

/** When the clocks of an order have something to say next; null where they have not. */
export function nextLook(order: Order, facts: ClockFacts): Date | null {
  return ticks(order, facts)[0]?.at ?? null;
}
