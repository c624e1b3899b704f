/** A list as XLSX, read back by a reader of its own: every row on its sheet, every text as it was, nothing that runs. */
import fc from 'fast-check';
import { strFromU8, unzipSync } from 'fflate';
import readExcel from 'read-excel-file/node';
import t from 'tap';
import { columnName, type List, writeWorkbook } from '../../src/figures/workbook.ts';

const columns: List['columns'] = [
  { heading: '诉求编号', type: 'text', width: 18 },
  { heading: '受理时间', type: 'instant', width: 20 },
  { heading: '事项', type: 'text', width: 30 },
];
type Row = [string, string | null, string | null];

async function* batches(rows: readonly Row[], size: number): AsyncGenerator<readonly Row[]> {
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size);
}

async function written(rows: readonly Row[], most?: number, size = 3): Promise<Buffer> {
  const about = (count: number): [string, string][] => [['行数', String(count)]];
  const chunks: Uint8Array[] = [];
  const list = { title: '受理量', columns, rows: batches(rows, size), about };
  for await (const chunk of writeWorkbook(list, most)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** All sheets with their names, as another program reads them. */
const read = (file: Buffer) => readExcel(file, { trim: false });
const rowsOf = (count: number): Row[] =>
  Array.from({ length: count }, (_, at) => [`2026110100000${at}`, '2026-11-01T09:30:00+08:00', `事项 ${at}`]);

t.test('rows, types and the sheet that explains', async (t) => {
  const file = await written([
    ['20261101000000012', '2026-11-01T09:30:15+08:00', '住房与物业—停水'],
    ['=cmd|calc', null, '<b>&"尾 '],
  ]);
  const [list, about, ...more] = await read(file);
  t.same(more, []);
  t.equal(list?.sheet, '受理量');
  t.same(list?.data, [
    ['诉求编号', '受理时间', '事项'],
    ['20261101000000012', new Date('2026-11-01T09:30:15Z'), '住房与物业—停水'],
    ["'=cmd|calc", null, '<b>&"尾 '],
  ]);
  t.match(about, {
    sheet: '说明',
    data: [
      ['项目', '内容'],
      ['行数', '2'],
    ],
  });
  const sheet = strFromU8(unzipSync(file)['xl/worksheets/sheet1.xml'] ?? new Uint8Array());
  t.match(sheet, /<pane ySplit="1"[^>]*state="frozen"/, 'the header stays');
  t.notMatch(sheet, /<f[ >]/);
});

t.test('of nothing: an honest file with a header', async (t) => {
  const [list, about] = await read(await written([]));
  t.same(list?.data, [['诉求编号', '受理时间', '事项']]);
  t.match(about?.data, [[], ['行数', '0']]);
});

t.test('what a sheet cannot hold stands on a further one, each with its header; none is empty', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(20),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 7 }),
      async (count, most, size) => {
        const all = await read(await written(rowsOf(count), most, size));
        const lists = all.slice(0, -1).map(({ data }) => data);
        const rows = lists.flatMap((data) => data.slice(1).map(([number]) => number));
        return (
          lists.length === Math.max(1, Math.ceil(count / most)) &&
          lists.every(([header, ...rest]) => header?.[0] === '诉求编号' && rest.length <= most) &&
          rows.join() ===
            rowsOf(count)
              .map(([number]) => number)
              .join()
        );
      },
    ),
    { numRuns: 60 },
  );
});

t.test('text comes back as it was, but for what no document holds and what would run', async () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(text, async (value) => {
      const [list] = await read(await written([['1', null, `甲${value}乙`]]));
      const shown = value.replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, ' ');
      return list?.data[1]?.[2] === `甲${shown}乙`;
    }),
    { numRuns: 100 },
  );
});

t.test('rows are asked for as bytes are taken, and no more once nobody reads', async (t) => {
  let asked = 0;
  let ended = false;
  async function* endless(): AsyncGenerator<readonly Row[]> {
    try {
      for (;;) {
        asked += 1;
        yield rowsOf(50);
      }
    } finally {
      ended = true;
    }
  }
  const bytes = writeWorkbook({ title: '受理量', columns, rows: endless(), about: () => [] });
  await bytes.next();
  t.ok(asked < 5, 'not ahead of the reader');
  const before = asked;
  await bytes.return(undefined);
  t.equal(asked, before);
  t.ok(ended, 'the rows are let go');
});

t.test('a failure on the way is told', async (t) => {
  async function* broken(): AsyncGenerator<readonly Row[]> {
    yield rowsOf(2);
    throw new Error('gone');
  }
  const bytes = writeWorkbook({ title: '受理量', columns, rows: broken(), about: () => [] });
  await t.rejects(async () => {
    for await (const _ of bytes);
  }, /gone/);
});

t.test('names of columns', async (t) => {
  t.same([0, 25, 26, 51, 52, 701, 702].map(columnName), ['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA']);
});
