/** The city's list of divisions as text, with some of its lines changed. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { builtInSeeds } from '../../src/db/cities.ts';

const lines = readFileSync(path.join(builtInSeeds, 'divisions.csv'), 'utf8').trimEnd().split('\n');

export interface Edits {
  /** Beginnings of codes whose rows leave the list. */
  without?: readonly string[];
  /** Old and new text of cells, by code. */
  change?: Readonly<Record<string, readonly [string, string]>>;
  add?: readonly string[];
}

export function newerList({ without = [], change = {}, add = [] }: Edits): string {
  const kept = lines.filter((line) => !without.some((code) => line.startsWith(code)));
  const changed = kept.map((line) => {
    const [from, to] = change[line.slice(0, line.indexOf(','))] ?? ['', ''];
    return line.replace(from, to);
  });
  return `${[...changed, ...add].join('\n')}\n`;
}

/** Lines in the list, and so the line on which the first added row stands less one. */
export const listed = lines.length;
