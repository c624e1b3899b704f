/** The life of an article: written, edited, withdrawn, published anew; who may; how it is found; what is refused. */

import { sql } from 'drizzle-orm';
import t from 'tap';
import { type Answer, app, refused } from '../helper.ts';
import { article } from './helper.ts';

const ids = ({ body }: Answer): string[] => body.items.map(({ id }: { id: string }) => id);

t.test('every change is a version, and nothing is overwritten', async (t) => {
  const { as, clock, connection } = await app(t);
  const admin = await as('admin');
  const dispatcher = await as('dispatcher');
  const written = await admin.post('/knowledge', article());
  t.equal(written.status, 201);
  const { id } = written.body;
  t.match(written.body, {
    version: 1,
    state: 'valid',
    unit: { code: 'BJ-MZJ', kind: 'city' },
    matter: { code: 'M12.01.02', path: ['民政与社会服务', '养老服务', '居家与社区养老'] },
    validFrom: '2026-11-22',
    validTo: null,
    cited: 0,
  });
  clock.forward(60);
  const edit = article({
    version: 1,
    title: '轮椅怎么借',
    questions: [],
    basis: null,
    validTo: '2027-01-01',
    reason: '改短',
  });
  const edited = await dispatcher.put(`/knowledge/${id}`, edit);
  t.equal(edited.status, 200);
  clock.forward(60);
  const withdrawn = await admin.post(`/knowledge/${id}/withdraw`, { reason: '服务停办' });
  t.match(withdrawn.body, { version: 3, state: 'withdrawn', title: '轮椅怎么借' });
  refused(t, 'twice', await admin.post(`/knowledge/${id}/withdraw`, { reason: '再撤' }), 409, 'ILLEGAL_ACTION');
  const again = await admin.put(`/knowledge/${id}`, article({ version: 3, reason: '恢复' }));
  t.match(again.body, { version: 4, state: 'valid' });
  const { body } = await admin.get(`/knowledge/${id}`);
  t.match(body.versions, [
    { number: 4, status: 'published', reason: '恢复', title: article().title },
    { number: 3, status: 'withdrawn', reason: '服务停办', title: '轮椅怎么借', at: '2026-11-22T14:00:00+08:00' },
    {
      number: 2,
      status: 'published',
      reason: '改短',
      title: '轮椅怎么借',
      questions: [],
      basis: null,
      validTo: '2027-01-01',
    },
    { number: 1, reason: '新开的服务', title: article().title, questions: article().questions, text: article().text },
  ]);
  t.match(body.versions[2].actor, /^dispatcher#\d+$/);
  for (const change of [sql`update article_versions set text = '改'`, sql`delete from article_versions`])
    await t.rejects(connection.db.execute(change), 'the database refuses to rewrite it');
});

t.test('an edit names the version it started from', async (t) => {
  const { as } = await app(t);
  const admin = await as('admin');
  const { id } = (await admin.post('/knowledge', article())).body;
  const edits = ['甲', '乙', '丙', '丁'].map((title) => admin.put(`/knowledge/${id}`, article({ version: 1, title })));
  const answers = await Promise.all(edits);
  t.same(answers.map(({ status }) => status).sort(), [200, 409, 409, 409], 'one of four at once');
  const late = await admin.put(`/knowledge/${id}`, article({ version: 1 }));
  refused(t, 'an old version', late, 409, 'CONFLICT');
  t.match(late.body.detail, '第 2 版');
  const { versions } = (await admin.get(`/knowledge/${id}`)).body;
  t.equal(versions.length, 2);
  refused(t, 'a version to come', await admin.put(`/knowledge/${id}`, article({ version: 3 })), 409, 'CONFLICT');
  refused(t, 'no article', await admin.put('/knowledge/999999', article({ version: 1 })), 404, 'NOT_FOUND');
  refused(t, 'none to withdraw', await admin.post('/knowledge/999999/withdraw', { reason: '无' }), 404, 'NOT_FOUND');
  refused(t, 'none to read', await admin.get('/knowledge/999999'), 404, 'NOT_FOUND');
});

t.test("a manager keeps his own unit's articles alone", async (t) => {
  const { as } = await app(t);
  const admin = await as('admin');
  const manager = await as('manager', 'BJ-MZJ');
  const { unit: _, ...ownerless } = article();
  const own = await manager.post('/knowledge', ownerless);
  t.match(own, { status: 201, body: { unit: { code: 'BJ-MZJ' } } });
  refused(t, "another's", await manager.post('/knowledge', article({ unit: 'BJ-RSJ' })), 403, 'FORBIDDEN');
  const other = (await admin.post('/knowledge', article({ unit: 'BJ-RSJ' }))).body;
  t.equal((await manager.get(`/knowledge/${other.id}`)).status, 200, 'all may read');
  const { unit: __, ...edit } = article({ version: 1 });
  refused(t, "edits another's", await manager.put(`/knowledge/${other.id}`, edit), 403, 'FORBIDDEN');
  const takes = await manager.put(`/knowledge/${other.id}`, article({ version: 1 }));
  refused(t, 'takes it over', takes, 403, 'FORBIDDEN');
  const gives = await manager.put(`/knowledge/${own.body.id}`, article({ version: 1, unit: 'BJ-RSJ' }));
  refused(t, 'gives his own away', gives, 403, 'FORBIDDEN');
  const withdraws = await manager.post(`/knowledge/${other.id}/withdraw`, { reason: '不是我的' });
  refused(t, "withdraws another's", withdraws, 403, 'FORBIDDEN');
  t.match((await manager.put(`/knowledge/${own.body.id}`, edit)).body, { version: 2, unit: { code: 'BJ-MZJ' } });
  refused(t, 'an admin has no unit', await admin.post('/knowledge', ownerless), 400, 'VALIDATION_FAILED', 'unit');
});

t.test('what is found: by words, matter, unit, state and day', async (t) => {
  const { as } = await app(t);
  const admin = await as('admin');
  const operator = await as('operator');
  const write = async (changes: Record<string, unknown>) =>
    String(
      (await admin.post('/knowledge', article({ title: '螺旋桨', questions: [], text: '无', ...changes }))).body.id,
    );
  const titled = await write({ title: '螺旋桨怎么登记' });
  const told = await write({ title: '飞行器怎么登记', text: '先登记螺旋桨，再登记机身。', matter: 'M12.01' });
  const ended = await write({ validFrom: '2026-01-01', validTo: '2026-11-22' });
  const later = await write({ validFrom: '2026-12-01' });
  const gone = await write({ unit: 'BJ-RSJ', matter: null });
  await admin.post(`/knowledge/${gone}/withdraw`, { reason: '不办了' });
  const find = async (query: string) =>
    ids(await operator.get(`/knowledge?q=${encodeURIComponent('螺旋桨')}&${query}`));
  t.same(await find(''), [titled, told], 'valid ones, the title before the text');
  t.same((await find('status=all')).sort(), [titled, told, ended, later, gone].sort());
  t.same(await find('status=expired'), [ended]);
  t.same(await find('status=upcoming'), [later]);
  t.same(await find('status=withdrawn'), [gone]);
  t.same((await find('on=2026-12-01')).sort(), [titled, told, later].sort());
  t.same((await find('on=2026-06-01')).sort(), [ended]);
  t.same(await find('matter=M12.01.02'), [titled]);
  t.same(await find('matter=M12'), [titled, told], 'and what is below it');
  t.same(await find('unit=BJ-RSJ&status=all'), [gone]);
  const list = await operator.get('/knowledge?unit=BJ-MZJ&matter=M12.01.02&status=all&limit=3');
  t.same(ids(list), [later, ended, titled], 'without words the newest first');
  t.equal(list.body.items[0].score, null);
  t.same(ids(await operator.get(`/knowledge?q=${encodeURIComponent('鸿蒙初辟的混沌')}`)), []);
  refused(
    t,
    'a word too short',
    await operator.get(`/knowledge?q=${encodeURIComponent('狗')}`),
    400,
    'VALIDATION_FAILED',
    'q',
  );
  refused(t, 'a day that is none', await operator.get('/knowledge?on=2026-02-30'), 400, 'VALIDATION_FAILED', 'on');
  refused(t, 'no such state', await operator.get('/knowledge?status=draft'), 400, 'VALIDATION_FAILED', 'status');
});

t.test('pages hold every article once', async (t) => {
  const { as } = await app(t);
  const operator = await as('operator');
  const walk = async (query: string, limit: number) => {
    const found: string[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const { body } = await operator.get(`/knowledge?${query}&limit=${limit}${next === '' ? '' : `&cursor=${next}`}`);
      found.push(...body.items.map(({ id }: { id: string }) => id));
      ({ next } = body);
    }
    return found;
  };
  for (const query of ['status=all', `q=${encodeURIComponent('北京 办理 申请')}`]) {
    const whole = await walk(query, 500);
    t.ok(whole.length > 20);
    t.same(await walk(query, 7), whole);
  }
  const { body } = await operator.get('/knowledge?limit=1');
  const foreign = await operator.get(`/knowledge?limit=1&status=all&cursor=${body.next}`);
  refused(t, 'a cursor of another question', foreign, 400, 'INVALID_CURSOR');
});

t.test('what ends soon, the soonest first', async (t) => {
  const { as, clock } = await app(t);
  const admin = await as('admin');
  const write = async (validTo: string | null, unit = 'BJ-RSJ') =>
    String((await admin.post('/knowledge', article({ validTo, unit }))).body.id);
  const [late, soon, sooner, , other] = [
    await write('2026-12-22'),
    await write('2026-12-02'),
    await write('2026-12-01'),
    await write(null),
    await write('2026-12-02', 'BJ-MZJ'),
  ];
  const within = async (query: string) => ids(await admin.get(`/knowledge/expiring?${query}`));
  t.same(await within('days=30'), [sooner, soon, other, late]);
  t.same(await within('days=10'), [sooner, soon, other]);
  t.same(await within('days=30&unit=BJ-MZJ'), [other]);
  const first = await admin.get('/knowledge/expiring?days=30&limit=2');
  t.same(ids(first), [sooner, soon]);
  t.same(await within(`days=30&limit=2&cursor=${first.body.next}`), [other, late]);
  clock.forward(10 * 24 * 60);
  t.same(await within('days=20'), [late], 'what has ended is not ending');
  refused(t, 'no days', await admin.get('/knowledge/expiring?days=0'), 400, 'VALIDATION_FAILED', 'days');
});

t.test('bad articles are refused with their fields, and nothing is stored', async (t) => {
  const { as, connection } = await app(t);
  const admin = await as('admin');
  const count = async () =>
    (
      await connection.db.execute(
        sql`select (select count(*) from articles) a, (select count(*) from article_versions) v`,
      )
    )[0];
  const { id } = (await admin.post('/knowledge', article())).body;
  const before = await count();
  const bad: [string, Record<string, unknown>, ...string[]][] = [
    ['it ends before it starts', { validFrom: '2026-12-02', validTo: '2026-12-01' }, 'validTo'],
    ['it ends as it starts', { validFrom: '2026-12-01', validTo: '2026-12-01' }, 'validTo'],
    ['no such unit or matter', { unit: 'BJ-XX', matter: 'M99.01' }, 'unit', 'matter'],
    ['blank text', { text: ' \n', title: '' }, 'text', 'title'],
    [
      'too long',
      { text: '长'.repeat(5001), title: '长'.repeat(101), basis: '长'.repeat(501) },
      'text',
      'title',
      'basis',
    ],
    ['too many questions', { questions: Array(21).fill('问') }, 'questions'],
    ['a blank question', { questions: ['问', ''] }, 'questions.1'],
    ['no day', { validFrom: '2026-13-01' }, 'validFrom'],
    ['no reason', { reason: undefined }, 'reason'],
    ['an unknown field', { state: 'valid' }, 'state'],
  ];
  for (const [what, changes, ...paths] of bad) {
    refused(t, what, await admin.post('/knowledge', article(changes)), 400, 'VALIDATION_FAILED', ...paths);
    const edit = await admin.put(`/knowledge/${id}`, article({ version: 1, ...changes }));
    refused(t, `${what}, edited`, edit, 400, 'VALIDATION_FAILED', ...paths);
  }
  refused(t, 'no version', await admin.put(`/knowledge/${id}`, article()), 400, 'VALIDATION_FAILED', 'version');
  refused(t, 'no reason', await admin.post(`/knowledge/${id}/withdraw`, {}), 400, 'VALIDATION_FAILED', 'reason');
  t.same(await count(), before);
});
