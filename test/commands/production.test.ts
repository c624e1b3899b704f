/** What NODE_ENV=production refuses: a key made by itself, invented complaints, cookies without TLS. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { refuseDemo } from '../../src/commands/production.ts';
import { app, complaint, db } from '../helper.ts';
import { run } from './run.ts';

const production = { NODE_ENV: 'production' };

t.test('a key of its own', { timeout: 120_000 }, async (t) => {
  const dir = path.join(t.testdir(), 'data');
  const { url } = await db(t);
  const env = { ...production, DATA_DIR: dir, MASTER_KEY: undefined };
  for (const database of [undefined, url]) {
    const refused = await run(['serve'], { ...env, DATABASE_URL: database });
    t.match(refused, { code: 1, out: '', err: /MASTER_KEY_FILE 或 MASTER_KEY_COMMAND/ });
    t.notMatch(refused.err, /\n {4}at /, 'said in words');
  }
  t.notOk(existsSync(dir), 'and nothing was made');
  t.match(await run(['serve'], { ...env, COOKIE_INSECURE: 'true' }), { code: 1, err: /COOKIE_INSECURE/ });
});

t.test('no invented complaints', { timeout: 240_000 }, async (t) => {
  const connection = await db(t);
  const env = { DATABASE_URL: connection.url, DATA_DIR: path.join(t.testdir(), 'data') };
  for (const command of ['demo', 'generate']) {
    const args = command === 'demo' ? ['--count', '2'] : ['--complaints', '2'];
    t.match(await run([command, ...args], { ...env, ...production }), { code: 1, err: /不造演示诉求/ }, command);
  }
  await refuseDemo(connection.db, production);
  t.equal((await run(['demo', '--count', '2'], env)).code, 0, 'elsewhere they are made');
  const refused = await run(['serve'], { ...env, ...production });
  t.match(refused, { code: 1, out: '', err: /演示诉求.*请换一个空库/ });
  await refuseDemo(connection.db, {});
});

t.test('a machine of that name is none', async (t) => {
  const { as, connection } = await app(t);
  const machine = await as('channel', undefined, 'demo');
  t.equal((await machine.post('/complaints', complaint())).status, 201);
  await refuseDemo(connection.db, production);
});
