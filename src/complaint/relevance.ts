/**
 * Pages of what is found by words, the best first. To rank everything that holds a common word would mean to read all of it;
 * so the newest matches are ranked among themselves, a window of fixed size at a time, and after them the next older ones. Each match is listed once,
 * whatever is filed meanwhile. Pure.
 */
import { readParts, writeCursor } from '../http/schemas.ts';
import { isInstant } from '../http/validation.ts';

/** Matches ranked together. */
export const windowSize = 200;

export interface Match {
  id: number;
  /** Time of receipt, ISO 8601. */
  at: string;
  /** How well the words fit, in millionths. */
  score: number;
}

type Place = Omit<Match, 'score'>;

/** Where a page begins: a new window of what is older than `after`, or within a window that is known from top to bottom. */
export type Start = { after: Place | undefined } | { top: Place; bottom: Place; last: Match };

const list = 'complaints by relevance';
const isPlace = (at: unknown, id: unknown) =>
  typeof at === 'string' && isInstant(at) && typeof id === 'number' && Number.isSafeInteger(id) && id >= 0;

/** Throws INVALID_CURSOR for one that is not ours or was given for another question. */
export function readStart(cursor: string | undefined, filters: string): Start {
  if (cursor === undefined) return { after: undefined };
  return readParts(cursor, list, filters, (parts) => {
    const [at, id, bottomAt, bottomId, lastAt, lastId, score] = parts;
    if (!isPlace(at, id)) return null;
    const place = (time: unknown, key: unknown) => ({ at: String(time), id: Number(key) });
    if (parts.length === 2) return { after: place(at, id) };
    if (parts.length !== 7 || !isPlace(bottomAt, bottomId) || !isPlace(lastAt, lastId)) return null;
    if (typeof score !== 'number' || !Number.isSafeInteger(score)) return null;
    return { top: place(at, id), bottom: place(bottomAt, bottomId), last: { ...place(lastAt, lastId), score } };
  });
}

/** Best first, then newest first. */
function compare(a: Match, b: Match): number {
  if (a.score !== b.score) return b.score - a.score;
  if (a.at !== b.at) return a.at < b.at ? 1 : -1;
  return b.id - a.id;
}

/** A page of a window's matches, given newest first, and the cursor of the next page. */
export function rankPage(
  matches: readonly Match[],
  start: Start,
  limit: number,
  filters: string,
): { items: Match[]; next: string | null } {
  const known = 'top' in start;
  const top = known ? start.top : matches[0];
  const bottom = known ? start.bottom : matches.at(-1);
  if (top === undefined || bottom === undefined) return { items: [], next: null };
  const ranked = matches.toSorted(compare);
  const rest = known ? ranked.filter((match) => compare(match, start.last) > 0) : ranked;
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  if (last !== undefined && rest.length > limit) {
    const position = [top.at, top.id, bottom.at, bottom.id, last.at, last.id, last.score];
    return { items, next: writeCursor(list, filters, position) };
  }
  // Older ones there may be only where the window was full; of a known window nobody remembers, so one looks.
  const more = known || matches.length === windowSize;
  return { items, next: more ? writeCursor(list, filters, [bottom.at, bottom.id]) : null };
}
