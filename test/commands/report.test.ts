/** `report NAME`: every report says what the API says, in every format. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import readExcel from 'read-excel-file/node';
import t from 'tap';
import { reports } from '../../src/assessment/reports/routes.ts';
import { town } from '../assessment/reports/town.ts';
import { run } from './run.ts';

t.test('the same figures as the API', { timeout: 280_000 }, async (t) => {
  const world = await town(t, 12);
  const { analyst, clock, connection } = world;
  const env = { DATABASE_URL: connection.url, LOG_LEVEL: 'warn' };
  const report = (...args: string[]) => run(['report', ...args], env);
  // The command has no clock but the machine's.
  clock.now = new Date();

  const range = ['--from', '2026-10-19', '--to', '2026-11-19'];
  const usual = [...reports.map(({ name }) => name), 'rates', 'ranking', 'exclusions'];
  const asked: [string, string, string[]][] = [
    ...usual.map((name): [string, string, string[]] => [
      name,
      `/reports/${name}?period=2026-11`,
      ['--period', '2026-11'],
    ]),
    [
      'quality',
      '/quality?from=2026-10-19&to=2026-11-19&by=matter&level=2',
      [...range, '--by', 'matter', '--level', '2'],
    ],
    [
      'rates',
      '/reports/rates?period=2026-11&by=day&basis=assessed&compare=previous&district=110105',
      ['--period', '2026-11', '--by', 'day', '--basis', 'assessed', '--compare', 'previous', '--district', '110105'],
    ],
  ];
  for (const [name, url, args] of asked) {
    const { code, out, err } = await report(name, ...args, '--format', 'json');
    t.equal(code, 0, `${name} ${err}`);
    t.same(JSON.parse(out), (await analyst.get(url)).body, url);
  }

  await t.test('tables, CSV, XLSX and the page', async (t) => {
    const table = await report('volume', '--period', '2026-11', '--by', 'district');
    t.match(table.out, /^受理量 {2}考核期 2026-11 .*全口径/);
    t.match(table.out, /\n合计 /);
    const csv = await report('ranking', '--period', '2026-11', '--format', 'csv');
    t.equal(csv.out, (await analyst.get('/reports/ranking?period=2026-11&format=csv')).text);
    const file = path.join(t.testdir(), 'needs.xlsx');
    t.match(await report('needs', '--period', '2026-11', '--format', 'xlsx', '--output', file), { code: 0, out: '' });
    t.equal((await readExcel(readFileSync(file)))[0]?.data.length, 15, 'a header, thirteen needs, the total');
    const page = await report('bulletin', '--period', '2026-11');
    t.equal(page.out, (await analyst.get('/reports/bulletin?period=2026-11')).text);
  });

  await t.test('what is refused', async (t) => {
    t.match(await report('nonsense'), { code: 2, out: '' });
    const refusals: [string[], RegExp][] = [
      [['volume', '--level', '2'], /报表 volume 没有参数 --level/],
      [['bulletin', '--format', 'csv'], /没有格式 csv/],
      [['quality', '--period', '2026-11'], /没有参数 --period/],
      [['rates', '--depth', 'deep'], /depth/],
      [['volume', '--by', 'caller'], /by：此报表可用/],
    ];
    for (const [args, reason] of refusals)
      t.match(await report(...args), { code: 1, out: '', err: reason }, args.join(' '));
  });
});
