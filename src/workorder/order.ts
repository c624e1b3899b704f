/**
 * A work order as its history makes it: `evolve` applies one event to it. What the service writes and what `verify` computes
 * from nothing both come from here. Pure.
 */
import { isOrderState, type OrderAction, type OrderState, orderActions, transitionOf } from './lifecycle.ts';

/** 主办, 协办, 被吹哨单位, 社区子工单. */
export const orderRoles = ['lead', 'co', 'whistle', 'sub'] as const;
export type OrderRole = (typeof orderRoles)[number];

/** What the desk is asked to rule on: 退单, 延期, 挂账. */
export const requestKinds = ['return', 'extend', 'park'] as const;
export type RequestKind = (typeof requestKinds)[number];

/** A request of the unit that waits for a ruling. */
export interface OrderRequest {
  kind: RequestKind;
  /** ISO 8601. */
  at: string;
  by: string;
  reason: string;
  /** 退单: the duty relied on, and the unit proposed. */
  duty?: string;
  proposedUnit?: string;
  /** 延期, in minutes of the time the level counts in. */
  minutes?: number;
  /** 挂账: its kind, and the day of review (`YYYY-MM-DD`). */
  parkKind?: string;
  reviewOn?: string;
}

export interface Order {
  unit: string;
  role: OrderRole;
  level: string;
  /** 1, and one more each time the complaint is opened again. */
  round: number;
  /** The task stands; false once another order has taken its place (改派, 提级, 重办). */
  current: boolean;
  status: OrderState;
  /** Where it was before it was returned, parked or merged. */
  before: OrderState | null;
  reason: string;
  dispatchedAt: Date;
  signDueAt: Date;
  contactDueAt: Date;
  dueAt: Date;
  signedAt: Date | null;
  contactedAt: Date | null;
  repliedAt: Date | null;
  closedAt: Date | null;
  result: string | null;
  reply: string | null;
  basis: string | null;
  /** How often orders of this line have been returned, those that it took the place of among them. */
  returns: number;
  extensions: number;
  supervisions: number;
  request: OrderRequest | null;
  parkedAt: Date | null;
  parkKind: string | null;
  reviewOn: string | null;
  /** The order that whistled for it or handed it on to a community. */
  parentId: number | null;
  community: string | null;
  cell: string | null;
  /** Of a unit that was called by a whistle: when it came, and whether it took part, by the word of who called. */
  arrivedAt: Date | null;
  tookPart: boolean | null;
  /** Warnings and marks of the clocks that have been given. */
  marks: string[];
  /** Counts the events of the order but for marks: tells a stale request. */
  version: number;
}

export interface OrderEvent {
  at: Date;
  action: OrderAction;
  actor: string;
  toStatus: OrderState;
  data: Record<string, unknown>;
}

const text = (value: unknown) => (typeof value === 'string' ? value : null);
const date = (value: unknown) => (typeof value === 'string' ? new Date(value) : null);
const count = (value: unknown) => (typeof value === 'number' ? value : null);

/** The order that an event of the action `dispatch` brings about. */
export function placed({ at, data, toStatus }: OrderEvent): Order {
  return {
    unit: text(data.unit) ?? '',
    role: orderRoles.find((role) => role === data.role) ?? 'lead',
    level: text(data.level) ?? '',
    round: count(data.round) ?? 1,
    current: true,
    status: toStatus,
    before: null,
    reason: text(data.reason) ?? '',
    dispatchedAt: at,
    signDueAt: date(data.signDueAt) ?? at,
    contactDueAt: date(data.contactDueAt) ?? at,
    dueAt: date(data.dueAt) ?? at,
    signedAt: null,
    contactedAt: null,
    repliedAt: null,
    closedAt: null,
    result: null,
    reply: null,
    basis: null,
    returns: count(data.returns) ?? 0,
    extensions: 0,
    supervisions: 0,
    request: null,
    parkedAt: null,
    parkKind: null,
    reviewOn: null,
    parentId: count(data.parentId),
    community: text(data.community),
    cell: text(data.cell),
    arrivedAt: null,
    tookPart: null,
    marks: [],
    version: 1,
  };
}

type Change = (order: Order, event: OrderEvent) => Partial<Order>;

function request(kind: RequestKind): Change {
  return ({ returns, status }, { at, actor, data }) => ({
    ...(kind === 'return' ? { returns: returns + 1, before: status } : {}),
    request: {
      kind,
      at: at.toISOString(),
      by: actor,
      reason: text(data.reason) ?? '',
      ...(kind === 'return' ? { duty: text(data.duty) ?? '' } : {}),
      ...(typeof data.proposedUnit === 'string' ? { proposedUnit: data.proposedUnit } : {}),
      ...(typeof data.minutes === 'number' ? { minutes: data.minutes } : {}),
      ...(typeof data.kind === 'string' ? { parkKind: data.kind } : {}),
      ...(typeof data.reviewOn === 'string' ? { reviewOn: data.reviewOn } : {}),
    },
  });
}

