/** Orders for tests of the pure rules: one as it is when it is given to a street, changed at will, and what is known beside it. */
import type { OrderFacts } from '../../src/workorder/decide.ts';
import { levelOf } from '../../src/workorder/facts.ts';
import type { Order, OrderRequest } from '../../src/workorder/order.ts';
import { newOrder } from '../../src/workorder/placement.ts';
import { catalog, noon } from '../helper.ts';

export const seeds = catalog();

/** An order of 望京街道 dispatched on Sunday noon; its level is L3 where nothing else is said. */
export function order(changes: Partial<Order> = {}): Order {
  const placement = { unit: '110105026', role: 'lead' as const, level: changes.level ?? 'L3', reason: '测试' };
  return { ...newOrder(seeds, placement, noon).order, ...changes };
}

export function facts(changes: Partial<OrderFacts> = {}, level = 'L3'): OrderFacts {
  return {
    callbackFollows: true,
    level: levelOf(seeds, level),
    handling: seeds.handling,
    unitKind: 'street',
    ...changes,
  };
}

export function requested(kind: OrderRequest['kind']): OrderRequest {
  return { kind, at: noon.toISOString(), by: 'handler#1', reason: '测试' };
}

export const after = (minutes: number, from = noon) => new Date(from.getTime() + minutes * 60_000);
