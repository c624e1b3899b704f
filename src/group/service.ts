/** Group alarms: watched when a complaint is filed, read by the desk and by the units concerned. */
import { type Session, scopeOf } from '../access/scope.ts';
import { shanghaiTime } from '../catalog/calendar.ts';
import { type Catalog, divisionOf, matterPath } from '../catalog/catalog.ts';
import type { Context } from '../context.ts';
import { page, readInstant, writeCursor } from '../http/schemas.ts';
import { type GroupFigures, largest, type Subject, type Watch, watchesOf } from './alarm.ts';
import type { GroupAlarm, GroupList, GroupQuery } from './schemas.ts';
import { type AlarmRow, figuresOf, findNear, joinAlarm, listAlarms } from './store.ts';

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

function view(row: AlarmRow, catalog: Catalog, now: Date): GroupAlarm {
  const { id, rule, scope, matter, place, count, callers, numbers } = row;
  return {
    id: String(id),
    status: row.until > now ? 'open' : 'closed',
    rule,
    matter: { code: matter, path: matterPath(catalog.matters, matter) },
    scope,
    place: { code: place, name: divisionOf(catalog, place)?.name ?? place },
    since: shanghaiTime(row.since),
    raisedAt: shanghaiTime(row.raisedAt),
    until: shanghaiTime(row.until),
    count,
    callers,
    numbers,
  };
}

/** A page of alarms that concern the session, the newest first. */
export async function readGroups(ctx: Context, session: Session, query: GroupQuery, now: Date): Promise<GroupList> {
  const { status = 'open', limit, cursor } = query;
  const { catalog } = ctx.judgeAt(now);
  const after = cursor === undefined ? null : readInstant(cursor, 'groups', status);
  const which = { open: status === 'open', now };
  const rows = await listAlarms(ctx.db, which, scopeOf(session), after, limit + 1);
  const { items, next } = page(rows, limit, (row) =>
    writeCursor('groups', status, [row.raisedAt.toISOString(), row.id]),
  );
  return { items: items.map((row) => view(row, catalog, now)), next };
}
