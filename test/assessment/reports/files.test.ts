/** Reports and the lists behind them as workbooks, read back by another program: the same figures, typed, and explained. */
import readExcel from 'read-excel-file/node';
import t from 'tap';
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

  await t.test('a question that cannot be is refused before a file begins', async (t) => {
    const { status, body } = await analyst.get('/reports/volume/cases?key=total&figure=none&format=xlsx');
    t.equal(status, 400);
    t.match(body.errors, [{ path: 'figure' }]);
  });
});
