/** `migrate`, `seed` and `token create`. */
import { randomBytes } from 'node:crypto';
import { isRole, roles } from '../access/roles.ts';
import { createToken } from '../access/service.ts';
import { parseTtl } from '../access/tokens.ts';
import { readConfig } from '../config.ts';
import { connect } from '../db/connect.ts';
import { migrate as runMigrations } from '../db/migrate.ts';
import { checkCity, seed as loadSeeds, readSeeds } from '../db/seed.ts';
import { CommandError, print, say, seedsFolder, withDatabase } from './common.ts';

export async function migrate(): Promise<void> {
  const connection = await connect(readConfig(process.env));
  try {
    await runMigrations(connection);
    say('数据库结构已是最新');
  } finally {
    await connection.close();
  }
}

/** Reads and checks the files before the database is even opened. */
export async function seed({ dir }: { dir?: string }): Promise<void> {
  const config = readConfig(process.env);
  const seeds = readSeeds(seedsFolder(dir));
  const connection = await connect(config);
  try {
    await runMigrations(connection);
    if (dir === undefined) await checkCity(connection.db, config.CITY);
    const { loaded, version, imported } = await loadSeeds(connection.db, seeds, new Date());
    const { divisions, units, matters, rules } = seeds.data;
    const counts = `区划 ${divisions.length}、单位 ${units.length}、事项 ${matters.length}、派单规则 ${rules.length}`;
    if (imported !== null) say(`区划沿用从 ${imported} 起的导入名单，没有采用 divisions.csv（见 gazetteer import）`);
    say(loaded ? `已载入基础数据第 ${version} 版：${counts}` : `基础数据没有变化，仍为第 ${version} 版：${counts}`);
  } finally {
    await connection.close();
  }
}

export async function tokenCreate(wish: { role: string; unit?: string; name?: string; ttl: string }): Promise<void> {
  const { role } = wish;
  if (!isRole(role)) throw new CommandError(`没有角色 ${role}；可用：${roles.join('、')}`);
  const ttl = parseTtl(wish.ttl);
  if (ttl === null) throw new CommandError(`有效期 ${wish.ttl} 无效；如 90d、12h、30m`);
  const unit = wish.unit ?? null;
  await withDatabase(async ({ db }) => {
    // The name is the source of external numbers: two clients without one must not share it.
    const name = wish.name ?? `${role}-${randomBytes(4).toString('hex')}`;
    const { token } = await createToken(db, { role, unit, name, ttl }, randomBytes(32), new Date());
    print(token);
  });
}
