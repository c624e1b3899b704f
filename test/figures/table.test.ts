/** A table as CSV, XLSX and HTML: the same figures, and no text that a spreadsheet would run or a browser would obey. */
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { strFromU8, unzipSync } from 'fflate';
import t from 'tap';
import { tableCsv } from '../../src/figures/csv.ts';
import { htmlTable } from '../../src/figures/html.ts';
import { tableXlsx } from '../../src/figures/spreadsheet.ts';
import { changeOf, pointsOf, showValue, type Table } from '../../src/figures/table.ts';

function table(names: readonly string[]): Table {
  return {
    name: 'volume',
    title: '受理量',
    period: { code: '2026-11', from: '2026-10-19T00:00:00+08:00', to: '2026-11-19T00:00:00+08:00', closed: false },
    basis: 'assessed',
    by: 'unit',
    ruleVersion: '2026-1',
    notes: ['说明甲'],
    columns: [
      { key: 'name', heading: '名称', type: 'text', note: '', cases: null },
      { key: 'volume', heading: '受理量', type: 'integer', note: '按受理时间', cases: 'volume' },
      { key: 'rate', heading: '解决率', type: 'rate', note: '已解决 ÷ 有效回访', cases: 'volume' },
      { key: 'change', heading: '环比', type: 'change', note: '', cases: null },
    ],
    rows: names.map((name, at) => ({ name, volume: at, rate: null, change: -0.0512 })),
    totals: [{ name: '合计', volume: 1234, rate: 0.8567, change: 0.1 }],
  };
}

async function sheets(of: Table): Promise<{ table: string; about: string; strings: string[]; styles: string }> {
  const files = unzipSync(await tableXlsx(of));
  const text = (path: string) => strFromU8(files[path] ?? new Uint8Array());
  const strings = [...text('xl/sharedStrings.xml').matchAll(/<si>.*?<t[^>]*>(.*?)<\/t>.*?<\/si>/gs)].map(
    ([, one = '']) => one,
  );
  return {
    table: text('xl/worksheets/sheet1.xml'),
    about: text('xl/worksheets/sheet2.xml'),
    strings,
    styles: text('xl/styles.xml'),
  };
}

/** How a formula may begin, wide characters among them. */
const begins = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/u;
const risky = fc
  .tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠', '', "'"), fc.string({ maxLength: 12 }))
  .map(([head, tail]) => `${head}${tail}`);

t.test('text that looks like a formula is led by an apostrophe in CSV and in XLSX', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(risky, { minLength: 1, maxLength: 6 }), async (names) => {
      const rows: string[][] = parse(tableCsv(table(names), false), { relax_quotes: false });
      const csv = rows.map(([name = '']) => name);
      const { table: xml, about } = await sheets(table(names));
      const xlsx = [...xml.matchAll(/<t[^>]*>(.*?)<\/t>/gs)].map(([, one = '']) => one);
      return ![...csv, ...xlsx].some((cell) => begins.test(cell)) && !/<f[ >]/.test(xml) && !/<f[ >]/.test(about);
    }),
    { numRuns: 60 },
  );
});

t.test('XLSX has typed cells, formats of percent, a header that stays, and a sheet that explains', async (t) => {
  const { table: xml, about, strings, styles } = await sheets(table(['甲', '=cmd|calc']));
  t.match(xml, /<pane[^>]*ySplit="1"[^>]*state="frozen"/);
  t.match(xml, /<v>0\.8567<\/v>/, 'a rate is a number');
  t.match(xml, /<v>-0\.0512<\/v>/, 'so is a fall');
  t.match(styles, /0\.00%/);
  const words = strings.length > 0 ? strings.join('\n') : `${xml}${about}`;
  for (const word of ['2026-11', '考核口径', '2026-1', '已解决 ÷ 有效回访', '说明甲']) t.match(words, word);
});

t.test('CSV of nothing is a header and a total; a mark in front by wish', async (t) => {
  t.equal(tableCsv(table([]), false), 'name,volume,rate,change\r\n合计,1234,0.8567,0.1\r\n');
  t.equal(tableCsv(table([]), true).charCodeAt(0), 0xfeff);
  t.ok((await tableXlsx(table([]))).length > 0);
});

t.test('HTML escapes whatever a name may hold', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (name) => {
      const html = htmlTable(table([name]), ['name', 'volume']);
      return !/<(?!\/?(table|thead|tbody|tfoot|tr|td|th)[ >])/.test(html) && !/&(?!(amp|lt|gt|quot|#39);)/.test(html);
    }),
  );
});

t.test('changes and points', async (t) => {
  t.equal(changeOf(3, 0), null);
  t.equal(changeOf(2, 3), -0.3333);
  t.equal(changeOf(5, 3), 0.6667);
  t.equal(changeOf(3, 3), 0);
  t.equal(pointsOf(0.85, 0.8001), 4.99);
  t.equal(pointsOf(null, 0.8), null);
  t.equal(showValue('change', 0.05), '+5.00%');
  t.equal(showValue('rate', null), '—');
});
