/**
 * Every city that comes with the project is whole: somebody leads every matter everywhere, texts find their places, and an order
 * goes its way in the real service. And a database keeps to its city.
 */
import { readdirSync } from 'node:fs';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { buildCatalog, type Catalog, type Leaf } from '../src/catalog/catalog.ts';
import { nationalFiles } from '../src/catalog/folders.ts';
import type { Division } from '../src/catalog/types.ts';
import { cityFolder, cityNames } from '../src/db/cities.ts';
import { readSeeds, seed, seedBuiltIn } from '../src/db/seed.ts';
import { buildDispatcher } from '../src/dispatch/choose.ts';
import { lint } from '../src/dispatch/lint.ts';
import { buildGazetteer } from '../src/place/gazetteer.ts';
import { resolvePlace } from '../src/place/resolve.ts';
import { run } from './commands/run.ts';
import { app, complaint, db } from './helper.ts';
import { town } from './town.ts';

const others = cityNames().filter((city) => city !== 'beijing');
/** National files that describe no unit and no place: a second copy would only grow old. */
const shared = [...nationalFiles].filter(
  (file) => file !== 'alarms.csv' && file !== 'guard.csv' && file !== 'routes.csv',
);

/** Leaf and street for which nobody leads though matter and place are clear. */
function leaderless(catalog: Catalog): string[] {
  const dispatcher = buildDispatcher(catalog);
  const streets = catalog.data.divisions.filter(({ kind }) => kind === 'street');
  const isOrphan = (leaf: Leaf, { code, parent }: Division) => {
    const known = { leaf, matterAccepted: true, placeStatus: 'resolved' as const, district: parent, street: code };
    const { status, lead } = dispatcher.choose({ ...known, type: 'complain', level: leaf.level, caller: 'person' });
    return status !== 'dispatch' || lead === null;
  };
  return catalog.leaves.flatMap((leaf) =>
    streets.filter((street) => isOrphan(leaf, street)).map((street) => `${leaf.code} in ${street.code}`),
  );
}

for (const city of others) {
  t.test(`the reference data of ${city} are whole`, async (t) => {
    const { data, source } = readSeeds(cityFolder(city));
    t.equal(source, `built-in:${city}`);
    const files = readdirSync(cityFolder(city));
    t.ok(files.includes('SOURCE.md'));
    t.same(
      files.filter((file) => shared.includes(file)),
      [],
      'national files are not copied',
    );
    const catalog = buildCatalog(data, '2026-11-22');
    t.same(lint(catalog, data), [], 'the linter finds nothing');
    t.same(leaderless(catalog), [], 'every matter is led by somebody in every street');
    const named = [...data.units, ...data.rules].map(({ code }) => code);
    t.same(
      named.filter((code) => /^(BJ|QY)-/.test(code)),
      [],
      'units have codes of their own',
    );
  });
}

t.test('places of Zhuhai are found in texts', async (t) => {
  const { data } = readSeeds(cityFolder('zhuhai'));
  const gazetteer = buildGazetteer(data.divisions, data.areas, data.landmarks);
  const cases = [
    ['香洲区吉大街道海湾社区路灯不亮', 'resolved 香洲区 吉大街道'],
    ['拱北口岸广场有黑车拉客', 'resolved 香洲区 拱北街道'],
    ['唐家淇澳岛码头停车乱收费', 'resolved 香洲区 唐家湾镇'],
    ['斗门区井岸镇新堂村河涌发臭', 'resolved 斗门区 井岸镇'],
    ['我住横琴，小横琴社区晚上施工', 'resolved 香洲区 横琴镇'],
    ['三灶镇金海岸社区停水', 'resolved 金湾区 三灶镇'],
    ['外伶仃岛的客船停航了', 'resolved 香洲区 担杆镇'],
    ['金湾区的学校什么时候放假', 'district 金湾区 '],
    ['中山市坦洲镇的楼盘延期交房', 'outside  '],
    ['北京市朝阳区的公司拖欠工资', 'outside  '],
    ['楼上噪音太大', 'unknown  '],
  ] as const;
  for (const [text, wanted] of cases) {
    const { status, district, street } = resolvePlace(gazetteer, { text });
    t.equal(`${status} ${district?.name ?? ''} ${street?.name ?? ''}`, wanted, text);
  }
});

