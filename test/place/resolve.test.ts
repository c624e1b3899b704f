import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import type { Division } from '../../src/catalog/types.ts';
import type { PlaceInput } from '../../src/place/evidence.ts';
import { buildGazetteer } from '../../src/place/gazetteer.ts';
import { type Place, resolvePlace } from '../../src/place/resolve.ts';

function seed(file: string): Record<string, string>[] {
  return parse(readFileSync(new URL(`../../seeds/${file}`, import.meta.url), 'utf8'), { columns: true, bom: true });
}

const list = (cell: string | undefined) => (cell ?? '').split('|').filter((item) => item !== '');
const divisions = seed('divisions.csv').flatMap((row): Division[] => {
  const { code = '', name = '', kind } = row;
  if (kind !== 'city' && kind !== 'district' && kind !== 'street' && kind !== 'community') return [];
  const validity = { validFrom: row.valid_from ?? '', validTo: row.valid_to || null };
  const zone = row.zone === '1';
  return [{ code, name, kind, parent: row.parent || null, aliases: list(row.aliases), zone, unit: null, ...validity }];
});
const areas = seed('areas.csv').map((row) => ({ name: row.name ?? '', streets: list(row.streets) }));
const landmarks = seed('landmarks.csv').map(({ name = '', aliases, street }) => ({
  name,
  aliases: list(aliases),
  streets: list(street),
}));
const gazetteer = buildGazetteer(divisions, areas, landmarks);
const resolve = (input: string | PlaceInput) =>
  resolvePlace(gazetteer, typeof input === 'string' ? { text: input } : input);

/** `status 区/街道/社区`, without what is null. */
function told({ status, district, street, community }: Place): string {
  return [status, [district, street, community].flatMap((one) => one?.name ?? []).join('/')].join(' ').trim();
}

function table(cases: readonly (readonly [string | PlaceInput, string])[]) {
  return (t: Test) => {
    for (const [input, want] of cases) {
      const place = resolve(input);
      const got = told(place);
      const fits = got === want || got.startsWith(`${want}/`);
      t.ok(fits, `${JSON.stringify(input)} → ${want}`, { got, candidates: place.candidates });
    }
    t.end();
  };
}

t.test(
  'a community, an estate or a village tells its street',
  table([
    ['回龙观龙腾苑四区', 'resolved 昌平区/龙泽园街道/龙腾苑四区社区居委会'],
    ['回龙观龙腾苑4区12号楼漏水', 'resolved 昌平区/龙泽园街道/龙腾苑四区社区居委会'],
    ['回龙观龙腾苑４区', 'resolved 昌平区/龙泽园街道/龙腾苑四区社区居委会'],
    ['市民反映，龙腾苑一二三区近期多次停水', 'resolved 昌平区/龙泽园街道'],
    ['龙跃苑东四区', 'resolved 昌平区/龙泽园街道/龙跃苑东四五社区居委会'],
    ['梨园云景里', 'resolved 通州区/九棵树街道/云景里社区居委会'],
    ['我住梨园那边的云景里小区', 'resolved 通州区/九棵树街道'],
    ['望京西园社区', 'resolved 朝阳区/东湖街道/望京西园社区居委会'],
    ['望京西园四区', 'resolved 朝阳区/望京街道/望京西园四区社区居委会'],
    ['望京西园六区', 'ambiguous 朝阳区'],
    ['北苑一号院', 'resolved 朝阳区/来广营地区/北苑一号院社区居委会'],
    ['北苑1号院电梯坏了', 'resolved 朝阳区/来广营地区/北苑一号院社区居委会'],
    ['北苑家园物业不作为', 'resolved 朝阳区/来广营地区'],
    ['花家地西里三区', 'resolved 朝阳区/望京街道/花家地西里三区社区居委会'],
    ['花家地西里3区5号楼2单元', 'resolved 朝阳区/望京街道/花家地西里三区社区居委会'],
    ['花家地东里', 'resolved 朝阳区/望京街道'],
    ['西罗园二社区', 'resolved 丰台区/西罗园街道/西罗园第二社区'],
    ['芍药居5号楼', 'resolved 朝阳区/太阳宫地区'],
    ['天通苑西三区', 'resolved 昌平区/天通苑北街道/天通西苑第三社区居委会'],
    ['天通苑北一区', 'resolved 昌平区/天通苑北街道'],
    ['通州区宋庄镇小堡村', 'resolved 通州区/宋庄镇/小堡村委会'],
    ['大兴区狼垡二村', 'resolved 大兴区/黄村地区'],
    ['苹果园西黄村', 'resolved 石景山区/苹果园街道/西黄村社区'],
    ['天通苑北太平庄村', 'resolved 昌平区/天通苑北街道/太平庄村委会'],
    ['皮村', 'resolved 朝阳区/金盏地区/皮村村委会'],
    ['昌平区回龙观镇龙跃苑四区', 'resolved 昌平区/龙泽园街道/龙跃苑四区社区居委会'],
    ['梨园镇云景里', 'resolved 通州区/梨园镇'],
  ]),
);

