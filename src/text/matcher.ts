/**
 * Finds every occurrence of many words in a text in one pass (Aho–Corasick).
 *
 * The transitions live in one open-addressing hash table over typed arrays, so that tens of thousands of words cost a few
 * megabytes and a lookup is a handful of machine operations. Both the gazetteer and the lexicon are matched with it.
 */

/** One occurrence: the word's index in the list given to `buildMatcher`, and its half-open span in UTF-16 units. */
export interface Match {
  word: number;
  start: number;
  end: number;
}

export interface Matcher {
  /** Calls `visit` for every occurrence, ordered by end, longest first among those with the same end. */
  scan(text: string, visit: (word: number, start: number, end: number) => void): void;
  /** The same as a list. */
  find(text: string): Match[];
}

/** A hash table from (node, character) to node. */
class Transitions {
  private mask: number;
  private nodes: Int32Array;
  private chars: Uint16Array;
  private targets: Int32Array;
  private size = 0;

  constructor(expected: number) {
    let capacity = 1024;
    while (capacity < expected * 2) capacity *= 2;
    this.mask = capacity - 1;
    this.nodes = new Int32Array(capacity).fill(-1);
    this.chars = new Uint16Array(capacity);
    this.targets = new Int32Array(capacity);
  }

  /** The target node, or -1. */
  get(node: number, char: number): number {
    let slot = (Math.imul(node, 0x9e3779b1) ^ Math.imul(char, 0x85ebca6b)) >>> 7;
    for (;;) {
      slot &= this.mask;
      const at = this.nodes[slot];
      if (at === -1) return -1;
      if (at === node && this.chars[slot] === char) return this.targets[slot] as number;
      slot += 1;
    }
  }

  set(node: number, char: number, target: number): void {
    if (this.size * 2 > this.mask) this.grow();
    let slot = (Math.imul(node, 0x9e3779b1) ^ Math.imul(char, 0x85ebca6b)) >>> 7;
    for (slot &= this.mask; this.nodes[slot] !== -1; slot = (slot + 1) & this.mask);
    this.nodes[slot] = node;
    this.chars[slot] = char;
    this.targets[slot] = target;
    this.size += 1;
  }

  private grow(): void {
    const old = { nodes: this.nodes, chars: this.chars, targets: this.targets };
    const bigger = new Transitions(old.nodes.length);
    old.nodes.forEach((node, slot) => {
      if (node !== -1) bigger.set(node, old.chars[slot] as number, old.targets[slot] as number);
    });
    this.mask = bigger.mask;
    this.nodes = bigger.nodes;
    this.chars = bigger.chars;
    this.targets = bigger.targets;
  }
}

/** The trie under construction: parents come before children, so failure links can be set in one sweep over levels. */
interface Trie {
  next: Transitions;
  edges: { from: number; char: number; to: number; depth: number }[];
  wordAt: number[];
}

function buildTrie(words: readonly string[]): Trie {
  const next = new Transitions(words.length * 4);
  const edges: Trie['edges'] = [];
  const wordAt: number[] = [-1];
  words.forEach((word, index) => {
    let node = 0;
    for (let i = 0; i < word.length; i += 1) {
      const char = word.charCodeAt(i);
      let child = next.get(node, char);
      if (child === -1) {
        child = wordAt.length;
        wordAt.push(-1);
        next.set(node, char, child);
        edges.push({ from: node, char, to: child, depth: i + 1 });
      }
      node = child;
    }
    if (node === 0) throw new Error('an empty word cannot be matched');
    if (wordAt[node] === -1) wordAt[node] = index;
  });
  return { next, edges, wordAt };
}

/**
 * Builds a matcher over `words`; none may be empty. A word given twice answers with its first index.
 * Matching is exact on UTF-16 units: normalise text and words the same way beforehand.
 */
export function buildMatcher(words: readonly string[]): Matcher {
  const { next, edges, wordAt } = buildTrie(words);
  const wordOf = Int32Array.from(wordAt);
  const fail = new Int32Array(wordAt.length);
  // The nearest node on the failure path that ends a word, so that a scan never walks nodes that report nothing.
  const report = new Int32Array(wordAt.length);
  edges.sort((a, b) => a.depth - b.depth);
  for (const { from, char, to } of edges) {
    if (from !== 0) {
      let state = fail[from] as number;
      let target = next.get(state, char);
      while (target === -1 && state !== 0) {
        state = fail[state] as number;
        target = next.get(state, char);
      }
      fail[to] = target === -1 ? 0 : target;
    }
    const failure = fail[to] as number;
    report[to] = wordOf[failure] === -1 ? (report[failure] as number) : failure;
  }
  const lengths = Int32Array.from(words, (word) => word.length);

  const scan: Matcher['scan'] = (text, visit) => {
    let state = 0;
    for (let i = 0; i < text.length; i += 1) {
      const char = text.charCodeAt(i);
      let target = next.get(state, char);
      while (target === -1 && state !== 0) {
        state = fail[state] as number;
        target = next.get(state, char);
      }
      state = target === -1 ? 0 : target;
      for (let at = wordOf[state] === -1 ? (report[state] as number) : state; at !== 0; at = report[at] as number) {
        const word = wordOf[at] as number;
        visit(word, i + 1 - (lengths[word] as number), i + 1);
      }
    }
  };
  return {
    scan,
    find(text) {
      const found: Match[] = [];
      scan(text, (word, start, end) => found.push({ word, start, end }));
      return found;
    },
  };
}
