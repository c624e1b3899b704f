/**
 * Claim: the whole judgement (segment, classify, place, choose the unit) runs at 0.5 or more of the speed of
 * `nodejieba.cut` alone on the same texts. Run: npm run bench:classify
 */
import nodejieba from 'nodejieba';
import { shanghaiDate } from '../src/catalog/calendar.ts';
import { buildCatalog } from '../src/catalog/catalog.ts';
import { createSegmenter, userWords } from '../src/classify/segment.ts';
import { builtInModels, loadModel } from '../src/classify/store.ts';
import { readSeeds } from '../src/db/seed.ts';
import { buildJudge } from '../src/intake/judge.ts';
import { benchCases, say } from './texts.ts';

const limit = 0.5;
const rounds = 31;

const { data } = readSeeds();
const catalog = buildCatalog(data, shanghaiDate(new Date()));
const judge = buildJudge(catalog, createSegmenter(userWords(data)), loadModel(builtInModels));
const complaints = benchCases(catalog, 2000).map(({ complaint: { caller, ...words } }) => ({
  ...words,
  caller: caller?.kind,
}));
const texts = complaints.map(({ title, text }) => (title === undefined ? text : `${title}\n${text}`));

/** Texts a second over all of them. */
function rate(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return texts.length / (Number(process.hrtime.bigint() - start) / 1e9);
}

const cut = () => {
  for (const text of texts) nodejieba.cut(text);
};
const whole = () => {
  for (const complaint of complaints) judge.judge(complaint);
};
const results: { cut: number; whole: number }[] = [];
for (let round = 0; round < rounds; round += 1) results.push({ cut: rate(cut), whole: rate(whole) });
// The middle of the rounds' ratios: both sides of a round met the same noise.
const sorted = results.toSorted((a, b) => a.whole / a.cut - b.whole / b.cut);
const middle = sorted[Math.floor(rounds / 2)];
if (middle === undefined) throw new Error('nothing was measured');
const length = Math.round(texts.reduce((sum, text) => sum + text.length, 0) / texts.length);
const ratio = middle.whole / middle.cut;
say(`texts ${texts.length}, ${length} characters on average`);
say(`nodejieba.cut alone  ${Math.round(middle.cut)} texts/s`);
say(`whole judgement      ${Math.round(middle.whole)} texts/s`);
say(`ratio ${ratio.toFixed(2)} (limit ${limit}) ${ratio >= limit ? 'ok' : 'MISSED'}`);
process.exitCode = ratio >= limit ? 0 : 1;
