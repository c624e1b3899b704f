/**
 * The life of a work order as one table: state × action → next state, who may, what is needed, what is stamped.
 * Everything else derives from it: refusals, the enums of the API, the labels people read. Pure.
 */
import type { Role } from '../access/roles.ts';

/** 待签收, 已签收, 已联系, 已办结待回访, 已结案, 已并单. */
export const orderStates = ['dispatched', 'signed', 'contacted', 'replied', 'closed', 'merged'] as const;
export type OrderState = (typeof orderStates)[number];

/** States in which the unit has work to do: what its queue shows and counts unless another is asked for. */
export const openStates: readonly OrderState[] = ['dispatched', 'signed', 'contacted'];

export const orderActions = ['sign', 'contact', 'reply', 'close', 'merge', 'unmerge'] as const;
export type OrderAction = (typeof orderActions)[number];

/** Chinese names for people. */
export const stateLabels: Record<OrderState, string> = {
  dispatched: '待签收',
  signed: '已签收',
  contacted: '已联系',
  replied: '已办结待回访',
  closed: '已结案',
  merged: '已并单',
};
export const actionLabels: Record<OrderAction, string> = {
  sign: '签收',
  contact: '联系诉求人',
  reply: '办结回复',
  close: '结案',
  merge: '并单',
  unmerge: '撤销并单',
};

/** Column of the order that takes the instant of an action. */
export type Stamp = 'signedAt' | 'contactedAt' | 'repliedAt' | 'closedAt';

interface Transition {
  /** `before`: the state in which the order was merged. */
  to: OrderState | 'before';
  /** Where no call-back follows, the order goes here instead. */
  toWithoutCallback?: OrderState;
  who: readonly Role[];
  stamps: readonly Stamp[];
  /** Stamps taken away again. The due times of an order are never touched. */
  clears?: readonly Stamp[];
}

const unit: readonly Role[] = ['handler'];
const desk: readonly Role[] = ['dispatcher'];
const reply: Transition = { to: 'replied', toWithoutCallback: 'closed', who: unit, stamps: ['repliedAt'] };
const merge: Transition = { to: 'merged', who: desk, stamps: ['closedAt'] };

/**
 * The table. An action that a state does not name is refused. Closing is the call-back's act, never the unit's; merging is
 * that of the desk, with the whole complaint.
 */
export const lifecycle: Record<OrderState, Partial<Record<OrderAction, Transition>>> = {
  dispatched: { sign: { to: 'signed', who: unit, stamps: ['signedAt'] }, merge },
  signed: { contact: { to: 'contacted', who: unit, stamps: ['contactedAt'] }, reply, merge },
  contacted: { contact: { to: 'contacted', who: unit, stamps: [] }, reply, merge },
  replied: { close: { to: 'closed', who: ['callback'], stamps: ['closedAt'] } },
  closed: {},
  merged: { unmerge: { to: 'before', who: desk, stamps: [], clears: ['closedAt'] } },
};

/** What is known beyond the order's own state. */
export interface OrderFacts {
  /** A call-back follows the reply: the complaint wants one and this is its lead order. */
  callbackFollows: boolean;
  /** The state in which a merged order was merged. */
  before?: OrderState;
}

export type Decision =
  | { ok: true; to: OrderState; stamps: readonly Stamp[]; clears: readonly Stamp[] }
  | { ok: false; code: 'ILLEGAL_ACTION'; allowed: OrderAction[] };

/** The actions a state allows to a role. */
export function allowedActions(state: OrderState, role: Role): OrderAction[] {
  return orderActions.filter((action) => lifecycle[state][action]?.who.includes(role));
}

/** Decides an action on an order in `state`. Refused with the actions that are allowed instead. */
export function decide(state: OrderState, action: OrderAction, role: Role, facts: OrderFacts): Decision {
  const transition = lifecycle[state][action];
  if (transition === undefined || !transition.who.includes(role)) {
    return { ok: false, code: 'ILLEGAL_ACTION', allowed: allowedActions(state, role) };
  }
  const { toWithoutCallback, stamps, clears = [] } = transition;
  const to = transition.to === 'before' ? facts.before : transition.to;
  if (to === undefined) throw new Error('the state before a merge is not known');
  if (facts.callbackFollows || toWithoutCallback === undefined) return { ok: true, to, stamps, clears };
  return { ok: true, to: toWithoutCallback, stamps: [...stamps, 'closedAt'], clears };
}

export function isOrderState(word: string): word is OrderState {
  return orderStates.some((state) => state === word);
}
