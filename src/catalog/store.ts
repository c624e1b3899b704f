/** The catalog tables: saving a set of seeds, and reading them back for the running service. */
import { and, desc, eq, getTableColumns, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { exclusionKinds, population, unitClasses } from '../db/assessment-rule-tables.ts';
import * as tables from '../db/catalog-tables.ts';
import type { Db } from '../db/connect.ts';
import { retentionRules } from '../db/key-tables.ts';
import { shanghaiDate } from './calendar.ts';
import type { DispatchRule, Division, SeedData, Seeds, Unit } from './types.ts';

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
  callbacks: tables.callbackRules,
  exclusions: exclusionKinds,
} as const;

/** Tables that nothing refers to: replaced as a whole. */
const replaced = {
  calendar: tables.calendarDays,
  localUnits: tables.localUnits,
  guard: tables.dutyGuard,
  lexicon: tables.lexicon,
  words: tables.cityWords,
  classes: unitClasses,
  population,
  retention: retentionRules,
} as const;

/**
 * What files may write over and close. Rules that were changed through the API stay as they are, and so do units that an import
 * opened or closed: who changed them meant to, and the files do not know of it. The duties of a new unit are for the files to say.
 */
interface Reach {
  write: SQL;
  close: SQL;
}
const everything: Reach = { write: sql`true`, close: sql`true` };

function reachOf(table: PgTable): Reach {
  if (table === tables.dispatchRules) {
    const ours = sql`${tables.dispatchRules.origin} = 'seeds'`;
    return { write: ours, close: ours };
  }
  if (table !== tables.units) return everything;
  const ours = sql`${tables.units.origin} = 'seeds'`;
  return { write: sql`(${ours} or ${tables.units.validTo} is null)`, close: ours };
}

function keyOf(table: PgTable) {
  const key = Object.values(getTableColumns(table)).find((column) => column.primary);
  if (key === undefined) throw new Error('a keyed catalog table has no primary key column');
  return key;
}

async function upsert(db: Db, table: PgTable, rows: readonly object[], { write }: Reach): Promise<void> {
  const key = keyOf(table);
  const columns = Object.entries(getTableColumns(table)).filter(([, column]) => column !== key);
  const set: Record<string, SQL> = {};
  for (const [name, column] of columns) set[name] = sql.raw(`excluded."${column.name}"`);
  for (let at = 0; at < rows.length; at += chunk) {
    await db
      .insert(table)
      .values(rows.slice(at, at + chunk))
      .onConflictDoUpdate({ target: key, set, setWhere: write });
  }
}

/** Rows that have left the files end on the day of the load. */
async function closeMissing(
  db: Db,
  table: PgTable,
  rows: readonly object[],
  date: string,
  { close }: Reach,
): Promise<void> {
  const key = keyOf(table);
  const property = Object.entries(getTableColumns(table)).find(([, column]) => column === key)?.[0] ?? '';
  const present = rows.map((row) => String(Object.entries(row).find(([name]) => name === property)?.[1]));
  await db.execute(sql`
    update ${table} set valid_to = greatest(${date}::date, valid_from)
    where ${sql.identifier(key.name)} not in (select jsonb_array_elements_text(${JSON.stringify(present)}::jsonb))
      and (valid_to is null or valid_to > ${date}::date) and ${close}`);
}

/** Whether the database already holds the city of these seeds, and since when its divisions follow an imported list. */
async function heldCity(db: Db, { divisions }: SeedData): Promise<{ same: boolean; imported: string | null }> {
  const cities = divisions.filter(({ kind }) => kind === 'city').map(({ code }) => code);
  const [held] = await db
    .select({ code: tables.divisions.code })
    .from(tables.divisions)
    .where(
      and(eq(tables.divisions.kind, 'city'), isNull(tables.divisions.validTo), inArray(tables.divisions.code, cities)),
    );
  if (held === undefined) return { same: false, imported: null };
  const [newest] = await db
    .select({ from: tables.catalogChanges.validFrom })
    .from(tables.catalogChanges)
    .where(inArray(sql`${tables.catalogChanges.divisions} ->> 'city'`, cities))
    .orderBy(desc(tables.catalogChanges.id))
    .limit(1);
  return { same: true, imported: newest?.from ?? null };
}

export interface Saved {
  loaded: boolean;
  version: number;
  /** The day of the imported list that the divisions follow; null where they follow the files. */
  imported: string | null;
}

/**
 * Saves a checked set of seeds. Does nothing when the newest loaded set has the same hash. Once a list of divisions was
 * imported the divisions follow imports alone. Must run in a transaction: concurrent loads take turns.
 */
export async function saveCatalog(db: Db, { data, hash, source }: Seeds, now: Date): Promise<Saved> {
  await db.execute(sql`select pg_advisory_xact_lock(${tables.catalogLock})`);
  const newest = await newestCatalog(db);
  const { same, imported } = await heldCity(db, data);
  if (newest?.hash === hash) return { loaded: false, version: newest.version, imported };
  for (const [name, table] of Object.entries(keyed)) {
    if (name === 'divisions' && imported !== null) continue;
    const rows = data[name as keyof typeof keyed];
    // What was changed in one city means nothing in another.
    const reach = same ? reachOf(table) : everything;
    await upsert(db, table, rows, reach);
    await closeMissing(db, table, rows, shanghaiDate(now), reach);
  }
  for (const [name, table] of Object.entries(replaced)) {
    const rows: readonly object[] = data[name as keyof typeof replaced];
    await db.delete(table);
    for (let at = 0; at < rows.length; at += chunk) await db.insert(table).values(rows.slice(at, at + chunk));
  }
  const [saved] = await db.insert(tables.catalogVersions).values({ hash, source, loadedAt: now }).returning();
  if (saved === undefined) throw new Error('the catalog version was not stored');
  return { loaded: true, version: saved.version, imported };
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

/** What was, and what is or will be, in order of the days: of several rows of a code the last is the newest. */
async function loadDivisions(db: Db): Promise<Division[]> {
  const past = await db.select().from(tables.pastDivisions);
  const newest = await db.select().from(tables.divisions).orderBy(tables.divisions.code);
  if (past.length === 0) return newest;
  const key = ({ code, validFrom }: Division) => `${code} ${validFrom}`;
  return [...past, ...newest].toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

async function loadUnits(db: Db): Promise<Unit[]> {
  const { origin: _, ...columns } = getTableColumns(tables.units);
  return db.select(columns).from(tables.units).orderBy(tables.units.code);
}

/** All catalog rows, whatever their validity. */
export async function loadCatalogRows(db: Db): Promise<SeedData> {
  return {
    divisions: await loadDivisions(db),
    areas: await db.select().from(tables.areas).orderBy(tables.areas.name),
    landmarks: await db.select().from(tables.landmarks).orderBy(tables.landmarks.name),
    units: await loadUnits(db),
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
    callbacks: await db.select().from(tables.callbackRules),
    exclusions: await db.select().from(exclusionKinds).orderBy(exclusionKinds.code),
    classes: await db.select().from(unitClasses).orderBy(unitClasses.code),
    population: await db.select().from(population).orderBy(population.code),
    retention: await db.select().from(retentionRules).orderBy(retentionRules.validFrom),
  };
}
