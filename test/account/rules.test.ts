/** What a password must be, and how long a name is closed: all without a database. */
import fc from 'fast-check';
import t from 'tap';
import { readSpelled, spell } from '../../src/access/tokens.ts';
import { closedUntil, countAttempt, lockout } from '../../src/account/lockout.ts';
import { hashPassword, nobody, readCommon, verifyPassword, weakness } from '../../src/account/password.ts';
import { readCommonFile } from '../../src/account/store.ts';

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
