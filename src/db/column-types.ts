/** Types of columns that many tables use. */
import { bigint, customType, timestamp } from 'drizzle-orm/pg-core';

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
export const identity = (name: string) => bigint(name, { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity();
export const reference = (name: string) => bigint(name, { mode: 'number' });
/** Words with their places, for full-text search. Written as text: see `text/lexemes.ts`. */
export const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });
