/**
 * Several demands in one text (一件多诉): parts that ask for different things, each with the judgement it would get by itself.
 * A part begins where the writer says so (a number, 另外, 同时反映 …), at a sentence, or at an item of the list that names the
 * matter (来电反映A、B的问题). What decides is that parts are clear and about different first-level matters; parts that are
 * not clear belong to the one before them. Pure.
 */

/** A stretch of a text: UTF-16 units, half-open. */
export interface Part {
  start: number;
  end: number;
  /** The writer marks a new point here, by a number or by words. */
  isMarked: boolean;
  isNumbered: boolean;
}

/** What is known of the words of one part. */
export interface PartVerdict {
  /** First-level matter and the chance that it is right, 0 to 1; the need; whether there was enough to judge by. */
  matter: string;
  need: string;
  confidence: number;
  known: boolean;
}

/**
 * The least chance, 0 to 1, that its matter is right for a part to be a demand: where the writer marks it, and where he does
 * not and the text has two parts. Of many parts one is easily taken amiss: the more there are, the nearer to 1 it rises.
 */
export interface SplitRule {
  marked: number;
  unmarked: number;
}

/** Figures and words that open a point of a list. One character before them is enough to look at: a run of white space is not walked again and again. */
const numbered =
  /(?:^|[\n。；;：:，,！!？?\s])((?:[（(]?[一二三四五六七八九十\d]{1,2}[)）、．.](?!\d)|[①-⑩]|[其第][一二三四五][，,、：:是]|[一二三四五]是))/g;
/** Words that open a further point, at the start of a clause. */
const joined =
  /(?:^|[\n。；;，,！!？?\s])((?:另外|此外|除此之外|还有|同时(?:反映|还|也)|再有|再就是|再[说一]?个?别的|再一个|再说|顺便|另[，,称外一]?|并(?:反映|且反映)|以及反映|(?:来电人|市民)?(?:还|也)(?:想|要)?(?:反映|问|投诉|咨询|举报)|又及|附带))/g;
const sentenceEnd = /[。！!？?；;\n]/;
/** Fewer Chinese characters than this are no demand. */
const leastLength = 5;

const lengthOf = (text: string) => text.replace(/[^\u4e00-\u9fff]/g, '').length;

/** Where a pattern marks a new point. */
function marksOf(text: string, pattern: RegExp): Set<number> {
  const found = [...text.matchAll(pattern)];
  return new Set(found.map((match) => match.index + match[0].length - (match[1] ?? '').length));
}

/** The items of the clause that names the matter (来电反映A、B的问题): its start, and where each further item begins. */
function itemsOf(text: string): number[] {
  const at = text.lastIndexOf('来电反映');
  if (at === -1) return [];
  const start = at + 4;
  let end = start;
  while (end < text.length && !sentenceEnd.test(text.charAt(end))) end += 1;
  const items = [start];
  for (let i = start; i < end; i += 1) if ('、，,和及'.includes(text.charAt(i))) items.push(i + 1);
  return items.length > 1 ? items : [];
}

/** Cuts a text into parts: at marks, sentences, and items of the clause that names the matter. The 注 part is none. */
export function cutParts(text: string): Part[] {
  const numbers = marksOf(text, numbered);
  const marks = new Set([...numbers, ...marksOf(text, joined)]);
  const items = new Set(itemsOf(text));
  const note = text.search(/注[:：]/);
  const length = note === -1 ? text.length : note;
  const parts: Part[] = [];
  let start = 0;
  const close = (end: number) => {
    if (end > start)
      parts.push({ start, end, isMarked: marks.has(start) || items.has(start), isNumbered: numbers.has(start) });
    start = end;
  };
  for (let i = 1; i < length; i += 1) {
    if (marks.has(i) || items.has(i) || sentenceEnd.test(text.charAt(i - 1))) close(i);
  }
  close(length);
  return parts;
}

/** A demand: its stretch, and what it is about. */
export interface DemandSpan {
  start: number;
  end: number;
  matter: string;
  need: string;
}

/** Points are announced without saying of what: 反映两件事：…, 问题如下：…; they may be anything. */
const announced = /[两二三四五几多][点件个项方]|[以如]下|下列|(?:问题|诉求|情况|反映|要求)[:：]\s*$/;

/** The demands of a text, in order; none where it has only one. `judge` tells of the words of one part. */
export function findDemands(text: string, judge: (part: string) => PartVerdict, rule: SplitRule): DemandSpan[] {
  const found: DemandSpan[] = [];
  const parts = cutParts(text);
  const unmarked = 1 - ((1 - rule.unmarked) * 2) / Math.max(parts.length, 2);
  // The points of a list are details of what leads up to it: 要求开发商兑现承诺：1、…；2、…
  let isDetail = false;
  let lead = '';
  for (const { start, end, isMarked, isNumbered } of parts) {
    const words = text.slice(start, end);
    if (isNumbered) isDetail ||= /[:：]\s*$/.test(lead) && lengthOf(lead) >= leastLength && !announced.test(lead);
    else if (isMarked) isDetail = false;
    const verdict: PartVerdict | null = isDetail || lengthOf(words) < leastLength ? null : judge(words);
    lead = words;
    const last = found.at(-1);
    const isClear = verdict?.known && verdict.confidence >= (isMarked ? rule.marked : unmarked);
    if (verdict !== null && isClear && last?.matter !== verdict.matter && last?.need !== verdict.need) {
      const { matter, need } = verdict;
      found.push({ start: last === undefined ? 0 : start, end, matter, need });
    } else if (last !== undefined) last.end = end;
  }
  return found.length < 2 ? [] : found;
}
