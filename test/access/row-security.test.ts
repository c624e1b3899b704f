/** The database's own defence: what a forgotten condition shows, and what the service's role can never do. */
import { setTimeout } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import t from 'tap';
import type { Scope } from '../../src/access/scope.ts';
import { build } from '../../src/app.ts';
import { apart, beyond, lookWithin, within } from '../../src/db/sight.ts';
import { createLogger } from '../../src/logger.ts';
import { desk, file, lead, upload } from '../attachment/form.ts';
import { type Caller, complaint, refused } from '../helper.ts';
import { jpeg } from '../media/samples.ts';

const photo = file(jpeg(Buffer.from('picture data'), Buffer.from('told')));
const tables = ['complaints', 'callers', 'orders', 'attachments'] as const;

/** Two complaints that a street has, one of them a channel's; one of another street; attachments on each and on its orders. */
async function places(t: Parameters<typeof desk>[0]) {
  const service = await desk(t);
  const { fileOne, operator, street, as } = service;
  const channel = await as('channel');
  const there = await fileOne();
  await fileOne({}, channel);
  const elsewhere = await fileOne({ street: '110105001' });
  const other = await as('handler', '110105001');
  for (const [by, url] of [
    [operator, there.url],
    [street, there.street],
    [service.city, there.city],
    [operator, elsewhere.url],
  ] as const)
    t.equal((await upload(by, `${url}/attachments`, photo)).status, 201);
  const [row] = await service.connection.db.execute<{ id: string }>(sql`select id from tokens where role = 'channel'`);
  return { ...service, other, channel, token: Number(row?.id), there };
}

/** Without any condition: what the database shows by itself. */
const forgetful = sql`select (select count(*)::int from complaints) as complaints,
  (select count(*)::int from callers) as callers, (select count(*)::int from orders) as orders,
  (select count(*)::int from attachments) as attachments`;

t.test('a statement without a condition shows what is in the scope', async (t) => {
  const { ctx, token } = await places(t);
  const { db } = ctx;
  const seen = async (scope: Scope) => ({ ...(await within(db, scope, () => db.execute(forgetful)))[0] });
  const orders = Number((await seen({ kind: 'all' })).orders);
  t.same(await seen({ kind: 'all' }), { complaints: 3, callers: 3, orders, attachments: 4 });
  t.same(await seen({ kind: 'unit', unit: lead }), { complaints: 2, callers: 2, orders: 2, attachments: 2 });
  t.same(await seen({ kind: 'unit', unit: '110105001' }), { complaints: 1, callers: 1, orders: 1, attachments: 1 });
  t.match(await seen({ kind: 'unit', unit: '110105' }), { complaints: 3, callers: 3, attachments: 3 }, 'a district');
  t.same(await seen({ kind: 'unit', unit: '110101001' }), { complaints: 0, callers: 0, orders: 0, attachments: 0 });
  t.same(await seen({ kind: 'unit', unit: '' }), { complaints: 0, callers: 0, orders: 0, attachments: 0 });
  t.match(await seen({ kind: 'filed', tokenId: token }), { complaints: 1, callers: 1, attachments: 0 });
  t.same(await seen({ kind: 'filed', tokenId: 0 }), { complaints: 0, callers: 0, orders: 0, attachments: 0 });
});

t.test('each read of the API is narrowed, even one that forgets to ask', async (t) => {
  const { ctx, street, other, channel, operator } = await places(t);
  const app = await build(ctx, createLogger({ LOG_LEVEL: 'silent' }));
  t.teardown(() => app.close());
  app.get('/forgetful', { config: { permission: 'self' } }, async () => (await ctx.db.execute(forgetful))[0]);
  const ask = async ({ token }: Caller) =>
    (await app.inject({ url: '/forgetful', headers: { authorization: `Bearer ${token}` } })).json();
  t.match(await ask(street), { complaints: 2, orders: 2 });
  t.match(await ask(other), { complaints: 1, orders: 1 });
  t.match(await ask(channel), { complaints: 1, attachments: 0 });
  t.match(await ask(operator), { complaints: 3, attachments: 4 });
  const answers = await Promise.all([street, other, channel, street, other, operator].map(ask));
  t.same(
    answers.map(({ complaints }) => complaints),
    [2, 1, 1, 2, 1, 3],
    'at once, each his own',
  );
});

