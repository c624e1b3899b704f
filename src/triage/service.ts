/** The triage desk's list: what waits for a person, the most urgent first, with what the machine suggests and why it did not act. */
import type { Session } from '../access/scope.ts';
import { addMinutes, shanghaiTime } from '../catalog/calendar.ts';
import { type Catalog, divisionOf } from '../catalog/catalog.ts';
import type { Context } from '../context.ts';
import { AppError } from '../http/errors.ts';
import { page, readPosition, writeCursor } from '../http/schemas.ts';
import type { FieldError } from '../http/validation.ts';
import { channels } from '../intake/schemas.ts';
import { viewAddress, viewCaller, viewText, type World } from '../workorder/view.ts';
import type { TriageList, TriageQuery, TriageRow } from './schemas.ts';
import { countWaiting, listWaiting, type WaitingRow } from './store.ts';

/** Others beside the machine's first choice: the three of `classify`. */
const otherMatters = 2;

/** When the level's dispatch clock runs out; what is already late where the level has left the catalog. */
function dispatchDue({ receivedAt, level }: WaitingRow, { levels }: Catalog): Date {
  return addMinutes(receivedAt, levels.get(level)?.dispatchMinutes ?? 0);
}

function view(row: WaitingRow, { role }: Session, { catalog, vault }: World, now: Date): TriageRow {
  const { judgement } = row;
  const { matter, need, type, place, dispatch } = judgement;
  const due = dispatchDue(row, catalog);
  return {
    number: row.number,
    channel: channels.find((channel) => channel === row.channel) ?? 'transfer',
    level: row.level,
    levelReason: judgement.level.reason,
    title: row.title && viewText(row.title, role),
    text: viewText(row.text, role),
    address: viewAddress(row, role, vault),
    receivedAt: shanghaiTime(row.receivedAt),
    dispatchDueAt: shanghaiTime(due),
    waitedMinutes: Math.max(0, Math.floor((now.getTime() - row.receivedAt.getTime()) / 60_000)),
    overdue: due < now,
    wantsCallback: row.wantsCallback,
    caller: viewCaller(row, role, vault),
    suggestion: {
      matter: { ...matter, alternatives: matter.alternatives.slice(0, otherMatters) },
      need,
      type,
      place,
      lead: dispatch.lead,
      co: dispatch.co,
      rule: dispatch.rule,
      reason: dispatch.reason,
    },
    similar: row.similar,
  };
}

function check({ level, district }: TriageQuery, catalog: Catalog): void {
  const errors: FieldError[] = [];
  if (level !== undefined && !catalog.levels.has(level))
    errors.push({ path: 'level', message: `没有紧急程度 ${level}` });
  if (district !== undefined && divisionOf(catalog, district)?.kind !== 'district')
    errors.push({ path: 'district', message: `没有区 ${district}` });
  if (errors.length > 0) throw new AppError('VALIDATION_FAILED', '', { errors });
}

/** A page of what waits, and how much waits at each level. Throws VALIDATION_FAILED for a level or district that is none. */
export async function readTriage(ctx: Context, session: Session, query: TriageQuery, now: Date): Promise<TriageList> {
  const { catalog } = ctx.judgeAt(now);
  check(query, catalog);
  const { level, district, channel, limit, cursor } = query;
  const filters = JSON.stringify({ level, district, channel });
  const after = cursor === undefined ? null : readPosition(cursor, 'triage', filters);
  const levels = catalog.data.levels;
  const limits = levels.map(({ code, dispatchMinutes }) => ({ level: code, at: addMinutes(now, -dispatchMinutes) }));
  const [rows, counts] = await Promise.all([
    listWaiting(ctx.db, { level, district, channel }, after, limit + 1),
    countWaiting(ctx.db, { district, channel }, limits),
  ]);
  const { items, next } = page(rows, limit, (row) =>
    writeCursor('triage', filters, [row.level, row.receivedAt.toISOString(), row.id]),
  );
  return {
    items: items.map((row) => view(row, session, { catalog, vault: ctx.vault }, now)),
    next,
    counts: levels.map(({ code, name }) => ({
      level: code,
      name,
      ...(counts.get(code) ?? { waiting: 0, overdue: 0 }),
    })),
  };
}
