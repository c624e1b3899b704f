/** A user of the database who owns nothing runs the service; who belongs to no role, or should migrate, is told so. */
import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { createContext } from '../../src/context.ts';
import { connectService, connectTo } from '../../src/db/connect.ts';
import { migrate } from '../../src/db/migrate.ts';
import { seedBuiltIn } from '../../src/db/seed.ts';
import { db, keysOf } from '../helper.ts';

t.test('a user that belongs to the role of the service', async (t) => {
  const owner = await db(t);
  const name = `jiesu_login_${randomBytes(4).toString('hex')}`;
  const empty = `jiesu_test_${randomBytes(6).toString('hex')}`;
  await owner.db.execute(sql.raw(`create role ${name} login password 'invented'`));
  await owner.db.execute(sql.raw(`create database ${empty}`));
  const url = (database?: string) => {
    const changed = new URL(owner.url);
    changed.username = name;
    changed.password = 'invented';
    if (database !== undefined) changed.pathname = `/${database}`;
    return changed.toString();
  };
  const user = await connectTo(url(), 2);
  const stranger = await connectTo(url(empty), 2);
  t.teardown(async () => {
    await stranger.close();
    await user.close();
    await owner.db.execute(sql.raw(`drop database ${empty} with (force)`));
    await owner.db.execute(sql.raw(`drop role ${name}`));
  });
  await t.rejects(migrate(user), { message: /无权更新结构/ }, 'it may not even look');
  await t.rejects(connectService(user, 1), { message: /jiesu_service/ }, 'it belongs to no role yet');
  await t.rejects(migrate(stranger), { message: /无权更新结构/ }, 'an empty database, which it may not fill');
  await owner.db.execute(sql.raw(`grant jiesu_service to ${name}`));
  const service = await connectService(user, 2);
  t.teardown(service.close);
  await migrate(service);
  await seedBuiltIn(service.db, new Date());
  const vault = await keysOf(service);
  const ctx = await createContext(service.db, { vault });
  t.ok(ctx.judgeAt(new Date()).catalog.units.size > 0);
  await t.rejects(service.db.execute(sql`create table mine (id int)`), { cause: { code: '42501' } });
});
