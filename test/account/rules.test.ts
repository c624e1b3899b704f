/** What a password must be, how long a name is closed, what a cookie says, codes of the second factor: all without a database. */
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { roles } from '../../src/access/roles.ts';
import { seal, unseal } from '../../src/access/seal.ts';
import { csrfOf, isCsrf, isOpen, readCookie, writeCookie } from '../../src/access/sign-in.ts';
import { readSpelled, spell } from '../../src/access/tokens.ts';
import { closedUntil, countAttempt, lockout } from '../../src/account/lockout.ts';
import { hashPassword, nobody, readCommon, verifyPassword, weakness } from '../../src/account/password.ts';
import { readCommonFile } from '../../src/account/store.ts';
import { sealKeyOf } from '../../src/commands/common.ts';
import { readConfig, signInRules } from '../../src/config.ts';
import { enrolment, stepOf } from '../../src/totp/code.ts';

const common = readCommon(readCommonFile());
const weak = (password: string, login = 'zhaojia', name = '赵甲') => weakness(password, login, name, common);

t.test('passwords', (t) => {
  t.ok(
    common.whole.size > 1000 && [...common.whole].filter((word) => word.length >= 12).length > 500,
    'a list worth having',
  );
  const refused = [
    'short-pass1',
    'x'.repeat(11),
    'aB3$'.repeat(33),
    'woaini13145201314',
    'Woaini20081314!',
    'ＷＯＡＩＮＩ１３１４５２０',
    'beijing123456',
    'Password2026!',
    'P@ssw0rd12345',
    'passwordpassword',
    'qwertyuiop123',
    '1qaz2wsx3edc',
    '123456789012',
    '19900001234567',
    'abcdefghijklmnop',
    'aaaaaaaaaaaa',
    'abababababab',
    'abc123abc123abc123',
    'zhaojia-loves-tea',
    'ZHAOJIA-loves-tea',
    '赵甲爱喝茶爱喝茶也爱吃饭',
    'jiesujiban12345',
  ];
  for (const password of refused) t.type(weak(password), 'string', password);
  const good = [
    '茶壶里煮饺子倒不出来呀',
    'tea pot dumplings',
    'k7#mQ-w2pL-9xZd',
    '望京的第三棵银杏树下',
    'four stray cats in my yard',
  ];
  for (const password of good) if ([...password].length >= 12) t.equal(weak(password), null, password);
  t.equal(weak('x1-tea-pot-dumplings', 'x1'), null, 'a login of two letters may stand in it by chance');
  t.end();
});

t.test('no first password that the service gives is refused by it, or read amiss', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 10, maxLength: 10 }), (bytes) => {
      const password = spell(Buffer.from(bytes));
      return /^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){3}$/.test(password) && readSpelled(password) === password;
    }),
  );
  t.equal(readSpelled('OIL0 oil0 oil0-oil0'), '0110-0110-0110-0110');
  t.equal(readSpelled('123456'), null);
  t.throws(() => spell(Buffer.alloc(9)), RangeError);
  t.end();
});

t.test('hashes', async (t) => {
  const hash = await hashPassword('ｔｅａ pot dumplings', Buffer.alloc(16, 1));
  t.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/, 'as OWASP asks');
  t.equal(nobody.split('$')[3], hash.split('$')[3], 'nobody costs as much');
  t.ok(await verifyPassword(hash, 'tea pot dumplings'), 'full width or half');
  t.notOk(await verifyPassword(hash, 'tea pot dumpling'));
});

t.test('a name is closed for longer with each failure', (t) => {
  const start = new Date('2026-11-22T12:00:00+08:00');
  let [attempts, now]: [{ count: number; at: Date } | null, Date] = [null, start];
  const waits: number[] = [];
  for (let n = 0; n < 14; n += 1) {
    const counted = countAttempt(lockout, attempts, now);
    if (!('count' in counted)) return t.fail('an attempt at the very end of the time is looked at');
    attempts = counted;
    const until = closedUntil(lockout, counted);
    waits.push((until.getTime() - now.getTime()) / 1000);
    if (until > now)
      t.same(countAttempt(lockout, counted, new Date(until.getTime() - 1)), { until }, 'not a moment before');
    now = until;
  }
  t.same(waits, [0, 0, 0, 0, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]);
  const later = new Date((attempts?.at.getTime() ?? 0) + lockout.forgetHours * 3_600_000);
  t.same(countAttempt(lockout, attempts, later), { count: 1, at: later }, 'forgotten after a day');
  const many = { count: 1000, at: start };
  t.equal(closedUntil(lockout, many).getTime() - start.getTime(), lockout.maxSeconds * 1000, 'never longer');
  t.end();
});

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

t.test('codes: RFC 6238, appendix B, cut to six digits', (t) => {
  const secret = Buffer.from('12345678901234567890');
  const known: [number, string][] = [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
  ];
  for (const [seconds, code] of known) {
    const [step, at] = [Math.floor(seconds / 30), (n: number) => new Date((seconds + n) * 1000)];
    t.equal(stepOf(secret, code, 0, at(0)), step, code);
    t.equal(stepOf(secret, code, 0, at(30)), step, 'one step late');
    t.equal(stepOf(secret, code, step, at(0)), null, 'once only');
    t.equal(stepOf(secret, code, 0, at(90)), null, 'too late');
  }
  t.equal(stepOf(secret, '', 0, new Date(59_000)), null);
  t.match(enrolment(secret, 'zhaojia').uri, /^otpauth:\/\/totp\/jiesu:zhaojia\?.*secret=GEZDGNBVGY3TQOJQ/);
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
