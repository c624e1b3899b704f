/** Group alarms in the database. Callers are told apart by a hash of their number: no number leaves a statement. */
import { type SQL, sql } from 'drizzle-orm';
import type { Scope } from '../access/scope.ts';
import type { AlarmScope } from '../catalog/types.ts';
import type { Db } from '../db/connect.ts';
import { groupClosings } from '../db/link-tables.ts';
import { complaintsSeen } from '../db/seen.ts';
import { type GroupFigures, nearEnough, type Watch } from './alarm.ts';

const time = (instant: Date) => sql`${instant.toISOString()}::timestamptz`;

/** One for each number, however it is written; null without a number. */
const callerHash = sql`k.phone_index`;

/** The complaints `c` that a watch counts, by an index on place, matter and time of receipt; what came before a person closed an alarm of it is done with. */
function counted({ rule, matter, place, street, leaves, after, at }: Watch): SQL {
  const where: Record<AlarmScope, SQL> = {
    community: sql`c.street = ${street} and c.community = ${place}`,
    street: sql`c.street = ${place}`,
    district: sql`c.district = ${place}`,
  };
  const matters = `{${leaves.join()}}`;
  return sql`${where[rule.scope]} and c.matter = any(${matters}::text[])
    and c.received_at > ${time(after)} and c.received_at <= ${time(at)}
    and c.received_at > coalesce((select max(x.at) from group_closings x join group_alarms a on a.id = x.alarm_id
      where a.place = ${place} and a.matter = ${matter} and a.rule = ${rule.code}), '-infinity')`;
}

function isOpen({ rule, matter, place, at }: Watch): SQL {
  return sql`a.place = ${place} and a.matter = ${matter} and a.rule = ${rule.code} and a.since <= ${time(at)} and a.until > ${time(at)}
    and not exists (select from group_closings x where x.alarm_id = a.id)`;
}

/** Those watches whose alarm is open or not far. One statement, and it counts no further than it must. */
export async function findNear(db: Db, watches: readonly Watch[]): Promise<Watch[]> {
  if (watches.length === 0) return [];
  const parts = watches.map(
    (watch) => sql`select ${watch.rule.code}::text as rule
      where (select count(*) from (select from complaints c where ${counted(watch)} limit ${nearEnough(watch.rule)}) k) >= ${nearEnough(watch.rule)}
        or exists (select from group_alarms a where ${isOpen(watch)})`,
  );
  const rows = await db.execute<{ rule: string }>(sql.join(parts, sql` union all `));
  const near = new Set(rows.map(({ rule }) => rule));
  return watches.filter(({ rule }) => near.has(rule.code));
}

