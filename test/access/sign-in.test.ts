/** Cookies, tokens against forgery, and what the environment says about signing in. */
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { roles } from '../../src/access/roles.ts';
import { csrfOf, isCsrf, isOpen, readCookie, writeCookie } from '../../src/access/sign-in.ts';
import { readConfig, signInRules } from '../../src/config.ts';

t.test('cookies', (t) => {
  const secret = randomBytes(32).toString('base64url');
  t.equal(writeCookie(secret, true), `__Host-jiesu=${secret}; Secure; HttpOnly; SameSite=Strict; Path=/`);
  t.equal(writeCookie(secret, false), `jiesu=${secret}; HttpOnly; SameSite=Strict; Path=/`);
  t.match(writeCookie(null, true), /^__Host-jiesu=; .*Max-Age=0$/);
  const headers: [string | undefined, string | null][] = [
    [`__Host-jiesu=${secret}`, secret],
    [`a=b; __Host-jiesu=${secret}; c=d`, secret],
    [`jiesu=${secret}`, null],
    [`__Host-jiesu=${secret}; __Host-jiesu=${secret}`, null],
    [`__Host-jiesu=${secret.slice(1)}`, null],
    [`x__Host-jiesu=${secret}`, null],
    ['', null],
    [undefined, null],
  ];
  for (const [header, found] of headers) t.equal(readCookie(header, true), found, String(header));
  t.ok(isCsrf(secret, csrfOf(secret)));
  for (const sent of [
    undefined,
    '',
    secret,
    csrfOf(secret).slice(1),
    csrfOf(randomBytes(32).toString('base64url')),
    ['x'],
  ])
    t.notOk(isCsrf(secret, sent), String(sent));
  const now = new Date('2026-11-22T12:00:00+08:00');
  const at = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
  const idle = 30 * 60_000;
  t.ok(isOpen({ seenAt: at(-29), endsAt: at(1), endedAt: null }, idle, now));
  t.notOk(isOpen({ seenAt: at(-30), endsAt: at(1), endedAt: null }, idle, now), 'idle');
  t.notOk(isOpen({ seenAt: at(-1), endsAt: at(0), endedAt: null }, idle, now), 'old');
  t.notOk(isOpen({ seenAt: at(-1), endsAt: at(1), endedAt: at(-1) }, idle, now), 'ended');
  t.end();
});

t.test('the environment', (t) => {
  t.throws(() => readConfig({ NODE_ENV: 'production', COOKIE_INSECURE: 'true' }), /COOKIE_INSECURE/);
  t.throws(() => readConfig({ TOTP_ROLES: 'admin,king' }), /king/);
  const rules = signInRules(readConfig({ COOKIE_INSECURE: 'true', TOTP_ROLES: '' }));
  t.same(rules, { secureCookies: false, idleMs: 1_800_000, absoluteMs: 43_200_000, totpRoles: [] });
  const usual = signInRules(readConfig({ NODE_ENV: 'production' }));
  t.same(usual, { ...rules, secureCookies: true, totpRoles: ['admin', 'assessor'] });
  t.ok(usual.totpRoles.every((role) => roles.includes(role)));
  t.end();
});
