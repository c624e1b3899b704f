/** Well-known places: what the table holds, and what a text that names one resolves to. */
import t from 'tap';
import { readSeeds } from '../../src/db/seed.ts';
import { buildGazetteer } from '../../src/place/gazetteer.ts';
import { resolvePlace } from '../../src/place/resolve.ts';

const { divisions, areas, landmarks } = readSeeds().data;
const gazetteer = buildGazetteer(divisions, areas, landmarks);

t.test('at least 400, each with its source, none called as a division is', async (t) => {
  t.ok(landmarks.length >= 400);
  const taken = new Set(divisions.map(({ name }) => name));
  for (const { name, aliases, source } of landmarks) {
    t.match(source, /^\[[SWO]\] ./, name);
    t.notOk(
      [name, ...aliases].some((word) => taken.has(word)),
      name,
    );
  }
});

t.test('a landmark tells its street; one across streets leaves them open; a branch lies elsewhere', async (t) => {
  const cases: [text: string, status: string, street: string | undefined][] = [
    ['恭王府门口的黄牛太多了', 'resolved', '什刹海街道'],
    ['市民反映，国家大剧院外有人兜售假票', 'resolved', '西长安街街道'],
    ['周末带孩子去环球影城，停车费乱收', 'resolved', '文景街道'],
    ['古北水镇的酒店不退款', 'resolved', '古北口镇'],
    ['北京动物园的熊猫馆排队太长', 'resolved', '展览路街道'],
    ['北京动物园社区的电梯停了', 'resolved', '北下关街道'],
    ['雍和宫门口有人卖高价香', 'resolved', '北新桥街道'],
    ['北京南站打车要排一个小时', 'ambiguous', undefined],
    ['北京四中房山校区的食堂太贵', 'district', undefined],
    ['老伴在阜外医院放的支架，玉桃园的老人食堂菜价涨了', 'resolved', '新街口街道'],
  ];
  for (const [text, status, street] of cases) {
    const place = resolvePlace(gazetteer, { text });
    t.same([place.status, place.street?.name], [status, street], text);
  }
});