t.test(
  'a street by all its names',
  table([
    ['荣华街道', 'resolved 大兴区/荣华街道'],
    ['经开区荣华街道', 'resolved 大兴区/荣华街道'],
    ['亦庄开发区', 'resolved 大兴区/北京经济技术开发区'],
    ['来广营乡', 'resolved 朝阳区/来广营地区'],
    ['来广营地区办事处', 'resolved 朝阳区/来广营地区'],
    ['黄村镇', 'resolved 大兴区/黄村地区'],
    ['平谷镇', 'resolved 平谷区/渔阳地区'],
    ['平谷镇罗营', 'resolved 平谷区/镇罗营镇'],
    ['海淀镇', 'resolved 海淀区/万柳地区'],
    ['海淀街道', 'resolved 海淀区/海淀街道'],
    ['海淀区海淀街道', 'resolved 海淀区/海淀街道'],
    ['朝阳区望京街道望京社区', 'resolved 朝阳区/望京街道'],
    ['密云区密云镇', 'resolved 密云区/密云镇'],
    ['张镇', 'resolved 顺义区/张镇'],
    ['杨镇', 'resolved 顺义区/杨镇地区'],
    ['东风乡', 'resolved 朝阳区/东风地区'],
    ['东风街道', 'resolved 房山区/东风街道'],
    ['和平街道', 'resolved 朝阳区/和平街街道'],
    ['牛街道办事处', 'resolved 西城区/牛街街道'],
    ['于家务乡', 'resolved 通州区/于家务回族乡'],
    ['河北镇停水', 'resolved 房山区/河北镇'],
    ['18里店', 'resolved 朝阳区/十八里店地区'],
    ['康庄镇', 'resolved 延庆区/康庄镇'],
    ['酒仙桥', 'resolved 朝阳区/酒仙桥街道'],
    ['和平里', 'resolved 东城区/和平里街道'],
    ['顺义后沙峪', 'resolved 顺义区/后沙峪地区'],
    ['望京街道办工作人员态度差', 'resolved 朝阳区/望京街道'],
    ['北京市朝阳区 望京街道（阜通东大街）', 'resolved 朝阳区/望京街道'],
  ]),
);

