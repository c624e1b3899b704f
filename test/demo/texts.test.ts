import t from 'tap';
import { createRandom } from '../../src/demo/random.ts';
import { fill, readDemoDistricts, readDemoLists, readDemoTemplates } from '../../src/demo/texts.ts';
import { catalog, lists, templates } from './helper.ts';

const slotsOf = (text: string) => [...text.matchAll(/\{([^}]*)\}/g)].map(([, slot]) => slot ?? '');

t.test('the templates cover the catalog', async (t) => {
  t.ok(templates.length >= 150);
  t.equal(new Set(templates.map(({ id }) => id)).size, templates.length);
  const needs = new Set(templates.map(({ need }) => need));
  for (const code of catalog.needs.keys()) t.ok(needs.has(code), code);
  for (const { id, need, type } of templates) if (!catalog.needs.has(need) || !catalog.types.has(type)) t.fail(id);
  const known = templates.filter(({ matter }) => catalog.matters.has(matter));
  const exact = known.filter(({ matter, leaf }) =>
    catalog.leaves.some(({ parent, name }) => parent === matter && name === leaf),
  );
  t.ok(exact.length >= 0.9 * templates.length, `${exact.length} of ${templates.length} name a leaf of the catalog`);
});

t.test('every slot has its list, and no list runs in a circle', async (t) => {
  const given = new Set(['place', 'matter', 'city']);
  const walk = (text: string, above: readonly string[]): void => {
    for (const slot of slotsOf(text)) {
      if (given.has(slot)) continue;
      const words = lists.get(slot);
      if (words === undefined || above.includes(slot)) t.fail(`${above.join(' > ')} > ${slot}`);
      else for (const word of words) walk(word, [...above, slot]);
    }
  };
  for (const { id, title, text } of templates) walk(`${title ?? ''}${text}`, [id]);
  for (const list of lists.keys()) walk(`{${list}}`, []);
  for (const { kind } of templates) {
    for (const result of ['resolved', 'explained', 'unresolved'])
      if (!lists.has(`${kind}-${result}`)) t.fail(`${kind}-${result}`);
  }
  t.ok([...lists.values()].filter((words) => words.length >= 25).length >= 25);
  for (const [list, words] of lists) t.equal(new Set(words).size, words.length, list);
});

t.test('fill takes what is given, then the lists, at every depth', async (t) => {
  const own = readDemoLists('list,word\nouter,在{place}{inner}\ninner,楼下\n');
  t.equal(fill('{outer}有{inner}', own, createRandom(1), { place: '某处' }), '在某处楼下有楼下');
  t.throws(() => fill('{missing}', own, createRandom(1)), /词表 missing/);
});

t.test('a wrong file is refused with its line', async (t) => {
  t.throws(() => readDemoLists('list,word\na,b\nc,\n'), /lists\.csv 第 3 行：不能为空/);
  t.throws(() => readDemoLists('list,word\na,"b\n'), /lists\.csv 第 \d+ 行：CSV 格式错误/);
  t.throws(
    () => readDemoDistricts('code,weight,response,resolution,satisfaction\n110101,1,2,3,4000\n'),
    /districts\.csv 第 2 行/,
  );
  const header = 'id,matter,leaf,need,type,voice,caller,area,kind,disposition,weight,title,text';
  t.throws(
    () => readDemoTemplates(`${header}\nT1,M01.01,x,YJ,complain,loud,person,any,site,,1,,y\n`),
    /应为 desk、own、any 之一/,
  );
  t.throws(
    () => readDemoTemplates(`${header}\nT1,M01.01,x,YJ,complain,own,person,any,site,lost,1,,y\n`),
    /redirected、handover/,
  );
  t.same(readDemoTemplates(`${header}\n`), []);
});

t.test('the generator is fixed by its seed and keeps to its bounds', async (t) => {
  const draw = (seed: number) => Array.from({ length: 1000 }, createRandom(seed).next);
  t.same(draw(7), draw(7));
  t.notSame(draw(7), draw(8));
  t.ok(draw(7).every((value) => value >= 0 && value < 1));
  const mean = draw(7).reduce((sum, value) => sum + value, 0) / 1000;
  t.ok(Math.abs(mean - 0.5) < 0.03);
  const random = createRandom(3);
  const heavy = Array.from({ length: 1000 }, () =>
    random.weighted([
      ['a', 9],
      ['b', 1],
      ['c', 0],
    ] as const),
  );
  t.ok(Math.abs(heavy.filter((item) => item === 'a').length - 900) < 40);
  t.notOk(heavy.includes('c'));
  t.throws(() => random.pick([]), RangeError);
  t.throws(() => random.weighted([['a', 0]]), RangeError);
});
