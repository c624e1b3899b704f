/** `gazetteer import`: the report on stdout, refusals with line and reason on stderr, nothing written where it is refused. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { listed, newerList } from '../divisions/list.ts';
import { db } from '../helper.ts';
import { run } from './run.ts';

t.test('import a list', { timeout: 280_000 }, async (t) => {
  const connection = await db(t);
  const env = { DATABASE_URL: connection.url, LOG_LEVEL: 'warn' };
  const file = path.join(t.testdir(), 'new.csv');
  const load = (...more: string[]) => run(['gazetteer', 'import', file, '--from', '2027-01-01', ...more], env);
  const versions = async () => {
    const [row] = await connection.db.execute(sql`select count(*)::int as count from catalog_versions`);
    return row?.count;
  };
  writeFileSync(
    file,
    newerList({
      without: ['110109104'],
      change: { '110111104': ['石楼镇', '石楼新镇'] },
      add: ['110105099,灯塔街道,street,110105,,,,2027-01-01,'],
    }),
  );
  const figures = `名单 ${listed - 12} 条，从 2027-01-01 起：新增 1、撤销 12、改名 1、改隶 0、别名 0、其他 0；新设单位 1、停用单位 1\n`;
  const tried = await load('--dry-run');
  t.equal(tried.code, 0, tried.err);
  t.ok(tried.out.endsWith(figures), tried.out);
  for (const line of [
    '新增 街道 110105099 灯塔街道（上级 110105）',
    '撤销 街道 110109104 军庄镇',
    '改名 街道 110111104 石楼镇 → 石楼新镇',
    '新设单位 110105099 朝阳区灯塔街道办事处',
    '停用单位 110109104 门头沟区军庄镇人民政府',
  ])
    t.ok(tried.out.includes(`${line}\n`), line);
  t.match(tried.err, /只是试算，什么也没有写入/);
  t.match(tried.err, /石楼新镇 改名，单位名称不随之改变/);
  t.equal(await versions(), 1);

  t.match(await load(), { code: 0, out: tried.out, err: /已导入，成为基础数据第 2 版/ });
  const again = await load('--format', 'json', '--dry-run');
  t.match(JSON.parse(again.out), {
    from: '2027-01-01',
    version: 2,
    counts: { added: 0, closed: 0 },
    renamed: [],
    units: { opened: [] },
  });
  t.match(again.err, /没有不同，仍为第 2 版/);
  t.match(await run(['seed'], env), { code: 0, err: /区划沿用从 2027-01-01 起的导入名单/ });

  writeFileSync(file, newerList({ without: ['110115012'], add: ['110105098,灯塔街道,street,110106,,,,2027-01-01,'] }));
  const refused = await load();
  t.match(refused, { code: 1, out: '', err: /未载入任何数据：\n {2}new\.csv:\d+ 编码应以上级的 “110106” 开头\n$/ });
  writeFileSync(file, newerList({ without: ['110115012'] }));
  t.match(await load(), { code: 1, out: '', err: /\n {2}local-units\.csv “heating 110115012” 指向的区划/ });
  t.equal(await versions(), 2);

  t.match(await run(['gazetteer', 'import', file], env), { code: 2 });
  t.match(await run(['gazetteer', 'import', file, '--from', '明天'], env), { code: 1, err: /--from 应为日期/ });
  t.match(await run(['gazetteer', 'import', '/none.csv', '--from', '2027-01-01'], env), { code: 1, err: /文件不存在/ });
  t.match(await load('--format', 'pdf'), { code: 1, err: /没有格式 pdf/ });
});
