/**
 * A case of a closed period counted again from its events alone, to hold against what was frozen: nothing of the tables that the
 * closing itself read (orders, call-backs, exclusions) comes in. Pure.
 */
import { type AmendedCase, type CountedAnswer, type FrozenRule, scopeOfCase } from '../assessment/frozen.ts';
import type { AssessedScope } from '../catalog/assessment-rules.ts';
import type { Span } from '../figures/span.ts';
import { replay, type StoredEvent } from '../verify/replay.ts';

/** An event, and for the answer of one who was merged into another the order that settled both. */
export interface PeriodEvent extends StoredEvent {
  id: number;
  settledOrder: number | null;
  settledUnit: string | null;
}

/** What a case is besides its events, as it was filed. */
export interface PeriodCase {
  id: number;
  number: string;
  receivedAt: Date;
  type: string;
  matter: string | null;
  need: string;
  level: string;
  history: readonly PeriodEvent[];
}

/** What was counted of one order of a case; 0 for what belongs to no order. */
export interface Line extends AmendedCaseFields {
  orderId: number;
  unit: string | null;
  firstUnit: string | null;
  matter: string | null;
  need: string;
  level: string;
  receivedAt: Date | null;
  closedAt: Date | null;
  answeredAt: Date | null;
  contacted: boolean | null;
  resolved: boolean | null;
  satisfaction: string | null;
  repliedAt: Date | null;
  onTime: boolean | null;
}
type AmendedCaseFields = Pick<AmendedCase, 'scope' | 'reason'>;

const isText = (value: unknown): value is string => typeof value === 'string';
const text = (value: unknown) => (isText(value) ? value : null);
const inside = (at: Date | null, { from, to }: Span) => at !== null && at >= from && at < to;

/** The exclusions that stand at the end of a history, the oldest first. */
function standing(history: readonly PeriodEvent[]): { kind: string; scope: AssessedScope }[] {
  const found = new Map<number, { kind: string; scope: AssessedScope; stands: boolean }>();
  for (const { action, data } of history) {
    const { exclusion, kind, scope } = data;
    if (action !== 'exclusion' || typeof exclusion !== 'number' || !isText(kind)) continue;
    found.set(exclusion, { kind, scope: scope === 'none' ? 'none' : 'response-only', stands: data.standing === true });
  }
  const rows = [...found].filter(([, { stands }]) => stands).sort(([a], [b]) => a - b);
  return rows.map(([, { kind, scope }]) => ({ kind, scope }));
}

/** When the caller answered: an attempt that was recorded later says so. */
function answeredAt({ at, data }: PeriodEvent): Date {
  return typeof data.at === 'string' ? new Date(data.at) : at;
}

/** The last valid answer within the span; of several of one instant the last that was written. */
function lastAnswer(
  history: readonly PeriodEvent[],
  span: Span,
  unitOf: (order: number) => string,
): CountedAnswer | null {
  const valid = history.filter(
    (event) => event.action === 'callback' && event.data.valid === true && inside(answeredAt(event), span),
  );
  const last = valid.toSorted((a, b) => Number(answeredAt(a)) - Number(answeredAt(b)) || a.id - b.id).at(-1);
  if (last === undefined) return null;
  const { data, orderId, settledOrder, settledUnit } = last;
  const order = orderId ?? settledOrder ?? 0;
  return {
    at: answeredAt(last).toISOString(),
    orderId: order,
    unit: orderId === null ? (settledUnit ?? '') : unitOf(orderId),
    contacted: data.contacted === true,
    resolved: data.resolved === true,
    satisfaction: text(data.satisfaction) ?? '',
  };
}

/** The scope and the answer of a case in a span, by the whole history that is given. */
export function caseByEvents({ history, type }: PeriodCase, span: Span, { scopes }: FrozenRule): AmendedCase {
  const units = new Map(
    history.flatMap((row) => (row.action === 'dispatch' ? [[row.orderId, text(row.data.unit)]] : [])),
  );
  const answer = lastAnswer(history, span, (order) => units.get(order) ?? '');
  return { ...scopeOfCase({ code: type, scope: scopes[type] ?? 'all' }, standing(history)), answer };
}

/** Matter, need and level by the last decision of the desk, or as they were filed. */
function subject({ history, matter, need, level }: PeriodCase) {
  const decided = history.findLast(({ action }) => action === 'triage' || action === 'redispatch')?.data;
  if (decided === undefined) return { matter, need, level };
  return { matter: text(decided.matter), need: text(decided.need) ?? need, level: text(decided.level) ?? level };
}

/** The lines of a case in a span, by order; none where nothing of it falls into the span. */
export function linesByEvents(found: PeriodCase, span: Span, rule: FrozenRule): Map<number, Line> {
  const { complaint, orders } = replay(found.history);
  const { answer, scope, reason } = caseByEvents(found, span, rule);
  const ids = [...orders.keys()].sort((a, b) => a - b);
  const lead = ids.findLast((id) => orders.get(id)?.role === 'lead') ?? 0;
  const firstUnit = orders.get(ids[0] ?? 0)?.unit ?? null;
  const lines = new Map<number, Line>();
  const add = (orderId: number, unit: string | null, counted: Partial<Line>) => {
    const empty = { receivedAt: null, closedAt: null, answeredAt: null, repliedAt: null, onTime: null };
    const answers = { contacted: null, resolved: null, satisfaction: null };
    const fresh = { orderId, unit, firstUnit, scope, reason, ...subject(found), ...empty, ...answers };
    lines.set(orderId, { ...(lines.get(orderId) ?? fresh), ...counted });
  };
  const leadUnit = orders.get(lead)?.unit ?? null;
  const closedAt = complaint?.closedAt ?? null;
  if (inside(found.receivedAt, span)) add(lead, leadUnit, { receivedAt: found.receivedAt });
  if (inside(closedAt, span)) add(lead, leadUnit, { closedAt });
  if (answer !== null) {
    const { at, orderId, unit, contacted, resolved, satisfaction } = answer;
    add(orderId, unit, { answeredAt: new Date(at), contacted, resolved, satisfaction });
  }
  for (const [id, { role, unit, repliedAt, dueAt }] of orders) {
    if (role !== 'lead' || repliedAt === null || !inside(repliedAt, span)) continue;
    add(id, unit, { repliedAt, onTime: repliedAt <= dueAt });
  }
  return lines;
}

/** One thing that is frozen otherwise than the events have it. */
export interface PeriodDifference {
  what: string;
  frozen: string;
  recounted: string;
}

const shown = (value: unknown) => (value instanceof Date ? value.toISOString() : JSON.stringify(value ?? null));

/** What differs between the lines of a case that were frozen and those recounted. */
export function compareLines(
  number: string,
  frozen: ReadonlyMap<number, Line>,
  recounted: ReadonlyMap<number, Line>,
): PeriodDifference[] {
  return [...new Set([...frozen.keys(), ...recounted.keys()])].flatMap((order): PeriodDifference[] => {
    const [a, b] = [frozen.get(order), recounted.get(order)];
    const what = `${number}${order === 0 ? '' : ` 工单 ${order}`}`;
    if (a === undefined || b === undefined) {
      return [{ what, frozen: a === undefined ? '没有' : '有', recounted: b === undefined ? '没有' : '有' }];
    }
    const other = new Map<string, unknown>(Object.entries(b));
    return Object.entries(a).flatMap(([field, value]): PeriodDifference[] => {
      const [is, should] = [shown(value), shown(other.get(field))];
      return is === should ? [] : [{ what: `${what} ${field}`, frozen: is, recounted: should }];
    });
  });
}
