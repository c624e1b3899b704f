/** Makes labelled texts of complaints that people have corrected. Pure. */
import { maskText } from '../access/mask.ts';
import type { Lexicon } from '../classify/lexicon.ts';
import type { Example } from './examples.ts';

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
