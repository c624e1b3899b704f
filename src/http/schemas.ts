/** Pieces of request and response schemas that several features use. */
import { type Static, type TSchema, Type } from 'typebox';
import { AppError } from './errors.ts';

/** A schema registered under its `$id`, by reference: written once in openapi.yaml. */
export function ref<T extends TSchema & { $id?: string }>(schema: T) {
  return Type.Unsafe<Static<T>>({ $ref: `${schema.$id}#` });
}

/** The schema or null. Not for references. */
export function nullable<T extends TSchema>(schema: T) {
  return Type.Unsafe<Static<T> | null>({ ...schema, nullable: true });
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

export const NumberParams = Type.Object({ number: Type.String({ pattern: '^[0-9]{15}$', description: '诉求编号' }) });
export const IdParams = Type.Object({ id: Type.String({ pattern: '^[0-9]{1,15}$' }) });

/** Query parameters of every list. */
export const paging = {
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 400, description: '上一页的 next' })),
};

export function listOf<T extends TSchema>(item: T, $id: string) {
  return Type.Object({ items: Type.Array(item), next: nullable(Type.String()) }, { $id });
}

/** A cursor says which list it belongs to and where it stands; `filters` ties it to the question it was given for. */
export function writeCursor(list: string, filters: string, position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, filters, ...position])).toString('base64url');
}

/** The position in a cursor; throws INVALID_CURSOR for one that is not ours, or was given for another question. */
export function readCursor(cursor: string, list: string, filters: string, length: number): (string | number)[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parsed)) {
      const [from, asked, ...position] = parsed;
      const sound = position.every((part) => typeof part === 'string' || typeof part === 'number');
      if (from === list && asked === filters && position.length === length && sound) return position;
    }
  } catch {
    // Not JSON: handled like any other foreign cursor.
  }
  throw new AppError('INVALID_CURSOR', '请不带 cursor 重新查询');
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
