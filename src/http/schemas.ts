/** Pieces of request and response schemas that several features use. */
import { type Static, type TSchema, Type } from 'typebox';
import { AppError } from './errors.ts';
import { isInstant } from './validation.ts';

/** A schema registered under its `$id`, by reference: written once in openapi.yaml. */
export function ref<T extends TSchema & { $id?: string }>(schema: T) {
  return Type.Unsafe<Static<T>>({ $ref: `${schema.$id}#` });
}

/** The schema or null. Not for references. A list of values names null as well: `nullable` alone does not add it (OpenAPI 3.0.3). */
export function nullable<T extends TSchema>(schema: T) {
  const values = 'enum' in schema && Array.isArray(schema.enum) ? { enum: [...schema.enum, null] } : {};
  return Type.Unsafe<Static<T> | null>({ ...schema, ...values, nullable: true });
}

/** One of a fixed list of words, as an enum. */
export function oneOf<const T extends string>(
  values: readonly T[],
  options: { description?: string; default?: T } = {},
) {
  return Type.Unsafe<T>({ type: 'string', enum: values, ...options });
}

/** Free text of at most `maxLength` characters: not blank, no control characters. */
export function plainText(maxLength: number, options: { description?: string } = {}) {
  return Type.String({ minLength: 1, maxLength, format: 'plain-text', ...options });
}

export const Instant = Type.String({ format: 'date-time', description: 'ISO 8601，带时区' });
export const Code = Type.String({ minLength: 1, maxLength: 32, format: 'plain-text' });

export const NumberParams = Type.Object({
  number: Type.String({ pattern: '^[0-9]{15,20}$', description: '诉求编号' }),
});
export const Id = Type.String({ pattern: '^[0-9]{1,15}$' });
export const IdParams = Type.Object({ id: Id });

/** Query parameters of every list. */
export const paging = {
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 2000, description: '上一页的 next' })),
};

export function listOf<T extends TSchema>(item: T, $id: string) {
  return Type.Object({ items: Type.Array(item), next: nullable(Type.String()) }, { $id });
}

/** A cursor says which list it belongs to and where it stands; `filters` ties it to the question it was given for. */
export function writeCursor(list: string, filters: string, position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, filters, ...position])).toString('base64url');
}

function parseCursor(cursor: string, list: string, filters: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parsed) && parsed[0] === list && parsed[1] === filters) return parsed.slice(2);
  } catch {
    // Not JSON: handled like any other foreign cursor.
  }
  throw foreignCursor();
}

const foreignCursor = () => new AppError('INVALID_CURSOR', '请不带翻页标记重新查询');
const isCount = (part: unknown): part is number => typeof part === 'number' && Number.isSafeInteger(part) && part >= 0;

/** What `read` makes of a cursor; throws INVALID_CURSOR where that is null, and for a cursor that was given for another question. */
export function readParts<T>(
  cursor: string,
  list: string,
  filters: string,
  read: (parts: readonly unknown[]) => T | null,
): T {
  const found = read(parseCursor(cursor, list, filters));
  if (found === null) throw foreignCursor();
  return found;
}

/** `count` whole numbers in a cursor; throws INVALID_CURSOR for one that is not ours or was given for another question. */
export function readNumbers(cursor: string, list: string, filters: string, count: number): number[] {
  const position = parseCursor(cursor, list, filters);
  if (position.length !== count || !position.every(isCount)) throw foreignCursor();
  return position;
}

/** An instant and an id in a cursor; throws like `readNumbers`. */
export function readInstant(cursor: string, list: string, filters: string): { at: string; id: number } {
  const [at, id, ...more] = parseCursor(cursor, list, filters);
  if (typeof at !== 'string' || !isInstant(at) || !isCount(id) || more.length > 0) throw foreignCursor();
  return { at, id };
}

/** A level, an instant and an id in a cursor; throws like `readNumbers`. */
export function readPosition(cursor: string, list: string, filters: string): { level: string; at: string; id: number } {
  const [level, at, id, ...more] = parseCursor(cursor, list, filters);
  if (typeof level !== 'string' || typeof at !== 'string' || !isInstant(at) || !isCount(id) || more.length > 0)
    throw foreignCursor();
  return { level, at, id };
}

/** Cuts a list that was asked for one row too many into a page and the cursor of the next. */
export function page<T>(
  rows: readonly T[],
  limit: number,
  cursorOf: (last: T) => string,
): { items: T[]; next: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}
