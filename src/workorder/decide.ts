/** Decides an action on an order by the lifecycle table: the next state, or a coded refusal with what is allowed instead. Pure. */
import { addMinutes } from '../catalog/calendar.ts';
import type { HandlingRule } from '../catalog/handling-rules.ts';
import type { Level, UnitKind } from '../catalog/types.ts';
import { type Actor, lifecycle, type Need, type OrderAction, type OrderState, orderActions } from './lifecycle.ts';
import type { Order } from './order.ts';

/** What is known beyond the order itself. */
export interface OrderFacts {
  /** A call-back follows the reply: the complaint wants one, is sampled, and this is its lead order. */
  callbackFollows: boolean;
  level: Level;
  handling: HandlingRule;
  /** Kind of the order's unit. */
  unitKind: UnitKind;
}

/** Why an order does not allow an action, as error codes. */
export type Refusal =
  | 'ILLEGAL_ACTION'
  | 'RETURN_NOT_ALLOWED'
  | 'RETURN_WINDOW_CLOSED'
  | 'RETURNS_EXHAUSTED'
  | 'EXTENSIONS_EXHAUSTED'
  | 'ALREADY_DUE'
  | 'REQUEST_PENDING'
  | 'NO_REQUEST';

export type Decision =
  | { ok: true; to: OrderState }
  | { ok: false; code: Refusal; state: OrderState; allowed: OrderAction[] };

type Check = (order: Order, facts: OrderFacts, now: Date) => Refusal | null;

const fails = (code: Refusal, holds: (order: Order, facts: OrderFacts, now: Date) => boolean): Check => {
  return (order, facts, now) => (holds(order, facts, now) ? null : code);
};
const asked = (kind: string) => fails('NO_REQUEST', ({ request }) => request?.kind === kind);

/** When each need of the table is met (docs/domain.md, chain and rules, 3, 4 and 7). */
const checks: Record<Need, Check> = {
  windowOpen: ({ dispatchedAt }, { level }, now) => {
    if (level.objectionMinutes === 0) return 'RETURN_NOT_ALLOWED';
    return now <= addMinutes(dispatchedAt, level.objectionMinutes) ? null : 'RETURN_WINDOW_CLOSED';
  },
  returnsLeft: fails('RETURNS_EXHAUSTED', ({ returns }, { handling }) => returns < handling.returnLimit),
  extensionsLeft: fails('EXTENSIONS_EXHAUSTED', ({ extensions }, { handling }) => extensions < handling.extensionLimit),
  notDue: fails('ALREADY_DUE', ({ dueAt }, _, now) => now < dueAt),
  noRequest: fails('REQUEST_PENDING', ({ request }) => request === null),
  returnAsked: asked('return'),
  extensionAsked: asked('extend'),
  parkAsked: asked('park'),
  lead: fails('ILLEGAL_ACTION', ({ role }) => role === 'lead'),
  leadOrCo: fails('ILLEGAL_ACTION', ({ role }) => role === 'lead' || role === 'co'),
  called: fails('ILLEGAL_ACTION', ({ role }) => role === 'whistle'),
  notCalled: fails('ILLEGAL_ACTION', ({ role }) => role !== 'whistle'),
  child: fails('ILLEGAL_ACTION', ({ role }) => role === 'whistle' || role === 'sub'),
  street: fails('ILLEGAL_ACTION', (_, { unitKind }) => unitKind === 'street'),
  current: fails('ILLEGAL_ACTION', ({ current }) => current),
};

function refusal(order: Order, action: OrderAction, actor: Actor, facts: OrderFacts, now: Date): Refusal | null {
  const transition = lifecycle[order.status][action];
  if (transition === undefined || !transition.who.includes(actor)) return 'ILLEGAL_ACTION';
  for (const need of transition.needs ?? []) {
    const code = checks[need](order, facts, now);
    if (code !== null) return code;
  }
  return null;
}

/** The actions that an order allows to somebody now. */
export function allowedActions(order: Order, actor: Actor, facts: OrderFacts, now: Date): OrderAction[] {
  return orderActions.filter((action) => refusal(order, action, actor, facts, now) === null);
}

/** Decides an action. A refusal names the order's state and the actions that are allowed instead. */
export function decide(order: Order, action: OrderAction, actor: Actor, facts: OrderFacts, now: Date): Decision {
  const code = refusal(order, action, actor, facts, now);
  const transition = lifecycle[order.status][action];
  if (code !== null || transition === undefined) {
    const allowed = allowedActions(order, actor, facts, now);
    return { ok: false, code: code ?? 'ILLEGAL_ACTION', state: order.status, allowed };
  }
  const { to, toWithoutCallback } = transition;
  if (!facts.callbackFollows && toWithoutCallback !== undefined) return { ok: true, to: toWithoutCallback };
  if (to === 'same') return { ok: true, to: order.status };
  if (to !== 'before') return { ok: true, to };
  if (order.before === null) throw new Error(`an order that is ${order.status} does not know where it was`);
  return { ok: true, to: order.before };
}
