/** The state of a complaint and its orders from their history alone, and how it differs from what is stored. Pure. */
import { evolve, type Order, orderEvent, placed } from '../workorder/order.ts';

/** An event as it is stored. */
export interface StoredEvent {
  orderId: number | null;
  at: Date;
  actor: string;
  action: string;
  toStatus: string | null;
  data: Record<string, unknown>;
}

export interface ComplaintState {
  status: string;
  closedAt: Date | null;
}

export interface Replayed {
  complaint: ComplaintState | null;
  orders: Map<number, Order>;
}

/** States of a complaint in which nothing is left to do; `closed_at` says since when. */
const ended = ['answered', 'redirected', 'handover', 'closed', 'cancelled'];

function stateAfter(before: ComplaintState | null, status: string, at: Date): ComplaintState {
  // What was merged into another stands as it did until that one is settled.
  if (status === 'merged') return { status, closedAt: before?.closedAt ?? null };
  return { status, closedAt: ended.includes(status) ? at : null };
}

/** What an event of a lead order makes of the complaint; null where nothing. */
function settledBy(action: string, toStatus: string | null): string | null {
  if (action === 'reply' || action === 'close') return toStatus;
  return action === 'reopen' ? 'dispatched' : null;
}

/** Folds the whole history of one complaint, in order. */
export function replay(history: readonly StoredEvent[]): Replayed {
  const orders = new Map<number, Order>();
  let complaint: ComplaintState | null = null;
  for (const row of history) {
    const { orderId, action, toStatus, at } = row;
    if (orderId === null) {
      if (toStatus !== null) complaint = stateAfter(complaint, toStatus, at);
      continue;
    }
    const event = orderEvent(row);
    if (event === null) continue;
    const before = orders.get(orderId);
    const after = before === undefined ? placed(event) : evolve(before, event);
    orders.set(orderId, after);
    const settled = after.role === 'lead' ? settledBy(action, toStatus) : null;
    if (settled !== null) complaint = stateAfter(complaint, settled, at);
  }
  return { complaint, orders };
}

/** A value as text that is the same for equal values, whatever the order of their keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}

/** One field that is stored otherwise than the history has it. */
export interface Difference {
  number: string;
  /** Null for the complaint itself. */
  orderId: number | null;
  field: string;
  stored: string;
  replayed: string;
}

export interface StoredLife {
  number: string;
  complaint: ComplaintState;
  orders: ReadonlyMap<number, Order>;
  history: readonly StoredEvent[];
}

function compare(number: string, orderId: number | null, stored: object, replayed: object): Difference[] {
  const other = new Map(Object.entries(replayed));
  return Object.entries(stored).flatMap(([field, value]): Difference[] => {
    const [is, should] = [canonical(value), canonical(other.get(field))];
    return is === should ? [] : [{ number, orderId, field, stored: is, replayed: should }];
  });
}

/** All differences between what is stored of a complaint and what its history makes of it. */
export function differences({ number, complaint, orders, history }: StoredLife): Difference[] {
  const replayed = replay(history);
  const found = compare(number, null, complaint, replayed.complaint ?? {});
  for (const [id, order] of orders) found.push(...compare(number, id, order, replayed.orders.get(id) ?? {}));
  for (const id of replayed.orders.keys()) {
    if (!orders.has(id)) found.push({ number, orderId: id, field: 'id', stored: 'null', replayed: String(id) });
  }
  return found;
}