t.test(
  'a name of several places is settled by the district, or left open',
  table([
    ['八里庄', 'ambiguous'],
    ['海淀八里庄', 'resolved 海淀区/八里庄街道'],
    ['我住海淀区，八里庄那边常停水', 'resolved 海淀区/八里庄街道'],
    ['八里庄街道', 'ambiguous'],
    ['北苑', 'ambiguous'],
    ['朝阳北苑', 'resolved 朝阳区/来广营地区'],
    ['通州北苑', 'resolved 通州区/北苑街道'],
    ['通州区北苑街道', 'resolved 通州区/北苑街道'],
    ['回龙观', 'ambiguous 昌平区'],
    ['望京', 'ambiguous 朝阳区'],
    ['CBD', 'ambiguous 朝阳区'],
    ['ｃｂｄ', 'ambiguous 朝阳区'],
    ['亦庄', 'ambiguous 大兴区'],
    ['太平庄村', 'ambiguous'],
    ['望京街道和酒仙桥街道交界处', 'ambiguous 朝阳区'],
    ['朝阳区', 'district 朝阳区'],
    ['平谷', 'district 平谷区'],
    ['朝阳区和海淀区', 'ambiguous'],
    ['丰台区望京街道', 'ambiguous'],
    ['丰台区花家地北里', 'district 丰台区'],
    ['望京医院', 'resolved 朝阳区/望京街道'],
    ['望京某医院', 'ambiguous 朝阳区'],
  ]),
);

t.test(
  'ordinary words, roads and accidents are no places',
  table([
    ['今天天气不错，请问医保怎么报销', 'unknown'],
    ['', 'unknown'],
    ['为了团结和平，建设幸福新村', 'unknown'],
    ['和平村', 'unknown'],
    ['团结社区', 'resolved 西城区/展览路街道/团结社区居委会'],
    ['建设社会主义新农村', 'unknown'],
    ['第八十二条规定', 'unknown'],
    ['饭店照常营业，权利和义务对等', 'unknown'],
    ['县级以上地方交通运输部门', 'unknown'],
    ['大兴土木', 'unknown'],
    ['局长阳某', 'unknown'],
    ['朝阳路与朝阳北路', 'unknown'],
    ['教育部和水泥厂', 'unknown'],
    ['温泉', 'unknown'],
    ['海淀温泉', 'resolved 海淀区/温泉地区'],
    ['天桥', 'unknown'],
    ['西城区天桥', 'resolved 西城区/天桥街道'],
    ['朝阳区建设的道路', 'district 朝阳区'],
    [{ text: '漏水', address: '天桥' }, 'resolved 西城区/天桥街道'],
  ]),
);

t.test(
  'the words around a place count',
  table([
    ['我在国贸上班，家住天通苑西三区', 'resolved 昌平区/天通苑北街道'],
    ['孩子在中关村上学，家在龙泽园街道', 'resolved 昌平区/龙泽园街道'],
    ['老家河北省保定市，现住花家地北里', 'resolved 朝阳区/望京街道'],
    ['本人户口在海淀区，现居住于丰台区方庄地区', 'resolved 丰台区/方庄街道'],
    ['从望京到国贸的公交太挤', 'unknown'],
    ['我家住昌平区，在海淀区上班', 'district 昌平区'],
    ['收到望京街道的答复', 'resolved 朝阳区/望京街道'],
    [{ text: '酒仙桥街道不管', address: '望京街道' }, 'resolved 朝阳区/望京街道'],
    [{ text: '酒仙桥街道不管', title: '望京街道停水' }, 'resolved 朝阳区/望京街道'],
    [{ text: '停水', address: '海淀区八里庄' }, 'resolved 海淀区/八里庄街道'],
  ]),
);

t.test(
  'places outside the city',
  table([
    ['南通市通州区', 'outside'],
    ['江苏省南通市通州区金沙街道', 'outside'],
    ['长春市朝阳区红旗街', 'outside'],
    ['上海市浦东新区和平里', 'outside'],
    ['燕郊镇某小区停水', 'outside'],
    ['我住在燕郊', 'outside'],
    ['河北省三河市物业乱收费', 'outside'],
    ['朝阳市双塔区', 'outside'],
    ['固安县', 'outside'],
    ['老家河北，来京务工', 'unknown'],
    ['从燕郊到国贸的公交', 'unknown'],
    ['请问上海户口如何迁入', 'unknown'],
    ['我是上海人，在朝阳区望京街道租房', 'resolved 朝阳区/望京街道'],
    ['香河园街道', 'resolved 朝阳区/香河园街道'],
  ]),
);

