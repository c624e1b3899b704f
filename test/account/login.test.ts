/** Signing in and out: who is let in, for how long, and what a foreign page cannot do. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { hashToken } from '../../src/access/tokens.ts';
import { lockout } from '../../src/account/lockout.ts';
import { app, refused } from '../helper.ts';
import { account, browser, ownPassword, person } from './person.ts';

const service = await app(t);
const { as, anyone, clock, connection } = service;

/** What the audit says of signing in, from an id on. */
async function actions(after = 0): Promise<string[]> {
  const rows = await connection.db.execute<{ action: string; target: string | null }>(
    sql`select action, target from audit where id > ${after} and action not like 'user%' order by id`,
  );
  return rows.map(({ action, target }) => `${action} ${target ?? ''}`.trim());
}

async function lastAudit(): Promise<number> {
  const [row] = await connection.db.execute<{ last: number }>(
    sql`select coalesce(max(id), 0)::float8 as last from audit`,
  );
  return row?.last ?? 0;
}

t.test('a first password must be changed before anything else', async (t) => {
  const before = await lastAudit();
  const { id, password } = await account(service, 'zhaojia', 'operator');
  const one = browser(service);
  const me = await one.login('Zhaojia ', password);
  t.match(
    me.body,
    { id, login: 'zhaojia', role: 'operator', unit: null, need: 'password', totp: false },
    'upper case or not',
  );
  t.match(String(me.headers['set-cookie']), /^__Host-jiesu=[\w-]{43}; Secure; HttpOnly; SameSite=Strict; Path=\/$/);
  t.equal(me.headers['cache-control'], 'no-store');
  refused(t, 'reading', await one.get('/complaints'), 403, 'PASSWORD_CHANGE_REQUIRED');
  refused(t, 'filing', await one.post('/complaints', {}), 403, 'PASSWORD_CHANGE_REQUIRED');
  t.equal((await one.get('/auth/me')).status, 200);
  const change = (current: string, password: string) => one.post('/auth/password', { current, password });
  refused(t, 'wrong', await change('x', ownPassword), 400, 'VALIDATION_FAILED', 'current');
  refused(t, 'weak', await change(password, 'woaini20081314'), 400, 'VALIDATION_FAILED', 'password');
  refused(t, 'own name', await change(password, 'zhaojia has four cats'), 400, 'VALIDATION_FAILED', 'password');
  refused(t, 'the same', await change(password, password), 400, 'VALIDATION_FAILED', 'password');
  t.equal((await change(password, ownPassword)).status, 204);
  t.equal((await one.get('/complaints')).status, 200);
  t.match((await one.get('/auth/me')).body, { need: null });
  refused(t, 'the first password', await browser(service).login('zhaojia', password), 401, 'WRONG_CREDENTIALS');
  t.same(await actions(before), [`login.ok user:${id}`, `password.changed user:${id}`, `login.failed user:${id}`]);
});

t.test('unknown, wrong and deactivated are one answer', async (t) => {
  const before = await lastAudit();
  const { id, password } = await account(service, 'sunbing', 'operator');
  const gone = await account(service, 'qiansunbing', 'operator');
  const admin = await as('admin');
  await admin.patch(`/users/${gone.id}`, { active: false });
  const one = browser(service);
  const answers = [
    await one.login('sunbing', 'not the password'),
    await one.login('nobody1', 'not the password'),
    await one.login('qiansunbing', gone.password),
    await one.login("' or 1=1 --", password),
  ];
  for (const answer of answers) refused(t, 'the same', answer, 401, 'WRONG_CREDENTIALS');
  t.equal(new Set(answers.map(({ text }) => text)).size, 1);
  t.equal(new Set(answers.map(({ headers }) => Object.keys(headers).sort().join())).size, 1);
  t.same(
    (await actions(before)).filter((one) => one.startsWith('login')),
    [`login.failed user:${id}`, 'login.failed', `login.failed user:${gone.id}`, 'login.failed'],
  );
  const text = await connection.db.execute(sql`select x::text as row from audit x`);
  t.notMatch(JSON.stringify(text), /not the password|nobody|or 1=1/, 'what was typed is written nowhere');
});

t.test('a name is closed after failures, for longer each time, whether there is such an account or not', async (t) => {
  const before = await lastAudit();
  await person(service, 'lichun', 'operator');
  const one = browser(service);
  for (const login of ['lichun', 'nobody2']) {
    for (let n = 0; n < lockout.free; n += 1)
      refused(t, `${login} ${n}`, await one.login(login, 'not the password'), 401, 'WRONG_CREDENTIALS');
    const closed = await one.login(login, ownPassword);
    refused(t, 'closed, even to the right password', closed, 429, 'LOGIN_LOCKED');
    t.match(closed, { headers: { 'retry-after': 60 }, body: { retryAfter: 60 } });
  }
  clock.forward(1);
  refused(t, 'one more', await one.login('lichun', 'not the password'), 401, 'WRONG_CREDENTIALS');
  t.match((await one.login('lichun', ownPassword)).headers, { 'retry-after': 120 });
  clock.forward(2);
  t.equal((await one.login('lichun', ownPassword)).status, 200);
  for (let n = 0; n < lockout.free; n += 1)
    t.equal((await one.login('lichun', 'not the password')).status, 401, 'a success begins the count anew');
  t.ok((await actions(before)).some((action) => action.startsWith('login.locked user:')));
});

