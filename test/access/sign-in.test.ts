/** Cookies, sealed secrets, and what the environment says about signing in. */
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { roles } from '../../src/access/roles.ts';
import { seal, unseal } from '../../src/access/seal.ts';
import { csrfOf, isCsrf, isOpen, readCookie, writeCookie } from '../../src/access/sign-in.ts';
import { sealKeyOf } from '../../src/commands/common.ts';
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

t.test('what is sealed opens with its key, in its place, unchanged', (t) => {
  const [key, nonce] = [randomBytes(32), randomBytes(12)];
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(), (bytes, at) => {
      const secret = Buffer.from(bytes);
      const sealed = seal(key, nonce, 'totp 7', secret);
      const broken = Buffer.from(sealed);
      const place = at % sealed.length;
      broken.writeUInt8((broken.readUInt8(place) + 1) % 256, place);
      return (
        unseal(key, 'totp 7', sealed)?.equals(secret) === true &&
        unseal(key, 'totp 8', sealed) === null &&
        unseal(randomBytes(32), 'totp 7', sealed) === null &&
        unseal(key, 'totp 7', broken) === null &&
        unseal(key, 'totp 7', sealed.subarray(0, place)) === null
      );
    }),
  );
  t.end();
});

t.test('the environment', (t) => {
  t.throws(() => readConfig({ NODE_ENV: 'production', COOKIE_INSECURE: 'true' }), /COOKIE_INSECURE/);
  t.throws(() => readConfig({ TOTP_ROLES: 'admin,king' }), /king/);
  t.throws(() => readConfig({ SEAL_KEY: 'short' }), /SEAL_KEY/);
  const key = randomBytes(32);
  const none = () => t.fail('not asked') as never;
  const rules = signInRules(
    readConfig({ COOKIE_INSECURE: 'true', SEAL_KEY: key.toString('base64'), TOTP_ROLES: '' }),
    none,
  );
  t.same(rules, { secureCookies: false, idleMs: 1_800_000, absoluteMs: 43_200_000, totpRoles: [], sealKey: key });
  const usual = signInRules(readConfig({ NODE_ENV: 'production' }), () => key);
  t.same(usual, { ...rules, secureCookies: true, totpRoles: ['admin', 'assessor'] });
  t.ok(usual.totpRoles.every((role) => roles.includes(role)));
  t.end();
});

t.test('a key of its own is made once, and only its owner reads it', (t) => {
  const folder = t.testdir({ wrong: { 'seal-key': 'short' } });
  const key = sealKeyOf(path.join(folder, 'data'));
  t.equal(key.length, 32);
  t.same(sealKeyOf(path.join(folder, 'data')), key);
  t.equal(statSync(path.join(folder, 'data', 'seal-key')).mode & 0o777, 0o600);
  t.throws(() => sealKeyOf(path.join(folder, 'wrong')), /32/);
  t.end();
});
