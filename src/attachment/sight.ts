/** Who sees which attachments, and who may withdraw one. Pure; the rows in between are chosen by `store.ts`. See ADR 019. */
import type { Role } from '../access/roles.ts';
import type { Session } from '../access/scope.ts';

/** What came with a complaint may show the caller: it is for those who speak with him, and for the unit that handles it. */
const ofComplaints: readonly Role[] = ['operator', 'dispatcher', 'callback', 'handler', 'manager', 'channel'];
/** What a unit adds shows its own work. A channel is not told of it. */
const ofOrders: readonly Role[] = [
  'operator',
  'dispatcher',
  'callback',
  'handler',
  'manager',
  'assessor',
  'admin',
  'auditor',
];

export interface Sight {
  ofComplaints: boolean;
  ofOrders: boolean;
  /** A unit sees nothing of a caller who asked for secrecy but what it added itself. */
  ofSecretCallers: boolean;
}

export function sightOf(role: Role): Sight {
  return {
    ofComplaints: ofComplaints.includes(role),
    ofOrders: ofOrders.includes(role),
    ofSecretCallers: role !== 'handler' && role !== 'manager',
  };
}

/** Whether a session may withdraw what `actor` (as events name him) of `unit` has added. */
export function mayWithdraw(
  { role, unit, actor }: Pick<Session, 'role' | 'unit' | 'actor'>,
  added: { actor: string; unit: string | null },
): boolean {
  if (role === 'dispatcher') return true;
  if (added.unit !== null) return added.unit === unit;
  return role === 'channel' ? added.actor === actor : added.actor.split('#')[0] === role;
}
