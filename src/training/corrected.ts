/** Makes labelled texts of complaints that people have corrected. Pure. */
import { maskText } from '../access/mask.ts';
import type { Lexicon } from '../classify/lexicon.ts';
import { noAlarm } from '../classify/urgency.ts';
import type { Example, UrgencyCase } from './examples.ts';

/** A corrected complaint as it stands; `matter` is its leaf. */
export interface CorrectedText {
  title: string | null;
  text: string;
  need: string;
  matter: string;
  type: string;
}

/**
 * The labelled texts, without telephone and identity numbers. Left out are those whose codes the seeds no longer know: the
 * complaints of years are not refused for one that was closed.
 */
export function correctedExamples(rows: readonly CorrectedText[], { needs, matters, types }: Lexicon): Example[] {
  return rows.flatMap(({ title, text, need, matter, type }): Example[] => {
    const firstLevel = matter.split('.')[0] ?? matter;
    if (!needs.includes(need) || !matters.includes(firstLevel) || !types.includes(type)) return [];
    return [{ title: title && maskText(title), text: maskText(text), need, matter: firstLevel, type }];
  });
}

/** A complaint whose level was corrected, and the level that a person gave it last. */
export interface CorrectedLevel {
  title: string | null;
  text: string;
  level: string;
}

/** Cases of urgency from corrected levels: a level that words never set means that these words ask for none. */
export function correctedCases(rows: readonly CorrectedLevel[], byWords: readonly string[]): UrgencyCase[] {
  return rows.map(({ title, text, level }) => ({
    title: title && maskText(title),
    text: maskText(text),
    level: byWords.includes(level) ? level : noAlarm,
  }));
}
