/**
 * Finds every occurrence of many words in a text in one pass (Aho–Corasick).
 *
 * Tens of thousands of words are matched against every complaint, so what counts is how little memory a scan touches: nodes
 * are numbered level by level, which puts the children of a node side by side and the few nodes that most texts meet at the
 * front of the tables. Both the gazetteer and the lexicon are matched with it.
 */

/** The occurrences in the text scanned last: `count` times word, start, end. Valid until the next scan. */
export interface Found {
  count: number;
  /** Word's index in the list given to `buildMatcher`, then its half-open span in UTF-16 units; three numbers each. */
  spans: Int32Array;
}

export interface Matcher {
  /** Finds all occurrences, ordered by end, longest first among those with the same end. */
  scan(text: string): Found;
}

/**
 * Eight numbers a node, half a line of the cache: its children are the nodes from FIRST to END; where to go on without a child;
 * the longest word that ends here, as its node, 0 where none does; and of a node that ends a word that word, its length, and
 * the next shorter one that ends here, as its node or 0.
 */
const FIRST = 0;
const END = 1;
const FAIL = 2;
const HIT = 3;
const WORD = 4;
const LENGTH = 5;
const SHORTER = 6;
const size = 8;

interface Trie {
  nodes: Int32Array;
  /** By node: the character that leads to it. They lie apart, for they are searched. */
  chars: Uint16Array;
}

/** The child of a node by a character, 0 where there is none. Children are sorted by character. */
function childOf(nodes: Int32Array, chars: Uint16Array, node: number, char: number): number {
  let low = nodes[node * size + FIRST] as number;
  let high = nodes[node * size + END] as number;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = chars[middle] as number;
    if (at === char) return middle;
    if (at < char) low = middle + 1;
    else high = middle;
  }
  return 0;
}

/** Numbers the nodes level by level: each is a run of the sorted words that begin alike. */
function buildTrie(words: readonly string[]): Trie {
  const wordAt = (index: number) => words[index] as string;
  const sorted = Int32Array.from(words.keys()).sort((a, b) =>
    wordAt(a) < wordAt(b) ? -1 : wordAt(a) > wordAt(b) ? 1 : a - b,
  );
  const capacity = words.reduce((sum, word) => sum + word.length, 1);
  const nodes = new Int32Array(capacity * size);
  const chars = new Uint16Array(capacity);
  const starts = new Int32Array(capacity);
  const ends = new Int32Array(capacity);
  const depths = new Int32Array(capacity);
  ends[0] = sorted.length;
  let count = 1;
  for (let node = 0; node < count; node += 1) {
    const depth = depths[node] as number;
    const end = ends[node] as number;
    let at = starts[node] as number;
    // shorter words sort before longer ones, the first of equal words before the others
    for (; at < end && wordAt(sorted[at] as number).length === depth; at += 1) {
      if (depth < 2 || nodes[node * size + LENGTH] !== 0) continue;
      nodes[node * size + WORD] = sorted[at] as number;
      nodes[node * size + LENGTH] = depth;
    }
    nodes[node * size + FIRST] = count;
    while (at < end) {
      const char = wordAt(sorted[at] as number).charCodeAt(depth);
      starts[count] = at;
      while (at < end && wordAt(sorted[at] as number).charCodeAt(depth) === char) at += 1;
      ends[count] = at;
      depths[count] = depth + 1;
      chars[count] = char;
      count += 1;
    }
    nodes[node * size + END] = count;
  }
  return { nodes: nodes.slice(0, count * size), chars: chars.slice(0, count) };
}

