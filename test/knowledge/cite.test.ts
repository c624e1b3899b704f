/** Complaints answered from the knowledge base: which version was cited, by how many, and what may not be cited. */

import { sql } from 'drizzle-orm';
import t from 'tap';
import { app, complaint, refused, stored } from '../helper.ts';
import { article } from './helper.ts';

const answered = (articles: unknown, changes: object = {}) => ({
  ...complaint({ text: '市民来电咨询，社区的轮椅怎么借？', disposition: 'answered', answer: '已告知。' }),
  articles,
  ...changes,
});

t.test('a complaint keeps the versions it was answered with', async (t) => {
  const { as, connection } = await app(t);
  const admin = await as('admin');
  const operator = await as('operator');
  const write = async () => (await admin.post('/knowledge', article())).body.id;
  const [one, two] = [await write(), await write()];
  const filed = await operator.post('/complaints', answered([two, one]));
  t.match(filed, { status: 201, body: { status: 'answered' } });
  await admin.put(`/knowledge/${one}`, article({ version: 1, title: '改过的标题' }));
  await operator.post('/complaints', answered([one]));
  const read = await operator.get(`/complaints/${filed.body.number}`);
  const title = article().title;
  t.same(read.body.articles, [
    { id: one, version: 1, title },
    { id: two, version: 1, title },
  ]);
  t.equal((await admin.get(`/knowledge/${one}`)).body.cited, 2, 'over all versions');
  t.equal((await admin.get(`/knowledge/${two}`)).body.cited, 1);
  for (const none of [undefined, []]) {
    const { body } = await operator.post('/complaints', answered(none));
    t.same((await operator.get(`/complaints/${body.number}`)).body.articles, []);
  }
  await t.rejects(connection.db.execute(sql`delete from citations`), 'citations are history');
});

t.test('what may not be cited is refused with its place, and nothing is stored', async (t) => {
  const { as, clock, connection } = await app(t);
  const admin = await as('admin');
  const operator = await as('operator');
  const write = async (changes: object) => (await admin.post('/knowledge', article({ ...changes }))).body.id;
  const good = await write({});
  const later = await write({ validFrom: '2026-11-24' });
  const ending = await write({ validTo: '2026-11-23' });
  const gone = await write({});
  await admin.post(`/knowledge/${gone}/withdraw`, { reason: '停办' });
  const key = { 'idempotency-key': 'once' };
  const first = await operator.post('/complaints', answered([ending]), key);
  t.equal(first.status, 201);
  clock.forward(12 * 60);
  const before = await stored(connection);
  const bad = await operator.post('/complaints', answered([good, later, ending, gone, '999999']));
  refused(t, 'not valid today', bad, 422, 'ARTICLE_NOT_CITABLE', ...[1, 2, 3, 4].map((index) => `articles.${index}`));
  t.same(
    bad.body.errors.map(({ message }: { message: string }) => message),
    ['此条目尚未生效', '此条目已失效', '此条目已撤下', '没有知识条目 999999'],
  );
  const refusedAs = async (what: string, body: object, ...paths: string[]) =>
    refused(t, what, await operator.post('/complaints', body), 400, 'VALIDATION_FAILED', ...paths);
  await refusedAs('twice', answered([good, `0${good}`]), 'articles.1');
  await refusedAs('six', answered(['1', '2', '3', '4', '5', '6']), 'articles');
  await refusedAs('no id', answered(['K001']), 'articles.0');
  await refusedAs('no list', answered(good), 'articles');
  await refusedAs('dispatched', answered([good], { disposition: 'dispatch' }), 'articles');
  await refusedAs('nothing said', answered([good], { disposition: undefined }), 'articles');
  t.same(await stored(connection), before);
  const again = await operator.post('/complaints', answered([ending]), key);
  t.same(
    [again.status, again.body.number],
    [201, first.body.number],
    'a retry is answered though the article has ended',
  );
  const other = await operator.post('/complaints', answered([ending, good]), key);
  refused(t, 'another body under the key', other, 409, 'IDEMPOTENCY_KEY_REUSED');
});

t.test('a filing that cites nothing asks the database nothing more', async (t) => {
  const { as, connection, ctx } = await app(t);
  const operator = await as('operator');
  await operator.post('/complaints', complaint());
  const statements: string[] = [];
  const { db } = ctx;
  const execute = db.execute.bind(db);
  // Only listens: what is asked goes its way.
  Object.assign(db, {
    execute: (query: Parameters<typeof execute>[0]) => {
      statements.push(JSON.stringify(query));
      return execute(query);
    },
  });
  const { status } = await operator.post('/complaints', answered(undefined));
  t.equal(status, 201);
  t.ok(statements.length > 0);
  t.notOk(statements.some((statement) => /citations|articles/.test(statement)));
  t.equal((await stored(connection)).complaints, 2);
});
