/** Complaints as the open data knows them: no number, no text, no instant. */
import { and, gte, lt, sql } from 'drizzle-orm';
import type { Db } from '../db/connect.ts';
import { callers, complaints } from '../db/tables.ts';
import type { Fact } from './release.ts';

/** What was received from one instant until before another. */
export async function listFacts(db: Db, from: Date, to: Date): Promise<Fact[]> {
  return db
    .select({
      day: sql<string>`to_char(${complaints.receivedAt} at time zone 'Asia/Shanghai', 'YYYY-MM-DD')`,
      district: complaints.district,
      street: complaints.street,
      matter: complaints.matter,
      person: sql<string>`coalesce(left(encode(${callers.phoneIndex}, 'hex'), 16), ${complaints.id}::text)`,
    })
    .from(complaints)
    .leftJoin(callers, sql`${callers.complaintId} = ${complaints.id}`)
    .where(and(gte(complaints.receivedAt, from), lt(complaints.receivedAt, to)));
}
