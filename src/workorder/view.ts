/** A work order as a reader of some role sees it. Pure. */
import { maskName, maskPhone } from '../access/mask.ts';
import type { Role } from '../access/roles.ts';
import { shanghaiTime } from '../catalog/calendar.ts';
import { type Catalog, matterPath } from '../catalog/catalog.ts';
import { allowedActions, isOrderState, stateLabels } from './lifecycle.ts';
import type { CallerView, OrderView } from './schemas.ts';
import type { OrderRow } from './store.ts';

/** Roles that must speak with the caller and so read his name and number. */
export const speaksWithCaller: readonly Role[] = ['operator', 'dispatcher', 'handler', 'callback'];
/** Roles of units: they never see a caller who asked for secrecy. */
const ofUnits: readonly Role[] = ['handler', 'manager'];
/** Roles that need no person at all. */
export const withoutPersons: readonly Role[] = ['analyst', 'assessor'];

export interface CallerData {
  name: string | null;
  phone: string | null;
  kind: string;
  secret: boolean;
}

/** The caller for a role: whole, masked, or not at all. */
export function viewCaller(caller: CallerData | null, role: Role): CallerView | null {
  if (caller === null || withoutPersons.includes(role)) return null;
  const { name, phone, kind, secret } = caller;
  if (secret && ofUnits.includes(role)) return { name: null, phone: null, kind, secret, masked: true };
  if (speaksWithCaller.includes(role)) return { name, phone, kind, secret, masked: false };
  return { name: name && maskName(name), phone: phone && maskPhone(phone), kind, secret, masked: true };
}

const time = (instant: Date | null) => instant && shanghaiTime(instant);

/** Who reads: a session's role and, for those of a unit, the unit. */
export interface Reader {
  role: Role;
  unit: string | null;
}

export function viewOrder(row: OrderRow, { role, unit: own }: Reader, catalog: Catalog, now: Date): OrderView {
  const unit = catalog.units.get(row.unit);
  const named = (code: string | null) => code && { code, name: catalog.divisions.get(code)?.name ?? code };
  const status = isOrderState(row.status) ? row.status : 'closed';
  const open = row.repliedAt === null && row.closedAt === null;
  const settled = row.repliedAt ?? row.closedAt ?? now;
  const caller: CallerData | null =
    row.callerKind === null
      ? null
      : { name: row.callerName, phone: row.callerPhone, kind: row.callerKind, secret: row.callerSecret ?? false };
  return {
    id: String(row.id),
    number: row.number,
    unit: { code: row.unit, name: unit?.name ?? row.unit, kind: unit?.kind ?? 'city' },
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
    reply: row.reply,
    basis: row.basis,
    // A district sees its streets' orders, but only the unit itself acts on them.
    allowed: own === null || own === row.unit ? allowedActions(status, role) : [],
    complaint: {
      channel: row.channel,
      title: row.title,
      text: row.text,
      address: row.address,
      receivedAt: shanghaiTime(row.receivedAt),
      need: row.need,
      type: row.type,
      matter: row.matter === null ? [] : matterPath(catalog.matters, row.matter),
      district: named(row.district) || null,
      street: named(row.street) || null,
      community: named(row.community) || null,
      caller: viewCaller(caller, role),
    },
  };
}
