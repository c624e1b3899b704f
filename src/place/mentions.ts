/** The places a text names, one by one, each with what it may mean as it is written there. */
import { endingAt, startsFree, tailAt } from './context.ts';
import type { Gazetteer } from './gazetteer.ts';
import type { Meaning } from './meanings.ts';

/** A place named in a text. */
export interface Mention {
  word: number;
  start: number;
  end: number;
  meaning: Meaning;
  /** Two characters in the middle of others, as 长阳 in 局长阳某: it counts like a shy one unless it follows a place. */
  loose: boolean;
}

function isLocal({ level }: Meaning): boolean {
  return level === 'coarse' || level === 'fine';
}

/** Whether the last character of a name goes with the next: the 东 of 东门, 东侧. */
function endsInSide(text: string, end: number): boolean {
  return (
    end < text.length && '门口侧边面'.includes(text[end] as string) && '东西南北'.includes(text[end - 1] as string)
  );
}

/** Reads one occurrence of a word: with the ending that follows it, or alone. */
function read(gazetteer: Gazetteer, text: string, word: number, start: number, end: number): Mention | null {
  const { meanings, counts } = gazetteer;
  const ended = counts[word] === 1 ? null : endingAt(text, end);
  const named = ended && meanings.ended(word, ended.ending);
  // 静水园东门 is the east gate of 静水园, not the gate of 静水园东
  if (!named && endsInSide(text, end)) return null;
  const meaning = named ?? meanings.bare(word, tailAt(text, end));
  if (!meaning) return null;
  // 西地省 is a province, whatever village is called 西地
  if (!named && (ended?.ending === 'region' || ended?.ending === 'city') && isLocal(meaning)) return null;
  const loose = end - start === 2 && !ended && !startsFree(text, start);
  return { word, start, end: ended && named ? ended.end : end, meaning, loose };
}

/** What a mention is worth when names overlap: characters explained, by few names; shy ones hardly. */
function worth({ start, end, meaning: { level, targets } }: Mention): number {
  return targets.length > 0 || level !== 'fine' ? (end - start) * 4 - 1 : end - start;
}

/** Sorts mentions by end, those with the same end by start; they nearly are already. */
function sort(mentions: Mention[]): void {
  for (let i = 1; i < mentions.length; i += 1) {
    const mention = mentions[i] as Mention;
    let at = i;
    for (; at > 0; at -= 1) {
      const before = mentions[at - 1] as Mention;
      if (before.end < mention.end || (before.end === mention.end && before.start <= mention.start)) break;
      mentions[at] = before;
    }
    mentions[at] = mention;
  }
}

/** How many of the sorted mentions end before the one at `index` starts. */
function countBefore(mentions: readonly Mention[], index: number): number {
  const { start } = mentions[index] as Mention;
  let count = index;
  while (count > 0 && (mentions[count - 1] as Mention).end > start) count -= 1;
  return count;
}

/** Of sorted mentions the ones that together explain most of the text, without overlaps. */
function untangle(mentions: readonly Mention[]): Mention[] {
  // By number of mentions looked at: the best that can be had, and the last mention it needs. Of two as good the one found
  // later stands: a longer name before a shorter (天通苑北, 太平庄村), what the list spells out before a name with an ending.
  const gain = [0];
  const last = [-1];
  for (let i = 0; i < mentions.length; i += 1) {
    const mention = mentions[i] as Mention;
    const sum = (gain[countBefore(mentions, i)] as number) + worth(mention);
    const better = sum >= (gain[i] as number);
    gain.push(better ? sum : (gain[i] as number));
    last.push(better ? i : (last[i] as number));
  }
  const kept: Mention[] = [];
  for (let at = last[mentions.length] as number; at >= 0; ) {
    const mention = mentions[at] as Mention;
    kept.push(mention);
    at = last[countBefore(mentions, at)] as number;
  }
  return kept.reverse();
}

/** The places named in folded text, in order; where names overlap, those that together explain most of it. */
export function mentionsIn(gazetteer: Gazetteer, text: string): Mention[] {
  const { count, spans } = gazetteer.matcher.scan(text);
  const found: Mention[] = [];
  let tangled = false;
  let accidental = false;
  let reached = 0;
  for (let i = 0; i < count * 3; i += 3) {
    const mention = read(gazetteer, text, spans[i] as number, spans[i + 1] as number, spans[i + 2] as number);
    if (mention === null) continue;
    tangled ||= mention.start < reached;
    reached = Math.max(reached, mention.end);
    accidental ||= mention.meaning.level === 'accident';
    found.push(mention);
  }
  if (tangled) sort(found);
  const kept = tangled ? untangle(found) : found;
  return accidental ? kept.filter(({ meaning }) => meaning.level !== 'accident') : kept;
}
