/** Words as PostgreSQL's full-text search reads them: a tsvector of what is stored, a tsquery of what is asked. Pure. */

const quoted = (word: string) => `'${word.replace(/['\\]/g, '$&$&')}'`;

/** PostgreSQL counts no further. */
const lastPlace = 16_383;

/** The text of a tsvector: each word with the places where it stands, counted from 1. */
export function vectorOf(places: ReadonlyMap<string, readonly number[]>): string {
  const one = ([word, at]: [string, readonly number[]]) =>
    `${quoted(word)}:${at.map((place) => Math.min(place, lastPlace)).join()}`;
  return [...places].map(one).join(' ');
}

/** The text of a tsquery that asks for all words. */
export function queryOf(words: readonly string[]): string {
  return words.map(quoted).join(' & ');
}
