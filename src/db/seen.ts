/**
 * What a scope shows, as a condition of SQL: every statement that reads orders, complaints or what hangs on them takes it from here.
 * The database's own policies stand behind it (`sight.ts`).
 */
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Scope } from '../access/scope.ts';
import { familyOf } from './sight.ts';

/** Which columns of a statement say whose an order is, or what was frozen of one. */
interface OrderOwner {
  unit: SQLWrapper;
  /** The unit above it, where the statement has it at hand. */
  parent?: SQLWrapper;
  /** The token that filed its complaint; null where a channel sees none. */
  filedBy: SQLWrapper | null;
}

/** Which columns say whose a complaint is. */
interface ComplaintOwner {
  id: SQLWrapper;
  filedBy: SQLWrapper | null;
}

const filed = (by: SQLWrapper | null, tokenId: number): SQL => (by === null ? sql`false` : sql`${by} = ${tokenId}`);

/** Orders of the unit and of the units below it; of a channel, those of what it filed. */
export function ordersSeen(scope: Scope, { unit, parent, filedBy }: OrderOwner): SQL | undefined {
  if (scope.kind === 'all') return undefined;
  if (scope.kind === 'filed') return filed(filedBy, scope.tokenId);
  if (parent !== undefined) return sql`(${unit} = ${scope.unit} or ${parent} = ${scope.unit})`;
  return sql`${unit} in (${familyOf(scope.unit)})`;
}

/** Complaints of which a unit, or one below it, has or had an order; of a channel, what it filed. */
export function complaintsSeen(scope: Scope, { id, filedBy }: ComplaintOwner): SQL | undefined {
  if (scope.kind === 'all') return undefined;
  if (scope.kind === 'filed') return filed(filedBy, scope.tokenId);
  const held = ordersSeen(scope, { unit: sql`held.unit`, filedBy: null });
  return sql`exists (select from orders held where held.complaint_id = ${id} and ${held})`;
}
