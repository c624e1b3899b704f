/** How long a session lasts, and what ends it. */
import t from 'tap';
import { authenticate, authenticateCookie, stillLive } from '../../src/access/service.ts';
import { app, refused } from '../helper.ts';
import { browser, ownPassword, person } from './person.ts';

const service = await app(t);
const { as, clock } = service;

t.test('a session ends when idle, when old, when left', async (t) => {
  const one = await person(service, 'wudong', 'operator');
  clock.forward(29);
  t.equal((await one.get('/complaints')).status, 200, 'not idle yet');
  clock.forward(29);
  t.equal((await one.get('/complaints')).status, 200, 'the last request counts');
  clock.forward(30);
  refused(t, 'idle', await one.get('/complaints'), 401, 'SESSION_EXPIRED');

  const two = browser(service);
  await two.login('wudong', ownPassword);
  for (let hour = 0; hour < 12; hour += 0.4) {
    t.equal((await two.get('/auth/me')).status, 200, `after ${hour.toFixed(1)} hours`);
    clock.forward(24);
  }
  refused(t, 'busy all day', await two.get('/auth/me'), 401, 'SESSION_EXPIRED');

  const three = browser(service);
  await three.login('wudong', ownPassword);
  const { cookie } = three;
  const left = await three.post('/auth/logout');
  t.equal(left.status, 204);
  t.match(String(left.headers['set-cookie']), /^__Host-jiesu=;.*Max-Age=0/);
  refused(t, 'without', await three.get('/auth/me'), 401, 'UNAUTHENTICATED');
  three.cookie = cookie;
  refused(t, 'kept by somebody', await three.get('/auth/me'), 401, 'SESSION_EXPIRED');
});

t.test('sessions everywhere', async (t) => {
  const [one, two] = [await person(service, 'zhengmu', 'operator'), browser(service)];
  const other = await person(service, 'qianzhengmu', 'operator');
  await two.send(
    'POST',
    '/auth/login',
    { login: 'zhengmu', password: ownPassword },
    { 'user-agent': `tap ${'x'.repeat(500)}` },
  );
  const { items } = (await one.get('/auth/sessions')).body;
  t.match(items, [{ current: false, way: 'password', agent: /^tap x{196}$/ }, { current: true }]);
  t.same((await one.post('/auth/sessions/end')).body, { ended: 2 });
  for (const each of [one, two]) t.equal((await each.get('/auth/me')).status, 401);
  t.equal((await other.get('/auth/me')).status, 200, 'not those of others');
  await one.login('zhengmu', ownPassword);
  await two.login('zhengmu', ownPassword);
  const next = 'a parrot that knows the tax code';
  t.equal((await one.post('/auth/password', { current: ownPassword, password: next })).status, 204);
  t.same(
    [(await one.get('/auth/me')).status, (await two.get('/auth/me')).status],
    [200, 401],
    'a new password ends the others',
  );
});

t.test('what is open, such as an event stream, ends with the session', async (t) => {
  const { db, signIn } = service.ctx;
  const one = await person(service, 'liangyue', 'handler');
  const two = browser(service);
  await two.login('liangyue', ownPassword);
  const read = (cookie: string) => authenticateCookie(db, cookie.split('=')[1] ?? '', signIn, clock.now);
  const token = await authenticate(db, `Bearer ${(await as('handler', '110105026')).token}`, clock.now);
  const open = [await read(one.cookie), await read(two.cookie), token];
  const live = async () => {
    const found = await stillLive(db, open, signIn, clock.now);
    return open.map((session) => found.has(session));
  };
  t.same(await live(), [true, true, true]);
  await one.post('/auth/logout');
  t.same(await live(), [false, true, true], 'logged out');
  clock.forward(30);
  t.same(await live(), [false, false, true], 'idle');
  await two.login('liangyue', ownPassword);
  open[1] = await read(two.cookie);
  t.same(await live(), [false, true, true]);
  await (await as('admin')).patch(`/users/${one.id}`, { active: false });
  t.same(await live(), [false, false, true], 'departed');
});

t.test('who handles for a unit reads what is his own as well', async (t) => {
  for (const role of ['handler', 'manager'] as const) {
    const one = await person(service, `songli${role}`, role);
    t.match((await one.get('/auth/me')).body, { role, unit: '110105026' }, role);
    t.match((await one.get('/auth/sessions')).body, { items: [{ current: true }] }, role);
    t.equal((await one.get('/queue')).status, 200, role);
  }
});
