/** Which rows a caller of the API sees. One place decides; every query of complaints and orders asks it. */
import { AppError } from '../http/errors.ts';
import type { Role } from './roles.ts';

/** Who calls: a token, its role, and the unit it belongs to. */
export interface Session {
  tokenId: number;
  role: Role;
  unit: string | null;
  name: string;
  /** How the caller is named in events: role and token, never a person's data. */
  actor: string;
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

/** The unit of a session. Throws FORBIDDEN where it belongs to none. */
export function unitOf({ unit }: Session): string {
  if (unit === null) throw new AppError('FORBIDDEN', '令牌不属于任何单位');
  return unit;
}
