/** What waits at the triage desk, read from the partial index `complaints_triage`: however many complaints are stored, it holds only these. */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/connect.ts';
import { callers, complaints } from '../db/tables.ts';

export interface TriageFilter {
  district?: string | undefined;
  channel?: string | undefined;
}

/** Where a page ends: the order is that of the index. */
export interface TriagePosition {
  level: string;
  at: string;
  id: number;
}

// Written out and not a parameter: a prepared statement must see that the partial index serves it.
const waits = sql`${complaints.status} = 'triage'`;

function filtered({ district, channel }: TriageFilter): (SQL | undefined)[] {
  return [
    waits,
    district === undefined ? undefined : eq(complaints.district, district),
    channel === undefined ? undefined : eq(complaints.channel, channel),
  ];
}

/**
 * A page, the most urgent level first and in it the longest waiting: within one level that is also the order of the dispatch
 * due times, which lie the same number of minutes after receipt.
 */
export async function listWaiting(
  db: Db,
  { level, ...filter }: TriageFilter & { level?: string | undefined },
  after: TriagePosition | null,
  count: number,
) {
  return db
    .select({
      id: complaints.id,
      complaintId: complaints.id,
      number: complaints.number,
      channel: complaints.channel,
      level: complaints.level,
      title: complaints.title,
      text: complaints.text,
      callerAddress: callers.addressSealed,
      receivedAt: complaints.receivedAt,
      wantsCallback: complaints.wantsCallback,
      judgement: complaints.judgement,
      similar: complaints.similar,
      callerName: callers.nameSealed,
      callerPhone: callers.phoneSealed,
      callerKind: callers.kind,
      callerSecret: callers.secret,
    })
    .from(complaints)
    .leftJoin(callers, eq(callers.complaintId, complaints.id))
    .where(
      and(
        ...filtered(filter),
        level === undefined ? undefined : eq(complaints.level, level),
        after === null
          ? undefined
          : sql`(${complaints.level}, ${complaints.receivedAt}, ${complaints.id}) > (${after.level}, ${after.at}::timestamptz, ${after.id})`,
      ),
    )
    .orderBy(complaints.level, complaints.receivedAt, complaints.id)
    .limit(count);
}

export type WaitingRow = Awaited<ReturnType<typeof listWaiting>>[number];

/** How many wait at each level, and how many of them since before an instant that differs by level. */
export async function countWaiting(
  db: Db,
  filter: TriageFilter,
  overdueBefore: readonly { level: string; at: Date }[],
): Promise<Map<string, { waiting: number; overdue: number }>> {
  const limits = JSON.stringify(overdueBefore);
  const rows = await db.execute<{ level: string; waiting: number; overdue: number }>(sql`
    select level, count(*)::int as waiting, count(*) filter (where received_at < limits.at)::int as overdue
    from complaints join jsonb_to_recordset(${limits}::jsonb) as limits(level text, at timestamptz) using (level)
    where ${and(...filtered(filter))}
    group by level`);
  return new Map(rows.map(({ level, waiting, overdue }) => [level, { waiting, overdue }]));
}
