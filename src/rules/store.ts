/** Changes of the dispatch rules in the database, and the complaints they are tried on. */
import { desc, eq, lt, sql } from 'drizzle-orm';
import type { DispatchRule, RuleChange } from '../catalog/types.ts';
import { catalogChanges, catalogLock, catalogVersions, dispatchRules } from '../db/catalog-tables.ts';
import type { Db } from '../db/connect.ts';
import { callers, complaints } from '../db/tables.ts';
import type { Past } from './trial.ts';

/** Takes the turn of those who change the catalog, until the transaction ends; answers the newest version. */
export async function lockCatalog(tx: Db) {
  await tx.execute(sql`select pg_advisory_xact_lock(${catalogLock})`);
  const [newest] = await tx.select().from(catalogVersions).orderBy(desc(catalogVersions.version)).limit(1);
  return newest;
}

export interface Change {
  closed: readonly DispatchRule[];
  created: readonly DispatchRule[];
  changes: RuleChange[];
  actor: string;
  at: Date;
  validFrom: string;
  reason: string;
}

/**
 * Writes a change and the version it makes. The version keeps hash and source of the files that were loaded last: whether there
 * are newer files is still told by them.
 */
export async function insertChange(
  tx: Db,
  { hash, source }: { hash: string; source: string },
  { closed, created, changes, actor, at, validFrom, reason }: Change,
): Promise<number> {
  for (const { code, validTo } of closed)
    await tx.update(dispatchRules).set({ validTo, origin: 'api' }).where(eq(dispatchRules.code, code));
  if (created.length > 0)
    await tx.insert(dispatchRules).values(created.map((rule) => ({ ...rule, origin: 'api' as const })));
  const [saved] = await tx.insert(catalogVersions).values({ hash, source, loadedAt: at }).returning();
  if (saved === undefined) throw new Error('the catalog version was not stored');
  const { version } = saved;
  await tx.insert(catalogChanges).values({ at, actor, version, validFrom, reason, rules: changes });
  return version;
}

/** Changes before an id, newest first. */
export async function listChanges(db: Db, before: number | null, limit: number) {
  return db
    .select()
    .from(catalogChanges)
    .where(before === null ? undefined : lt(catalogChanges.id, before))
    .orderBy(desc(catalogChanges.id))
    .limit(limit);
}

/** The complaints received last, as they were judged: the judgement holds what the machine went by, not what came later. */
export async function listPast(db: Db, last: number): Promise<Past[]> {
  return db
    .select({ number: complaints.number, judgement: complaints.judgement, caller: callers.kind })
    .from(complaints)
    .leftJoin(callers, eq(callers.complaintId, complaints.id))
    .orderBy(desc(complaints.receivedAt), desc(complaints.id))
    .limit(last);
}
