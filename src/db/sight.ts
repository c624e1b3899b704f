/**
 * What the database itself lets a reader see (row-level security). The service connects as a role without rights to change tables;
 * what a unit or a channel reads is read as a narrower role still, whose policies know the unit or the token: a condition that a
 * statement has forgotten shows nothing instead of everything. See ADR 032.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type SQL, sql } from 'drizzle-orm';
import type { PgDatabase } from 'drizzle-orm/pg-core';
import type { PostgresJsDatabase, PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js';
import type { Scope } from '../access/scope.ts';
import { units } from './catalog-tables.ts';

/** As `Db` of `connect.ts`, which is made from this file. */
type Db = PgDatabase<PostgresJsQueryResultHKT, Record<string, never>>;

/** As whom the service works where it is not narrowed. */
export const serviceRole = 'jiesu_service';
/** As whom it reads for those who see a part. The policies stand in `drizzle/0024_row_security.sql`. */
const narrowRoles = { unit: 'jiesu_unit', filed: 'jiesu_channel' } as const;

/** A request that reads within its caller's scope. */
interface View {
  tx: Db;
  scope: Exclude<Scope, { kind: 'all' }>;
  open: boolean;
}

const views = new AsyncLocalStorage<View | null>();

/** The pool, but within `within` the transaction that it opened: so nobody need hand that on, and nobody can forget to. */
export function followViews<T extends PostgresJsDatabase<Record<string, never>>>(pool: T): T {
  const current = () => {
    const view = views.getStore() ?? null;
    if (view?.open === false) throw new Error('a read outlasted the request whose scope it had: see `apart`');
    return view === null ? pool : view.tx;
  };
  return new Proxy(pool, {
    get(_pool, name) {
      const target = current();
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** A unit and those below it, as a select of codes. */
export const familyOf = (unit: string): SQL =>
  sql`select ${unit}::text union all select ${units.code} from ${units} where ${units.parent} = ${unit}`;

/** What the policies of a narrow role are told. A unit sees its own orders and those of the units below it. */
function told(scope: View['scope']): SQL {
  if (scope.kind === 'filed') return sql`set_config('jiesu.token', ${String(scope.tokenId)}, true)`;
  return sql`set_config('jiesu.units', array(${familyOf(scope.unit)})::text, true)`;
}

/** From here to the end of the transaction, or to the next of these: only what the scope shows. */
async function narrow(tx: Db, scope: View['scope']): Promise<void> {
  await tx.execute(sql`select ${told(scope)}, set_config('role', ${narrowRoles[scope.kind]}, true)`);
}

const setRole = (tx: Db, role: string) => tx.execute(sql`select set_config('role', ${role}, true)`);

/**
 * Runs `body` in a transaction of one instant in which all that `db` reads, and all that others read over the same pool on its way, is
 * only what the scope shows. Nothing may read on after `body` has ended.
 */
export async function within<T>(db: Db, scope: Scope, body: () => Promise<T>): Promise<T> {
  if (scope.kind === 'all' || views.getStore()?.open === true) return body();
  return db.transaction(
    async (tx) => {
      await narrow(tx, scope);
      const view: View = { tx, scope, open: true };
      try {
        return await views.run(view, body);
      } finally {
        view.open = false;
      }
    },
    { isolationLevel: 'repeatable read' },
  );
}

/**
 * Reads what lies beyond the scope, for what a reader may know of it all the same (the number of a linked complaint, the state of a task
 * that his order handed out), or to find what is then read within it. One at a time: others on the same transaction would see as much.
 */
export async function beyond<T>(body: () => Promise<T>): Promise<T> {
  const view = views.getStore();
  if (view == null) return body();
  await setRole(view.tx, serviceRole);
  // Where `body` fails, the transaction is over and nobody is left to be narrowed.
  const found = await body();
  await narrow(view.tx, view.scope);
  return found;
}

/** Runs what outlasts the request: with no scope of it, and none of its transactions. */
export const apart = <T>(body: () => T): T => views.run(null, body);

/** Looks for rows within the scope from inside a transaction that otherwise works on more. */
export async function lookWithin<T>(tx: Db, scope: Scope, look: () => Promise<T>): Promise<T> {
  if (scope.kind === 'all') return look();
  const [row] = await tx.execute<{ role: string }>(sql`select current_setting('role') as role`);
  await narrow(tx, scope);
  const found = await look();
  await setRole(tx, row?.role ?? serviceRole);
  return found;
}
