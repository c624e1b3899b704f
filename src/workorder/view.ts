/** A work order as a reader of some role sees it. Pure. */
import { maskName, maskPhone, maskText, readsTexts } from '../access/mask.ts';
import type { Role } from '../access/roles.ts';
import { shanghaiTime } from '../catalog/calendar.ts';
import { type Catalog, divisionRef, matterPath, unitRef } from '../catalog/catalog.ts';
import type { CallerColumn, Vault } from '../keys/vault.ts';
import { allowedActions } from './decide.ts';
import { factsOf } from './facts.ts';
import { type OrderState, orderActions, stateLabels } from './lifecycle.ts';
import type { OrderRequest, OrderRole } from './order.ts';
import type { CallerView, ChildView, EventView, OrderView } from './schemas.ts';
import { actionLabel, sentenceOf, unitsOf } from './sentences.ts';
import type { EventRow, OrderRow } from './store.ts';

/** Roles that speak with the caller: they may look him up by his number, and unmask him. */
export const speaksWithCaller: readonly Role[] = ['operator', 'dispatcher', 'handler', 'callback'];
/** Roles of units: they never see a caller who asked for secrecy. */
const ofUnits: readonly Role[] = ['handler', 'manager'];
/** Roles that need no person at all. */
const withoutPersons: readonly Role[] = ['analyst', 'assessor'];

/** The caller's columns as they stand in a row joined with `callers`: sealed. */
export interface CallerColumns {
  complaintId: number;
  callerName: Buffer | null;
  callerPhone: Buffer | null;
  callerKind: string | null;
  callerSecret: boolean | null;
}

/** Null for a cell that was tampered with: it must not take the list that it stands in away from a unit. */
function opened(vault: Vault, column: CallerColumn, complaintId: number, cell: Buffer): string | null {
  try {
    return vault.open(column, complaintId, cell);
  } catch {
    return null;
  }
}

/** The caller for a role: masked, or not at all. Whole only by asking for it, with a reason (`privacy`). */
export function viewCaller(row: CallerColumns, role: Role, vault: Vault): CallerView | null {
  const { complaintId, callerKind: kind } = row;
  if (kind === null || withoutPersons.includes(role)) return null;
  const secret = row.callerSecret ?? false;
  if (secret && ofUnits.includes(role)) return { name: null, phone: null, kind, secret, masked: true };
  const masked = (column: CallerColumn, cell: Buffer | null, mask: (text: string) => string) =>
    cell && mask(opened(vault, column, complaintId, cell) ?? '');
  const name = masked('name', row.callerName, maskName);
  return { name, phone: masked('phone', row.callerPhone, maskPhone), kind, secret, masked: true };
}

/** The address as it was given, for a role that has to find it. What cannot be opened any more shows as hidden. */
export function viewAddress(
  { complaintId, callerAddress }: { complaintId: number; callerAddress: Buffer | null },
  role: Role,
  vault: Vault,
): string | null {
  if (callerAddress === null || withoutPersons.includes(role)) return null;
  const address = opened(vault, 'address', complaintId, callerAddress);
  return address === null ? '**' : viewText(address, role);
}

/** Running text for a role: only who takes it down or sorts it sees telephone and identity numbers in it. */
export function viewText(text: string, role: Role): string {
  return readsTexts(role) ? text : maskText(text);
}

/** What an event holds, its texts as the role may read them. */
function viewData(data: Record<string, unknown>, role: Role): Record<string, unknown> {
  if (readsTexts(role)) return data;
  const shown = (value: unknown): unknown => {
    if (typeof value === 'string') return maskText(value);
    if (Array.isArray(value)) return value.map(shown);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shown(one)]));
  };
  return Object.fromEntries(Object.entries(data).map(([key, one]) => [key, shown(one)]));
}

/** Actions whose data name another complaint. */
const betweenComplaints = ['link', 'unlink', 'merge', 'unmerge', 'follow'];

/** What the assessment makes of a case is no business of who filed it. */
const ofAssessment = ['exclusion', 'amend'];

/** Whether what an event tells is not for a role. */
function isHidden(action: string, role: Role): boolean {
  const between = betweenComplaints.includes(action);
  // A channel must not learn of what others have filed.
  if (role === 'channel') return between || ofAssessment.includes(action);
  // Notes, replies and reasons may name persons.
  return withoutPersons.includes(role) && (between || orderActions.some((one) => one === action));
}

