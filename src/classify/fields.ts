/**
 * The parts of a complaint's words and how much each counts. Hotline operators write in a frame,
 * “市民反映，…，来电反映X的问题。注：…”: the clause after 来电反映 names the matter, the 注 part only instructs the unit.
 */
import { normalize } from '../text/normalize.ts';

/** What is judged: title and text as the operator typed them. */
export interface Words {
  title?: string | null | undefined;
  text: string;
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

export function splitFields({ title, text }: Words): Fields {
  const head = title ? `${normalize(title)}\n` : '';
  const body = normalize(text);
  const all = head + body;
  const titleEnd = head.length;
  const focus = body.lastIndexOf('来电反映');
  const note = noteAt(body);
  const noteStart = note === -1 ? all.length : titleEnd + note;
  const focusStart = focus === -1 ? 0 : titleEnd + focus + 4;
  const focusEnd = focus === -1 ? 0 : clauseEnd(all, focusStart);
  return { all, titleEnd, focusStart, focusEnd, noteStart };
}

/** Where “注：” stands, or -1. */
function noteAt(body: string): number {
  let at = body.indexOf('注');
  while (at !== -1 && body[at + 1] !== ':' && body[at + 1] !== '：') at = body.indexOf('注', at + 1);
  return at;
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
