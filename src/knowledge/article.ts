/** What an article of the knowledge base is, and where it stands on a day. Pure. */
import { type Validity, validOn } from '../catalog/validity.ts';

/** What an article says: everything that a person writes. `unit` owns it; `matter` is a matter of any level, or null. */
export interface Content extends Validity {
  unit: string;
  title: string;
  matter: string | null;
  /** Other ways in which citizens ask. */
  questions: string[];
  text: string;
  /** The policy document that it rests on. */
  basis: string | null;
}

/** The most characters of each part, and the most questions. */
export const limits = { title: 100, question: 100, questions: 20, text: 5000, basis: 500 } as const;

/** Where an article stands on a day: 有效, 尚未生效, 已失效, 已撤下. Only a valid one is offered or cited. */
export const articleStates = ['valid', 'upcoming', 'expired', 'withdrawn'] as const;
export type ArticleState = (typeof articleStates)[number];

/** The state on a day (`YYYY-MM-DD`, Asia/Shanghai). */
export function stateOn(article: Validity & { status: 'published' | 'withdrawn' }, date: string): ArticleState {
  if (article.status === 'withdrawn') return 'withdrawn';
  if (validOn(article, date)) return 'valid';
  return date < article.validFrom ? 'upcoming' : 'expired';
}

/** The beginning of a text, at most `most` characters, up to the end of a sentence where one ends in its second half. */
export function excerpt(text: string, most = 200): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  const cut = characters.slice(0, most).join('');
  const end = Math.max(...['。', '！', '？', '；', '\n'].map((mark) => cut.lastIndexOf(mark)));
  return end >= cut.length / 2 ? cut.slice(0, end + 1) : `${cut}…`;
}