const settled: Change = () => ({ request: null });
/** Another due time: what was said of the old one, or of a review, may have to be said again. */
const dueAnew: Change = ({ dueAt: old, marks }, { data }) => {
  const dueAt = date(data.dueAt) ?? old;
  const clocks = dueAt.getTime() === old.getTime() ? [':review'] : [':review', ':reply'];
  return { dueAt, marks: marks.filter((mark) => !clocks.some((clock) => mark.endsWith(clock))) };
};

const replaced: Change = () => ({ current: false, request: null });
/** What the clocks do leaves a mark, so that they do it once. */
const marked: Change = ({ marks }, { data }) => ({
  marks: typeof data.mark === 'string' ? [...marks, data.mark] : marks,
});

/** What an action changes beside the state and the stamps that the lifecycle names. */
const changes: Partial<Record<OrderAction, Change>> = {
  contact: ({ contactedAt }, { at, data }) => ({ contactedAt: contactedAt ?? date(data.at) ?? at }),
  // What was asked for and not ruled on is settled by the reply.
  reply: (_, { data }) => ({
    result: text(data.result),
    reply: text(data.text),
    basis: text(data.basis),
    request: null,
  }),
  report: (_, { at, data }) => ({ arrivedAt: date(data.arrivedAt) ?? at, reply: text(data.text) }),
  confirm: (_, { data }) => ({ tookPart: data.tookPart === true }),
  return: request('return'),
  approveReturn: replaced,
  rejectReturn: () => ({ request: null, before: null }),
  extend: request('extend'),
  approveExtension: (order, event) => ({
    ...dueAnew(order, event),
    request: null,
    extensions: order.extensions + 1,
  }),
  rejectExtension: settled,
  park: request('park'),
  approvePark: ({ request: asked, status }, { at }) => ({
    request: null,
    before: status,
    parkedAt: at,
    parkKind: asked?.parkKind ?? null,
    reviewOn: asked?.reviewOn ?? null,
  }),
  rejectPark: settled,
  unpark: (order, event) => ({
    ...dueAnew(order, event),
    before: null,
    parkedAt: null,
    parkKind: null,
    reviewOn: null,
  }),
  reassign: replaced,
  // The unit above takes the lead; the one that had it goes on beside it.
  escalate: (order, event) => ({ role: 'co', ...marked(order, event) }),
  supervise: (order, event) => ({ supervisions: order.supervisions + 1, ...marked(order, event) }),
  merge: ({ status }) => ({ before: status, request: null }),
  unmerge: () => ({ before: null }),
  cancel: settled,
  reopen: () => ({ current: false }),
  correct: (order, { data }) => correction(order, data.changes, data.first === true),
  warn: marked,
  overdue: marked,
  remind: marked,
};

/** A wrong entry put right: the order shows the right one, the history both. */
function correction(order: Order, value: unknown, first: boolean): Partial<Order> {
  const right: { at?: unknown; result?: unknown; text?: unknown; basis?: unknown } =
    typeof value === 'object' && value !== null ? value : {};
  return {
    contactedAt: (first ? date(right.at) : null) ?? order.contactedAt,
    result: text(right.result) ?? order.result,
    reply: text(right.text) ?? order.reply,
    basis: text(right.basis) ?? order.basis,
  };
}

/** Marks of the clocks: told to people, but nobody's act. */
const marking: readonly OrderAction[] = ['warn', 'overdue', 'remind'];

/** The order after an event. The event must be one that the lifecycle allows: `decide` comes before. */
export function evolve(order: Order, event: OrderEvent): Order {
  const { action, toStatus, at } = event;
  const { stamps = [], clears = [] } = transitionOf(order.status, action) ?? {};
  const ended = toStatus === 'closed' && order.closedAt === null;
  return {
    ...order,
    ...Object.fromEntries(stamps.map((stamp) => [stamp, order[stamp] ?? at])),
    ...Object.fromEntries(clears.map((stamp) => [stamp, null])),
    ...(ended ? { closedAt: at } : {}),
    ...changes[action]?.(order, event),
    status: toStatus,
    version: order.version + (marking.includes(action) ? 0 : 1),
  };
}

/** An event as it is stored; null where it is none of an order's life (an attempt to call back, say). */
export function orderEvent(row: {
  at: Date;
  action: string;
  actor: string;
  toStatus: string | null;
  data: Record<string, unknown>;
}): OrderEvent | null {
  const action = orderActions.find((one) => one === row.action);
  if (action === undefined || row.toStatus === null || !isOrderState(row.toStatus)) return null;
  return { at: row.at, action, actor: row.actor, toStatus: row.toStatus, data: row.data };
}
