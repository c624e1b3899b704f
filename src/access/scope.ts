/** Which rows a caller of the API sees. One place decides; every query of complaints and orders asks it. */
import { AppError } from '../http/errors.ts';
import type { Permission, Role } from './roles.ts';

/** What a person has to do before anything else: choose a password of his own, set up the second factor of his role. */
export type Need = 'password' | 'totp';

/** Who calls: a machine or a person, the role, and the unit. */
export interface Session {
  /** The row of `tokens`: what is filed, made or kept by a caller belongs to it. A person has one, whatever session he uses. */
  tokenId: number;
  role: Role;
  unit: string | null;
  name: string;
  /** How the caller is named in events: role and token (`role#7`) or person (`role#u7`), never a person's data. */
  actor: string;
  /** The person who signed in; null for a machine. */
  userId: number | null;
  /** His session; null for a machine. */
  sessionId: number | null;
  need: Need | null;
  /** What a machine's token is narrowed to; null: all that its role may. */
  scopes: readonly Permission[] | null;
}

/** A caller that is no person. */
export function machine(
  who: Pick<Session, 'tokenId' | 'role' | 'unit' | 'name' | 'actor'>,
  scopes: Session['scopes'] = null,
): Session {
  return { ...who, userId: null, sessionId: null, need: null, scopes };
}

export type Scope =
  | { kind: 'all' }
  /** Orders of the unit and of the units below it (a district sees its streets). */
  | { kind: 'unit'; unit: string }
  /** Complaints filed with this token. */
  | { kind: 'filed'; tokenId: number };

export function scopeOf({ role, unit, tokenId }: Session): Scope {
  if (role === 'channel') return { kind: 'filed', tokenId };
  if (role === 'handler' || role === 'manager') return { kind: 'unit', unit: unit ?? '' };
  return { kind: 'all' };
}

/** Whether a scope shows what a unit has: its own, or that of a unit below it. SQL asks the same of `db/seen.ts`. */
export function holdsUnit(scope: Scope, { code, parent }: { code: string; parent: string | null }): boolean {
  return scope.kind === 'all' || (scope.kind === 'unit' && (code === scope.unit || parent === scope.unit));
}

/** The unit of a session. Throws FORBIDDEN where it belongs to none. */
export function unitOf({ unit }: Session): string {
  if (unit === null) throw new AppError('FORBIDDEN', '令牌不属于任何单位');
  return unit;
}