t.test('beyond, apart, and after the end', async (t) => {
  const { ctx } = await places(t);
  const { db } = ctx;
  const count = async () => Number((await db.execute(forgetful))[0]?.complaints);
  const unit = { kind: 'unit', unit: '110105001' } as const;
  await within(db, unit, async () => {
    t.equal(await count(), 1);
    t.equal(await beyond(count), 3);
    t.equal(await count(), 1, 'narrow again');
    t.equal(await apart(count), 3, 'on a connection of its own');
    t.equal(await count(), 1);
  });
  const change = () => db.execute(sql`update complaints set title = 'x'`);
  await t.rejects(within(db, unit, change), { cause: { code: '42501' } }, 'who reads changes nothing');
  let late: Promise<unknown> = Promise.resolve();
  await within(db, unit, async () => {
    await count();
    late = t.rejects(setTimeout(20).then(count), /outlasted/, 'no read goes on in a transaction that is over');
  });
  await late;
  await db.transaction(async (tx) => {
    const look = async () => Number((await tx.execute(forgetful))[0]?.complaints);
    t.equal(await lookWithin(tx, unit, look), 1);
    t.equal(await look(), 3, 'the work itself sees all');
  });
  t.equal(await count(), 3);
});

t.test('an action looks for its order within the scope', async (t) => {
  const { other, street, there, connection } = await places(t);
  const id = there.street.split('/')[2];
  refused(t, 'another unit', await other.post(`/orders/${id}/sign`), 404, 'NOT_FOUND');
  // Were the policy to hide it, its own unit could not act either: the look is the database's.
  await connection.db.execute(sql`create policy hidden on orders as restrictive to jiesu_unit using (false)`);
  refused(t, 'hidden', await street.post(`/orders/${id}/sign`), 404, 'NOT_FOUND');
  refused(t, 'hidden', await street.get(`/orders/${id}`), 404, 'NOT_FOUND');
  await connection.db.execute(sql`drop policy hidden on orders`);
  t.equal((await street.post(`/orders/${id}/sign`)).status, 200);
});

t.test('without a scope said, a narrow role gets an error, not an empty list', async (t) => {
  const { ctx, operator } = await places(t);
  t.equal((await operator.post('/complaints', complaint())).status, 201);
  for (const role of ['jiesu_unit', 'jiesu_channel'])
    for (const table of tables)
      await t.rejects(
        ctx.db.transaction(async (tx) => {
          await tx.execute(sql`select set_config('role', ${role}, true)`);
          await tx.execute(sql`select 1 from ${sql.identifier(table)}`);
        }),
        `${role} ${table}`,
      );
});

t.test('what the roles may do to which table', async (t) => {
  const { connection } = await desk(t);
  const rights = await connection.db.execute<{ name: string; role: string; rights: string; append: boolean }>(sql`
    select c.relname as name, r.role,
      concat_ws(',', case when has_table_privilege(r.role, c.oid, 'select') then 'select' end,
        case when has_table_privilege(r.role, c.oid, 'insert') then 'insert' end,
        case when has_table_privilege(r.role, c.oid, 'update') then 'update' end,
        case when has_table_privilege(r.role, c.oid, 'delete') then 'delete' end,
        case when has_table_privilege(r.role, c.oid, 'truncate, references, trigger') then 'more' end) as rights,
      exists (select from pg_trigger g join pg_proc p on p.oid = g.tgfoid
        where g.tgrelid = c.oid and p.proname = 'refuse_change' and g.tgtype & 16 > 0 and g.tgtype & 8 > 0) as append
    from pg_class c, unnest(array['jiesu_service', 'jiesu_unit', 'jiesu_channel']) as r(role)
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'`);
  t.ok(rights.length > 100);
  const secret = ['data_keys', 'recovery_codes', 'login_attempts', 'rollup_calls'];
  const summed = ['pending', 'state', 'lines', 'cells', 'calls', 'days', 'hours'].map((name) => `rollup_${name}`);
  for (const { name, role, rights: has, append } of rights) {
    const narrow = role !== 'jiesu_service';
    if (narrow && secret.includes(name)) t.equal(has, '', `${role} ${name}`);
    else if (narrow && ['audit', 'audit_pending'].includes(name)) t.equal(has, 'select,insert', `${role} ${name}`);
    else if (narrow) t.equal(has, 'select', `${role} ${name}`);
    else if (append) t.equal(has, 'select,insert', `${role} ${name}: rows are only added`);
    else if (summed.includes(name)) t.equal(has, 'select,insert,update,delete,more', name);
    else t.match(has, /^select,insert,update(,delete)?$/, `${role} ${name}`);
  }
});

t.test('the service changes no table, no policy, no right', async (t) => {
  const { ctx } = await desk(t);
  for (const statement of [
    'create table x (id int)',
    'alter table complaints disable row level security',
    'drop policy unit_sees_own on complaints',
    'alter table audit disable trigger all',
    'drop table audit',
    'truncate events',
    'create role jiesu_more',
    'update events set actor = null',
    'delete from audit',
    'delete from complaints',
    'set session_replication_role = replica',
  ])
    await t.rejects(ctx.db.execute(sql.raw(statement)), { cause: { code: '42501' } }, statement);
});