/** Takes the turn of those who change the alarms of a rule, matter and place, until the transaction ends. */
export async function lockAlarm(tx: Db, of: { rule: string; matter: string; place: string }): Promise<void> {
  const { rule, matter, place } = of;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`${rule} ${matter} ${place}`}, 0))`);
}

/**
 * Puts a stored complaint into the open alarm of a watch, or raises one with all that the watch counts; null where there is
 * none and none is due. Must run in a transaction: filings of one group take turns, and so raise one alarm.
 */
export async function joinAlarm(tx: Db, watch: Watch, number: string, now: Date): Promise<GroupFigures | null> {
  const { rule, matter, place, at } = watch;
  const until = new Date(at.getTime() + rule.hours * 3_600_000);
  await lockAlarm(tx, { rule: rule.code, matter, place });
  const rows = await tx.execute<{ id: string }>(sql`
    with known as (
      select a.id from group_alarms a where ${isOpen(watch)} order by a.id limit 1
    ), within as (
      select c.id, c.received_at, ${callerHash} as caller
      from complaints c left join callers k on k.complaint_id = c.id
      where not exists (select from known) and ${counted(watch)}
    ), raised as (
      insert into group_alarms (rule, matter, place, since, raised_at, until)
      select ${rule.code}, ${matter}, ${place}, min(received_at), ${time(now)}, ${time(until)}
      from within having count(*) >= ${rule.count} and count(distinct caller) >= ${rule.callers}
      returning id
    ), joined as (
      insert into group_members (alarm_id, complaint_id)
      select raised.id, within.id from raised, within
      union
      select known.id, c.id from known, complaints c where c.number = ${number}
      on conflict do nothing
    )
    select id from known union all select id from raised`);
  const [alarm] = rows;
  return alarm === undefined ? null : readFigures(tx, sql`a.id = ${alarm.id}`).then(([figures]) => figures ?? null);
}

/** The figures of some alarms `a` as they are now. */
async function readFigures(db: Db, which: SQL): Promise<GroupFigures[]> {
  const rows = await db.execute<{ rule: string; since: string; count: number; callers: number }>(sql`
    select a.rule, a.since, count(*)::int as count, count(distinct ${callerHash})::int as callers
    from group_alarms a join group_members m on m.alarm_id = a.id left join callers k on k.complaint_id = m.complaint_id
    where ${which} group by a.id`);
  return rows.map((row) => ({ ...row, since: new Date(row.since) }));
}

/** The groups a complaint belongs to. */
export async function figuresOf(db: Db, complaintId: number): Promise<GroupFigures[]> {
  return readFigures(
    db,
    sql`exists (select from group_members own where own.alarm_id = a.id and own.complaint_id = ${complaintId})`,
  );
}

/** That a scope shows complaint `c`. */
const seen = (scope: Scope): SQL => complaintsSeen(scope, { id: sql`c.id`, filedBy: sql`c.filed_by` }) ?? sql`true`;

export interface AlarmRow {
  id: number;
  rule: string;
  scope: AlarmScope;
  matter: string;
  place: string;
  since: Date;
  raisedAt: Date;
  until: Date;
  count: number;
  callers: number;
  /** That a person closed it. */
  closed: Closing | null;
  numbers: string[];
}

export interface Closing {
  at: Date;
  actor: string;
  reason: string;
}

type StoredRow = Record<'id' | 'since' | 'raised_at' | 'until', string> &
  Pick<AlarmRow, 'rule' | 'scope' | 'matter' | 'place' | 'count' | 'callers'> & {
    numbers: string[] | null;
    closed_at: string | null;
    closed_by: string | null;
    closed_why: string | null;
  };

/** Alarms `a` with a member in the scope. */
async function readAlarms(db: Db, which: SQL, scope: Scope, count: number): Promise<AlarmRow[]> {
  const rows = await db.execute<StoredRow>(sql`
    select a.*, r.scope, g.count, g.callers, g.numbers, x.at as closed_at, x.actor as closed_by, x.reason as closed_why
    from group_alarms a join alarm_rules r on r.code = a.rule left join group_closings x on x.alarm_id = a.id
      cross join lateral (
        select count(*)::int as count, count(distinct ${callerHash})::int as callers,
          jsonb_agg(c.number order by c.received_at, c.id) filter (where ${seen(scope)}) as numbers
        from group_members m join complaints c on c.id = m.complaint_id left join callers k on k.complaint_id = m.complaint_id
        where m.alarm_id = a.id) g
    where ${which} and g.numbers is not null
    order by a.raised_at desc, a.id desc limit ${count}`);
  return rows.map(({ id, raised_at, numbers, closed_at, closed_by, closed_why, ...row }) => ({
    ...row,
    id: Number(id),
    since: new Date(row.since),
    raisedAt: new Date(raised_at),
    until: new Date(row.until),
    closed: closed_at === null ? null : { at: new Date(closed_at), actor: closed_by ?? '', reason: closed_why ?? '' },
    numbers: numbers ?? [],
  }));
}

/** A page of alarms with a member in the scope, the newest first. */
export async function listAlarms(
  db: Db,
  isOpenAt: { open: boolean; now: Date },
  scope: Scope,
  after: { at: string; id: number } | null,
  count: number,
): Promise<AlarmRow[]> {
  const beyond = after === null ? sql`` : sql`and (a.raised_at, a.id) < (${after.at}::timestamptz, ${after.id})`;
  const isOpen = sql`(a.until > ${time(isOpenAt.now)} and x.alarm_id is null)`;
  return readAlarms(db, sql`${isOpen} = ${isOpenAt.open}::boolean ${beyond}`, scope, count);
}

/** One alarm, where the scope holds a member of it. */
export async function findAlarm(db: Db, id: number, scope: Scope): Promise<AlarmRow | undefined> {
  const [row] = await readAlarms(db, sql`a.id = ${id}`, scope, 1);
  return row;
}

/** Records that a person closed an alarm. */
export async function insertClosing(tx: Db, alarmId: number, closing: Closing): Promise<void> {
  await tx.insert(groupClosings).values({ alarmId, ...closing });
}
