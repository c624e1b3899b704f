/** Administration of machines' tokens: told once, narrowed, rotated with an overlap, revoked at once. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { build } from '../../src/app.ts';
import { createContext } from '../../src/context.ts';
import { connectTo } from '../../src/db/connect.ts';
import { createLogger } from '../../src/logger.ts';
import { account } from '../account/person.ts';
import { app, refused } from '../helper.ts';

const service = await app(t);
const { clock, connection, anyone } = service;
const admin = await service.as('admin');
const by = (token: string) => ({ authorization: `Bearer ${token}` });
const use = (token: string, url = '/complaints') => anyone.get(url, by(token));
const make = async (changes: object = {}) =>
  (await admin.post('/tokens', { role: 'operator', name: '受理一组', ...changes })).body;

t.test('made, told once, listed', async (t) => {
  const made = await admin.post('/tokens', { role: 'operator', name: '受理一组', days: 30 });
  t.equal(made.status, 201);
  t.match(made.body.token, /^jiesu_[\w-]{43}$/);
  t.match(made.body, { state: 'good', scopes: null, owner: null, lastUsedAt: null });
  t.equal((await use(made.body.token)).status, 200);
  const list = await admin.get('/tokens');
  t.notMatch(list.text, new RegExp(made.body.token));
  const { token: _told, ...row } = made.body;
  t.match(list.body.items[0], { ...row, lastUsedAt: '2026-11-22T12:00:00+08:00' });
  clock.forward(30 * 1440);
  refused(t, 'at its end', await use(made.body.token), 401, 'TOKEN_EXPIRED');
  t.match((await admin.get('/tokens?state=expired')).body.items, [{ id: made.body.id }]);
  const wrong: [string, object, string][] = [
    ['no such owner', { owner: '999999' }, 'owner'],
    ['a token as owner', { owner: made.body.id }, 'owner'],
    ['beyond its role', { scopes: ['complaint.file', 'user.manage'] }, 'scopes'],
    ['no scope', { scopes: [] }, 'scopes'],
    ['for ever', { days: 366 }, 'days'],
  ];
  for (const [what, changes, path] of wrong)
    refused(
      t,
      what,
      await admin.post('/tokens', { role: 'operator', name: 'x', ...changes }),
      400,
      'VALIDATION_FAILED',
      path,
    );
  t.equal((await admin.post('/tokens', { role: 'handler', name: 'x' })).status, 400, 'a role of a unit');
});

t.test('people are not in the list', async (t) => {
  const { id } = await account(service, 'zhaojia', 'operator');
  const ids = (await admin.get('/tokens?limit=500')).body.items.map((one: { id: string }) => one.id);
  t.notOk(ids.includes(id));
  for (const act of ['rotate', 'revoke']) t.equal((await admin.post(`/tokens/${id}/${act}`)).status, 404, act);
});

t.test('narrowed', async (t) => {
  const { token } = await make({ scopes: ['complaint.file', 'catalog.read'] });
  t.equal((await use(token, '/catalog/needs')).status, 200);
  refused(t, 'what its role may, but not it', await use(token), 403, 'FORBIDDEN');
  const me = await use(token, '/auth/me');
  t.same(me.body.permissions.sort(), ['catalog.read', 'complaint.file', 'self']);
});

t.test('rotated', async (t) => {
  const { id, token: old } = await make();
  const filed = async (token: string) =>
    (
      await anyone.post(
        '/complaints',
        { channel: 'web', text: '市民反映望京街道花家地西里三区楼道堆满杂物。' },
        by(token),
      )
    ).status;
  const rotated = await admin.post(`/tokens/${id}/rotate`, { overlapMinutes: 60 });
  t.match(rotated.body, { id, formerUntil: /\+08:00$/ });
  t.not(rotated.body.token, old);
  t.same([await filed(old), await filed(rotated.body.token)], [201, 201], 'both for a while, as one');
  const owners = await connection.db.execute(
    sql`select distinct filed_by from complaints where filed_by = ${Number(id)}`,
  );
  t.equal(owners.length, 1);
  clock.forward(60);
  refused(t, 'after the overlap', await use(old), 401, 'UNAUTHENTICATED');
  t.equal((await use(rotated.body.token)).status, 200);
  const at = (await admin.post(`/tokens/${id}/rotate`, { overlapMinutes: 0, days: 200 })).body;
  refused(t, 'at once', await use(rotated.body.token), 401, 'UNAUTHENTICATED');
  t.match(at, { formerUntil: null });
  clock.forward(199 * 1440);
  t.equal((await use(at.token)).status, 200, 'its end was put off');
});

t.test('revoked', async (t) => {
  const fresh = await service.as('admin');
  const { id, token } = await make();
  const made = (await fresh.post('/tokens', { role: 'operator', name: '受理二组' })).body;
  const rotated = (await fresh.post(`/tokens/${made.id}/rotate`)).body;
  const elsewhere = await connectTo(connection.url, 2);
  const far = await build(
    await createContext(elsewhere.db, { clock: () => clock.now }),
    createLogger({ LOG_LEVEL: 'silent' }),
  );
  t.teardown(async () => {
    await far.close();
    await elsewhere.close();
  });
  const there = () => far.inject({ url: '/api/v1/complaints', headers: by(rotated.token) });
  t.equal((await there()).statusCode, 200, 'on another node too');
  const revoked = await fresh.post(`/tokens/${made.id}/revoke`);
  t.match(revoked.body, { state: 'revoked', formerUntil: null });
  t.equal((await there()).statusCode, 401, 'at once, wherever');
  refused(t, 'the new one', await use(rotated.token), 401, 'TOKEN_EXPIRED');
  refused(t, 'the one before', await use(made.token), 401, 'UNAUTHENTICATED');
  t.same((await fresh.post(`/tokens/${made.id}/revoke`)).body, revoked.body, 'again does nothing');
  refused(t, 'rotating it', await fresh.post(`/tokens/${made.id}/rotate`), 409, 'ILLEGAL_ACTION');
  t.match((await fresh.get('/tokens?state=revoked')).body.items, [{ id: made.id }]);
  t.ok(id !== made.id && token !== made.token);
});

t.test('uses are written down once a minute', async (t) => {
  const fresh = await service.as('admin');
  const { id, token } = (await fresh.post('/tokens', { role: 'operator', name: '受理三组' })).body;
  const version = async () => {
    const [row] = await connection.db.execute<{ version: string }>(
      sql`select xmin::text as version from tokens where id = ${Number(id)}`,
    );
    return row?.version;
  };
  await use(token);
  const first = await version();
  for (let n = 0; n < 3; n += 1) await use(token);
  t.equal(await version(), first);
  clock.forward(1);
  await Promise.all(Array.from({ length: 5 }, () => use(token)));
  t.not(await version(), first);
});

t.test('the audit', async (t) => {
  const rows = await connection.db.execute<{ action: string; row: string }>(
    sql`select action, x::text as row from audit x where action like 'token%'`,
  );
  t.same([...new Set(rows.map(({ action }) => action))].sort(), ['token.made', 'token.revoked', 'token.rotated']);
  t.notMatch(rows.map(({ row }) => row).join('\n'), /jiesu_/);
});
