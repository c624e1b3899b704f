/**
 * How articles are found by words: what is indexed, how much a word tells, which articles are offered and why. Pure.
 *
 * PostgreSQL's own ranks know nothing of how rare a word is; in short texts that all say 办理 and 材料 it is the rare word that
 * tells. So each asked word weighs by the number of articles that hold it, as in BM25, and more where it stands in the title
 * or a question than in the text alone (docs/adr/018).
 */
import type { Content } from './article.ts';

/** Segments a text into the words to search by. */
export type Words = (text: string) => string[];

/** A word as a quoted lexeme of tsvector and tsquery. */
const lexeme = (word: string) => `'${word.replace(/['\\]/g, '$&$&')}'`;

/** The tsvector of an article: A for words of the title and the questions, D for those of the text alone. */
export function vectorOf({ title, questions, text, basis }: Content, words: Words): string {
  const titled = new Set(words([title, ...questions].join('\n')));
  const told = words(`${text}\n${basis ?? ''}`).filter((word) => !titled.has(word));
  return [...[...titled].map((word) => `${lexeme(word)}:1A`), ...told.map((word) => `${lexeme(word)}:1`)].join(' ');
}

/** A word that is asked for, as tsquery: anywhere (`term`), in title or questions (`titled`); with its weights there and in the text. */
export interface Asked {
  word: string;
  term: string;
  titled: string;
  heavy: number;
  light: number;
}

/** What is asked: the words that some article holds, and the weight that all words would have together. */
export interface Question {
  asked: Asked[];
  whole: number;
}

/** More words than these, from the front of a long text, make the search slower and no better. */
const mostWords = 64;
/** A word in the text alone counts by this share. */
const inText = 0.4;
/** Even the most common word of the complaints keeps this share of its weight. */
const leastRarity = 0.25;
/** A word that no article holds lowers all scores by this share of its weight: it may be the one that matters, or a name. */
const unheard = 0.2;

/** Words of asking and of the operator's frame: every question has them, whatever it is about. */
const askingWords = new Set(
  (
    '什么 怎么 怎么办 怎么样 如何 哪里 哪个 哪些 多少 几个 为什么 时候 什么时候 是否 是不是 有没有 没有 能否 能不能 不能 ' +
    '可以 可不可以 需要 要不要 应该 请问 咨询 来电 市民 反映 了解 想问 问一下 一下 知道 想知道 听说 告知 自己 我们 现在 ' +
    '今年 目前 规定 相关 部门 办理 怎么办理 情况 问题'
  ).split(' '),
);

/** The words as they are looked up; weights are whole numbers, so that sums are exact. */
export function termsOf(words: readonly string[]): { word: string; term: string }[] {
  const telling = words.filter((word) => !askingWords.has(word));
  // A text of such words alone is asked as it stands.
  return (telling.length > 0 ? telling : words).slice(0, mostWords).map((word) => ({ word, term: lexeme(word) }));
}

/**
 * Weighs asked words: `counts` is in how many of `total` articles a word stands, `rarity` (0 to 1) how rare it is in complaints.
 */
export function weighQuestion(
  words: readonly string[],
  counts: ReadonlyMap<string, number>,
  total: number,
  rarity: (word: string) => number,
): Question {
  const most = Math.log(1 + (total + 0.5) / 0.5);
  const weigh = (word: string, count: number) => {
    const idf = Math.log(1 + (total - count + 0.5) / (count + 0.5)) / most;
    return idf * (leastRarity + (1 - leastRarity) * rarity(word));
  };
  let whole = 0;
  const asked: Asked[] = [];
  const terms = termsOf(words);
  for (const { word, term } of terms) {
    const count = counts.get(word) ?? 0;
    // Words are searched with the shorter ones inside them; together they are still one word.
    const around = terms.filter((other) => other.word.includes(word)).length;
    const heavy = Math.round((weigh(word, count) * 1000) / around);
    whole += count === 0 ? heavy * unheard : heavy;
    if (count > 0) asked.push({ word, term, titled: `${term}:A`, heavy, light: Math.round(heavy * inText) });
  }
  return { asked, whole };
}

/** A share of the whole weight as it is shown: 0 to 1, two decimals. */
export function scoreOf(weight: number, { whole }: Question): number {
  return whole === 0 ? 0 : Math.round(Math.min(1, weight / whole) * 100) / 100;
}

/** An article that holds some of the words: the weight they have together, and which stand where. */
export interface Hit {
  id: number;
  weight: number;
  titled: readonly string[];
  told: readonly string[];
  matter: string | null;
}

/** A matter that the text may be about, with the chance that it is, 0 to 1. */
export interface Guess {
  code: string;
  confidence: number;
}

/** How many are offered, and the least score. */
const offered = 3;
const leastScore = 0.2;
/** How much it adds that the article is about the judged matter, for certain. */
const matterBonus = 0.5;

/** How near an article's matter is to the judged one: itself, one above it, or another leaf of the same second level. */
function nearness(own: string, judged: string): number {
  if (own === judged) return 1;
  if (judged.startsWith(`${own}.`)) return own.includes('.') ? 0.8 : 0.3;
  const second = (code: string) => code.split('.').slice(0, 2).join('.');
  return own.includes('.') && second(own) === second(judged) ? 0.4 : 0;
}

function aboutMatter({ matter }: Hit, guesses: readonly Guess[]): number {
  if (matter === null) return 0;
  return Math.max(0, ...guesses.map(({ code, confidence }) => nearness(matter, code) * confidence));
}

export interface Offer<H extends Hit> {
  hit: H;
  score: number;
  why: string;
}

/** The articles to offer, best first, at most three: by their words, and by the matters that the text is judged to be about. */
export function offers<H extends Hit>(hits: readonly H[], question: Question, guesses: readonly Guess[]): Offer<H>[] {
  return hits
    .map((hit) => {
      const about = aboutMatter(hit, guesses);
      return { hit, score: scoreOf(hit.weight * (1 + matterBonus * about), question), about };
    })
    .filter(({ score }) => score >= leastScore)
    .sort((a, b) => b.score - a.score || b.hit.weight - a.hit.weight || a.hit.id - b.hit.id)
    .slice(0, offered)
    .map(({ hit, score, about }) => ({ hit, score, why: reasons(hit, about) }));
}

const shownWords = 4;
const quoted = (words: readonly string[]) =>
  words
    .slice(0, shownWords)
    .map((word) => `“${word}”`)
    .join('');

function reasons({ titled, told }: Hit, about: number): string {
  const parts = [
    titled.length > 0 ? `标题或问法有${quoted(titled)}` : '',
    told.length > 0 ? `正文有${quoted(told)}` : '',
    about > 0 ? '与所判事项相符' : '',
  ];
  return parts.filter((part) => part !== '').join('；');
}
