/** Which strings a model may learn: words as they are cut, and runs of one to three characters, that occur in enough texts. */
import type { Segmenter } from '../classify/segment.ts';

/** The longest run of characters, and the longest word. */
const longestRun = 3;
const longestWord = 6;

/** A string without spaces and line breaks; a matcher works on the text as it is, so runs do not cross them. */
const isUsable = (text: string) => !/\s/.test(text);

/** Distinct candidates of one text. */
function candidatesOf(text: string, segments: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (let start = 0; start < text.length; start += 1) {
    for (let length = 1; length <= longestRun && start + length <= text.length; length += 1) {
      found.add(text.slice(start, start + length));
    }
  }
  for (const word of segments) if (word.length > longestRun && word.length <= longestWord) found.add(word);
  return found;
}

/**
 * The candidates that occur in at least `least` of the texts, with the number of texts, in the order of code units: the order
 * must not depend on the order of the texts.
 */
export function findCandidates(
  texts: readonly string[],
  segmenter: Pick<Segmenter, 'cut'>,
  least: number,
): { text: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const candidate of candidatesOf(text, segmenter.cut(text)))
      counts.set(candidate, (counts.get(candidate) ?? 0) + 1);
  }
  return [...counts]
    .filter(([text, count]) => count >= least && isUsable(text))
    .map(([text, count]) => ({ text, count }))
    .sort((a, b) => (a.text < b.text ? -1 : 1));
}