/** The history of a complaint or an order for a role, with a sentence for each event. */
export function viewEvents(history: readonly EventRow[], role: Role, catalog: Catalog): EventView[] {
  const units = unitsOf(history);
  return history.map(({ id, at, actor, action, orderId, fromStatus, toStatus, data }) => {
    const shown = isHidden(action, role) ? {} : viewData(data, role);
    return {
      id: String(id),
      at: shanghaiTime(at),
      actor,
      action,
      label: actionLabel(action),
      sentence: sentenceOf({ action, orderId, toStatus, data: shown }, units, catalog),
      orderId: orderId === null ? null : String(orderId),
      from: fromStatus,
      to: toStatus,
      data: shown,
    };
  });
}

const time = (instant: Date | null) => instant && shanghaiTime(instant);

/** Who reads: a session's role and, for those of a unit, the unit. */
export interface Reader {
  role: Role;
  unit: string | null;
}

/** What a view is made with: the catalog in force, and the keys of what is sealed. */
export interface World {
  catalog: Catalog;
  vault: Vault;
}

/** Acts of one unit on another's order: they are asked for on its own. */
const ofParent: readonly string[] = ['confirm'];

function stateLabel(status: OrderState, role: OrderRole): string {
  return role === 'whistle' && status === 'replied' ? '已报到待确认' : stateLabels[status];
}

/** A task that an order has handed out, as its unit sees it. */
export function viewChild({ id, order }: OrderRow, catalog: Catalog): ChildView {
  const { community, arrivedAt, dueAt } = order;
  return {
    id: String(id),
    unit: unitRef(catalog, order.unit),
    role: order.role,
    status: order.status,
    statusLabel: stateLabel(order.status, order.role),
    community: divisionRef(catalog, community),
    dueAt: shanghaiTime(dueAt),
    arrivedAt: time(arrivedAt),
    inTime: arrivedAt === null ? null : arrivedAt <= dueAt,
    tookPart: order.tookPart,
  };
}

export function viewOrder(row: OrderRow, { role, unit: own }: Reader, { catalog, vault }: World, now: Date): OrderView {
  const { order } = row;
  const { status, repliedAt, closedAt, dueAt, request, parkedAt } = order;
  // Of a parked order the reply clock stands, also where it was called off.
  const until = repliedAt ?? parkedAt ?? closedAt ?? now;
  const shown = (text: string | null) => text && viewText(text, role);
  const acts = own === null || own === order.unit ? allowedActions(order, role, factsOf(catalog, row), now) : [];
  return {
    id: String(row.id),
    number: row.number,
    version: order.version,
    unit: unitRef(catalog, order.unit),
    role: order.role,
    round: order.round,
    current: order.current,
    level: order.level,
    status,
    statusLabel: stateLabel(status, order.role),
    reason: order.reason,
    dispatchedAt: shanghaiTime(order.dispatchedAt),
    signDueAt: shanghaiTime(order.signDueAt),
    contactDueAt: shanghaiTime(order.contactDueAt),
    dueAt: shanghaiTime(dueAt),
    overdue: until > dueAt,
    minutesLeft: Math.floor((dueAt.getTime() - until.getTime()) / 60_000),
    signedAt: time(order.signedAt),
    contactedAt: time(order.contactedAt),
    repliedAt: time(repliedAt),
    closedAt: time(closedAt),
    result: order.result,
    reply: shown(order.reply),
    basis: order.basis,
    supervisions: order.supervisions,
    request: request && viewRequest(request, role),
    parked: parkedAt && { at: shanghaiTime(parkedAt), kind: order.parkKind ?? '', reviewOn: order.reviewOn ?? '' },
    parentId: order.parentId === null ? null : String(order.parentId),
    // A district sees its streets' orders, but only the unit itself acts on them.
    allowed: acts.filter((action) => !ofParent.includes(action)),
    complaint: viewSubject(row, role, { catalog, vault }),
  };
}

/** A request's own words may name persons, as a complaint's do. */
function viewRequest(request: OrderRequest, role: Role): OrderRequest {
  const { duty } = request;
  return {
    ...request,
    at: shanghaiTime(new Date(request.at)),
    reason: viewText(request.reason, role),
    ...(duty === undefined ? {} : { duty: viewText(duty, role) }),
  };
}

function viewSubject(row: OrderRow, role: Role, { catalog, vault }: World): OrderView['complaint'] {
  const named = (code: string | null) => divisionRef(catalog, code);
  const shown = (text: string | null) => text && viewText(text, role);
  return {
    channel: row.channel,
    title: shown(row.title),
    text: viewText(row.text, role),
    address: viewAddress(row, role, vault),
    receivedAt: shanghaiTime(row.receivedAt),
    need: row.need,
    type: row.type,
    matter: row.matter === null ? [] : matterPath(catalog.matters, row.matter),
    district: named(row.district),
    street: named(row.street),
    community: named(row.community),
    caller: viewCaller(row, role, vault),
  };
}
