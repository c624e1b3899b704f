/**
 * The parts of a complaint's words and how much each counts. Hotline operators write in a frame,
 * “市民反映，…，来电反映X的问题。注：…”: the clause after 来电反映 names the matter, the 注 part only instructs the unit.
 */
import { normalize } from '../text/normalize.ts';

/** What is judged: title and text as the operator typed them. */
export interface Words {
  title?: string | null | undefined;
  text: string;
  /** What `joinWords` makes of the two, where the caller has it already. */
  joined?: string;
}

/** Title and text as one normalised string; the text begins behind the title and a line break. */
export function joinWords({ title, text }: Words): string {
  return normalize(title ? `${title}\n${text}` : text);
}

/** Title and text as one normalised string with the spans in which words count more or less. */
export interface Fields {
  all: string;
  /** End of the title (exclusive); 0 where there is none. */
  titleEnd: number;
  /** Span of the clause that names the matter; empty where the frame is not used. */
  focusStart: number;
  focusEnd: number;
  /** Start of the instruction to the unit; the length of `all` where there is none. */
  noteStart: number;
}

const weights = { title: 2, focus: 2, text: 1, note: 0.3 } as const;

export function splitFields(words: Words): Fields {
  const all = words.joined ?? joinWords(words);
  const titleEnd = words.title ? words.title.length + 1 : 0;
  const focus = all.lastIndexOf('来电反映');
  const isFramed = focus >= titleEnd;
  const focusStart = isFramed ? focus + 4 : 0;
  const focusEnd = isFramed ? clauseEnd(all, focusStart) : 0;
  return { all, titleEnd, focusStart, focusEnd, noteStart: noteAt(all, titleEnd) };
}

/** Where “注：” stands from `start` on, or the end. */
function noteAt(text: string, start: number): number {
  let at = text.indexOf('注', start);
  while (at !== -1 && text[at + 1] !== ':' && text[at + 1] !== '：') at = text.indexOf('注', at + 1);
  return at === -1 ? text.length : at;
}

function clauseEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && !'。；;\n'.includes(text[end] as string)) end += 1;
  return end;
}

/** How much a word that starts at `start` counts. */
export function weightAt(fields: Fields, start: number): number {
  if (start < fields.titleEnd) return weights.title;
  if (start >= fields.noteStart) return weights.note;
  if (start >= fields.focusStart && start < fields.focusEnd) return weights.focus;
  return weights.text;
}