t.test('an order goes its whole way in Zhuhai', { timeout: 280_000 }, async (t) => {
  const { as, clock, connection } = await app(t, undefined, { city: 'zhuhai' });
  const operator = await as('operator');
  const file = async (text: string, changes = {}) =>
    (await operator.post('/complaints', complaint({ text, ...changes }))).body;
  const filed = await file('香洲区吉大街道海湾社区垃圾成堆，多日没人清运，来电反映生活垃圾堆积的问题。');
  t.match(filed, {
    status: 'dispatched',
    classification: { place: { street: { code: '440402004' } } },
    orders: [{ unit: { code: '440402004', name: '香洲区吉大街道办事处' }, role: 'lead' }],
  });
  const gas = await file('香洲区拱北街道昌盛社区楼道里有燃气味', { matter: 'M03.03.05', type: 'help' });
  t.match(gas.classification.dispatch, { lead: { code: 'ZHQ-RQ' }, rule: 'R002', co: [{ code: '440402005' }] });
  const heat = await file('香洲区梅华街道家里想装暖气', { matter: 'M03.04.01', type: 'consult', level: 'L3' });
  t.match(heat.classification.dispatch, { lead: { code: 'ZH-ZJ' }, rule: 'default', reason: /珠海没有集中供热/ });
  const island = await file('桂山镇的船班太少', { matter: 'M04.01.03', type: 'complain', level: 'L3' });
  t.match(island.classification.dispatch, { lead: { code: 'ZH-JT' }, rule: 'R010' });
  const zone = await file('横琴镇荷塘社区垃圾成堆没人清运', { matter: 'M01.01.01', type: 'complain', level: 'L3' });
  t.match(zone.orders, [{ unit: { code: 'ZH-HQ' } }]);

  const street = await as('handler', '440402004');
  const { id } = filed.orders[0];
  t.match((await street.get('/queue')).body.items, [{ number: filed.number }]);
  t.equal((await street.post(`/orders/${id}/sign`)).status, 200);
  t.equal((await street.post(`/orders/${id}/contact`, { way: 'phone', note: '已约定上门' })).status, 200);
  clock.forward(600);
  t.equal((await street.post(`/orders/${id}/reply`, { result: 'resolved', text: '已清运。' })).status, 200);
  const agent = await as('callback');
  const [due] = (await agent.get('/callbacks?status=due')).body.items;
  const answer = { way: 'phone', reached: true, contacted: true, resolved: true, satisfaction: 'satisfied' };
  t.equal((await agent.post(`/callbacks/${due.id}/attempts`, answer)).status, 201);
  const { body } = await (await as('analyst')).get('/reports/rates?by=district');
  t.match(
    body.items.find(({ key }: { key: string }) => key === '440402'),
    { name: '香洲区', volume: 5, valid: 1, resolved: 1 },
  );

  // A database has one city.
  await t.rejects(seedBuiltIn(connection.db, clock.now), {
    message: /数据库里是 zhuhai 的基础数据，CITY 却是 beijing/,
  });
  await t.resolves(seedBuiltIn(connection.db, clock.now, 'zhuhai'));
  const env = { DATABASE_URL: connection.url, LOG_LEVEL: 'warn', PORT: '0' };
  t.match(await run(['serve'], env), { code: 1, out: '', err: /请设 CITY=zhuhai/ });
  t.match(await run(['seed'], env), { code: 1, err: /请设 CITY=zhuhai/ });
  t.match(await run(['seed'], { ...env, CITY: 'zhuhai' }), { code: 0, err: /没有变化/ });
  t.match(await run(['serve'], { ...env, CITY: 'atlantis' }), {
    code: 1,
    err: /没有城市 atlantis；CITY 可用：beijing、zhuhai/,
  });
  t.match(await run(['serve'], { ...env, CITY: '../seeds' }), { code: 1, err: /CITY/ });
  const [count] = await connection.db.execute(sql`select count(*)::int as versions from catalog_versions`);
  t.same({ ...count }, { versions: 1 }, 'nothing was loaded');
});

t.test('a folder of somebody’s own stays in force', async (t) => {
  const { db: own } = await db(t);
  const folder = t.testdir(town);
  await seed(own, readSeeds(folder), new Date('2026-11-22T12:00:00+08:00'));
  await t.resolves(seedBuiltIn(own, new Date()), 'CITY is not asked for');
  await t.rejects(seedBuiltIn(own, new Date(), 'zhuhai'), { message: /数据库里是目录 .* 的基础数据/ });
  const [row] = await own.execute(sql`select count(*)::int as open from divisions where valid_to is null`);
  t.same({ ...row }, { open: 4 }, 'the other city is closed');
});

t.test('classify judges by the city', async (t) => {
  const line = JSON.stringify({ id: 1, text: '香洲区吉大街道海湾社区停水' });
  const { code, out } = await run(['classify'], { CITY: 'zhuhai' }, `${line}\n`);
  t.equal(code, 0);
  t.match(JSON.parse(out), { place: { street: { code: '440402004' } } });
});
