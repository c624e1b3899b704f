/** Links between complaints in the database: a history of linking and unlinking, from which those that stand are read. */
import { and, desc, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import type { Scope } from '../access/scope.ts';
import type { Db } from '../db/connect.ts';
import { complaintLinks } from '../db/link-tables.ts';
import { complaintsSeen } from '../db/seen.ts';
import { complaints, events } from '../db/tables.ts';
import type { LinkEnd, LinkKind, Member } from './kinds.ts';

const ends = {
  id: complaints.id,
  number: complaints.number,
  status: complaints.status,
  receivedAt: complaints.receivedAt,
};

export async function findEnds(db: Db, numbers: readonly string[]): Promise<LinkEnd[]> {
  return db
    .select(ends)
    .from(complaints)
    .where(inArray(complaints.number, [...numbers]));
}

/** A complaint's row locked until the transaction ends. */
export async function lockEnd(tx: Db, id: number): Promise<LinkEnd> {
  const [row] = await tx.select(ends).from(complaints).where(eq(complaints.id, id)).for('update');
  if (row === undefined) throw new Error('a complaint that was found is gone');
  return row;
}

/** That a row `l` of links stands: it links, and no later row undoes it. */
const stands = sql`l.action = 'linked' and not exists (
  select 1 from complaint_links u where u.from_id = l.from_id and u.to_id = l.to_id and u.kind = l.kind and u.id > l.id)`;

/** The standing links between two complaints, whichever points to the other. */
export async function linksBetween(db: Db, a: number, b: number) {
  const rows = await db.execute<{ kind: LinkKind; from: string }>(sql`
    select l.kind, l.from_id as "from" from complaint_links l
    where ((l.from_id = ${a} and l.to_id = ${b}) or (l.from_id = ${b} and l.to_id = ${a})) and ${stands}
    order by l.id`);
  return rows.map(({ kind, from }) => ({ kind, from: Number(from) }));
}

/** A channel sees only what it filed itself; others may know of every number that a complaint they see is linked to. */
function within(scope: Scope): SQL {
  return scope.kind === 'filed'
    ? sql`and ${complaintsSeen(scope, { id: sql`c.id`, filedBy: sql`c.filed_by` })}`
    : sql``;
}

/** The repeats and merges of a complaint, the oldest link first. `points`: the complaint points to the other. */
export async function directLinks(db: Db, id: number, scope: Scope) {
  const rows = await db.execute<{ kind: LinkKind; points: boolean; number: string; since: string }>(sql`
    select l.kind, l.from_id = ${id} as points, c.number, l.at as since
    from complaint_links l join complaints c on c.id = case when l.from_id = ${id} then l.to_id else l.from_id end
    where (l.from_id = ${id} or l.to_id = ${id}) and l.kind <> 'group' and ${stands} ${within(scope)}
    order by l.id`);
  return rows.map((row) => ({ ...row, since: new Date(row.since) }));
}

/** The complaints that links of the kind `group` connect with one, itself among them; none where it is in no group. */
export async function groupOf(db: Db, id: number, scope: Scope): Promise<Member[]> {
  const rows = await db.execute<{ id: string; number: string; received: string; since: string }>(sql`
    with recursive members(id) as (
      select ${id}::bigint
      union
      select case when l.from_id = m.id then l.to_id else l.from_id end
      from members m join complaint_links l on l.from_id = m.id or l.to_id = m.id
      where l.kind = 'group' and ${stands}
    )
    select c.id, c.number, c.received_at as received, min(l.at) as since
    from members m join complaints c on c.id = m.id
      join complaint_links l on (l.from_id = m.id or l.to_id = m.id) and l.kind = 'group' and ${stands}
    where true ${within(scope)}
    group by c.id order by c.received_at, c.id`);
  return rows.map(({ id: member, number, received, since }) => ({
    id: Number(member),
    number,
    receivedAt: new Date(received),
    since: new Date(since),
  }));
}

export async function insertLink(tx: Db, row: typeof complaintLinks.$inferInsert): Promise<void> {
  await tx.insert(complaintLinks).values(row);
}

export async function updateStatus(tx: Db, id: number, status: string): Promise<void> {
  await tx.update(complaints).set({ status }).where(eq(complaints.id, id));
}

/** The state a complaint was in before it was last merged, by its own history (not that of its orders). */
export async function statusBeforeMerge(tx: Db, id: number): Promise<string> {
  const [merged] = await tx
    .select({ before: events.fromStatus })
    .from(events)
    .where(
      and(eq(events.complaintId, id), isNull(events.orderId), eq(events.action, 'link'), eq(events.toStatus, 'merged')),
    )
    .orderBy(desc(events.id))
    .limit(1);
  if (merged?.before == null) throw new Error('a merged complaint has no event of its merge');
  return merged.before;
}