t.test('guesses at one time are not more than one after another', async (t) => {
  await account(service, 'wangxia', 'operator');
  const guesses = await Promise.all(
    Array.from({ length: 20 }, (_, n) => browser(service).login('wangxia', `guess number ${n}`)),
  );
  t.equal(guesses.filter(({ status }) => status === 401).length, lockout.free);
  t.equal(guesses.filter(({ status }) => status === 429).length, 20 - lockout.free);
});

t.test('a success at the same time as failures leaves no count behind', async (t) => {
  await person(service, 'caisong', 'operator');
  for (let turn = 0; turn < 8; turn += 1) {
    const tries = ['wrong one', 'wrong two', ownPassword, 'wrong three'];
    const answers = await Promise.all(tries.map((password) => browser(service).login('caisong', password)));
    t.equal(answers[2]?.status, 200, `turn ${turn}`);
    const [row] = await connection.db.execute<{ count: number }>(
      sql`select coalesce(max(count), 0)::int as count from login_attempts where login = ${hashToken('caisong')}`,
    );
    t.ok((row?.count ?? 0) <= 3, 'those that came after');
    await browser(service).login('caisong', ownPassword);
  }
});

t.test('attempts from one address', async (t) => {
  const one = browser(service);
  const statuses = new Map<number, number>();
  for (let n = 0; n < 65; n += 1) {
    const { status, body } = await one.login('x', '');
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status === 429) t.equal(body.code, 'TOO_MANY_REQUESTS');
  }
  t.same(
    [...statuses],
    [
      [400, 60],
      [429, 5],
    ],
  );
});

t.test('a foreign page changes nothing', async (t) => {
  const [one, other] = [
    await person(service, 'fengtu', 'dispatcher'),
    await person(service, 'qianfengtu', 'dispatcher'),
  ];
  const { cookie, csrf } = one;
  const tries: [string, Record<string, string>][] = [
    ['none', {}],
    ["another session's", { 'x-csrf-token': other.csrf }],
    ['cut', { 'x-csrf-token': csrf.slice(1) }],
  ];
  for (const [what, headers] of tries) {
    const answer = await service.app.inject({
      method: 'POST',
      url: '/api/v1/auth/sessions/end',
      headers: { cookie, ...headers },
    });
    t.match([answer.statusCode, answer.json().code], [403, 'CSRF_TOKEN_INVALID'], what);
  }
  t.equal((await one.get('/auth/me')).status, 200, 'reading needs none');
  const token = await as('dispatcher');
  t.equal((await token.post('/complaints/209911220000001/cancel', { reason: '重复' })).status, 404, 'nor does a token');
  const both = await token.get('/auth/me', { cookie });
  t.match(both.body, { id: null, login: null, csrf: null }, 'a token goes before a cookie');
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  refused(
    t,
    'a form signs nobody in',
    await anyone.post('/auth/login', 'login=a&password=b', form),
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  );
  const evaluation = await service.app.inject({
    method: 'POST',
    url: '/api/v1/public/complaints/209911220000001/evaluation',
    headers: { cookie, 'x-csrf-token': csrf },
    payload: { code: '0'.repeat(26), contacted: true, resolved: true, satisfaction: 'satisfied' },
  });
  t.equal(evaluation.statusCode, 403, 'who is signed in does not rate for a caller');
});

t.test('what a token cannot do, and what a person is called', async (t) => {
  const token = await as('operator');
  for (const url of ['/auth/logout', '/auth/password', '/auth/sessions/end', '/auth/totp'])
    refused(t, url, await token.post(url, {}), 403, 'FORBIDDEN');
  const one = await person(service, 'chenjin', 'operator');
  t.equal(
    (await one.post('/complaints', { channel: 'phone', text: '市民反映望京街道花家地西里三区楼道堆满杂物。' })).status,
    201,
  );
  const rows = await connection.db.execute(sql`select distinct actor from events where action = 'file'`);
  t.same([...rows], [{ actor: `operator#u${one.id}` }]);
  const sources = await connection.db.execute(sql`select distinct source from complaints`);
  t.same([...sources], [{ source: 'desk' }], 'his name goes nowhere');
});

t.test('no secret of a session or password stands in the database', async (t) => {
  const one = await person(service, 'chushui', 'operator');
  const secret = one.cookie.split('=')[1] ?? '';
  t.equal(secret.length, 43);
  for (const table of ['sessions', 'users', 'tokens', 'audit', 'login_attempts']) {
    const rows = await connection.db.execute(sql`select x::text as row from ${sql.identifier(table)} x`);
    const text = JSON.stringify(rows);
    t.notOk(
      [secret, one.csrf, ownPassword].some((word) => text.includes(word)),
      table,
    );
  }
});

t.test('whether there is an account does not show in the time', async (t) => {
  await account(service, 'dengchen', 'operator');
  /** The fastest of some: what it takes when nothing else is at work. */
  const fastest = async (login: string) => {
    let best = Number.POSITIVE_INFINITY;
    for (let n = 0; n < lockout.free; n += 1) {
      const start = process.hrtime.bigint();
      await browser(service).login(login, 'not the password');
      best = Math.min(best, Number(process.hrtime.bigint() - start));
    }
    return best;
  };
  const [known, unknown] = [await fastest('dengchen'), await fastest('nobody-at-all')];
  t.ok(unknown > known / 2 && unknown < known * 2, `${known / 1e6} ms and ${unknown / 1e6} ms`);
});
