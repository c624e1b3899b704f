import t from 'tap';
import type { Division, DivisionKind } from '../../src/catalog/types.ts';
import { buildGazetteer } from '../../src/place/gazetteer.ts';
import * as names from '../../src/place/names.ts';
import { findDivision, resolvePlace } from '../../src/place/resolve.ts';

/** A small other city: nothing of the first one may stand in the code. */
function division(
  kind: DivisionKind,
  code: string,
  name: string,
  parent: string | null,
  aliases: string[] = [],
): Division {
  return { kind, code, name, parent, aliases, zone: false, unit: null, validFrom: '2023-06-30', validTo: null };
}
const divisions = [
  division('city', '320600', '南通市', null),
  division('district', '320612', '通州区', '320600'),
  division('district', '320613', '崇川区', '320600', ['港闸区']),
  division('district', '320685', '海安市', '320600'),
  division('street', '320612001', '金沙街道', '320612'),
  division('street', '320612100', '东社镇', '320612'),
  division('street', '320613001', '城东街道', '320613'),
  division('street', '320685001', '城东街道', '320685'),
  division('street', '320613002', '和平桥街道', '320613', ['桥东街道']),
  division('community', '320612001001', '新金社区居委会', '320612001'),
  division('community', '320612001002', '金西第二社区居民委员会', '320612001'),
  division('community', '320612100201', '杨港村村委会', '320612100'),
  division('community', '320613001001', '濠阳小区二十号院社区', '320613001'),
];
const gazetteer = buildGazetteer(divisions, [
  { name: '老城', streets: ['320613001', '320613002'] },
  { name: '虹桥枢纽', streets: [] },
  { name: '不存在', streets: ['999999999'] },
]);
const find = (name: string, kind: DivisionKind) => findDivision(gazetteer, name, kind)?.code;
const told = (text: string) => {
  const { status, district, street } = resolvePlace(gazetteer, { text });
  return [status, district?.name, street?.name].filter((part) => part !== undefined).join(' ');
};

t.test('finds divisions by code, name, alias and short name', (t) => {
  const cases: [string, DivisionKind, string | undefined][] = [
    ['320612', 'district', '320612'],
    [' 320612 ', 'district', '320612'],
    ['320612', 'street', undefined],
    ['通州区', 'district', '320612'],
    ['通州', 'district', '320612'],
    ['通州市', 'district', undefined],
    ['南通市通州区', 'district', '320612'],
    ['苏州市通州区', 'district', undefined],
    ['港闸区', 'district', '320613'],
    ['港闸', 'district', '320613'],
    ['海安', 'district', '320685'],
    ['南通', 'city', '320600'],
    ['城东街道', 'street', undefined],
    ['东社', 'street', '320612100'],
    ['东社乡', 'street', '320612100'],
    ['东社街道', 'street', undefined],
    ['桥东街道', 'street', '320613002'],
    ['新金社区', 'community', '320612001001'],
    ['杨港村', 'community', '320612100201'],
    ['濠阳小区20号院', 'community', '320613001001'],
    ['', 'district', undefined],
    ['没有', 'district', undefined],
  ];
  for (const [name, kind, want] of cases) t.equal(find(name, kind), want, `${kind} ${name}`);
  t.end();
});

t.test('resolves in another city, for which the first is outside', (t) => {
  t.equal(told('江苏省南通市通州区停水'), 'district 通州区');
  t.equal(told('南通市通州区金沙街道新金社区'), 'resolved 通州区 金沙街道');
  t.equal(told('金西二社区停水'), 'resolved 通州区 金沙街道');
  t.equal(told('东社镇杨港村'), 'resolved 通州区 东社镇');
  t.equal(told('城东街道'), 'ambiguous');
  t.equal(told('海安市城东街道'), 'resolved 海安市 城东街道');
  t.equal(told('老城停水'), 'ambiguous 崇川区');
  t.equal(told('北京市通州区停水'), 'outside');
  t.equal(told('苏州市姑苏区停水'), 'outside');
  t.equal(told('虹桥枢纽停水'), 'outside');
  t.equal(told('不存在'), 'unknown');
  t.end();
});

t.test('a broken list does not break reading', (t) => {
  const broken = buildGazetteer(
    [
      division('street', 'A', '甲街道', 'B'),
      division('street', 'B', '乙里街道', 'A'),
      division('community', 'C', '丙丁社区', 'nowhere'),
      division('community', 'D', '', null),
    ],
    [],
  );
  t.equal(resolvePlace(broken, { text: '乙里街道丙丁社区' }).status, 'unknown');
  t.equal(resolvePlace(buildGazetteer([], []), { text: '通州区' }).status, 'unknown');
  t.end();
});

t.test('names', (t) => {
  t.equal(names.fold('Ａ座４区，〇一二'), 'A座4区,012');
  const lone = '\ud800一\udfff';
  t.equal(names.fold(lone).length, lone.length, 'one unit stays one unit');
  const bases = [
    '花家地社区居委会',
    '皮村村委会',
    '张家村村民委员会',
    '星岛社区社区居委会',
    '杨各庄村股份经济合作社生活区',
  ];
  t.strictSame(bases.map(names.communityBase), ['花家地', '皮村', '张家', '星岛', '杨各庄']);
  const streets = ['望京街道', '来广营地区', '张镇', '长哨营满族乡', '檀营满族蒙古族乡', '开发区'];
  t.strictSame(streets.map(names.streetBase), ['望京', '来广营', '张镇', '长哨营', '檀营', '开发区']);
  t.strictSame(['通州区', '密云县', '经济开发区', '海安市'].map(names.districtBase), [
    '通州',
    '密云',
    '经济开发区',
    '海安',
  ]);
  t.strictSame(names.estates('花家地西里3区'), ['花家地西里', '花家地']);
  t.strictSame(names.estates('北苑家园清友园'), ['北苑家园']);
  t.strictSame(names.estates('翠微路21号'), [], 'a road is no estate');
  t.ok(names.spellings('龙跃苑东45').includes('龙跃苑东5区'));
  t.ok(names.spellings('天通西苑第3').includes('天通苑西3区'));
  t.ok(names.spellings('十8里店').includes('18里店'));
  t.notOk(names.spellings('翠微路21').some((spelling) => spelling === '翠微路1区'));
  t.ok(['和平', '文化路', '新农村', '教育部', '三四条', '南里'].map(names.fold).every(names.isOrdinary));
  t.notOk(['望京', '花家地', '龙腾苑4区'].some(names.isOrdinary));
  t.end();
});
