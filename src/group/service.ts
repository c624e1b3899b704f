/** Group alarms: watched when a complaint is filed, read by the desk and by the units concerned, closed by the desk. */
import { type Session, scopeOf } from '../access/scope.ts';
import { shanghaiTime } from '../catalog/calendar.ts';
import { type Catalog, divisionOf, matterPath } from '../catalog/catalog.ts';
import type { Context } from '../context.ts';
import { beyond } from '../db/sight.ts';
import { AppError } from '../http/errors.ts';
import { page, readInstant, writeCursor } from '../http/schemas.ts';
import { type GroupFigures, largest, type Subject, type Watch, watchesOf } from './alarm.ts';
import type { CloseGroup, GroupAlarm, GroupList, GroupQuery } from './schemas.ts';
import {
  type AlarmRow,
  figuresOf,
  findAlarm,
  findNear,
  insertClosing,
  joinAlarm,
  listAlarms,
  lockAlarm,
} from './store.ts';

type Db = Context['db'];

/** The rules whose alarm may concern a complaint that is being filed; mostly none. */
export async function watchGroups(db: Db, catalog: Catalog, subject: Subject): Promise<Watch[]> {
  return findNear(db, watchesOf(catalog, subject));
}

/** Joins a complaint just stored to the groups that are watched, raising the alarms that are due; the largest group, if any. */
export async function joinGroups(
  db: Db,
  watches: readonly Watch[],
  number: string,
  now: Date,
): Promise<GroupFigures | null> {
  const found: GroupFigures[] = [];
  for (const watch of watches) {
    // One at a time: each holds a lock that other filings wait for.
    const figures = await db.transaction((tx) => joinAlarm(tx, watch, number, now));
    if (figures !== null) found.push(figures);
  }
  return largest(found);
}

/** The largest group of a complaint that was stored before. */
export async function groupOfStored(db: Db, complaintId: number): Promise<GroupFigures | null> {
  return largest(await figuresOf(db, complaintId));
}

const isOpenAt = ({ until, closed }: AlarmRow, now: Date) => until > now && closed === null;

function view(row: AlarmRow, catalog: Catalog, now: Date): GroupAlarm {
  const { id, rule, scope, matter, place, count, callers, numbers, closed } = row;
  return {
    id: String(id),
    status: isOpenAt(row, now) ? 'open' : 'closed',
    rule,
    matter: { code: matter, path: matterPath(catalog.matters, matter) },
    scope,
    place: { code: place, name: divisionOf(catalog, place)?.name ?? place },
    since: shanghaiTime(row.since),
    raisedAt: shanghaiTime(row.raisedAt),
    until: shanghaiTime(row.until),
    count,
    callers,
    closed: closed && { ...closed, at: shanghaiTime(closed.at) },
    numbers,
  };
}

/** Closes an open alarm for good. Throws NOT_FOUND, or ILLEGAL_ACTION where its window is over or somebody closed it. */
export async function closeGroup(
  ctx: Context,
  session: Session,
  id: number,
  { reason }: CloseGroup,
  now: Date,
): Promise<GroupAlarm> {
  const { catalog } = ctx.judgeAt(now);
  return ctx.db.transaction(async (tx) => {
    const before = await findAlarm(tx, id, scopeOf(session));
    if (before === undefined) throw new AppError('NOT_FOUND');
    await lockAlarm(tx, before);
    // Read again behind the lock: a filing that joined it or another who closed it has ended by now.
    const row = (await findAlarm(tx, id, scopeOf(session))) ?? before;
    if (!isOpenAt(row, now)) {
      const detail = row.closed === null ? '时间窗已过' : '已由人关闭';
      throw new AppError('ILLEGAL_ACTION', detail, { state: 'closed', allowed: [] });
    }
    const closed = { at: now, actor: session.actor, reason };
    await insertClosing(tx, id, closed);
    return view({ ...row, closed }, catalog, now);
  });
}

/** A page of alarms that concern the session, the newest first. */
export async function readGroups(ctx: Context, session: Session, query: GroupQuery, now: Date): Promise<GroupList> {
  const { status = 'open', limit, cursor } = query;
  const { catalog } = ctx.judgeAt(now);
  const after = cursor === undefined ? null : readInstant(cursor, 'groups', status);
  const which = { open: status === 'open', now };
  // Its figures are those of the whole group; the numbers are of the scope.
  const rows = await beyond(() => listAlarms(ctx.db, which, scopeOf(session), after, limit + 1));
  const { items, next } = page(rows, limit, (row) =>
    writeCursor('groups', status, [row.raisedAt.toISOString(), row.id]),
  );
  return { items: items.map((row) => view(row, catalog, now)), next };
}
