// Writes src/text/traditional.ts: which traditional characters become which simplified ones, from the dictionary of the
// npm package opencc-js (data of OpenCC, Apache-2.0).
//
//   node --import tsx scripts/traditional.ts <opencc-js folder>
//
// Only characters that simplified Chinese does not use itself (none of GB 2312) and that Big5 has: 乾, 著, 於 in a simplified text
// are left as they are, and rare variants stay out.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: scripts/traditional.ts <opencc-js folder>');

/** All characters of a two-byte encoding. */
function charactersOf(encoding: string, high: [number, number]): Set<string> {
  const decoder = new TextDecoder(encoding);
  const found = new Set<string>();
  for (let first = high[0]; first <= high[1]; first += 1) {
    for (let second = 0x40; second <= 0xfe; second += 1) found.add(decoder.decode(Uint8Array.of(first, second)));
  }
  return found;
}

/** GB 2312 is the part of GBK in which both bytes have the high bit and the first begins at 0xB0. */
function simplifiedCharacters(): Set<string> {
  const decoder = new TextDecoder('gbk');
  const found = new Set<string>();
  for (let first = 0xb0; first <= 0xf7; first += 1) {
    for (let second = 0xa1; second <= 0xfe; second += 1) found.add(decoder.decode(Uint8Array.of(first, second)));
  }
  return found;
}

const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
const source = readFileSync(join(folder, 'dist/esm-lib/dict/TSCharacters.js'), 'utf8');
const entries = source.slice(source.indexOf('"') + 1, source.lastIndexOf('"')).split('|');
const simplified = simplifiedCharacters();
const common = charactersOf('big5', [0xa4, 0xf9]);
const pairs = entries.flatMap((entry) => {
  const [from = '', to = ''] = entry.split(' ');
  return from.length === 1 && to.length === 1 && common.has(from) && !simplified.has(from) && simplified.has(to)
    ? [{ from, to }]
    : [];
});
const lines = (side: 'from' | 'to') => {
  const all = pairs.map((pair) => pair[side]).join('');
  const rows = all.match(/.{1,100}/gu) ?? [];
  return rows.map((row) => `  '${row}'`).join(' +\n');
};
const target = fileURLToPath(new URL('../src/text/traditional.ts', import.meta.url));
writeFileSync(
  target,
  `/**
 * ${pairs.length} traditional characters and, at the same places, their simplified ones. Written by scripts/traditional.ts from
 * opencc-js ${version} (data of OpenCC, Apache-2.0); not to be edited by hand.
 */
export const traditional =
${lines('from')};

export const simplified =
${lines('to')};
`,
);
process.stdout.write(`${pairs.length} characters\n`);
