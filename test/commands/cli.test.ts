/** The commands on a database of their own: stdout is the result alone, the exit code tells the truth. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { verifyPassword } from '../../src/account/password.ts';
import { db } from '../helper.ts';
import { run } from './run.ts';

/** Where the test's own database is, for a process. */
async function environment(t: Parameters<typeof db>[0]) {
  const connection = await db(t);
  return { connection, env: { DATABASE_URL: connection.url, LOG_LEVEL: 'warn' } };
}

t.test('wrong usage exits with 2, a refusal with 1', async (t) => {
  const { env } = await environment(t);
  for (const args of [['nonsense'], ['token', 'create'], ['import'], ['serve', '--nonsense'], []]) {
    t.match(await run(args, env), { code: 2, out: '' }, args.join(' '));
  }
  const refusals: [string[], RegExp][] = [
    [['token', 'create', '--role', 'king'], /没有角色 king/],
    [['token', 'create', '--role', 'handler'], /必须属于一个单位/],
    [['token', 'create', '--role', 'handler', '--unit', 'X'], /单位 X 不存在/],
    [['token', 'create', '--role', 'operator', '--unit', '110105'], /不属于任何单位/],
    [['token', 'create', '--role', 'operator', '--ttl', 'long'], /有效期 long 无效/],
    [['user', 'create', '--login', 'Zhao Jia', '--role', 'operator'], /--login/],
    [['user', 'create', '--login', 'zhaojia', '--role', 'channel'], /--role/],
    [['user', 'create', '--login', 'zhaojia', '--role', 'handler'], /必须属于一个单位/],
    [['report', 'rates', '--format', 'pdf'], /没有格式 pdf/],
    [['report', 'rates', '--period', '2026-13'], /period：没有 13 月/],
    [['demo', '--count', '0'], /--count/],
    [['import', '/nonexistent.csv'], /文件不存在/],
    [['seed', '--dir', '/nonexistent'], /divisions\.csv/],
  ];
  for (const [args, reason] of refusals)
    t.match(await run(args, env), { code: 1, out: '', err: reason }, args.join(' '));
});

t.test('user create prints the first password, and nothing else', async (t) => {
  const { env, connection } = await environment(t);
  const wish = ['user', 'create', '--login', 'zhaojia', '--role', 'handler', '--unit', '110105026'];
  const made = await run(wish, env);
  t.match(made, { code: 0, out: /^[0-9a-z]{4}(-[0-9a-z]{4}){3}\n$/ });
  const [row] = await connection.db.execute<{ hash: string }>(
    sql`select password_hash as hash from users where login = 'zhaojia' and must_change`,
  );
  t.ok(await verifyPassword(row?.hash ?? '', made.out.trim()));
  t.match(await run(wish, env), { code: 1, out: '', err: /LOGIN_TAKEN|登录名/ });
});

t.test('classify needs no database and keeps the order', async (t) => {
  const lines = [
    { id: 'a', text: '朝阳区望京街道花家地西里三区路灯不亮' },
    { id: 'b', text: '你好' },
    { id: 3, title: '停水', text: '海淀区中关村街道从昨天起停水', address: null },
  ];
  const input = `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
  const { code, out } = await run(['classify'], { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }, input);
  t.equal(code, 0);
  const answers = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.same(
    answers.map(({ id }) => id),
    ['a', 'b', 3],
  );
  t.match(answers[0], {
    need: { code: 'BL', accepted: true },
    place: { status: 'resolved', street: { code: '110105026' } },
  });
  t.match(answers[1], { need: { accepted: false }, dispatch: { status: 'triage' } });
  t.match(answers[2], { level: { code: 'L2' }, place: { district: { code: '110108' } } });
  for (const answer of answers) t.equal(answer.need.alternatives.length, 2, 'the first three needs');

  const bad = await run(['classify'], {}, '{"id":"a"}\nnot json\n{"id":"b","text":"停水"}\n');
  t.equal(bad.code, 1);
  t.equal(bad.out.trim().split('\n').length, 3, 'a bad line keeps its place');
});

t.test('import is idempotent and names what it refuses', async (t) => {
  const { connection, env } = await environment(t);
  const dir = t.testdir();
  const file = path.join(dir, 'in.csv');
  writeFileSync(
    file,
    '\uFEFF编号,来源,内容,时间,电话\n' +
      'A1,电话,"朝阳区望京街道花家地西里三区物业\n不清运垃圾",2026-11-01 09:30,19900000001\n' +
      'A2,飞鸽,朝阳区望京街道停水,2026-11-01 09:30,\n' +
      ',电话,朝阳区望京街道停水,2026-11-01 09:30,\n' +
      'A4,网站,朝阳区望京街道停水,2090-01-01 09:30,\n',
  );
  const map = path.join(dir, 'map.json');
  const columns = { externalNumber: '编号', channel: '来源', text: '内容', receivedAt: '时间', 'caller.phone': '电话' };
  writeFileSync(map, JSON.stringify(columns));
  t.match(await run(['import', file, '--map', map], env), { code: 0, out: '{"filed":1,"known":0,"rejected":3}\n' });
  const rejected = readFileSync(`${file}.rejected`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.same(rejected.map(({ errors }) => errors[0].path).sort(), ['channel', 'externalNumber', 'receivedAt']);
  t.match(await run(['import', file, '--map', map], env), { code: 0, out: '{"filed":0,"known":1,"rejected":3}\n' });
  const [stored] = await connection.db.execute(sql`
    select count(*)::int as count, min(received_at at time zone 'Asia/Shanghai')::text as received from complaints`);
  t.match(stored, { count: 1, received: '2026-11-01 09:30:00' });

  const lines = path.join(dir, 'in.jsonl');
  writeFileSync(
    lines,
    '{"externalNumber":"B1","channel":"web","text":"海淀区中关村街道停水","caller":{"phone":"19900000002"}}\n',
  );
  t.match(await run(['import', lines], env), { code: 0, out: '{"filed":1,"known":0,"rejected":0}\n' });
  t.notOk(existsSync(`${lines}.rejected`));
});

t.test('the demo table is what plain SQL counts, and the same at a second run', { timeout: 280_000 }, async (t) => {
  const { connection, env } = await environment(t);
  const args = ['demo', '--count', '300', '--seed', '5'];
  const first = await run(args, env);
  t.equal(first.code, 0, first.err);
  t.match(first.out, /目标：解决率 85\.00%/);
  t.equal((await run(args, env)).out, first.out);
  const [counted] = await connection.db.execute<Record<string, number>>(sql`
    select count(*)::int as volume,
      (select count(*) from callback_attempts where valid)::int as valid,
      (select count(*) from callback_attempts where valid and resolved)::int as resolved
    from complaints`);
  const period = /考核期 (\d{4}-\d{2})/.exec(first.out)?.[1] ?? '';
  const report = await run(['report', 'rates', '--by', 'district', '--period', period, '--format', 'json'], env);
  const { total, items } = JSON.parse(report.out);
  t.match(total, { ...counted, volume: 300 });
  t.equal(total.resolutionRate, Math.round(((counted?.resolved ?? 0) / (counted?.valid ?? 1)) * 10_000) / 10_000);
  const sum = (key: string) => items.reduce((all: number, row: Record<string, number>) => all + (row[key] ?? 0), 0);
  for (const key of ['volume', 'valid', 'resolved', 'contacted', 'satisfied']) t.equal(sum(key), total[key], key);
});
