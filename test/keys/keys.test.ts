/** Callers are sealed in the database; keys change while the service runs; what older versions wrote plain is sealed at the start. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { fileComplaint } from '../../src/intake/service.ts';
import { readMaster } from '../../src/keys/master.ts';
import { makeKey, reseal, rewrap, sealPlain } from '../../src/keys/rotate.ts';
import { openVault } from '../../src/keys/vault.ts';
import { app, complaint, keysOf, type T, type TestApp } from '../helper.ts';
import { testMaster } from '../server.ts';

const master = Buffer.from(testMaster, 'base64');
const options = (service: TestApp) => ({ clock: () => service.clock.now, random: randomBytes });

/** All that the database holds of callers, as text: what a thief of it would read. */
async function dump({ connection: { db } }: TestApp): Promise<string> {
  const rows = await db.execute(
    sql`select k::text, c.body_hash::text, c.said::text, c.judgement::text from callers k join complaints c on c.id = k.complaint_id`,
  );
  return JSON.stringify(rows);
}

/** How many callers are sealed with each key. */
async function keysInUse({ connection: { db } }: TestApp): Promise<Record<string, number>> {
  const rows = await db.execute<{ key: string; count: number }>(sql`
    select encode(substring(phone_sealed from 2 for 4), 'hex') as key, count(*)::int as count from callers group by 1 order by 1`);
  return Object.fromEntries(rows.map(({ key, count }) => [Number.parseInt(key, 16), count]));
}

const masked = { name: '赵**', phone: '199****1234' };

t.test('a caller is sealed, found by his number, and recognised when he calls again', async (t) => {
  const service = await app(t);
  const operator = await service.as('operator');
  const first = await operator.post('/complaints', complaint());
  const again = await operator.post(
    '/complaints',
    complaint({ text: '市民反映路灯不亮，来电反映照明的问题。', caller: { phone: '+86-199-0000-1234' } }),
  );
  t.match(again.body.similar.length >= 0, true);
  const stored = await dump(service);
  t.notMatch(stored, /19900001234|赵甲/, 'nothing in the database tells who');
  t.notMatch(stored, new RegExp(Buffer.from('19900001234').toString('hex')));
  const { items } = (await operator.get('/complaints?phone=19900001234')).body;
  t.same(items.map(({ number }: { number: string }) => number).sort(), [first.body.number, again.body.number].sort());
  t.match((await operator.get(`/complaints/${first.body.number}`)).body.caller, masked);
  const retry = await operator.post('/complaints', complaint({ externalNumber: 'X-1' }));
  const replayed = await operator.post('/complaints', complaint({ externalNumber: 'X-1' }));
  t.equal(replayed.body.number, retry.body.number, 'a retry is known by a hash with a key');
});

const door = '花家地西里三区5号楼3单元502';

t.test('an address is sealed, with a caller or without', async (t) => {
  const service = await app(t);
  const operator = await service.as('operator');
  const request = { address: door, externalNumber: 'A-1' };
  const named = (await operator.post('/complaints', complaint(request))).body;
  const { caller: _, ...nobody } = complaint({ address: door });
  const nameless = (await operator.post('/complaints', nobody)).body;
  t.match(named.classification.place.community.name, '花家地西里三区', 'the place is found in it all the same');
  const [plain] = await service.connection.db.execute<{ all: string }>(
    sql`select string_agg(row(c.*, k.*)::text, ' ') as all from complaints c join callers k on k.complaint_id = c.id`,
  );
  t.notMatch(plain?.all, door);
  const unit = await service.as('handler', '110105026');
  for (const { number, orders } of [named, nameless]) {
    t.equal((await operator.get(`/complaints/${number}`)).body.address, door);
    t.equal((await unit.get(`/orders/${orders[0].id}`)).body.complaint.address, door);
  }
  const analyst = await service.as('analyst');
  t.equal((await analyst.get(`/complaints/${named.number}`)).body.address, null, 'figures need no door');
  const { items } = (await operator.get('/complaints')).body;
  t.same(
    items.map(({ address }: { address: string }) => address),
    [door, door],
  );
  t.equal((await operator.get(`/complaints/${nameless.number}`)).body.caller, null, 'an address alone is nobody');
  t.equal((await operator.post('/complaints', complaint(request))).body.number, named.number, 'a retry is known');
  await service.connection.db.execute(
    sql`update callers k set address_sealed = o.name_sealed from callers o where o.name_sealed is not null`,
  );
  t.equal((await operator.get(`/complaints/${named.number}`)).body.address, '**', 'what was moved does not open');
});

