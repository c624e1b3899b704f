/** Tokens: random, told once, kept as a hash, with an end; and masks. */
import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { maskName, maskPhone } from '../../src/access/mask.ts';
import { createToken } from '../../src/access/service.ts';
import { formatToken, hashToken, parseTtl, readBearer } from '../../src/access/tokens.ts';
import { app, refused } from '../helper.ts';

const day = 86_400_000;

t.test('a token is random, and the database does not know it', async (t) => {
  const { connection, clock, as } = await app(t);
  const wish = { role: 'operator', unit: null, name: '受理一组', ttl: day } as const;
  const made = await Promise.all(
    Array.from({ length: 20 }, () => createToken(connection.db, wish, randomBytes(32), clock.now)),
  );
  const tokens = made.map(({ token }) => token);
  t.equal(new Set(tokens).size, 20);
  for (const token of tokens) {
    t.match(token, /^jiesu_[A-Za-z0-9_-]{43}$/);
    t.equal(Buffer.from(token.slice(6), 'base64url').length, 32, '256 bits');
  }
  await (await as('operator')).get('/complaints');
  const tables = await connection.db.execute<{ name: string }>(
    sql`select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  for (const { name } of tables) {
    const rows = await connection.db.execute<{ row: string }>(
      sql`select x::text as row from ${sql.identifier(name)} x`,
    );
    const text = rows.map(({ row }) => row).join('\n');
    const hex = tokens.map((token) => Buffer.from(token).toString('hex'));
    t.notOk(
      [...tokens, ...hex].some((token) => text.includes(token)),
      `no token in ${name}`,
    );
  }
  const [row] = await connection.db.execute<{ hash: string }>(
    sql`select encode(hash, 'hex') as hash from tokens where id = ${made[0]?.id}`,
  );
  t.equal(
    row?.hash,
    createHash('sha256')
      .update(tokens[0] ?? '')
      .digest('hex'),
    'but its SHA-256',
  );
});

t.test('expiry and revocation', async (t) => {
  const { as, clock, connection } = await app(t);
  const operator = await as('operator');
  const colleague = await as('operator');
  clock.forward(365 * 1440 - 1);
  t.equal((await operator.get('/complaints')).status, 200, 'in its last minute');
  clock.forward(1);
  refused(t, 'at its end', await operator.get('/complaints'), 401, 'TOKEN_EXPIRED');
  clock.forward(-1);
  await connection.db.execute(
    sql`update tokens set revoked_at = ${clock.now.toISOString()}::timestamptz where hash = ${hashToken(operator.token)}`,
  );
  refused(t, 'revoked', await operator.get('/complaints'), 401, 'TOKEN_EXPIRED');
  t.equal((await colleague.get('/complaints')).status, 200, 'the other token goes on');
  await connection.db.execute(sql`update tokens set role = 'king'`);
  refused(t, 'a role that is none', await colleague.get('/complaints'), 401, 'UNAUTHENTICATED');
});

t.test('which tokens are made', async (t) => {
  const { connection, clock } = await app(t);
  const make = (role: 'operator' | 'handler' | 'manager', unit: string | null) =>
    createToken(connection.db, { role, unit, name: 'x', ttl: day }, randomBytes(32), clock.now);
  await t.rejects(make('handler', null), /单位/, 'a handler of no unit');
  await t.rejects(make('manager', null), /单位/, 'a manager of no unit');
  await t.rejects(make('operator', '110105'), /单位/, 'an operator of a unit');
  await t.rejects(make('handler', 'BJ-NIX'), /不存在/, 'a handler of a unit that is none');
  await t.resolves(make('handler', '110105026'));
});

t.test('forms', (t) => {
  t.throws(() => formatToken(Buffer.alloc(16)), RangeError, 'too few bits');
  const token = formatToken(Buffer.alloc(32, 7));
  const headers: [string | undefined, string | null][] = [
    [`Bearer ${token}`, token],
    [`bearer  ${token}`, token],
    [undefined, null],
    ['', null],
    [token, null],
    [`Basic ${token}`, null],
    [`Bearer ${token} `, null],
    [`Bearer ${token.slice(0, -1)}`, null],
    [`Bearer ${token.replace('jiesu', 'other')}`, null],
    [`Bearer ${token}\n`, null],
  ];
  for (const [header, found] of headers) t.equal(readBearer(header), found, String(header));
  const lives: [string, number | null][] = [
    ['90d', 90 * day],
    ['12h', day / 2],
    ['30m', 1_800_000],
    ['0d', null],
    ['-1d', null],
    ['1.5d', null],
    ['90', null],
    ['d', null],
    ['90 d', null],
    ['1w', null],
    ['999999d', null],
  ];
  for (const [text, milliseconds] of lives) t.equal(parseTtl(text), milliseconds, text);
  const names: [string, string][] = [
    ['张三', '张**'],
    ['欧阳修文', '欧**'],
    ['𠮷野', '𠮷**'],
    ['', '**'],
  ];
  for (const [name, masked] of names) t.equal(maskName(name), masked, name);
  const phones: [string, string][] = [
    ['19900001234', '199****1234'],
    ['01065550000', '010****0000'],
    ['65550000', '****'],
    ['110', '****'],
  ];
  for (const [phone, masked] of phones) t.equal(maskPhone(phone), masked, phone);
  t.end();
});
