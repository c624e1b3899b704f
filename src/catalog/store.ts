/** The catalog tables: saving a set of seeds, and reading them back for the running service. */
import { desc, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import * as tables from '../db/catalog-tables.ts';
import type { Db } from '../db/connect.ts';
import { shanghaiDate } from './calendar.ts';
import type { DispatchRule, SeedData, Seeds } from './types.ts';

/** Rows a statement carries: PostgreSQL allows 65,535 parameters, the widest table has 14 columns. */
const chunk = 2000;

/** Tables whose rows are known by a key and referred to: they are updated in place and closed when they leave the files. */
const keyed = {
  divisions: tables.divisions,
  areas: tables.areas,
  landmarks: tables.landmarks,
  units: tables.units,
  needs: tables.needs,
  matters: tables.matters,
  types: tables.requestTypes,
  levels: tables.levels,
  rules: tables.dispatchRules,
  routes: tables.routes,
  assessment: tables.assessmentRules,
  judgement: tables.judgementRules,
  alarms: tables.alarmRules,
  handling: tables.handlingRules,
  escalations: tables.escalationRules,
} as const;

/** Tables that nothing refers to: replaced as a whole. */
const replaced = {
  calendar: tables.calendarDays,
  localUnits: tables.localUnits,
  guard: tables.dutyGuard,
  lexicon: tables.lexicon,
  words: tables.cityWords,
} as const;

/** Rules that were changed through the API stay as they are: who changed them meant to, and the files do not know of it. */
const isOurs = (table: PgTable) =>
  table === tables.dispatchRules ? sql`${tables.dispatchRules.origin} = 'seeds'` : sql`true`;

function keyOf(table: PgTable) {
  const key = Object.values(getTableColumns(table)).find((column) => column.primary);
  if (key === undefined) throw new Error('a keyed catalog table has no primary key column');
  return key;
}

async function upsert(db: Db, table: PgTable, rows: readonly object[]): Promise<void> {
  const key = keyOf(table);
  const columns = Object.entries(getTableColumns(table)).filter(([, column]) => column !== key);
  const set: Record<string, SQL> = {};
  for (const [name, column] of columns) set[name] = sql.raw(`excluded."${column.name}"`);
  for (let at = 0; at < rows.length; at += chunk) {
    await db
      .insert(table)
      .values(rows.slice(at, at + chunk))
      .onConflictDoUpdate({ target: key, set, setWhere: isOurs(table) });
  }
}

/** Rows that have left the files end on the day of the load. */
async function closeMissing(db: Db, table: PgTable, rows: readonly object[], date: string): Promise<void> {
  const key = keyOf(table);
  const property = Object.entries(getTableColumns(table)).find(([, column]) => column === key)?.[0] ?? '';
  const present = rows.map((row) => String(Object.entries(row).find(([name]) => name === property)?.[1]));
  await db.execute(sql`
    update ${table} set valid_to = greatest(${date}::date, valid_from)
    where ${sql.identifier(key.name)} not in (select jsonb_array_elements_text(${JSON.stringify(present)}::jsonb))
      and (valid_to is null or valid_to > ${date}::date) and ${isOurs(table)}`);
}

/**
 * Saves a checked set of seeds. Does nothing when the newest loaded set has the same hash. Must run in a transaction:
 * concurrent loads take turns.
 */
export async function saveCatalog(
  db: Db,
  { data, hash, source }: Seeds,
  now: Date,
): Promise<{ loaded: boolean; version: number }> {
  await db.execute(sql`select pg_advisory_xact_lock(${tables.catalogLock})`);
  const newest = await newestCatalog(db);
  if (newest?.hash === hash) return { loaded: false, version: newest.version };
  for (const [name, table] of Object.entries(keyed)) {
    const rows = data[name as keyof typeof keyed];
    await upsert(db, table, rows);
    await closeMissing(db, table, rows, shanghaiDate(now));
  }
  for (const [name, table] of Object.entries(replaced)) {
    const rows: readonly object[] = data[name as keyof typeof replaced];
    await db.delete(table);
    for (let at = 0; at < rows.length; at += chunk) await db.insert(table).values(rows.slice(at, at + chunk));
  }
  const [saved] = await db.insert(tables.catalogVersions).values({ hash, source, loadedAt: now }).returning();
  if (saved === undefined) throw new Error('the catalog version was not stored');
  return { loaded: true, version: saved.version };
}

/** The newest loaded set; undefined when none is loaded. */
export async function newestCatalog(db: Db) {
  const [row] = await db.select().from(tables.catalogVersions).orderBy(desc(tables.catalogVersions.version)).limit(1);
  return row;
}

/** The rules as the files have them: where a row came from concerns only the loading of files. */
async function loadRules(db: Db): Promise<DispatchRule[]> {
  const { origin: _, ...columns } = getTableColumns(tables.dispatchRules);
  return db.select(columns).from(tables.dispatchRules).orderBy(tables.dispatchRules.code);
}

/** All catalog rows, whatever their validity. */
export async function loadCatalogRows(db: Db): Promise<SeedData> {
  return {
    divisions: await db.select().from(tables.divisions).orderBy(tables.divisions.code),
    areas: await db.select().from(tables.areas).orderBy(tables.areas.name),
    landmarks: await db.select().from(tables.landmarks).orderBy(tables.landmarks.name),
    units: await db.select().from(tables.units).orderBy(tables.units.code),
    needs: await db.select().from(tables.needs).orderBy(tables.needs.sort),
    matters: await db.select().from(tables.matters).orderBy(tables.matters.code),
    types: await db.select().from(tables.requestTypes),
    levels: await db.select().from(tables.levels).orderBy(tables.levels.code),
    calendar: await db.select().from(tables.calendarDays).orderBy(tables.calendarDays.date),
    rules: await loadRules(db),
    localUnits: await db.select().from(tables.localUnits),
    guard: await db.select().from(tables.dutyGuard).orderBy(tables.dutyGuard.matter),
    routes: await db.select().from(tables.routes).orderBy(tables.routes.code),
    lexicon: await db.select().from(tables.lexicon),
    words: await db.select().from(tables.cityWords),
    assessment: await db.select().from(tables.assessmentRules),
    judgement: await db.select().from(tables.judgementRules),
    alarms: await db.select().from(tables.alarmRules).orderBy(tables.alarmRules.code),
    handling: await db.select().from(tables.handlingRules),
    escalations: await db.select().from(tables.escalationRules).orderBy(tables.escalationRules.code),
  };
}
