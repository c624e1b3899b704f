/**
 * The life of a work order as one table: state × action → next state, who may, what is needed, what is stamped.
 * Everything else derives from it: refusals, the enums of the API, the labels people read, the diagram in the docs. Pure.
 */
import type { Role } from '../access/roles.ts';

/** 待签收, 已签收, 已联系, 退单待裁定, 已挂账, 已办结待回访, 已结案, 已并单, 已改派, 已撤销. */
export const orderStates = [
  'dispatched',
  'signed',
  'contacted',
  'objected',
  'parked',
  'replied',
  'closed',
  'merged',
  'reassigned',
  'cancelled',
] as const;
export type OrderState = (typeof orderStates)[number];

/** States in which the unit has work to do or a ruling to wait for: what a queue shows. */
export const openStates: readonly OrderState[] = ['dispatched', 'signed', 'contacted', 'objected', 'parked'];

export const orderActions = [
  'dispatch',
  'sign',
  'contact',
  'reply',
  'return',
  'approveReturn',
  'rejectReturn',
  'extend',
  'approveExtension',
  'rejectExtension',
  'park',
  'approvePark',
  'rejectPark',
  'unpark',
  'whistle',
  'report',
  'confirm',
  'delegate',
  'supervise',
  'escalate',
  'reassign',
  'correct',
  'close',
  'reopen',
  'merge',
  'unmerge',
  'cancel',
  'warn',
  'overdue',
  'remind',
] as const;
export type OrderAction = (typeof orderActions)[number];

/** Chinese names for people. */
export const stateLabels: Record<OrderState, string> = {
  dispatched: '待签收',
  signed: '已签收',
  contacted: '已联系',
  objected: '退单待裁定',
  parked: '已挂账',
  replied: '已办结待回访',
  closed: '已结案',
  merged: '已并单',
  reassigned: '已改派',
  cancelled: '已撤销',
};
export const actionLabels: Record<OrderAction, string> = {
  dispatch: '派单',
  sign: '签收',
  contact: '联系诉求人',
  reply: '办结回复',
  return: '申请退单',
  approveReturn: '同意退单',
  rejectReturn: '驳回退单',
  extend: '申请延期',
  approveExtension: '同意延期',
  rejectExtension: '驳回延期',
  park: '申请挂账',
  approvePark: '同意挂账',
  rejectPark: '驳回挂账',
  unpark: '销账',
  whistle: '吹哨',
  report: '报到',
  confirm: '确认报到',
  delegate: '交办社区',
  supervise: '督办',
  escalate: '提级',
  reassign: '改派',
  correct: '更正',
  close: '结案',
  reopen: '重办',
  merge: '并单',
  unmerge: '撤销并单',
  cancel: '撤销诉求',
  warn: '预警',
  overdue: '超时',
  remind: '催办',
};

/** Column of the order that takes the instant of an action. */
export type Stamp = 'signedAt' | 'contactedAt' | 'repliedAt' | 'closedAt';

/** Who acts: a role, or the service itself (clocks, rules). */
export type Actor = Role | 'system';

/** What must hold beside state and actor; `needs.ts` says when each does. */
export type Need =
  | 'windowOpen'
  | 'returnsLeft'
  | 'extensionsLeft'
  | 'notDue'
  | 'noRequest'
  | 'returnAsked'
  | 'extensionAsked'
  | 'parkAsked'
  | 'lead'
  | 'leadOrCo'
  | 'called'
  | 'notCalled'
  | 'child'
  | 'street'
  | 'current';

export interface Transition {
  /** `same`: the state stays; `before`: the one in which it was returned, parked or merged. */
  to: OrderState | 'same' | 'before';
  /** Where no call-back follows, the order goes here instead. */
  toWithoutCallback?: OrderState;
  who: readonly Actor[];
  needs?: readonly Need[];
  stamps: readonly Stamp[];
  /** Stamps taken away again. */
  clears?: readonly Stamp[];
}

type Row = Partial<Record<OrderAction, Transition>>;

