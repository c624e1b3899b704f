/** A task as it is given to a unit: the order it makes and the event that tells of it. Pure. */
import { preciseTime } from '../catalog/calendar.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { deadlines } from './deadline.ts';
import { clockFacts, levelOf } from './facts.ts';
import { nextLook } from './marks.ts';
import { type Order, type OrderEvent, type OrderRole, placed } from './order.ts';

/** A task to be given to a unit. What is not said is as for a new complaint. */
export interface Placement {
  unit: string;
  role: OrderRole;
  level: string;
  reason: string;
  round?: number;
  returns?: number;
  parentId?: number;
  community?: string;
  cell?: string;
  /** Where it is not that of the level. */
  dueAt?: Date;
}

/** The order that a placement makes at `now`, its event, and when its clocks have something to say first. */
export function newOrder(
  catalog: Catalog,
  placement: Placement,
  now: Date,
  actor = '',
): { event: OrderEvent; order: Order; nextLook: Date | null } {
  const due = deadlines(levelOf(catalog, placement.level), catalog.calendar, now);
  const data = {
    ...placement,
    signDueAt: preciseTime(due.signDueAt),
    contactDueAt: preciseTime(due.contactDueAt),
    dueAt: preciseTime(placement.dueAt ?? due.dueAt),
  };
  const event: OrderEvent = { at: now, actor, action: 'dispatch', toStatus: 'dispatched', data };
  const order = placed(event);
  return { event, order, nextLook: nextLook(order, clockFacts(catalog, order.level)) };
}

/** The lead's unit hands the task to another: the new lead begins anew, with the returns of the old one. */
export function successor({ level, returns, round }: Order, unit: string, reason: string): Placement {
  return { unit, role: 'lead', level, reason, returns, round };
}
