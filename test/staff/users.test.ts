/** Administration of people: making, changing, importing, and the end of everything when one leaves. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { browser, ownPassword, person } from '../account/person.ts';
import { app, type Caller, complaint, refused } from '../helper.ts';

const service = await app(t);
const { connection, clock } = service;
const admin = await service.as('admin');
const street = '110105026';
const user = (changes: object = {}) => ({ login: 'zhaojia', name: '赵甲', role: 'operator', ...changes });

const upload = (caller: Caller, text: string | Buffer, type = 'text/csv') =>
  caller.post('/users/import', text, { 'content-type': type });

t.test('making and reading', async (t) => {
  const made = await admin.post('/users', user());
  t.equal(made.status, 201);
  t.match(made.body, { login: 'zhaojia', name: '赵甲', unit: null, active: true, mustChange: true, lastLoginAt: null });
  t.equal(made.headers['cache-control'], 'no-store');
  const read = await admin.get(`/users/${made.body.id}`);
  t.notHas(read.body, { password: made.body.password }, 'the password is told once');
  t.notMatch(read.text, new RegExp(made.body.password));
  const wrong: [string, object, number, string][] = [
    ['taken', user(), 409, 'LOGIN_TAKEN'],
    ['upper case', user({ login: 'ZhaoJia' }), 400, 'VALIDATION_FAILED'],
    ['a sign', user({ login: 'zhao jia' }), 400, 'VALIDATION_FAILED'],
    ['a machine', user({ login: 'machine', role: 'channel' }), 400, 'VALIDATION_FAILED'],
    ['a role of no unit', user({ login: 'qianyi', unit: street }), 400, 'VALIDATION_FAILED'],
    ['a role of a unit', user({ login: 'qianyi', role: 'handler' }), 400, 'VALIDATION_FAILED'],
    ['no such unit', user({ login: 'qianyi', role: 'handler', unit: '999999' }), 400, 'VALIDATION_FAILED'],
    ['a password', user({ login: 'qianyi', password: ownPassword }), 400, 'VALIDATION_FAILED'],
  ];
  for (const [what, body, status, code] of wrong) {
    const answer = await admin.post('/users', body);
    t.match([answer.status, answer.body.code], [status, code], what);
  }
  t.equal(
    (await admin.post('/users', user({ login: 'qianyi', role: 'handler', unit: street, subject: 'oidc-7' }))).status,
    201,
  );
  refused(
    t,
    'one subject, two people',
    await admin.post('/users', user({ login: 'sunbing', subject: 'oidc-7' })),
    409,
    'SUBJECT_TAKEN',
  );
  const rows = await connection.db.execute(sql`select 1 from tokens where hash is null`);
  t.equal(rows.length, 2, 'nothing is left of a refused one');
});

t.test('lists', async (t) => {
  for (let n = 0; n < 5; n += 1)
    await admin.post('/users', user({ login: `clerk${n}`, name: `文书${n}`, role: n === 0 ? 'analyst' : 'callback' }));
  const logins = async (query: string) => {
    const { items } = (await admin.get(`/users?${query}`)).body;
    return items.map(({ login }: { login: string }) => login);
  };
  t.same(await logins('q=clerk&role=callback'), ['clerk1', 'clerk2', 'clerk3', 'clerk4']);
  t.same(await logins(`q=${encodeURIComponent('文书3')}`), ['clerk3']);
  t.same(await logins(`unit=${street}`), ['qianyi']);
  t.same(await logins('q=%25'), [], 'no pattern');
  t.same(await logins('q=clerk&active=false'), []);
  const first = (await admin.get('/users?q=clerk&limit=3')).body;
  t.same(await logins(`q=clerk&limit=3&cursor=${first.next}`), ['clerk3', 'clerk4']);
  refused(t, 'of another question', await admin.get(`/users?q=zhao&cursor=${first.next}`), 400, 'INVALID_CURSOR');
});

t.test('changing', async (t) => {
  const one = await person(service, 'wangxia', 'operator');
  const change = (body: object) => admin.patch(`/users/${one.id}`, body);
  t.match((await change({ name: '王夏' })).body, { name: '王夏', role: 'operator' });
  t.equal((await one.get('/auth/me')).status, 200, 'another name ends nothing');
  refused(t, 'nothing', await change({}), 400, 'VALIDATION_FAILED', 'body');
  t.equal((await change({ role: 'handler' })).status, 400, 'a unit is lacking');
  t.match((await change({ role: 'handler', unit: street })).body, { role: 'handler', unit: street });
  t.equal((await one.get('/auth/me')).status, 401, 'another role is for another session');
  await one.login('wangxia', ownPassword);
  t.equal((await one.get('/queue')).status, 200);
  t.match(
    (await change({ role: 'dispatcher' })).body,
    { role: 'dispatcher', unit: null },
    'whoever takes a role of no unit leaves his',
  );
  await one.login('wangxia', ownPassword);
  refused(t, 'the former role', await one.get('/queue'), 403, 'FORBIDDEN');
  const reset = await admin.post(`/users/${one.id}/password`);
  refused(t, 'the old password', await one.login('wangxia', ownPassword), 401, 'WRONG_CREDENTIALS');
  t.match((await one.login('wangxia', reset.body.password)).body, { need: 'password' });
  t.match((await admin.get(`/users/${one.id}/sessions`)).body, { items: [{ way: 'password', current: false }] });
  t.same((await admin.post(`/users/${one.id}/sessions/end`)).body, { ended: 1 });
  t.same((await admin.get(`/users/${one.id}/sessions`)).body, { items: [] });
  t.equal((await admin.get('/users/999999/sessions')).status, 404);
  t.equal((await one.get('/auth/me')).status, 401);
  for (const url of ['password', 'sessions/end', 'totp/remove'])
    t.equal((await admin.post(`/users/999999/${url}`)).status, 404, url);
  const [row] = await connection.db.execute<{ id: number }>(
    sql`select max(id) as id from tokens where hash is not null`,
  );
  t.equal((await admin.get(`/users/${row?.id}`)).status, 404, 'a token is no user');
});

t.test('when a person leaves, his access ends everywhere and what he kept is given back', async (t) => {
  const { id } = await (await service.as('operator'))
    .post('/complaints', complaint())
    .then(({ body }) => body.orders[0]);
  const handler = await service.as('handler', street);
  await handler.post(`/orders/${id}/sign`);
  await handler.post(`/orders/${id}/contact`, { way: 'phone', note: '已联系' });
  t.equal((await handler.post(`/orders/${id}/reply`, { result: 'resolved', text: '已清运' })).status, 200);
  const one = await person(service, 'zhouqiu', 'callback');
  const desk = browser(service);
  await desk.login('zhouqiu', ownPassword);
  const own = await admin.post('/tokens', { role: 'callback', name: '外呼机', owner: one.id });
  const { items } = (await one.get('/callbacks')).body;
  const task = items[0].id;
  t.equal((await one.post(`/callbacks/${task}/claim`)).status, 200);
  const colleague = await service.as('callback');
  refused(t, 'kept', await colleague.post(`/callbacks/${task}/claim`), 409, 'CALLBACK_HELD');
  const machine = { authorization: `Bearer ${own.body.token}` };
  t.equal((await service.anyone.get('/callbacks', machine)).status, 200);

  t.match((await admin.patch(`/users/${one.id}`, { active: false })).body, { active: false });
  for (const each of [one, desk]) refused(t, 'his session', await each.get('/callbacks'), 401, 'SESSION_EXPIRED');
  refused(t, 'his token', await service.anyone.get('/callbacks', machine), 401, 'TOKEN_EXPIRED');
  refused(t, 'signing in', await browser(service).login('zhouqiu', ownPassword), 401, 'WRONG_CREDENTIALS');
  t.equal((await colleague.post(`/callbacks/${task}/claim`)).status, 200, 'his call-back is free');
  const [row] = await connection.db.execute<{ detail: object }>(
    sql`select detail from audit where action = 'user.deactivated'`,
  );
  t.match(row?.detail, { sessions: 2, tokens: [Number(own.body.id)], callbacks: 1 });
  await admin.patch(`/users/${one.id}`, { active: true });
  t.equal((await one.get('/auth/me')).status, 401, 'coming back, he signs in anew');
  t.equal((await one.login('zhouqiu', ownPassword)).status, 200);
  refused(t, 'the token stays revoked', await service.anyone.get('/callbacks', machine), 401, 'TOKEN_EXPIRED');
});

t.test('import', async (t) => {
  const file = [
    '\uFEFF登录名,姓名,角色,单位,统一身份',
    `wudong,吴冬,承办人,${street},`,
    'ZhengMu,郑木,派单员,,oidc-8',
    'zhaojia,赵甲,operator,,',
    'wudong,吴冬,operator,,',
    `fengtu,冯土,operator,${street},`,
    'chenjin,陈金,manager,,',
    'chushui,=HYPERLINK(1),king,,',
    'weihuo,卫火,operator,,oidc-8',
    ',蒋无,operator,,',
  ].join('\r\n');
  const answer = await upload(admin, file);
  t.equal(answer.status, 200, answer.text);
  t.match(answer.body, { created: 2, rejected: 7 });
  t.same(
    answer.body.users.map(({ row, login }: { row: number; login: string }) => [row, login]),
    [
      [1, 'wudong'],
      [2, 'zhengmu'],
    ],
  );
  const lines: string[] = answer.body.rejects.trim().split('\r\n');
  t.equal(lines[0], '登录名,姓名,角色,单位,统一身份,reason');
  const reasons = [/已被使用/, /重复/, /不属于任何单位/, /必须属于/, /角色|role/, /subject/, /login 不能缺少/];
  for (const [n, reason] of reasons.entries()) t.match(lines[n + 1], reason);
  t.match(lines[5], /'=HYPERLINK/, 'no formula comes back');
  const [made] = answer.body.users;
  t.match((await browser(service).login('wudong', made.password)).body, {
    need: 'password',
    role: 'handler',
    unit: street,
  });
  const again = await upload(admin, answer.body.rejects.replace('已被使用', ''));
  t.match(again.body, { created: 0, rejected: 7 }, 'a file of rejects can be sent again');
  const gbk = Buffer.concat([
    Buffer.from('login,name,role\nhanyang,'),
    Buffer.from([0xba, 0xab, 0xd1, 0xf8]),
    Buffer.from(',operator\n'),
  ]);
  t.match((await upload(admin, gbk)).body, { created: 1 }, 'as spreadsheets save it');
  t.match((await admin.get('/users?q=hanyang')).body.items, [{ name: '韩养' }]);
  const bad: [string, string | Buffer][] = [
    ['empty', ''],
    ['no rows', 'login,name,role\n'],
    ['no column role', 'login,name\nx1,y\n'],
    ['an unknown column', 'login,name,role,salary\nx1,y,operator,1\n'],
    ['twice', 'login,登录名,name,role\nx1,x1,y,operator\n'],
    ['uneven', 'login,name,role\nx1,y\n'],
    ['a quote', 'login,name,role\n"x1,y,operator\n'],
    ['no text', Buffer.from([0x89, 0x50, 0xff, 0xff, 0x00])],
    ['too many', `login,name,role\n${'x1,y,operator\n'.repeat(501)}`],
  ];
  for (const [what, text] of bad) refused(t, what, await upload(admin, text), 400, 'VALIDATION_FAILED', 'body');
  refused(t, 'too large', await upload(admin, 'x'.repeat(300_000)), 413, 'PAYLOAD_TOO_LARGE');
  refused(t, 'no table', await upload(admin, '{}', 'application/json'), 415, 'UNSUPPORTED_MEDIA_TYPE');
});

t.test('nobody locks himself out', async (t) => {
  const one = await person(service, 'lichun', 'admin');
  await connection.db.execute(sql`update users set totp_secret = '\\x01' where login = 'lichun'`);
  for (const change of [{ active: false }, { role: 'operator' }])
    refused(t, 'himself', await one.send('PATCH', `/users/${one.id}`, change), 409, 'OWN_ACCOUNT');
  t.match((await one.send('PATCH', `/users/${one.id}`, { name: '李春' })).body, { name: '李春', active: true });
  t.equal((await one.get('/auth/me')).status, 200);
  clock.forward(0);
});

t.test('the audit knows who did what, without names and passwords', async (t) => {
  const rows = await connection.db.execute<{ action: string; row: string }>(
    sql`select action, x::text as row from audit x`,
  );
  const found = new Set(rows.map(({ action }) => action));
  for (const action of [
    'user.made',
    'user.changed',
    'user.deactivated',
    'users.imported',
    'password.reset',
    'logout.everywhere',
  ])
    t.ok(found.has(action), action);
  t.notMatch(rows.map(({ row }) => row).join('\n'), /赵甲|王夏|吴冬|four stray/);
});
