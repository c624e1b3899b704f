/**
 * The built-in reference data is whole, and every place of the city has somebody to turn to; and files with a fault are
 * refused with file, line and reason, so that nothing of them is loaded.
 */
import { rmSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { buildCatalog, type Catalog, type Leaf } from '../src/catalog/catalog.ts';
import type { Division } from '../src/catalog/types.ts';
import { builtInSeeds } from '../src/db/cities.ts';
import { readSeeds, SeedError } from '../src/db/seed.ts';
import { buildDispatcher } from '../src/dispatch/choose.ts';
import { catalog, type T } from './helper.ts';
import { town } from './town.ts';

const beijing = catalog();
const { divisions, units, needs, matters, levels, types } = beijing.data;
const streets = divisions.filter(({ kind }) => kind === 'street');

t.test('the built-in seeds are as large as the city', async (t) => {
  const divisionsOf = (kind: string) => divisions.filter((division) => division.kind === kind).length;
  t.equal(divisionsOf('city'), 1);
  t.equal(divisionsOf('district'), 16);
  t.equal(streets.filter(({ zone }) => !zone).length, 343);
  t.equal(streets.filter(({ zone }) => zone).length, 6);
  t.equal(divisionsOf('community'), 7535);
  t.ok(beijing.leaves.length >= 120, `${beijing.leaves.length} leaves`);
  t.same(
    needs.map(({ code }) => code),
    ['YE', 'XJ', 'LD', 'YL', 'LY', 'ZJ', 'RF', 'BL', 'YJ', 'DY', 'GZ', 'AQ', 'QT'],
  );
  t.same(
    matters.filter(({ parent }) => parent === null).map(({ code }) => code),
    Array.from({ length: 19 }, (_, index) => `M${String(index + 1).padStart(2, '0')}`),
  );
  t.same(types.map(({ code }) => code).toSorted(), [
    ...['complain', 'consult', 'help', 'other', 'praise', 'report', 'suggest'],
  ]);
  t.same(
    levels.map(({ code }) => code),
    ['L1', 'L2', 'L3', 'L4'],
  );
  const unitsOf = (kind: string) => units.filter((unit) => unit.kind === kind).length;
  t.equal(unitsOf('street'), 343);
  t.ok(unitsOf('district') >= 16);
  t.ok(unitsOf('city') >= 40, `${unitsOf('city')} city departments`);
  t.ok(unitsOf('enterprise') >= 25, `${unitsOf('enterprise')} enterprises`);
});

t.test('every leaf has need, level and lead', async (t) => {
  const parents = new Set(matters.map(({ parent }) => parent));
  const leaves = matters.filter(({ code }) => !parents.has(code));
  t.equal(leaves.length, beijing.leaves.length);
  const lacking = leaves.filter(
    ({ need, level }) => !beijing.needs.has(need ?? '') || !beijing.levels.has(level ?? ''),
  );
  t.same(lacking, []);
  t.same(new Set(beijing.leaves.map(({ need }) => need)), new Set(beijing.needs.keys()), 'every need has its matters');
});

t.test('every district and street has a unit', async (t) => {
  const governed = divisions.filter(({ kind }) => kind === 'district' || kind === 'street');
  t.same(
    governed.filter(({ code, unit }) => !beijing.units.has(unit ?? code)),
    [],
  );
});

/** Leaf and street for which nobody leads though matter and place are clear. */
function leaderless(catalog: Catalog): string[] {
  const dispatcher = buildDispatcher(catalog);
  const isOrphan = (leaf: Leaf, { code, parent }: Division) => {
    const known = { leaf, matterAccepted: true, placeStatus: 'resolved' as const, district: parent, street: code };
    const { status, lead } = dispatcher.choose({ ...known, type: 'complain', level: leaf.level, caller: 'person' });
    return status !== 'dispatch' || lead === null;
  };
  return catalog.leaves.flatMap((leaf) =>
    streets.filter((street) => isOrphan(leaf, street)).map((street) => `${leaf.code} in ${street.code}`),
  );
}

t.test('every leaf is led by somebody in every street', async (t) => {
  t.same(leaderless(beijing), [], 'with the dispatch rules');
  t.same(leaderless({ ...beijing, data: { ...beijing.data, rules: [] } }), [], 'by the default lead alone');
});

type TownFile = keyof typeof town;

/** The small city in a temporary folder, with one file changed. */
function folderOf(t: T, file?: TownFile, change: (content: string) => string = (content) => content): string {
  return t.testdir(file === undefined ? town : { ...town, [file]: change(town[file]) });
}

t.test('a sound folder is read; national files come from the built-in one', async (t) => {
  const folder = folderOf(t);
  const seeds = readSeeds(folder);
  t.equal(seeds.source, folder);
  t.match(seeds.hash, /^[0-9a-f]{64}$/);
  t.match(seeds.data.divisions[2], { code: '990101001', parent: '990101', aliases: ['码头街'], validTo: null });
  t.match(seeds.data.rules, [{ type: [], caller: [], lead: 'street', co: ['LJ-SWJ', 'district'] }]);
  t.equal(seeds.data.needs.length, 13);
  t.same(seeds.data.alarms, [], 'of the built-in alarms those about matters that the town has');
  t.equal(readSeeds(folder).hash, seeds.hash, 'the same files have the same hash');
  writeFileSync(`${folder}/words.csv`, `${town['words.csv']}未诉先办,2026-01-01,\n`);
  t.not(readSeeds(folder).hash, seeds.hash, 'another file has another');
  t.equal(readSeeds().source, 'built-in');
  t.equal(readSeeds(`${builtInSeeds}/../seeds`).source, 'built-in');
});

t.test('files of spreadsheets are read: byte order mark, CRLF, quotes, empty lines', async (t) => {
  const folder = folderOf(
    t,
    'units.csv',
    (content) => `\ufeff${content.replace('统筹全区。', '"统筹，""全区"",一切。"').replaceAll('\n', '\r\n')}\r\n\r\n`,
  );
  t.match(readSeeds(folder).data.units, [{ duty: '统筹，"全区",一切。' }, { code: '990101001' }, { code: 'LJ-SWJ' }]);
});

/** The problems for which a folder is refused; it gives no seeds then, so there is nothing that could be loaded. */
function refusal(folder: string): SeedError['problems'] {
  try {
    readSeeds(folder);
  } catch (error) {
    if (error instanceof SeedError) return error.problems;
    throw error;
  }
  return [];
}

/**
 * A change to one file, and the first problem it is refused with: file (the changed one where it is left out), line and
 * reason. What follows from the fault may be told after it.
 */
const faults: readonly (readonly [file: TownFile, from: string, to: string, problem: string])[] = [
  // between the rows
  ['divisions.csv', ',street,990101,', ',street,990199,', ':4 上级 “990199” 不存在'],
  ['units.csv', 'street,990101,', 'street,990199,', ':3 上级 “990199” 不存在'],
  ['matters.csv', '河道垃圾,M01.01', '河道垃圾,M01.09', ':5 上级 “M01.09” 不存在'],
  ['matters.csv', 'M01.01.02', 'M01.02.02', ':5 编码应以上级 “M01.01” 开头'],
  ['divisions.csv', 'community,990101001', 'community,990101', ':5 上级 “990101” 的级别应为 street'],
  ['divisions.csv', '990101001001', '990102001001', ':5 编码应以上级的 “990101001” 开头'],
  ['units.csv', 'district,,', 'district,990101001,', ':2 “990101” 的上级形成循环'],
  ['units.csv', 'city,,', 'city,LJ-SWJ,', ':4 “LJ-SWJ” 的上级形成循环'],
  ['units.csv', 'LJ-SWJ,', '990101,甲,city,,,,乙。,2026-01-01,\nLJ-SWJ,', ':4 “990101” 重复，已见于第 2 行'],
  ['words.csv', '接诉即办', '接诉即办,2026-01-01,\n接诉即办', ':3 “接诉即办” 重复，已见于第 2 行'],
  ['matters.csv', 'YJ,L3,street', 'YJ,,street', ':4 缺少紧急程度 level'],
  ['matters.csv', 'YJ,L3,street', 'YJ,L9,street', ':4 紧急程度 “L9” 不存在'],
  ['matters.csv', 'YJ,L3,street', ',L3,street', ':4 缺少七有五性 need'],
  ['matters.csv', 'YJ,L3,street', 'XX,L3,street', ':4 七有五性 “XX” 不存在'],
  ['matters.csv', 'L3,street', 'L3,', ':4 缺少主办 lead'],
  ['matters.csv', 'L3,LJ-SWJ', 'L3,LJ-XX', ':5 主办 “LJ-XX” 不存在'],
  ['matters.csv', ',河道垃圾,,2026', ',,,2026', ':5 缺少触发词 words'],
  ['matters.csv', 'M01,市容', 'M02,其他,,,,,,,,2026-01-01,\nM01,市容', ':2 “M02” 没有下级事项'],
  ['rules.csv', '*,street,', '*,LJ-XX,', ':2 单位 “LJ-XX” 不存在'],
  ['rules.csv', 'LJ-SWJ|district', 'LJ-XX|district', ':2 单位 “LJ-XX” 不存在'],
  ['rules.csv', 'M01.01,', 'M01.09,', ':2 事项 “M01.09” 不存在'],
  ['rules.csv', ',990101,', ',990102,', ':2 区划 “990102” 不存在'],
  ['rules.csv', '*,street,', '*,enterprise:gas,', ':2 单位 “enterprise:gas” 不存在：local-units.csv 没有 “gas”'],
  [
    'rules.csv',
    ',990101,',
    ',990101001001,',
    ':2 区划 “990101001001” 不是区或街道（乡镇），此规则不会与任何诉求相符；全市请写 *，地点不明请写 -',
  ],
  ['rules.csv', 'M01.01,990101', '*,*', ':2 没有任何条件，会盖过所有事项的默认主办；兜底请用优先级 0 至 9'],
  ['matters.csv', 'L3,LJ-SWJ', 'L3,enterprise:gas', ':5 主办 “enterprise:gas” 不存在：local-units.csv 没有 “gas”'],
  ['local-units.csv', 'LJ-SWJ', 'LJ-XX', ':3 单位 “LJ-XX” 不存在'],
  ['local-units.csv', '990101001,', '990102001,', ':2 区划 “990102001” 不存在'],
  ['local-units.csv', 'heating,*', 'water,*', ':2 “heating” 没有适用于其余地方的一行（division 为 *）'],
  ['local-units.csv', 'heating,*', 'heating,990101001', ':3 “heating 990101001 2026-01-01” 重复，已见于第 2 行'],
  ['guard.csv', 'M01.01.02', 'M02', ':2 事项 “M02” 不存在'],
  ['routes.csv', '着火', '', ':2 事项和词都没有限定，会与所有诉求相符'],
  ['routes.csv', ',119,', ',911,', ':2 紧急转接的去向应为 110、119、120、122 之一，实为“911”'],
  ['routes.csv', ',*,', ',M02,', ':2 事项 “M02” 不存在'],
  ['lexicon.csv', ',M01,', ',M02,', ':2 matter “M02” 不存在'],
  ['units.csv', '990101001,码头', '990101009,码头', 'divisions.csv:4 没有负责该区划的单位 “990101001”'],
  ['divisions.csv', '码头街,,,', '码头街,,LJ-XX,', ':4 承办单位 “LJ-XX” 不存在'],
  ['units.csv', '990101,990101001,', '990101,990102,', ':3 区划 “990102” 不存在'],
  ['areas.csv', '990101001', '990101', ':2 街道 “990101” 不存在'],
  ['landmarks.csv', '990101001', '990101', ':2 街道 “990101” 不存在'],
  ['landmarks.csv', '临江大剧院,,', '临江大剧院,码头客运站,', ':3 “码头客运站” 已是地标 “临江码头客运站” 的名称'],
  ['landmarks.csv', 'station,990101001', 'station,', ':2 地标须有所在街道'],
  ['words.csv', '2026-01-01,', '2026-01-01,2025-12-31', ':2 valid_to 应晚于 valid_from'],
  // within a row
  ['units.csv', '东港区人民政府', '', ':2 列 name：不能为空'],
  ['areas.csv', '990101001', '990101001|', ':2 列 streets：列表中有空项'],
  ['words.csv', '01-01', '02-30', ':2 列 valid_from：应为日期（如 2026-01-01），实为“2026-02-30”'],
  ['lexicon.csv', ',2,', ',two,', ':2 列 weight：应为 -10 到 10 之间的数，实为“two”'],
  ['rules.csv', '*,*,*,', '*,,*,', ':2 列 caller：不能为空；不限请写 *'],
  ['routes.csv', 'handover', 'send', ':2 列 kind：应为 handover、redirected 之一，实为“send”'],
  ['rules.csv', ',50,', ',-1,', ':2 列 priority：应为 0 到 1000000 之间的整数，实为“-1”'],
  ['units.csv', ',city,', ',town,', ':4 列 kind：应为 street、district、city、enterprise 之一，实为“town”'],
  // of the file as such
  ['units.csv', ',duty', '', ':1 表头缺少列 duty'],
  ['units.csv', '统筹全区。', '统筹,全区。', ':2 应有 9 列，实有 10 列'],
  ['units.csv', '统筹全区。,', '', ':2 应有 9 列，实有 8 列'],
  ['units.csv', '统筹全区。', '"统筹全区。', ':4 CSV 格式错误（CSV_QUOTE_NOT_CLOSED）'],
  ['areas.csv', town['areas.csv'], '', ':1 文件为空，缺少表头'],
];

for (const [file, from, to, problem] of faults) {
  t.test(`${file}${problem}`, async (t) => {
    t.ok(town[file].includes(from), 'there is something to change');
    const [first] = refusal(folderOf(t, file, (content) => content.replace(from, to)));
    t.equal(`${first?.file}:${first?.line} ${first?.message}`, problem.startsWith(':') ? file + problem : problem);
  });
}

t.test('a code of the national catalogue stands for a unit of the city by local-units.csv', async (t) => {
  const folder = folderOf(t, 'matters.csv', (content) => content.replace('L3,LJ-SWJ', 'L3,GJ-SW'));
  t.match(refusal(folder)[0], { file: 'matters.csv', line: 5, message: '主办 “GJ-SW” 不存在' });
  writeFileSync(`${folder}/local-units.csv`, `${town['local-units.csv']}GJ-SW,*,LJ-SWJ,水务。,2026-01-01,\n`);
  const { data } = readSeeds(folder);
  const own = buildCatalog(data, '2026-11-22');
  const leaf = own.leaves.find(({ code }) => code === 'M01.01.02') ?? null;
  const facts = { leaf, matterAccepted: true, placeStatus: 'unknown', district: null, street: null } as const;
  const choice = buildDispatcher(own).choose({ ...facts, type: 'complain', level: 'L3', caller: 'person' });
  t.match(choice, { status: 'dispatch', lead: { code: 'LJ-SWJ' }, reason: /由临江市水务局主办：水务。/ });
});

t.test('without local units nothing differs by place', async (t) => {
  const folder = folderOf(t);
  const { hash } = readSeeds(folder);
  rmSync(`${folder}/local-units.csv`);
  const seeds = readSeeds(folder);
  t.same(seeds.data.localUnits, []);
  t.not(seeds.hash, hash);
});

t.test('alarms of a city', async (t) => {
  const folder = folderOf(t);
  const header = 'code,matter,scope,count,callers,hours,valid_from,valid_to\n';
  const load = (rows: string) => {
    writeFileSync(`${folder}/alarms.csv`, header + rows);
    return refusal(folder).map(({ file, line, message }) => `${file}:${line} ${message}`);
  };
  t.same(load('A1,M01.01,street,3,2,24,2026-01-01,\n'), []);
  t.same(load(''), [], 'a city may do without');
  t.same(load('A1,M09,street,3,2,24,2026-01-01,\n'), ['alarms.csv:2 事项 “M09” 不存在']);
  t.same(load('A1,*,street,3,4,24,2026-01-01,\n'), ['alarms.csv:2 callers（4）不应大于 count（3）']);
  t.same(load('A1,*,city,3,2,24,2026-01-01,\n'), [
    'alarms.csv:2 列 scope：应为 community、street、district 之一，实为“city”',
  ]);
});

t.test('a missing file', async (t) => {
  const folder = folderOf(t);
  rmSync(`${folder}/units.csv`);
  t.match(refusal(folder)[0], { file: 'units.csv', line: 0, message: `文件不存在（${folder}）` });
});

t.test('a file of headers alone', async (t) => {
  const folder = folderOf(t, 'rules.csv', (content) => content.slice(0, content.indexOf('\n')));
  t.match(refusal(folder), [{ file: 'rules.csv', message: '文件没有数据' }]);
});

t.test('all faults of all files are told at once', async (t) => {
  const folder = folderOf(t, 'units.csv', (content) => content.replace('统筹全区。', ''));
  writeFileSync(`${folder}/words.csv`, 'word,valid_from,valid_to\n,2026-01-01,\n接诉即办,昨天,\n');
  t.match(refusal(folder), [
    { file: 'units.csv', line: 2 },
    { file: 'words.csv', line: 2 },
    { file: 'words.csv', line: 3 },
  ]);
});
