/** A work order as a reader of some role sees it. Pure. */
import { maskName, maskPhone, maskText } from '../access/mask.ts';
import type { Role } from '../access/roles.ts';
import { shanghaiTime } from '../catalog/calendar.ts';
import { type Catalog, divisionOf, matterPath, unitRef } from '../catalog/catalog.ts';
import { allowedActions, isOrderState, orderActions, stateLabels } from './lifecycle.ts';
import type { CallerView, EventView, OrderView } from './schemas.ts';
import type { EventRow, OrderRow } from './store.ts';

/** Roles that must speak with the caller and so read his name and number. */
export const speaksWithCaller: readonly Role[] = ['operator', 'dispatcher', 'handler', 'callback'];
/** Roles of units: they never see a caller who asked for secrecy. */
const ofUnits: readonly Role[] = ['handler', 'manager'];
/** Roles that need no person at all. */
const withoutPersons: readonly Role[] = ['analyst', 'assessor'];

/** The caller's columns as they stand in a row joined with `callers`. */
export interface CallerColumns {
  callerName: string | null;
  callerPhone: string | null;
  callerKind: string | null;
  callerSecret: boolean | null;
}

/** The caller for a role: whole, masked, or not at all. */
export function viewCaller(row: CallerColumns, role: Role): CallerView | null {
  const { callerName: name, callerPhone: phone, callerKind: kind } = row;
  if (kind === null || withoutPersons.includes(role)) return null;
  const secret = row.callerSecret ?? false;
  if (secret && ofUnits.includes(role)) return { name: null, phone: null, kind, secret, masked: true };
  if (speaksWithCaller.includes(role)) return { name, phone, kind, secret, masked: false };
  return { name: name && maskName(name), phone: phone && maskPhone(phone), kind, secret, masked: true };
}

/** Running text for a role: those who need no person see no telephone or identity number in it. */
export function viewText(text: string, role: Role): string {
  return withoutPersons.includes(role) ? maskText(text) : text;
}

/** Actions whose data name another complaint. */
const betweenComplaints = ['link', 'unlink', 'merge', 'unmerge', 'follow'];

/** Whether what an event tells is not for a role. */
function isHidden(action: string, role: Role): boolean {
  const between = betweenComplaints.includes(action);
  // A channel must not learn of what others have filed.
  if (role === 'channel') return between;
  // Notes, replies and reasons may name persons.
  return withoutPersons.includes(role) && (between || orderActions.some((one) => one === action));
}

/** The history of a complaint or an order for a role. */
export function viewEvents(history: readonly EventRow[], role: Role): EventView[] {
  return history.map(({ at, actor, action, fromStatus, toStatus, data }) => ({
    at: shanghaiTime(at),
    actor,
    action,
    from: fromStatus,
    to: toStatus,
    data: isHidden(action, role) ? {} : data,
  }));
}

const time = (instant: Date | null) => instant && shanghaiTime(instant);

/** Who reads: a session's role and, for those of a unit, the unit. */
export interface Reader {
  role: Role;
  unit: string | null;
}

export function viewOrder(row: OrderRow, { role, unit: own }: Reader, catalog: Catalog, now: Date): OrderView {
  const named = (code: string | null) => code && { code, name: divisionOf(catalog, code)?.name ?? code };
  const status = isOrderState(row.status) ? row.status : 'closed';
  const open = row.repliedAt === null && row.closedAt === null;
  const settled = row.repliedAt ?? row.closedAt ?? now;
  const shown = (text: string | null) => text && viewText(text, role);
  return {
    id: String(row.id),
    number: row.number,
    unit: unitRef(catalog, row.unit),
    role: row.role === 'co' ? 'co' : 'lead',
    level: row.level,
    status,
    statusLabel: stateLabels[status],
    reason: row.reason,
    dispatchedAt: shanghaiTime(row.dispatchedAt),
    signDueAt: shanghaiTime(row.signDueAt),
    contactDueAt: shanghaiTime(row.contactDueAt),
    dueAt: shanghaiTime(row.dueAt),
    overdue: settled > row.dueAt,
    minutesLeft: Math.floor((row.dueAt.getTime() - (open ? now : settled).getTime()) / 60_000),
    signedAt: time(row.signedAt),
    contactedAt: time(row.contactedAt),
    repliedAt: time(row.repliedAt),
    closedAt: time(row.closedAt),
    result: row.result,
    reply: shown(row.reply),
    basis: row.basis,
    // A district sees its streets' orders, but only the unit itself acts on them.
    allowed: own === null || own === row.unit ? allowedActions(status, role) : [],
    complaint: {
      channel: row.channel,
      title: shown(row.title),
      text: viewText(row.text, role),
      address: shown(row.address),
      receivedAt: shanghaiTime(row.receivedAt),
      need: row.need,
      type: row.type,
      matter: row.matter === null ? [] : matterPath(catalog.matters, row.matter),
      district: named(row.district) || null,
      street: named(row.street) || null,
      community: named(row.community) || null,
      caller: viewCaller(row, role),
    },
  };
}