t.test('the district of the form', (t) => {
  const agrees = resolve({ text: '八里庄停水', district: '110108' });
  t.equal(told(agrees), 'resolved 海淀区/八里庄街道');
  t.equal(agrees.conflict, null);
  t.equal(told(resolve({ text: '漏水', district: '朝阳' })), 'district 朝阳区');
  t.equal(told(resolve({ text: '漏水', district: '北京市朝阳区' })), 'district 朝阳区');
  t.equal(told(resolve({ text: '漏水', district: '没有这个区' })), 'unknown');

  const against = resolve({ text: '花家地北里停水', district: '丰台区' });
  t.equal(against.status, 'ambiguous');
  t.equal(against.conflict, '表单填写的是丰台区，文字所指的望京街道属于朝阳区');
  t.strictSame(against.candidates.map((one) => one.code).sort(), ['110105026', '110106']);
  t.ok(against.confidence < resolve('花家地北里停水').confidence);

  t.equal(resolve({ text: '通州区停水', district: '朝阳区' }).conflict, '表单填写的是朝阳区，文字写的是通州区');
  const outside = resolve({ text: '南通市通州区停水', district: '通州区' });
  t.equal(outside.status, 'ambiguous');
  t.match(outside.conflict, /不在本市/);

  const weak = resolve({ text: '丰台体育馆路过望京医院', district: '丰台区' });
  t.equal(told(weak), 'district 丰台区', 'weak words do not shake the form');
  t.end();
});

t.test('the answer shows its grounds', (t) => {
  const place = resolve('来电人住在朝阳区望京街道花家地西里三区，反映停水');
  t.equal(place.evidence, '朝阳区望京街道花家地西里三区');
  t.strictSame(place.candidates[0]?.path, ['朝阳区', '望京街道']);
  t.ok(place.confidence > resolve('花家地西里三区').confidence, 'more agreeing names, more confidence');
  t.ok(resolve('黄村').candidates.length <= 5);
  t.end();
});

const pieces = [
  '望京',
  '朝阳区',
  '八里庄',
  '街道',
  '南通市',
  '通州',
  '第',
  '一',
  '3区',
  '社区',
  '村',
  '去',
  '住在',
  '，',
  'x',
];
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
  fc.array(fc.constantFrom(...pieces)).map((all) => all.join('')),
);

t.test('any input gets an answer whose parts belong together', (t) => {
  const byCode = new Map(divisions.map((division) => [division.code, division]));
  const input = fc.record({ text: texts, title: texts, address: texts, district: texts }, { requiredKeys: ['text'] });
  fc.assert(
    fc.property(input, (one) => {
      const { status, district, street, community, confidence, candidates, evidence } = resolve(one);
      if (community && byCode.get(community.code)?.parent !== street?.code) return false;
      if (street && byCode.get(street.code)?.parent !== district?.code) return false;
      if ((status === 'resolved') !== (street !== null)) return false;
      if (status === 'district' && district === null) return false;
      if (![one.text, one.title ?? '', one.address ?? ''].some((field) => field.includes(evidence))) return false;
      const known = candidates.every((one) => byCode.get(one.code)?.name === one.name && one.path.at(-1) === one.name);
      return known && candidates.length <= 5 && confidence >= 0 && confidence <= 1;
    }),
    { numRuns: 500 },
  );
  t.end();
});

t.test('long texts of one piece take linear time', (t) => {
  for (const piece of [...pieces, '\ud800', '村村', '1', '龙腾苑四区', '团结']) {
    const time = (length: number) => {
      const text = piece.repeat(Math.ceil(length / piece.length));
      const runs = [1, 2, 3].map(() => {
        const start = performance.now();
        resolve(text);
        return performance.now() - start;
      });
      return Math.min(...runs);
    };
    const [short, long] = [time(25_000), time(100_000)];
    // Four times the text: quadratic time would be sixteen times. The rest is room for a busy machine.
    t.ok(long < short * 10 || long < 300, `${JSON.stringify(piece)}: ${long.toFixed(0)} ms for 100 kB`);
  }
  t.end();
});
