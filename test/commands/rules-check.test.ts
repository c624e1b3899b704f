/** `rules check`: the exit code tells whether something was found, and every finding says where. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { builtInSeeds } from '../../src/db/cities.ts';
import type { T } from '../helper.ts';
import { run } from './run.ts';

const cityFiles = ['divisions.csv', 'areas.csv', 'units.csv', 'rules.csv', 'local-units.csv', 'words.csv'];
/** The built-in city with further rules, one a line. */
const folderWith = (test: T, lines: string) =>
  test.testdir(
    Object.fromEntries(
      cityFiles.map((file) => {
        const content = readFileSync(path.join(builtInSeeds, file), 'utf8');
        return [file, file === 'rules.csv' ? content + lines : content];
      }),
    ),
  );

t.test('the built-in catalogue is clean', async (t) => {
  t.match(await run(['rules', 'check'], {}), { code: 0, out: '', err: /没有问题/ });
  const { code, out } = await run(['rules', 'check', '--format', 'json'], {});
  t.same([code, JSON.parse(out)], [0, []]);
});

t.test('what is in force in the database', async (t) => {
  const env = { DATA_DIR: t.testdir() };
  t.match(await run(['rules', 'check', '--database'], env), { code: 0, out: '', err: /没有问题/ });
  const both = await run(['rules', 'check', '--database', '--dir', builtInSeeds], env);
  t.match(both, { code: 1, err: /只能选一个/ });
});

t.test('findings with file and line', async (t) => {
  const dir = folderWith(
    t,
    `X1,90,M10.05.01,*,*,*,*,street,,下推。,2026-01-01,
X2,30,M03.04,*,*,*,*,QY-RL,,到不了。,2026-01-01,
`,
  );
  const { code, out, err } = await run(['rules', 'check', '--dir', dir], {});
  t.equal(code, 1);
  t.same(
    out.split('\n').map((line) => line.split(' ').slice(0, 4).join(' ')),
    ['rules.csv:127 warning unreachable X2', 'rules.csv:126 error pushed-down X1', ''],
  );
  t.match(out, /食品和药品安全/);
  t.match(err, /1 处错误、1 处提醒/);
  const json = JSON.parse((await run(['rules', 'check', '--dir', dir, '--format', 'json'], {})).out);
  t.match(json, [
    { file: 'rules.csv', line: 127, check: 'unreachable', code: 'X2' },
    { line: 126, severity: 'error' },
  ]);
});

t.test('files that cannot be loaded at all, and wrong usage', async (t) => {
  const dir = folderWith(t, 'X1,90,M99,*,*,*,*,street,,没有这个事项。,2026-01-01,\n');
  t.match(await run(['rules', 'check', '--dir', dir], {}), {
    code: 1,
    out: '',
    err: /rules\.csv:126 事项 “M99” 不存在/,
  });
  t.match(await run(['rules', 'check', '--format', 'xml'], {}), { code: 1, err: /没有格式 xml/ });
  t.match(await run(['rules', 'mend'], {}), { code: 2 });
});
