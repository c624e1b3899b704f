/**
 * Finds danger (L1) and outages (L2) in a complaint's words: the lexicon's words of kind `level`. From a sum of weights on the
 * words decide by themselves, whatever the matter.
 */
import type { Catalog } from '../catalog/catalog.ts';
import { buildMatcher } from '../text/matcher.ts';

/** What was found: the level, the words that say so, and the reason in Chinese. */
export interface Alarm {
  level: string;
  reason: string;
  words: { text: string; weight: number }[];
}

export interface Watch {
  /** `text` is normalised. */
  find(text: string): Alarm | null;
}

/** From this sum of different words on, words alone set the level. */
const enough = 2;
/** Words told in the reason. */
const told = 3;

export function buildWatch({ data }: Catalog): Watch {
  const cues = data.lexicon.filter(({ kind }) => kind === 'level');
  const matcher = buildMatcher(cues.map(({ word }) => word));
  const levels = data.levels.map(({ code }) => code);
  return {
    find(text) {
      const { count, spans } = matcher.scan(text);
      if (count === 0) return null;
      const seen = new Set<number>();
      for (let i = 0; i < count; i += 1) seen.add(spans[i * 3] as number);
      const found = [...seen].flatMap((index) => cues[index] ?? []);
      for (const level of levels) {
        const words = found.filter(({ code }) => code === level).toSorted((a, b) => b.weight - a.weight);
        if (words.reduce((sum, { weight }) => sum + weight, 0) < enough) continue;
        const top = words.slice(0, told).map(({ word, weight }) => ({ text: word, weight }));
        return { level, words: top, reason: `文中出现${top.map(({ text: word }) => `“${word}”`).join('、')}` };
      }
      return null;
    },
  };
}
