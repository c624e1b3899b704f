/** Articles of the files: loaded, followed when the file changes, and left alone once a person has edited them. */
import t from 'tap';
import type { SeedProblem } from '../../src/catalog/files.ts';
import { readSeeds, readSheets, SeedError, seed } from '../../src/db/seed.ts';
import { readArticles } from '../../src/knowledge/seed.ts';
import { app, noon } from '../helper.ts';

t.test('a later load follows the file, but for what was edited', async (t) => {
  const { as, connection } = await app(t);
  const admin = await as('admin');
  const find = async (title: string, status = 'all') => {
    const { body } = await admin.get(`/knowledge?status=${status}&limit=500`);
    return body.items.find((item: { title: string }) => item.title === title);
  };
  const seeds = readSeeds();
  const [edited, changed, removed, same] = seeds.articles;
  if (!edited || !changed || !removed || !same) throw new Error('too few articles');
  const { id } = await find(edited.title);
  await admin.put(`/knowledge/${id}`, { version: 1, title: edited.title, text: '人改过的口径。', reason: '更新' });
  const next = {
    ...seeds,
    hash: 'another',
    articles: [
      { ...edited, text: '文件里的新口径。' },
      { ...changed, text: '文件里的新口径。' },
      ...seeds.articles.slice(3),
      { ...same, code: 'K999', title: '文件里新添的条目' },
    ],
  };
  t.match(await seed(connection.db, next, noon), { loaded: true });
  t.match((await admin.get(`/knowledge/${id}`)).body, { version: 2, text: '人改过的口径。' });
  const article = await find(changed.title);
  const { versions } = (await admin.get(`/knowledge/${article.id}`)).body;
  t.match(versions, [
    { number: 2, actor: 'seeds', text: '文件里的新口径。' },
    { number: 1, actor: 'seeds', text: changed.text },
  ]);
  t.match(
    await find(removed.title),
    { state: 'withdrawn', version: 2 },
    'what has left the file is withdrawn, not deleted',
  );
  t.match(await find(same.title), { state: 'valid', version: 1 }, 'what is the same gets no version');
  t.match(await find('文件里新添的条目'), { state: 'valid', version: 1 });
  await seed(connection.db, seeds, noon);
  t.match(await find(removed.title), { state: 'valid', version: 3 }, 'and comes back with the file');
  t.match(await find(edited.title), { version: 2 });
  t.match(await seed(connection.db, seeds, noon), { loaded: false });
});

t.test('the built-in articles', async (t) => {
  const { articles } = readSeeds();
  t.ok(articles.length >= 40);
  t.ok(new Set(articles.map(({ matter }) => matter?.split('.')[0])).size >= 10, 'of many matters');
  // Numbers that all know, a platform that bears its number in its name, and dates: no telephone of an office.
  const numbers = articles.flatMap(({ text, title }) => `${title}${text}`.match(/\d{5,}/g) ?? []);
  t.same([...new Set(numbers)], ['12123']);
  t.notOk(
    articles.some(({ text }) => /\d+(\.\d+)?元/.test(text)),
    'and no price',
  );
});

const header = 'code,unit,title,matter,questions,text,basis,valid_from,valid_to';
const faults: [string, string][] = [
  ['A,BJ-XX,题,,,文,,2026-01-01,', '单位 “BJ-XX” 不存在'],
  ['A,BJ-MZJ,题,M99,,文,,2026-01-01,', '事项 “M99” 不存在'],
  ['A,BJ-MZJ,题,,,文,,2026-01-01,2026-01-01', 'valid_to 应晚于 valid_from'],
  ['A,BJ-MZJ,题,,,,,2026-01-01,', '列 text：不能为空'],
  ['A,BJ-MZJ,题,,问||问,文,,2026-01-01,', '列 questions：列表中有空项'],
  [`A,BJ-MZJ,${'题'.repeat(101)},,,文,,2026-01-01,`, 'title 过长：101，至多 100'],
  ['A,BJ-MZJ,题,,,文,,2026-01-01,\nA,BJ-MZJ,题,,,文,,2026-01-01,', '“A” 重复'],
];

t.test('faults of the file are named with their lines', async (t) => {
  const sheets = readSheets();
  for (const [row, message] of faults) {
    const problems: SeedProblem[] = [];
    readArticles(`${header}\n${row}\n`, sheets, problems);
    t.match(problems, [{ file: 'knowledge.csv', line: row.split('\n').length + 1, message }]);
  }
  const none: SeedProblem[] = [];
  t.same(readArticles(null, sheets, none), [], 'a city need not bring the file');
  t.same(none, []);
  t.ok(new SeedError(none) instanceof Error);
});