const unit: readonly Actor[] = ['handler'];
const head: readonly Actor[] = ['manager'];
const called: readonly Actor[] = ['handler', 'manager'];
const desk: readonly Actor[] = ['dispatcher'];
const deskOrClock: readonly Actor[] = ['dispatcher', 'system'];
const clock: readonly Actor[] = ['system'];

const stay = (who: readonly Actor[], ...needs: Need[]): Transition => ({ to: 'same', who, needs, stamps: [] });
const go = (to: Transition['to'], who: readonly Actor[], stamps: readonly Stamp[], ...needs: Need[]): Transition => ({
  to,
  who,
  needs,
  stamps,
});

const marks: Row = { warn: stay(clock), overdue: stay(clock), remind: stay(clock) };

/** What may happen to an order as long as the unit has work to do with it. */
const working: Row = {
  ...marks,
  return: go('objected', unit, [], 'leadOrCo', 'noRequest', 'returnsLeft', 'windowOpen'),
  supervise: stay(deskOrClock),
  escalate: stay(deskOrClock, 'lead'),
  reassign: go('reassigned', desk, ['closedAt'], 'leadOrCo'),
  merge: go('merged', desk, ['closedAt']),
  // A task that another order has handed out ends with it.
  close: go('closed', clock, ['closedAt'], 'child'),
  cancel: go('cancelled', ['operator', 'dispatcher', 'channel'], ['closedAt']),
};

/** What the unit may do once it has signed. */
const handling: Row = {
  ...working,
  contact: go('contacted', unit, ['contactedAt'], 'notCalled'),
  reply: { ...go('replied', unit, ['repliedAt'], 'notCalled'), toWithoutCallback: 'closed' },
  report: go('replied', called, ['repliedAt'], 'called'),
  correct: stay(unit),
  extend: stay(unit, 'leadOrCo', 'noRequest', 'extensionsLeft', 'notDue'),
  approveExtension: stay(desk, 'extensionAsked', 'notDue'),
  rejectExtension: stay(desk, 'extensionAsked'),
  park: stay(head, 'leadOrCo', 'noRequest'),
  approvePark: go('parked', desk, [], 'parkAsked'),
  rejectPark: stay(desk, 'parkAsked'),
  whistle: stay(head, 'street', 'leadOrCo'),
  delegate: stay(unit, 'street', 'leadOrCo'),
};

/**
 * The table. An action that a state does not name is refused. Closing is the call-back's act, never the unit's; merging is
 * that of the desk, with the whole complaint. While a return is ruled on, the clocks run on (docs/domain.md, chain and rules, 4).
 */
export const lifecycle: Record<OrderState, Row> = {
  dispatched: {
    ...working,
    sign: go('signed', unit, ['signedAt']),
    // Who is called to the spot may come before he has signed.
    report: go('replied', called, ['signedAt', 'repliedAt'], 'called'),
  },
  signed: handling,
  contacted: handling,
  objected: {
    ...marks,
    approveReturn: go('reassigned', desk, ['closedAt'], 'returnAsked'),
    rejectReturn: go('before', desk, [], 'returnAsked'),
    supervise: stay(deskOrClock),
    cancel: go('cancelled', ['operator', 'dispatcher', 'channel'], ['closedAt']),
  },
  parked: {
    ...marks,
    unpark: go('before', ['manager', 'dispatcher'], []),
    supervise: stay(deskOrClock),
    cancel: go('cancelled', ['operator', 'dispatcher', 'channel'], ['closedAt']),
  },
  replied: {
    correct: stay(unit),
    close: go('closed', ['callback', 'system'], ['closedAt']),
    confirm: go('closed', head, ['closedAt'], 'called'),
  },
  closed: { reopen: go('same', deskOrClock, [], 'lead', 'current') },
  merged: { unmerge: { to: 'before', who: desk, stamps: [], clears: ['closedAt'] } },
  reassigned: {},
  cancelled: {},
};

/** The row of the table for an action in a state. */
export function transitionOf(state: OrderState, action: OrderAction): Transition | undefined {
  return lifecycle[state][action];
}

export function isOrderState(word: string): word is OrderState {
  return orderStates.some((state) => state === word);
}
