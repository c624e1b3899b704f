/** The reports from whole lives: figures by hand, scopes, bad questions, exports and the bulletin. */
import { parse } from 'csv-parse/sync';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { app, refused } from '../../helper.ts';
import { town } from './town.ts';

const names = ['needs', 'volume', 'timeliness', 'supervision', 'hot', 'repeats'];

interface Row extends Record<string, unknown> {
  key: string;
  name: string;
}

t.test('reports of a town', async (t) => {
  const { analyst, as, connection, returned, moved, late } = await town(t);
  const get = async (url: string) => {
    const { status, body } = await analyst.get(url);
    t.equal(status, 200, url);
    return body;
  };
  const numbers = async (url: string) => (await get(url)).items.map(({ number }: { number: string }) => number);

  await t.test('timeliness', async (t) => {
    const { total, items } = await get('/reports/timeliness?period=2026-11&by=unit');
    const rates = await get('/reports/rates?period=2026-11&by=unit');
    t.equal(total.replied, rates.total.replied);
    t.equal(total.onTimeRate, rates.total.onTimeRate);
    const district: Row = items.find(({ key }: Row) => key === '110105');
    const bounced = await numbers('/reports/timeliness/cases?period=2026-11&by=unit&key=110105&figure=bounced');
    t.ok(
      bounced.includes(returned.number) && bounced.includes(moved.number),
      'the district replied what the street had first',
    );
    t.ok(Number(district.hoursLost) >= 12, 'six hours each were lost');
    t.ok(
      (await numbers('/reports/timeliness/cases?period=2026-11&by=unit&key=110105026&figure=returned')).includes(
        returned.number,
      ),
    );
    t.ok(
      (await numbers('/reports/timeliness/cases?period=2026-11&by=unit&key=110105026&figure=signLate')).includes(
        late.number,
      ),
    );
    const [plain] = await connection.db.execute<{ median: number; p90: number }>(sql`
      select round((percentile_cont(0.5) within group (order by h))::numeric, 1)::float8 as median,
        round((percentile_cont(0.9) within group (order by h))::numeric, 1)::float8 as p90
      from (select (extract(epoch from replied_at - dispatched_at) / 3600)::float8 as h from orders where role = 'lead'
        and replied_at >= '2026-10-19T00:00+08:00' and replied_at < '2026-11-19T00:00+08:00') x`);
    t.match(total, { medianHours: plain?.median, p90Hours: plain?.p90 });
  });

  await t.test('supervision counts what the clocks and the desk did', async (t) => {
    const { total } = await get('/reports/supervision?period=2026-11');
    t.ok(
      total.superviseByHand === 1 && total.overdueSign > 0 && total.overdueReply > 0 && total.remind > 0,
      JSON.stringify(total),
    );
    const [plain] = await connection.db.execute<{ count: number }>(
      sql`select count(*)::int as count from events where action = 'escalate' and at >= '2026-10-19T00:00+08:00' and at < '2026-11-19T00:00+08:00'`,
    );
    t.equal(total.escalate, plain?.count);
  });

  await t.test('volume, by population where it is known', async (t) => {
    const { items, total, notes } = await get('/reports/volume?period=2026-11&by=district');
    const chaoyang: Row = items.find(({ key }: Row) => key === '110105');
    t.equal(chaoyang.perTenThousand, Math.round((Number(chaoyang.volume) / 345.246) * 100) / 100);
    t.ok(total.perTenThousand !== null && notes.length > 0);
    const channel = await get('/reports/volume?period=2026-11&by=channel');
    t.equal(channel.total.perTenThousand, null, 'no place, no population');
    const hours = await get('/reports/volume?period=2026-11&by=hour');
    const keys = hours.items.map(({ key }: Row) => key);
    t.same(keys, keys.toSorted(), 'hours run in time');
    for (const { total: one } of [channel, hours]) t.equal(one.volume, total.volume);
  });

  await t.test('needs: all thirteen, with changes', async (t) => {
    const { items, total } = await get('/reports/needs?period=2026-11');
    const before = await get('/reports/needs?period=2026-10');
    t.equal(items.length, 13);
    const expected = (total.volume - before.total.volume) / before.total.volume;
    t.ok(Math.abs(total.volumeOnPrevious - expected) < 0.0001);
    t.equal(total.volumeOnLastYear, null, 'nothing to compare with');
    const rates = await get('/reports/rates?period=2026-11&by=need');
    t.match(total, { volume: rates.total.volume, resolutionRate: rates.total.resolutionRate });
    const byDates = await get('/reports/needs?from=2026-10-19&to=2026-11-19');
    t.equal(byDates.total.volume, total.volume);
  });

  await t.test('repeats say how many, never who', async (t) => {
    const { total } = await get('/reports/repeats?period=2026-11&by=unit');
    t.ok(
      total.repeatCases >= 4 && total.repeatCallers >= 1 && total.repeatCallers < total.repeatCases,
      JSON.stringify(total),
    );
    const list = await analyst.get('/reports/repeats/cases?period=2026-11&by=unit&key=total&figure=repeatCallers');
    t.notMatch(list.text, /1990000|赵甲/);
  });

  await t.test('a list goes on page by page, and whole as CSV', async (t) => {
    const first = await get('/reports/volume/cases?period=2026-11&key=total&figure=volume&limit=7');
    let { next } = first;
    const all = [...first.items];
    while (next !== null) {
      const page = await get(`/reports/volume/cases?period=2026-11&key=total&figure=volume&limit=7&cursor=${next}`);
      all.push(...page.items);
      ({ next } = page);
    }
    t.equal(new Set(all.map(({ number }) => number)).size, first.count);
    const csv = await analyst.get('/reports/volume/cases?period=2026-11&key=total&figure=volume&format=csv&bom=true');
    t.equal(csv.text.charCodeAt(0), 0xfeff);
    const rows: Record<string, string>[] = parse(csv.text, { bom: true, columns: true });
    t.same(
      rows.map(({ number }) => number),
      all.map(({ number }) => number),
    );
    const foreign = await analyst.get(
      `/reports/volume/cases?period=2026-10&key=total&figure=volume&cursor=${first.next}`,
    );
    refused(t, 'a cursor of another question', foreign, 400, 'INVALID_CURSOR');
  });

  await t.test('a manager sees his own unit', async (t) => {
    const manager = await as('manager', '110105026');
    for (const name of ['volume', 'timeliness', 'supervision', 'repeats']) {
      const { body } = await manager.get(`/reports/${name}?period=2026-11&by=unit`);
      t.same(
        body.items.map(({ key }: Row) => key),
        ['110105026'],
        name,
      );
    }
    refused(t, 'another unit', await manager.get('/reports/volume?unit=110101'), 403, 'FORBIDDEN');
    const { body } = await manager.get('/reports/volume/cases?period=2026-11&by=unit&key=110105&figure=volume');
    t.equal(body.count, 0, 'nor the cases of another');
  });

  await t.test('files of every report', async (t) => {
    for (const name of [...names, 'rates', 'ranking', 'exclusions']) {
      const { headers, text } = await analyst.get(`/reports/${name}?period=2026-11&format=csv`);
      t.match(headers['content-type'], /^text\/csv/);
      t.match(text, /^key,name,/);
      const xlsx = await analyst.get(`/reports/${name}?period=2026-11&format=xlsx`);
      t.match(xlsx.headers['content-type'], /spreadsheetml/);
      t.match(xlsx.headers['content-disposition'], /2026-11\.xlsx"$/);
      t.equal(xlsx.text.slice(0, 2), 'PK');
    }
  });

  await t.test('the bulletin', async (t) => {
    const { status, headers, text } = await analyst.get('/reports/bulletin?period=2026-11');
    t.equal(status, 200);
    t.match(headers['content-type'], /^text\/html/);
    t.notMatch(
      text,
      /<script|javascript:| on\w+=|<img|<link|url\((?!#)|@import|(src|href)="(?!#)/i,
      'nothing runs, nothing is fetched',
    );
    t.match(text, /<svg/);
    const open: string[] = [];
    for (const [, close, tag = '', rest = ''] of text
      .replace(/<!DOCTYPE html>/, '')
      .matchAll(/<(\/?)([a-zA-Z0-9]+)([^<>]*)>/g)) {
      if (close === '/') t.equal(open.pop(), tag, `</${tag}> closes what is open`);
      else if (!rest.endsWith('/')) open.push(tag);
    }
    t.same(open, [], 'well-formed');
    const rates = await get('/reports/rates?period=2026-11&by=district');
    const needs = await get('/reports/needs?period=2026-11');
    const shown = (figure: string) =>
      new RegExp(`data-figure="${figure.replace('.', '\\.')}">([^<]*)<`).exec(text)?.[1];
    t.equal(shown('rates.volume'), String(rates.total.volume));
    t.equal(shown('rates.resolutionRate'), `${(rates.total.resolutionRate * 100).toFixed(2)}%`);
    for (const { name, volume } of needs.items) t.match(text, `<td>${name}</td><td class="n">${volume}</td>`);
    for (const { name, volume } of rates.items) t.match(text, `<td>${name}</td><td class="n">${volume}</td>`);
  });
});

t.test('bad questions, and nothing to tell', async (t) => {
  const { as, clock } = await app(t);
  clock.now = new Date('2026-11-22T12:00:00+08:00');
  const analyst = await as('analyst');
  const bad: [string, string][] = [
    ['/reports/volume?by=caller', 'by'],
    ['/reports/needs?by=unit', 'by'],
    ['/reports/volume?period=2026-13', 'period'],
    ['/reports/timeliness?from=2026-11-02&to=2026-11-01', 'to'],
    ['/reports/supervision?unit=999', 'unit'],
    ['/reports/hot?depth=2', 'depth'],
    ['/reports/volume/cases?key=total&figure=perCapita', 'figure'],
    ['/reports/hot/cases?key=total&figure=expected', 'figure'],
    ['/reports/bulletin?period=soon', 'period'],
  ];
  for (const [url, path] of bad) refused(t, url, await analyst.get(url), 400, 'VALIDATION_FAILED', path);
  t.equal((await analyst.get('/reports/nothing')).status, 404);
  refused(t, 'no key', await analyst.get('/reports/volume/cases?figure=volume'), 400, 'VALIDATION_FAILED', 'key');
  for (const name of names) {
    const { status, body } = await analyst.get(`/reports/${name}?period=2199-12`);
    t.equal(status, 200, `${name} of the future is empty`);
    t.ok(body.items.every((row: Row) => !Number(row.volume ?? row.dispatched ?? row.overdue)));
    t.equal((await analyst.get(`/reports/${name}?period=2199-12&format=xlsx`)).status, 200);
  }
  t.equal((await analyst.get('/reports/bulletin?period=2199-12')).status, 200);
  refused(t, 'a handler', await (await as('handler', '110105026')).get('/reports/volume'), 403, 'FORBIDDEN');
});
