/** Writes an import of divisions: what was is kept, what is to be takes its place, and the import is on record. */
import { desc, inArray, type SQL, sql } from 'drizzle-orm';
import type { DivisionsChange } from '../catalog/types.ts';
import { catalogChanges, catalogLock, catalogVersions, divisions, pastDivisions, units } from '../db/catalog-tables.ts';
import type { Db } from '../db/connect.ts';
import { orders } from '../db/tables.ts';
import type { Plan } from './plan.ts';

/** Rows a statement carries: PostgreSQL allows 65,535 parameters. */
const chunk = 2000;

/** Takes the turn of those who change the catalog, until the transaction ends; answers the newest version. */
export async function lockCatalog(tx: Db) {
  await tx.execute(sql`select pg_advisory_xact_lock(${catalogLock})`);
  const [newest] = await tx.select().from(catalogVersions).orderBy(desc(catalogVersions.version)).limit(1);
  return newest;
}

/** How many orders the units still have to handle. */
export async function countOpenOrders(db: Db, codes: readonly string[]): Promise<number> {
  if (codes.length === 0) return 0;
  const [row] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(orders)
    .where(
      sql`${inArray(orders.unit, [...codes])} and ${orders.status} in ('dispatched', 'signed', 'contacted', 'objected', 'parked')`,
    );
  return row?.count ?? 0;
}

const excluded = (...names: string[]): Record<string, SQL> =>
  Object.fromEntries(
    names.map((name) => [
      name,
      sql.raw(`excluded."${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}"`),
    ]),
  );

export interface Import {
  plan: Plan;
  change: DivisionsChange;
  actor: string;
  at: Date;
  reason: string;
}

/** Writes the plan and the version it makes, which keeps hash and source of the files that were loaded last. */
export async function insertImport(
  tx: Db,
  { hash, source }: { hash: string; source: string },
  { plan, change, actor, at, reason }: Import,
): Promise<number> {
  for (let start = 0; start < plan.past.length; start += chunk)
    await tx.insert(pastDivisions).values(plan.past.slice(start, start + chunk));
  const set = excluded('name', 'kind', 'parent', 'aliases', 'zone', 'unit', 'validFrom', 'validTo');
  for (let start = 0; start < plan.rows.length; start += chunk) {
    await tx
      .insert(divisions)
      .values(plan.rows.slice(start, start + chunk))
      .onConflictDoUpdate({ target: divisions.code, set });
  }
  const changed = [...plan.units.closed, ...plan.units.opened].map((unit) => ({ ...unit, origin: 'import' as const }));
  if (changed.length > 0) {
    await tx
      .insert(units)
      .values(changed)
      .onConflictDoUpdate({ target: units.code, set: excluded('validFrom', 'validTo', 'origin') });
  }
  const [saved] = await tx.insert(catalogVersions).values({ hash, source, loadedAt: at }).returning();
  if (saved === undefined) throw new Error('the catalog version was not stored');
  const record = { at, actor, version: saved.version, validFrom: plan.from, reason, rules: [], divisions: change };
  await tx.insert(catalogChanges).values(record);
  return saved.version;
}
