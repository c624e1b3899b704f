/** Signing in by an identity provider: a real one, on loopback. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'drizzle-orm';
import { Provider } from 'oidc-provider';
import t from 'tap';
import { build } from '../../src/app.ts';
import { readConfig, ssoSettings } from '../../src/config.ts';
import { createLogger } from '../../src/logger.ts';
import { account } from '../account/person.ts';
import { app } from '../helper.ts';

const redirect = 'https://jiesu.example/api/v1/auth/oidc/callback';
const service = await app(t);

/** A provider that lets in, without asking, whoever `subject` names. */
async function provider(): Promise<{ issuer: string; as(subject: string): void; close(): Promise<void> }> {
  let [subject, handle]: [string, (req: IncomingMessage, res: ServerResponse) => void] = ['', () => undefined];
  const server = createServer((req, res) => handle(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const oidc = new Provider(issuer, {
    clients: [{ client_id: 'jiesu', client_secret: 'a secret for this test', redirect_uris: [redirect] }],
    cookies: { keys: ['for this test'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: () => '/interaction' },
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({ clientId: 'jiesu', accountId: ctx.oidc.session?.accountId ?? '' });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
  });
  const own = oidc.callback();
  handle = (req, res) => {
    if (req.url === '/interaction') void oidc.interactionFinished(req, res, { login: { accountId: subject } });
    else void own(req, res);
  };
  return {
    issuer,
    as: (next) => {
      subject = next;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const idp = await provider();
t.teardown(idp.close);
const settings = { issuer: idp.issuer, clientId: 'jiesu', clientSecret: 'a secret for this test', redirect };
const node = await build(service.ctx, createLogger({ LOG_LEVEL: 'silent' }), { sso: settings });
t.teardown(() => node.close());

const pairs = (set: string | string[] | undefined) => [set ?? []].flat().map((line) => line.split(';')[0] ?? '');

/** What a browser does at the provider: follows it with its cookies until it is sent back to us. */
async function walk(start: string): Promise<string> {
  const jar = new Map<string, string>();
  for (let url = start, steps = 0; steps < 10; steps += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const pair of answer.headers.getSetCookie().map((line) => line.split(';')[0] ?? ''))
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    const next = new URL(answer.headers.get('location') ?? '', url).href;
    if (next.startsWith(redirect)) return next.slice(new URL(redirect).origin.length);
    url = next;
  }
  throw new Error('the provider leads nowhere');
}

async function start() {
  const answer = await node.inject({ url: '/api/v1/auth/oidc/start' });
  return { answer, url: String(answer.headers.location), cookie: pairs(answer.headers['set-cookie']).join('; ') };
}
const come = (url: string, cookie: string) => node.inject({ url, headers: { cookie } });

t.test('whoever is known by his subject is signed in', async (t) => {
  const { id } = await account(service, 'zhaojia', 'admin');
  const admin = await service.as('admin');
  await admin.patch(`/users/${id}`, { subject: 'city-7' });
  idp.as('city-7');
  const { answer, url, cookie } = await start();
  t.equal(answer.statusCode, 303);
  t.match(
    String(answer.headers['set-cookie']),
    /^__Host-jiesu-oidc=.*; Secure; HttpOnly; SameSite=Lax; Path=\/; Max-Age=600$/,
  );
  const asked = new URL(url).searchParams;
  t.match(Object.fromEntries(asked), {
    response_type: 'code',
    code_challenge_method: 'S256',
    state: /^.{43}$/,
    nonce: /^.{43}$/,
  });
  const back = await walk(url);
  const done = await come(back, cookie);
  t.match([done.statusCode, done.headers.location], [303, '/'], done.body);
  const session = pairs(done.headers['set-cookie']).find((pair) => pair.startsWith('__Host-jiesu='));
  const me = await node.inject({ url: '/api/v1/auth/me', headers: { cookie: session ?? '' } });
  t.match(
    me.json(),
    { id, role: 'admin', need: null },
    'neither the first password nor the second factor are asked for',
  );
  const again = await come(back, cookie);
  t.match([again.statusCode, again.json().code], [401, 'OIDC_FAILED'], 'a code is taken once');
  await admin.patch(`/users/${id}`, { active: false });
  const left = await start();
  const refused = await come(await walk(left.url), left.cookie);
  t.match([refused.statusCode, refused.json().code], [403, 'SUBJECT_UNKNOWN'], 'not after he has left');
});

t.test('nobody registers himself', async (t) => {
  idp.as('city-unknown');
  const { url, cookie } = await start();
  const answer = await come(await walk(url), cookie);
  t.match([answer.statusCode, answer.json().code], [403, 'SUBJECT_UNKNOWN']);
  t.notOk(pairs(answer.headers['set-cookie']).some((pair) => pair.startsWith('__Host-jiesu=')));
  const [row] = await service.connection.db.execute<{ users: number; seen: number }>(
    sql`select (select count(*)::int from users) as users, (select count(*)::int from audit x where x::text like '%city-%') as seen`,
  );
  t.match(row, { users: 1, seen: 0 });
});

t.test('a way back that was not begun here, or too long ago', async (t) => {
  idp.as('city-7');
  const [one, other] = [await start(), await start()];
  const back = await walk(one.url);
  const code = async (url: string, cookie: string) => (await come(url, cookie)).json().code;
  t.equal(await code(back, ''), 'OIDC_FAILED', 'without the cookie');
  t.equal(await code(back, other.cookie), 'OIDC_FAILED', "with another's: the state is not his");
  t.equal(await code(back, `${one.cookie.slice(0, -2)}xx`), 'OIDC_FAILED', 'forged');
  t.equal(await code('/api/v1/auth/oidc/callback?error=access_denied', one.cookie), 'OIDC_FAILED', 'refused there');
  t.equal(await code('/api/v1/auth/oidc/callback', one.cookie), 'OIDC_FAILED', 'with nothing');
  service.clock.forward(10);
  t.equal(await code(back, one.cookie), 'OIDC_FAILED', 'too late');
});

t.test('without a provider, or one that does not answer', async (t) => {
  const none = await service.app.inject({ url: '/api/v1/auth/oidc/start' });
  t.match([none.statusCode, none.json().code], [404, 'NOT_FOUND']);
  const gone = await provider();
  await gone.close();
  const far = await build(service.ctx, createLogger({ LOG_LEVEL: 'silent' }), {
    sso: { ...settings, issuer: gone.issuer },
  });
  t.teardown(() => far.close());
  const answer = await far.inject({ url: '/api/v1/auth/oidc/start' });
  t.match([answer.statusCode, answer.json().code], [503, 'UNAVAILABLE']);
});

t.test('the environment', (t) => {
  t.equal(ssoSettings(readConfig({})), undefined);
  t.throws(() => ssoSettings(readConfig({ OIDC_ISSUER: 'https://id.example' })), /一起/);
  t.throws(() => readConfig({ OIDC_ISSUER: 'http://id.example' }), /OIDC_ISSUER/, 'plain HTTP over the network');
  const all = { OIDC_ISSUER: idp.issuer, OIDC_CLIENT_ID: 'a', OIDC_CLIENT_SECRET: 'b', OIDC_REDIRECT: redirect };
  t.same(ssoSettings(readConfig(all)), { issuer: idp.issuer, clientId: 'a', clientSecret: 'b', redirect });
  t.end();
});
