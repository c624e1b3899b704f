/** Reading the complaints from whose corrections a model may learn. */
import { sql } from 'drizzle-orm';
import type { Db } from '../db/connect.ts';
import type { CorrectedLevel, CorrectedText } from './corrected.ts';

/**
 * The complaints of which matter, need or type was corrected, as they stand now, the last corrected first, at most `limit`.
 * Each comes once, however often it was corrected; the same rows come in the same order.
 */
export async function findCorrected(db: Db, limit: number): Promise<CorrectedText[]> {
  const rows = await db.execute<{ [column in keyof CorrectedText]: CorrectedText[column] }>(sql`
    select c.title, c.text, c.need, c.matter, c.type
    from (
      select complaint_id, max(at) as at from corrections where field in ('matter', 'need', 'type')
      group by complaint_id order by max(at) desc, complaint_id desc limit ${limit}::int
    ) k join complaints c on c.id = k.complaint_id
    where c.matter is not null
    order by k.at desc, c.id desc`);
  return [...rows];
}

/** The complaints of which the level was corrected, with the level decided last, the last corrected first, at most `limit`. */
export async function findCorrectedLevels(db: Db, limit: number): Promise<CorrectedLevel[]> {
  const rows = await db.execute<{ [column in keyof CorrectedLevel]: CorrectedLevel[column] }>(sql`
    select c.title, c.text, k.decided as level
    from (
      select distinct on (complaint_id) complaint_id, id, decided from corrections where field = 'level'
      order by complaint_id, id desc
    ) k join complaints c on c.id = k.complaint_id
    order by k.id desc limit ${limit}::int`);
  return [...rows];
}
