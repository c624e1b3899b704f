/**
 * A position in a unit's stream of changes: the transaction that changed an order, and the order. The cursor `since` and the id
 * of a server-sent event are one and the same. Pure.
 */
import { readNumbers, writeCursor } from '../http/schemas.ts';

export interface Position {
  changed: number;
  id: number;
}

/** Before every change. */
export const beginning: Position = { changed: 0, id: 0 };

export function isBefore(a: Position, b: Position): boolean {
  return a.changed < b.changed || (a.changed === b.changed && a.id < b.id);
}

export function writeSince(unit: string, { changed, id }: Position): string {
  return writeCursor('changes', unit, [changed, id]);
}

/** Throws INVALID_CURSOR for what is not a position or was given to another unit. */
export function readSince(since: string, unit: string): Position {
  const [changed = 0, id = 0] = readNumbers(since, 'changes', unit, 2);
  return { changed, id };
}

/** Whether an `If-None-Match` names this tag; the weak comparison of RFC 9110. */
export function namesTag(header: string | undefined, tag: string): boolean {
  const strong = (one: string) => one.trim().replace(/^W\//, '');
  return (header ?? '').split(',').some((one) => one.trim() === '*' || strong(one) === strong(tag));
}