t.test('cells moved to another complaint do not open, and take nothing else away', async (t) => {
  const service = await app(t);
  const operator = await service.as('operator');
  const { number } = (await operator.post('/complaints', complaint())).body;
  await operator.post('/complaints', complaint({ caller: { name: '钱乙', phone: '19900005678' } }));
  await service.connection.db.execute(sql`update callers k set name_sealed = o.name_sealed, phone_sealed = o.phone_sealed
    from callers o where o.complaint_id <> k.complaint_id`);
  const answer = await operator.get(`/complaints/${number}`);
  t.equal(answer.status, 200);
  t.match(answer.body.caller, { name: '**', phone: '****' });
});

t.test('a new data key, with nodes that go on', async (t) => {
  const service = await app(t);
  const operator = await service.as('operator');
  const file = async (phone: string) =>
    (await operator.post('/complaints', complaint({ address: door, caller: { name: '赵甲', phone } }))).body.number;
  const numbers = [await file('19900001234'), await file('19900011234')];
  const before = await keysInUse(service);
  t.equal(Object.keys(before).length, 1);
  const { id } = await makeKey(service.connection.db, master, options(service), 60_000);
  const command = await openVault(service.connection.db, master, options(service));
  await service.ctx.vault.refresh();
  numbers.push(await file('19900021234'));
  t.same(Object.values(await keysInUse(service)), [3], 'not used before every node has read it');
  service.clock.forward(1);
  numbers.push(await file('19900031234'));
  t.match(await keysInUse(service), { [id]: 1 }, 'used by a node that has read it');
  t.equal(await reseal(service.connection.db, command, id, service.clock.now), 3);
  t.same(await keysInUse(service), { [id]: 4 }, 'nothing is left under the old key');
  for (const number of numbers)
    t.match((await operator.get(`/complaints/${number}`)).body.caller, { name: '赵**', phone: /^199\*{4}1234$/ });
  const { items } = (await operator.get('/complaints')).body;
  t.same(new Set(items.map(({ address }: { address: string }) => address)), new Set([door]), 'addresses come along');
  t.equal(await reseal(service.connection.db, command, id, service.clock.now), 0, 'and again: nothing to do');
  t.equal((await operator.get('/complaints?phone=19900011234')).body.items.length, 1, 'the index is as it was');
  const keys = await service.connection.db.execute<{ id: number; retired: boolean }>(
    sql`select id, retired_at is not null as retired from data_keys where purpose = 'cells' order by id`,
  );
  t.same(
    keys.map(({ retired }) => retired),
    [true, false],
  );
});

t.test('another master key', async (t) => {
  const service = await app(t);
  const operator = await service.as('operator');
  const { number } = (await operator.post('/complaints', complaint())).body;
  const next = randomBytes(32);
  await t.rejects(openVault(service.connection.db, next, options(service)), /另一个主密钥/);
  t.equal(await rewrap(service.connection.db, master, next, options(service)), 2);
  await service.ctx.vault.refresh();
  t.match((await operator.get(`/complaints/${number}`)).body.caller, masked, 'a running node goes on');
  await t.rejects(keysOf(service.connection), /另一个主密钥/, 'the old one no longer opens');
  const vault = await openVault(service.connection.db, next, options(service));
  t.same(vault.index('19900001234'), service.ctx.vault.index('19900001234'));
  const secret = service.ctx.vault.sealSecret('totp 7', 'a secret');
  t.equal(vault.openSecret('totp 7', secret), 'a secret', 'small secrets stay open');
  t.equal(vault.openSecret('totp 8', secret), null, 'only in their place');
  t.equal(vault.openSecret('totp 7', Buffer.alloc(3)), null, 'and nothing else opens');
});

