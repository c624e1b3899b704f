/** The second factor over the API: who needs one, each code once, recovery, and what the database holds of it. */
import { sql } from 'drizzle-orm';
import { Secret, TOTP } from 'otpauth';
import t from 'tap';
import { app, refused } from '../helper.ts';
import { type Browser, browser, ownPassword, person } from './person.ts';

const service = await app(t);
const { clock, connection } = service;

/** What an app shows for a secret at this moment. */
const show = (secret: string) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock.now.getTime() });

/** Sets up the second factor of a person. */
async function enrol(one: Browser): Promise<{ secret: string; recoveryCodes: string[]; code: string }> {
  const { secret } = (await one.post('/auth/totp', { password: ownPassword })).body;
  const code = show(secret);
  const { recoveryCodes } = (await one.post('/auth/totp/confirm', { code })).body;
  return { secret, recoveryCodes, code };
}

t.test('roles that need one can do nothing else before', async (t) => {
  const one = await person(service, 'zhaojia', 'admin');
  refused(t, 'no administration', await one.get('/users'), 403, 'TOTP_SETUP_REQUIRED');
  t.match((await one.get('/auth/me')).body, { need: 'totp', totp: false });
  refused(
    t,
    'no confirmation of nothing',
    await one.post('/auth/totp/confirm', { code: '123456' }),
    409,
    'TOTP_NOT_STARTED',
  );
  refused(t, 'wrong password', await one.post('/auth/totp', { password: 'x' }), 400, 'VALIDATION_FAILED', 'password');
  const begun = await one.post('/auth/totp', { password: ownPassword });
  t.match(begun.body.uri, /^otpauth:\/\/totp\/jiesu:zhaojia\?/);
  const shown = show(begun.body.secret);
  const wrong = shown === '000000' ? '111111' : '000000';
  refused(t, 'wrong code', await one.post('/auth/totp/confirm', { code: wrong }), 400, 'VALIDATION_FAILED', 'code');
  refused(t, 'still', await one.get('/users'), 403, 'TOTP_SETUP_REQUIRED');
  const confirmed = await one.post('/auth/totp/confirm', { code: shown });
  t.equal(new Set(confirmed.body.recoveryCodes).size, 10);
  t.equal((await one.get('/users')).status, 200);
  t.match((await one.get('/auth/me')).body, { need: null, totp: true, recoveryCodes: 10 });
});

t.test('each code is taken once', async (t) => {
  const one = await person(service, 'qianyi', 'operator');
  t.equal((await one.get('/complaints')).status, 200, 'an operator needs none');
  const { secret, code } = await enrol(one);
  const two = browser(service);
  refused(t, 'not given', await two.login('qianyi', ownPassword), 401, 'TOTP_REQUIRED');
  refused(
    t,
    'not told whether the password was right',
    await two.login('qianyi', 'wrong password'),
    401,
    'WRONG_CREDENTIALS',
  );
  refused(t, 'the one that confirmed', await two.login('qianyi', ownPassword, code), 401, 'WRONG_CREDENTIALS');
  clock.forward(1);
  const next = show(secret);
  const [first, second] = await Promise.all([
    browser(service).login('qianyi', ownPassword, next),
    browser(service).login('qianyi', ownPassword, next),
  ]);
  t.same([first.status, second.status].sort(), [200, 401], 'of two at one time one');
  refused(t, 'again', await two.login('qianyi', ownPassword, next), 401, 'WRONG_CREDENTIALS');
  clock.forward(1);
  t.equal((await two.login('qianyi', ownPassword, show(secret))).status, 200);
});

t.test('a recovery code helps once', async (t) => {
  const one = await person(service, 'sunbing', 'operator');
  const [code = ''] = (await enrol(one)).recoveryCodes;
  const two = browser(service);
  t.equal(
    (await two.login('sunbing', ownPassword, code.toUpperCase().replaceAll('-', ' '))).status,
    200,
    'however typed',
  );
  t.match((await two.get('/auth/me')).body, { recoveryCodes: 9 });
  refused(t, 'again', await browser(service).login('sunbing', ownPassword, code), 401, 'WRONG_CREDENTIALS');
});

t.test('another telephone, and none', async (t) => {
  const one = await person(service, 'lichun', 'assessor');
  const { secret } = await enrol(one);
  refused(
    t,
    'without a code',
    await one.post('/auth/totp', { password: ownPassword }),
    400,
    'VALIDATION_FAILED',
    'totp',
  );
  clock.forward(1);
  const begun = await one.post('/auth/totp', { password: ownPassword, totp: show(secret) });
  t.equal(begun.status, 200);
  clock.forward(1);
  t.equal(
    (await browser(service).login('lichun', ownPassword, show(secret))).status,
    200,
    'the old one until the new is confirmed',
  );
  t.equal((await one.post('/auth/totp/confirm', { code: show(begun.body.secret) })).status, 200);
  clock.forward(1);
  const two = browser(service);
  refused(t, 'the old one', await two.login('lichun', ownPassword, show(secret)), 401, 'WRONG_CREDENTIALS');
  t.equal((await two.login('lichun', ownPassword, show(begun.body.secret))).status, 200);
  clock.forward(1);
  const proof = { password: ownPassword, totp: show(begun.body.secret) };
  t.equal((await two.post('/auth/totp/remove', proof)).status, 204);
  refused(t, 'then only another', await two.get('/reports/rates'), 403, 'TOTP_SETUP_REQUIRED');
});

t.test('an administrator helps who has lost everything', async (t) => {
  const one = await person(service, 'wangxia', 'operator');
  await enrol(one);
  const admin = await service.as('admin');
  t.match((await admin.post(`/users/${one.id}/totp/remove`)).body, { totp: false });
  t.equal((await one.get('/auth/me')).status, 401, 'his sessions end');
  t.equal((await one.login('wangxia', ownPassword)).status, 200);
});

t.test('secrets and recovery codes do not stand in the database', async (t) => {
  const one = await person(service, 'zhouqiu', 'operator');
  const { secret, recoveryCodes } = await enrol(one);
  const bytes = Buffer.from(Secret.fromBase32(secret).buffer).toString('hex');
  for (const table of ['users', 'recovery_codes', 'audit']) {
    const rows = await connection.db.execute(sql`select x::text as row from ${sql.identifier(table)} x`);
    const text = JSON.stringify(rows);
    t.notOk(
      [secret, bytes, ...recoveryCodes].some((word) => text.includes(word)),
      table,
    );
  }
  const [row] = await connection.db.execute<{ one: string; other: string }>(
    sql`select encode(a.totp_secret, 'hex') as one, encode(b.totp_secret, 'hex') as other from users a, users b
      where a.login = 'zhouqiu' and b.login = 'zhaojia'`,
  );
  t.match(row?.one, /^0100000000[0-9a-f]{136}$/);
  await connection.db.execute(
    sql`update users set totp_secret = (select totp_secret from users where login = 'zhouqiu'), totp_step = 0 where login = 'zhaojia'`,
  );
  clock.forward(1);
  const answer = await browser(service).login('zhaojia', ownPassword, show(secret));
  refused(t, "another's secret does not open for him", answer, 401, 'WRONG_CREDENTIALS');
});
