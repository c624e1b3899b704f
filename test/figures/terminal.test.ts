/** Tables for a terminal: what a text takes of it, and columns that stand under their headings. */
import t from 'tap';
import type { Table } from '../../src/figures/table.ts';
import { displayWidth, tableText } from '../../src/figures/terminal.ts';

t.test('width in a terminal', async (t) => {
  for (const [text, width] of [
    ['', 0],
    ['abc 85.00%', 10],
    ['朝阳区', 6],
    ['（不含）', 8],
    ['M05—停水，A', 11],
    ['𠮷', 2],
  ] as const) {
    t.equal(displayWidth(text), width, text);
  }
});

t.test('any report: words to the left, figures to the right, codes left out', async (t) => {
  const table: Table = {
    name: 'volume',
    title: '受理量',
    period: { code: '2026-11', from: '2026-10-19T00:00:00+08:00', to: '2026-11-19T00:00:00+08:00', closed: false },
    basis: 'assessed',
    by: 'unit',
    ruleVersion: '2026-1',
    notes: ['说明甲'],
    columns: [
      { key: 'key', heading: '代码', type: 'text', note: '', cases: null },
      { key: 'name', heading: '名称', type: 'text', note: '', cases: null },
      { key: 'volume', heading: '受理量', type: 'integer', note: '按受理时间', cases: 'volume' },
      { key: 'rate', heading: '解决率', type: 'rate', note: '', cases: null },
      { key: 'why', heading: '原因', type: 'text', note: '', cases: null },
    ],
    rows: [
      { key: '110105026', name: '望京街道', volume: 31, rate: 0.85, why: '甲' },
      { key: 'none', name: '未派单', volume: 3, rate: null, why: null },
    ],
    totals: [{ key: 'total', name: '合计', volume: 34, rate: 0.85 }],
  };
  t.same(tableText(table).split('\n'), [
    '受理量  考核期 2026-11  2026-10-19T00:00:00+08:00 至 2026-11-19T00:00:00+08:00（不含）  考核口径  规则 2026-1',
    '',
    '名称      受理量  解决率  原因',
    '------------------------------',
    '望京街道      31  85.00%  甲',
    '未派单         3       -  -',
    '------------------------------',
    '合计          34  85.00%  -',
    '',
    '说明甲',
    '',
  ]);
  const empty = tableText({ ...table, rows: [], totals: [], notes: [] });
  t.match(empty, /名称 {2}受理量/, 'of nothing a header');
});
