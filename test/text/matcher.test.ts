import fc from 'fast-check';
import t from 'tap';
import { buildMatcher, type Matcher } from '../../src/text/matcher.ts';

type Match = [word: number, start: number, end: number];

function found(matcher: Matcher, text: string): Match[] {
  const { count, spans } = matcher.scan(text);
  return Array.from({ length: count }, (_, i) => [...spans.slice(i * 3, i * 3 + 3)] as Match);
}

/** By end, longest first; of equal words the first. */
function naive(words: readonly string[], text: string): Match[] {
  const all: Match[] = [];
  for (let end = 1; end <= text.length; end += 1) {
    for (let start = 0; start < end; start += 1) {
      const word = words.indexOf(text.slice(start, end));
      if (word !== -1) all.push([word, start, end]);
    }
  }
  return all;
}

const letters = (...units: string[]) => fc.string({ unit: fc.constantFrom(...units), minLength: 1, maxLength: 6 });

t.test('finds what a naive search finds, in the same order', async (t) => {
  // few letters, so that words overlap and hold each other; and any UTF-16 units at all
  const few = letters('东', '里', '区');
  const any = fc
    .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 4 })
    .map((units) => String.fromCharCode(...units));
  // without words of one character pairs are looked at first
  const long = letters('东', '里', '区', '门', '路').filter((word) => word.length > 1);
  for (const word of [few, any, long]) {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), fc.array(few, { maxLength: 30 }), (words, texts) => {
        const matcher = buildMatcher(words);
        // one after the other: a scan must not see what the last one left
        for (const text of [texts.join(''), texts[0] ?? '', words.join('')])
          t.strictSame(found(matcher, text), naive(words, text));
      }),
    );
  }
});

t.test('no words, no text and many occurrences', async (t) => {
  t.strictSame(found(buildMatcher([]), '东里'), []);
  t.strictSame(found(buildMatcher(['东']), ''), []);
  t.equal(found(buildMatcher(['东', '东东']), '东'.repeat(1000)).length, 1999);
});

t.test('an empty word is refused', async (t) => {
  t.throws(() => buildMatcher(['东', '']), /empty/);
});