t.test('what an older version wrote', async (t) => {
  const service = await app(t);
  const { db } = service.connection;
  const operator = await service.as('operator');
  const request = complaint({ externalNumber: 'OLD-1' });
  const filer = { source: 'import', actor: 'import', tokenId: null, maySetReceivedAt: true, seesOthers: true };
  const file = () => fileComplaint(service.ctx, request, filer, service.clock.now);
  const { number } = (await file()).answer;
  const nameless = (await operator.post('/complaints', complaint({ caller: { kind: 'enterprise' } }))).body.number;
  // As it stood then: plain, with a bare hash of the body.
  await db.execute(sql`update callers set name = '赵甲', phone = '19900001234', name_sealed = null, phone_sealed = null, phone_index = null
    where phone_index is not null`);
  const bare = sql`sha256(convert_to(${JSON.stringify(request)}, 'UTF8'))`;
  await db.execute(sql`update complaints set body_hash = ${bare} where number = ${number}`);
  t.equal(await sealPlain(db, service.ctx.vault, service.clock.now), 1);
  t.notMatch(await dump(service), /19900001234|赵甲/);
  t.match((await operator.get(`/complaints/${number}`)).body.caller, masked);
  t.equal((await operator.get('/complaints?phone=19900001234')).body.items.length, 1);
  t.match(await file(), { replayed: true, answer: { number } }, 'a retry of then is still known');
  t.equal((await operator.get(`/complaints/${nameless}`)).body.caller.kind, 'enterprise');
  t.equal(await sealPlain(db, service.ctx.vault, service.clock.now), 0);
});

t.test('addresses that an older version wrote', async (t) => {
  const service = await app(t);
  const { db } = service.connection;
  const operator = await service.as('operator');
  const { caller: _, ...nobody } = complaint({ externalNumber: 'OLD-2', address: door });
  const requests = [complaint({ externalNumber: 'OLD-1', address: door }), nobody];
  const filer = { source: 'import', actor: 'import', tokenId: null, maySetReceivedAt: true, seesOthers: true };
  const file = async (request: (typeof requests)[number]) =>
    fileComplaint(service.ctx, request, filer, service.clock.now);
  const numbers: string[] = [];
  for (const request of requests) numbers.push((await file(request)).answer.number);
  await db.execute(sql`update complaints set address = ${door}`);
  await db.execute(sql`update callers set address_sealed = null`);
  await db.execute(sql`delete from callers where kind is null`);
  const bare = sql`sha256(convert_to(${JSON.stringify(nobody)}, 'UTF8'))`;
  await db.execute(sql`update complaints set body_hash = ${bare} where external_number = 'OLD-2'`);
  t.equal(await sealPlain(db, service.ctx.vault, service.clock.now), 2);
  t.same(await db.execute(sql`select from complaints where address is not null`), []);
  for (const [n, request] of requests.entries()) {
    const number = numbers[n] ?? '';
    t.equal((await operator.get(`/complaints/${number}`)).body.address, door);
    t.match(await file(request), { replayed: true, answer: { number } }, 'a retry of then is still known');
  }
  t.equal(await sealPlain(db, service.ctx.vault, service.clock.now), 0);
});

function folder(t: T): string {
  const path = mkdtempSync(join(tmpdir(), 'jiesu-keys-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

t.test('where the master key comes from', async (t) => {
  const dir = folder(t);
  const text = master.toString('base64');
  writeFileSync(join(dir, 'key'), `${text}\n`);
  const read = (config: Partial<Parameters<typeof readMaster>[0]>) => readMaster({ DATA_DIR: dir, ...config });
  const same = async (config: Parameters<typeof read>[0]) => (await read(config)).equals(master);
  t.ok(await same({ MASTER_KEY: text }));
  t.ok(await same({ MASTER_KEY_FILE: join(dir, 'key') }));
  t.ok(await same({ MASTER_KEY_COMMAND: `cat '${join(dir, 'key')}'` }));
  await t.rejects(read({ MASTER_KEY: text, MASTER_KEY_FILE: 'x' }), /只能设一个/);
  await t.rejects(read({ MASTER_KEY_FILE: join(dir, 'none') }), /ENOENT/);
  await t.rejects(read({ MASTER_KEY_COMMAND: 'echo secret; exit 1' }), { message: /^((?!secret).)*$/ });
  await t.rejects(read({ NODE_ENV: 'production' }), /生产环境.*MASTER_KEY_FILE/, 'production makes none');
  t.ok(await same({ NODE_ENV: 'production', MASTER_KEY: text }));
  const made = await Promise.all([read({}), read({}), read({ NODE_ENV: 'test' })]);
  t.ok(
    made.every((key) => key.equals(made[0] ?? master)),
    'one is made, also by two at once',
  );
  t.equal(statSync(join(dir, 'master.key')).mode & 0o777, 0o600);
  t.equal(readFileSync(join(dir, 'master.key'), 'utf8').trim(), made[0]?.toString('base64'));
  t.ok((await read({})).equals(made[0] ?? master), 'and kept');
});
