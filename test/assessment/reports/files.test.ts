/** Reports and the lists behind them as workbooks, read back by another program: the same figures, typed, and explained. */
import { sql } from 'drizzle-orm';
import readExcel from 'read-excel-file/node';
import t from 'tap';
import { streamCases } from '../../../src/assessment/reports/service.ts';
import { volume } from '../../../src/assessment/reports/volume.ts';
import type { Caller, TestApp } from '../../helper.ts';
import { town } from './town.ts';

/** A workbook that the service answers, by the names of its sheets. */
async function workbook({ app }: TestApp, { token }: Caller, url: string) {
  const headers = { authorization: `Bearer ${token}` };
  const { statusCode, rawPayload, headers: answered } = await app.inject({ url: `/api/v1${url}`, headers });
  if (statusCode !== 200) throw new Error(`${url}: ${statusCode}`);
  const sheets = await readExcel(rawPayload, { trim: false });
  return { headers: answered, sheets: new Map(sheets.map(({ sheet, data }) => [sheet, data])) };
}

t.test('workbooks', async (t) => {
  const world = await town(t, 30);
  const { analyst } = world;
  const about = (sheets: Map<string, unknown[][]>) =>
    Object.fromEntries((sheets.get('说明') ?? []).map(([name, words]) => [String(name), String(words)]));

  await t.test('a case list: as many rows as the figure says, the same as in JSON', async (t) => {
    const query = 'period=2026-11&by=unit&basis=assessed&key=total&figure=replied';
    const { body } = await analyst.get(`/reports/timeliness/cases?${query}&limit=500`);
    const { headers, sheets } = await workbook(world, analyst, `/reports/timeliness/cases?${query}&format=xlsx`);
    t.match(headers['content-type'], /spreadsheetml/);
    t.match(headers['content-disposition'], /"timeliness-replied-cases\.xlsx"/);
    const [head, ...rows] = sheets.get('办结') ?? [];
    t.equal(head?.[0], '诉求编号');
    t.equal(rows.length, body.count);
    const local = (text: string) => `${text.slice(0, 19)}Z`;
    // A day is a floating-point number in a workbook: a thousandth of a second may be lost in it.
    const second = (at: unknown) =>
      at instanceof Date ? new Date(Math.round(Number(at) / 1000) * 1000).toISOString().replace('.000', '') : at;
    t.same(
      rows.map(([number, order, at]) => [number, order, second(at)]),
      body.items.map((one: { number: string; orderId: string; at: string }) => [
        one.number,
        one.orderId,
        local(one.at),
      ]),
      'codes are text, instants are dates',
    );
    const words = about(sheets);
    t.match(words, { 报表: '办理时效', 明细: /^办结/, 考核期: '2026-11', 口径: '考核口径', 规则版本: '2026-1' });
    t.match(words.时间范围, '2026-10-19T00:00:00+08:00');
    t.match(words.行数, new RegExp(`^${body.count}，`));
  });

  await t.test('a case list of nothing is a header, and says so', async (t) => {
    const { sheets } = await workbook(
      world,
      analyst,
      '/reports/rates/cases?period=2199-12&key=total&figure=valid&format=xlsx',
    );
    t.equal(sheets.get('有效回访')?.length, 1);
    t.match(about(sheets).行数, /^0，/);
  });

  await t.test('the ranking: each kind by itself, the figures of the API', async (t) => {
    const { body } = await analyst.get('/reports/ranking?period=2026-11');
    const { sheets } = await workbook(world, analyst, '/reports/ranking?period=2026-11&format=xlsx');
    const [head = [], ...rows] = sheets.get('排名') ?? [];
    const column = (heading: string) => head.indexOf(heading);
    const find = (key: string) => rows.find((row) => row[column('代码')] === key) ?? [];
    t.equal(rows.length, body.items.length + 1, 'the units and their total');
    for (const { key, rank, of, composite, volume, resolutionRate } of body.items) {
      t.match(
        ['名次', '同类有名次', '综合分', '受理量', '解决率'].map((heading) => find(key)[column(heading)]),
        [rank, of, composite, volume, resolutionRate],
        key,
      );
    }
    const kinds = rows.slice(0, -1).map((row) => row[column('类别')]);
    t.same(
      kinds,
      [...new Set(kinds)].flatMap((kind) => kinds.filter((one) => one === kind)),
      'kind after kind',
    );
    t.match(about(sheets), { 口径: '全口径', 综合分变化: /2026-09-19/ });
    const csv = await analyst.get('/reports/ranking?period=2026-11&format=csv');
    t.match(csv.text, /^key,name,kind,rank,of,volume,/);
  });

  await t.test('exclusions: both bases side by side, with the reasons', async (t) => {
    const { body } = await analyst.get('/reports/exclusions?period=2026-11&by=type');
    const { sheets } = await workbook(world, analyst, '/reports/exclusions?period=2026-11&by=type&format=xlsx');
    const [head = [], ...rows] = sheets.get('剔除情况') ?? [];
    const total = rows.at(-1) ?? [];
    t.equal(total[head.indexOf('不计入')], body.total.excluded);
    t.ok(body.total.excluded > 0);
    t.equal(total[head.indexOf('受理量（全口径）')], body.total.all.volume);
    t.equal(total[head.indexOf('受理量（考核口径）')], body.total.assessed.volume);
    const [{ name, count }] = body.total.reasons;
    t.match(String(total[head.indexOf('按原因')]), `${name}:${count}`);
    t.match(about(sheets), { 口径: '全口径与考核口径对照' });
  });

  await t.test('a reader who leaves lets the database go', async (t) => {
    const { ctx, connection } = world;
    const query = { period: '2026-11', key: 'total', figure: 'volume', limit: 1 };
    for (const format of ['csv', 'xlsx'] as const) {
      const { stream, done } = streamCases(ctx, volume, { ...query, format }, { kind: 'all' }, ctx.clock());
      stream.on('error', () => undefined).destroy();
      await done;
      const [open] = await connection.db.execute<{ count: number }>(sql`select count(*)::int as count
        from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`);
      t.equal(open?.count, 0, format);
    }
  });

  await t.test('a question that cannot be is refused before a file begins', async (t) => {
    const { status, body } = await analyst.get('/reports/volume/cases?key=total&figure=none&format=xlsx');
    t.equal(status, 400);
    t.match(body.errors, [{ path: 'figure' }]);
  });
});