/** Sets where each node falls back to and which words end in it. Parents come first, so one sweep does. */
function link({ nodes, chars }: Trie): void {
  for (let parent = 0; parent < chars.length; parent += 1) {
    const end = nodes[parent * size + END] as number;
    for (let node = nodes[parent * size + FIRST] as number; node < end; node += 1) {
      let fail = 0;
      for (let state = parent; state !== 0 && fail === 0; ) {
        state = nodes[state * size + FAIL] as number;
        fail = childOf(nodes, chars, state, chars[node] as number);
      }
      const shorter = nodes[fail * size + HIT] as number;
      nodes[node * size + FAIL] = fail;
      nodes[node * size + SHORTER] = shorter;
      nodes[node * size + HIT] = nodes[node * size + LENGTH] === 0 ? shorter : node;
    }
  }
}

/** Where a word's first two characters have their bit among `pairBits`. */
const pairBits = 1 << 16;
const pairOf = (first: number, second: number) => (Math.imul(first, 40503) ^ second) & (pairBits - 1);

/**
 * Which pairs of characters words begin with; a pair that none begins with may look as if one did. Few pairs of a text do,
 * and these bits stay in the nearest cache where the tables of the nodes do not.
 */
function buildPairs(words: readonly string[]): Int32Array {
  const pairs = new Int32Array(pairBits / 32);
  for (const word of words) {
    if (word.length === 1) continue;
    const pair = pairOf(word.charCodeAt(0), word.charCodeAt(1));
    pairs[pair >> 5] = (pairs[pair >> 5] as number) | (1 << (pair & 31));
  }
  return pairs;
}

/** By character: the word that it is by itself, plus one; null where no word is so short. They stay out of the trie. */
function wordsOfOne(words: readonly string[]): Int32Array | null {
  if (!words.some((word) => word.length === 1)) return null;
  const single = new Int32Array(65536);
  words.forEach((word, index) => {
    const unit = word.charCodeAt(0);
    if (word.length === 1 && single[unit] === 0) single[unit] = index + 1;
  });
  return single;
}

/** Appends an occurrence. */
function add(found: Found, word: number, start: number, end: number): void {
  const at = found.count * 3;
  if (at === found.spans.length) {
    const longer = new Int32Array(at * 2);
    longer.set(found.spans);
    found.spans = longer;
  }
  found.spans[at] = word;
  found.spans[at + 1] = start;
  found.spans[at + 2] = end;
  found.count += 1;
}

/**
 * Builds a matcher over `words`; none may be empty. A word given twice answers with its first index.
 * Matching is exact on UTF-16 units: normalise text and words the same way beforehand.
 */
export function buildMatcher(words: readonly string[]): Matcher {
  if (words.includes('')) throw new Error('an empty word cannot be matched');
  const trie = buildTrie(words);
  link(trie);
  const { nodes, chars } = trie;
  const pairs = buildPairs(words);
  // the root has too many children to search
  const roots = new Uint16Array(65536);
  for (let node = nodes[FIRST] as number; node < (nodes[END] as number); node += 1) roots[chars[node] as number] = node;
  const single = wordsOfOne(words);
  const found: Found = { count: 0, spans: new Int32Array(3 * 64) };

  return {
    scan(text) {
      found.count = 0;
      let state = 0;
      let following = text.length > 0 ? text.charCodeAt(0) : 0;
      for (let i = 0; i < text.length; i += 1) {
        const char = following;
        following = i + 1 < text.length ? text.charCodeAt(i + 1) : 0;
        let next = 0;
        while (state !== 0 && next === 0) {
          next = childOf(nodes, chars, state, char);
          state = nodes[state * size + FAIL] as number;
        }
        if (next === 0) {
          const pair = pairOf(char, following);
          if (((pairs[pair >> 5] as number) & (1 << (pair & 31))) !== 0) next = roots[char] as number;
        }
        if (next !== 0) {
          state = next;
          for (let hit = nodes[state * size + HIT] as number; hit !== 0; hit = nodes[hit * size + SHORTER] as number)
            add(found, nodes[hit * size + WORD] as number, i + 1 - (nodes[hit * size + LENGTH] as number), i + 1);
        }
        if (single !== null && single[char] !== 0) add(found, (single[char] as number) - 1, i, i + 1);
      }
      return found;
    },
  };
}
