/** No regular expression of the source walks a text again and again: its time grows as the text does, whatever the text. */
import { performance } from 'node:perf_hooks';
import t from 'tap';
import ts from 'typescript';
import { cleanName } from '../../src/attachment/name.ts';
import { findDemands } from '../../src/intake/demands.ts';
import { read } from '../source.ts';

interface Found {
  file: string;
  pattern: RegExp;
}

/** Patterns that walk a text again and again, and why that does not matter: by file and how they begin. */
const shortOnly: [string, string, string][] = [
  ['src/account/password.ts', '^(.{2,}?)', 'a password has at most 128 characters there'],
  ['src/catalog/check-divisions.ts', '(00)+$', 'a code of a division, which the administrator wrote'],
  ['src/files/open.ts', '\\/+$', 'an address that the administrator set'],
  ['src/files/open.ts', '\\/*$', 'an address that the administrator set'],
  ['src/keys/sealing.ts', '=+$', 'a key that the administrator set'],
  ['src/place/role.ts', '(?:位于', 'ten characters before a name'],
];

function patternsOf({ path, source }: ReturnType<typeof read>[number]): Found[] {
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const [, text = '', flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(node.text) ?? [];
      found.push({ file: path, pattern: new RegExp(text, flags) });
    } else if (
      ts.isPropertyAssignment(node) &&
      node.name.getText() === 'pattern' &&
      ts.isStringLiteral(node.initializer)
    )
      found.push({ file: path, pattern: new RegExp(node.initializer.text, 'u') });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const common = [
  ' ',
  '\n',
  ' \n',
  '\t',
  '.',
  '1',
  'a',
  'A',
  '一',
  '，',
  '（',
  '(',
  '-',
  '/',
  '"',
  '{',
  ':',
  '@',
  '\\',
  '\u200b',
  'a.',
  '1、',
];

/** What a pattern might stumble over: its own characters and words again and again. */
function pumpsOf({ source }: RegExp): string[] {
  const own = [...source.replace(/\\[a-z]/gi, '')].filter((char) => !'\\^$*?+|[]{}'.includes(char));
  return [...new Set([...common, ...own, ...(source.match(/[\u4e00-\u9fff]{2,}/g) ?? [])])];
}

/** How long something takes at best, in milliseconds. */
function time(run: () => unknown): number {
  const once = () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  };
  return Math.min(once(), once());
}

const use = (pattern: RegExp, text: string) =>
  time(() => (pattern.global ? text.replace(pattern, '') : pattern.test(text)));

/** Below this many milliseconds a time says nothing. */
const noise = 2;
/** Eight times the length may take so many times as long; walking the text for each of its characters takes 64. */
const growth = 24;

/** Whether the time grows faster than the text; a short one first, for what would double with every character. */
function explodes(measure: (length: number) => number): boolean {
  if (measure(26) > 20) return true;
  if (measure(4096) < noise) return false;
  // Three times, since another process may have been in the way.
  return [1, 2, 3].every(() => measure(32_768) > growth * measure(4096));
}

t.test('every pattern', async (t) => {
  const found = read('src').flatMap(patternsOf);
  t.ok(found.length > 150, `${found.length} patterns`);
  for (const { file, pattern } of found) {
    if (shortOnly.some(([path, start]) => path === file && pattern.source.startsWith(start))) continue;
    const [word = ''] = pattern.source.match(/[\u4e00-\u9fff]{2,}/) ?? [];
    for (const pump of pumpsOf(pattern)) {
      for (const before of new Set(['', word, '1']))
        for (const after of ['', '\u0001']) {
          const text = (length: number) => before + pump.repeat(Math.ceil(length / pump.length)) + after;
          if (explodes((length) => use(pattern, text(length))))
            t.fail(`${file}: /${pattern.source}/ on ${JSON.stringify([before, pump, after])}`);
        }
    }
  }
});

t.test('the exceptions are all there', async (t) => {
  const all = read('src').flatMap(patternsOf);
  for (const [file, start, why] of shortOnly)
    t.ok(
      all.some((one) => one.file === file && one.pattern.source.startsWith(start)),
      `${file} ${start}: ${why}`,
    );
});

/** Whether a function takes far longer for a text than for another one of the same length. */
const stumbles = (run: (text: string) => unknown, text: string, harmless: string) =>
  [1, 2, 3].every(() => time(() => run(text)) > 50 * time(() => run(harmless)));

t.test('what is made of several', async (t) => {
  const nothing = () => ({ matter: '', need: '', confidence: 0, known: false });
  const demands = (text: string) => findDemands(text, nothing, { marked: 0.5, unmarked: 0.5 });
  const name = (text: string) => cleanName(text, { extension: 'jpg', aliases: ['jpeg'] });
  const fill = (pump: string) => pump.repeat(Math.ceil(32_768 / pump.length));
  for (const pump of [...common, '另外', '。 ', '另外，', '：\n', '. ', '..', '/.', 'e\u0301'])
    for (const after of ['', 'x']) {
      const text = `a${fill(pump)}${after}`;
      t.notOk(stumbles(demands, text, fill('一。')), `demands in ${JSON.stringify([pump, after])}`);
      t.notOk(stumbles(name, text, fill('ab')), `a file named ${JSON.stringify([pump, after])}`);
    }
});
