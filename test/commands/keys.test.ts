/** The commands about personal data, beside a running service: keys are changed, a person is told and erased, the audit holds. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { runChaining } from '../../src/audit/jobs.ts';
import { createLogger } from '../../src/logger.ts';
import { app, complaint } from '../helper.ts';
import { run } from './run.ts';

t.test('keys, privacy, audit, opendata', { timeout: 300_000 }, async (t) => {
  const { as, ctx, connection } = await app(t);
  const operator = await as('operator');
  const answered = { disposition: 'answered' as const, answer: '已答复。' };
  const { number } = (await operator.post('/complaints', complaint(answered))).body;
  const env = { DATABASE_URL: connection.url, DATA_DIR: path.join(t.testdir(), 'data'), LOG_LEVEL: 'warn' };

  t.match(await run(['keys', 'rotate', '--wait', '0'], env), { code: 0, out: 'rotated\n', err: /共 1 件/ });
  await ctx.vault.refresh();
  t.match((await operator.get(`/complaints/${number}`)).body.caller, { phone: '199****1234' }, 'the service goes on');
  t.match(await run(['keys', 'encrypt'], env), { code: 0, out: 'encrypted\n' });
  t.match(await run(['keys', 'rotate', '--wait', 'x'], env), { code: 1, err: /--wait/ });

  const next = randomBytes(32).toString('base64');
  const file = path.join(t.testdir(), 'next.key');
  writeFileSync(file, next);
  t.match(await run(['keys', 'rotate', '--master', file], env), { code: 0, out: 'rewrapped\n' });
  const former = await run(['privacy', 'export', '--phone', '19900001234'], env);
  t.match(former, { code: 1, out: '', err: /另一个主密钥/ });
  t.notMatch(former.err, / at /, 'without a stack');

  const fresh = { ...env, MASTER_KEY: next };
  const told = await run(['privacy', 'export', '--phone', '19900001234'], fresh);
  t.match({ ...told, out: JSON.parse(told.out) }, { code: 0, out: { number, name: '赵甲', phone: '19900001234' } });
  const erase = ['privacy', 'erase', '--phone', '19900001234', '--reason', '应本人要求', '--by', '信息办'];
  t.match(await run(erase, fresh), { code: 0, out: `${JSON.stringify({ erased: [number], open: [] })}\n` });
  t.match((await operator.get(`/complaints/${number}`)).body.caller, { name: null, phone: null });

  const csv = path.join(t.testdir(), 'open.csv');
  const asked = ['opendata', '--from', '2026-01-01', '--to', '2027-01-01', '--out', csv];
  t.match(await run(asked, fresh), { code: 0, out: '', err: /0 行，共 0 件；不足 5 人而略去 1 件/ });
  t.equal(readFileSync(csv, 'utf8').trim(), 'period,districtCode,district,streetCode,street,matterCode,matter,count');
  t.match(await run(['opendata', '--from', '2026-01-01', '--to', '2027-01-01', '--k', '1'], fresh), {
    code: 1,
    err: /--k/,
  });

  await runChaining(ctx, createLogger({ LOG_LEVEL: 'silent' }));
  const verified = await run(['audit', 'verify'], env);
  t.match(verified, { code: 0, out: 'equal\n', err: /请另处保存：\d+:[0-9a-f]{64}/ });
  const [, head = ''] = /(\d+:[0-9a-f]{64})/.exec(verified.err) ?? [];
  const rows = await connection.db.execute<{ id: string; what: string }>(
    sql`select id, actor || ' ' || action as what from audit order by id`,
  );
  t.same(
    rows.map(({ what }) => what),
    [
      'system keys.make',
      'system keys.rotate',
      'system keys.rewrap',
      '命令行 person.export',
      '信息办 person.erase',
      '命令行 opendata.export',
    ],
  );
  await connection.db.transaction(async (tx) => {
    await tx.execute(sql`set local session_replication_role = replica`);
    await tx.execute(sql`update audit set actor = 'nobody' where id = ${rows[4]?.id}`);
  });
  t.match(await run(['audit', 'verify', '--head', head], env), {
    code: 1,
    out: `changed ${rows[4]?.id} 此条已被改动\n`,
  });
  t.match(await run(['audit', 'verify', '--head', 'x'], env), { code: 1, err: /head/ });
});
