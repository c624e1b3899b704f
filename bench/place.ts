/**
 * Measures the place resolver against its limits: texts a second on one core for texts of 120 characters, and the memory
 * and time the gazetteer takes. Run with `node --expose-gc --import tsx bench/place.ts`; without the flag the memory
 * counts garbage too. The texts are made from the divisions themselves. Time is processor time, so that other work on the
 * machine does not count.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { Division } from '../src/catalog/types.ts';
import { type Area, buildGazetteer, type Landmark } from '../src/place/gazetteer.ts';
import { resolvePlace } from '../src/place/resolve.ts';

const LIMIT = { textsPerSecond: 20_000, megabytes: 30, buildMilliseconds: 1500 };
const LENGTH = 120;
const COUNT = 20_000;
const FRAMES = [
  '市民反映，#小区近一周多次停水，物业没有提前通知，也没有给出恢复供水的时间，老人和孩子用水困难，多次联系无果，',
  '来电人住在#3号楼2单元，称电梯已停运五天，多次联系物业均答复等待配件，希望相关部门尽快协调解决并给予答复，',
  '本人老家河北，现租住在#附近，反映路口红绿灯配时不合理，早晚高峰拥堵严重，去单位上班要多花半个小时，请有关部门核实，',
  '建议在#增设公交站，方便居民到地铁站换乘，目前居民出行需要步行二十分钟，冬天老人很不方便，希望尽快研究，',
];

function seed(file: string): Record<string, string>[] {
  return parse(readFileSync(new URL(`../seeds/${file}`, import.meta.url), 'utf8'), { columns: true, bom: true });
}

function memory(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1024 / 1024;
}

function load(): { divisions: Division[]; areas: Area[]; landmarks: Landmark[] } {
  const list = (cell: string | undefined) => (cell ?? '').split('|').filter((item) => item !== '');
  const divisions = seed('divisions.csv').flatMap((row): Division[] => {
    const { code = '', name = '', kind } = row;
    if (kind !== 'city' && kind !== 'district' && kind !== 'street' && kind !== 'community') return [];
    const validity = { validFrom: row.valid_from ?? '', validTo: row.valid_to || null };
    const zone = row.zone === '1';
    return [
      { code, name, kind, parent: row.parent || null, aliases: list(row.aliases), zone, unit: null, ...validity },
    ];
  });
  const areas = seed('areas.csv').map((row) => ({ name: row.name ?? '', streets: list(row.streets) }));
  const landmarks = seed('landmarks.csv').map(({ name = '', aliases, street }) => ({
    name,
    aliases: list(aliases),
    streets: list(street),
  }));
  return { divisions, areas, landmarks };
}

function makeTexts(divisions: readonly Division[]): string[] {
  const byCode = new Map(divisions.map((division) => [division.code, division]));
  const communities = divisions.filter((division) => division.kind === 'community');
  return Array.from({ length: COUNT }, (_, i) => {
    const community = communities[(i * 7919) % communities.length];
    const street = byCode.get(community?.parent ?? '');
    const district = byCode.get(street?.parent ?? '');
    const short = (community?.name ?? '').replace(/(?:社区)?(?:居委会|居民委员会|村委会|村民委员会)$/, '');
    const place = [short, `${street?.name}${short}`, `${district?.name}${short}`, district?.name][i % 4] ?? '';
    const text = (FRAMES[i % FRAMES.length] ?? '').replace('#', place);
    return (text + text).slice(0, LENGTH);
  });
}

const { divisions, areas, landmarks } = load();
const before = memory();
const started = performance.now();
const gazetteer = buildGazetteer(divisions, areas, landmarks);
const build = performance.now() - started;
const megabytes = memory() - before;
const texts = makeTexts(divisions);
let resolved = 0;
let best = Number.POSITIVE_INFINITY;
for (let round = 0; round < 6; round += 1) {
  const start = process.cpuUsage();
  resolved = 0;
  for (const text of texts) if (resolvePlace(gazetteer, { text }).status === 'resolved') resolved += 1;
  const { user, system } = process.cpuUsage(start);
  best = Math.min(best, (user + system) / 1000);
}
const textsPerSecond = (COUNT / best) * 1000;
const line = (what: string, value: number, unit: string, ratio: number) =>
  process.stdout.write(`${what} ${value.toFixed(0)} ${unit}, ratio ${ratio.toFixed(2)} of the limit\n`);
line('place', textsPerSecond, 'texts/s', textsPerSecond / LIMIT.textsPerSecond);
line('gazetteer', megabytes, 'MB', megabytes / LIMIT.megabytes);
line('build', build, 'ms', build / LIMIT.buildMilliseconds);
process.stdout.write(`resolved ${resolved} of ${COUNT}\n`);
