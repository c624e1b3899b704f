/**
 * Buses are named by number (“105路”, “专191”), and no list of words can hold them all. A text that names one speaks of a bus line
 * as if it said so; this says how clearly. Only the choice of the leaf is told: models have learned without it. Pure.
 */
import { type Fields, weightAt } from './fields.ts';

/** The words that a line number stands for, where a city's lexicon has them. */
export const lineWords = ['公交线路', '公交'] as const;

/** Not the third crossing (3路口), not lane or circuit numbers (2路电源). */
const lineNumber = /(?:[0-9]路(?![口段面边线灯供电输信视监]|电[源路缆])|[专快夜][0-9]{1,3}(?![0-9年月日元个人名米]))/g;

/** The weight of the best place at which a text names a line; 0 where it names none. */
export function lineWeight(fields: Fields): number {
  let best = 0;
  // most texts hold no such number, and a search without one is the cheapest
  for (const { index } of fields.all.matchAll(lineNumber)) best = Math.max(best, weightAt(fields, index));
  return best;
}
