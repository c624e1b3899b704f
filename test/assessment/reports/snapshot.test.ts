/** Reports while orders change: each is of one moment, so that whatever it adds up agrees with itself. */
import t from 'tap';
import { type Life, life } from '../../life.ts';

interface Row extends Record<string, unknown> {
  key: string;
}
type Sums = Record<string, number>;

/** Files, handles and answers complaints one after the other until it is told to stop; answers how many there were. */
async function busy(w: Life, isOver: () => boolean, street: string): Promise<number> {
  const handler = await w.of('handler', street);
  let done = 0;
  while (!isOver()) {
    const { number, id } = await w.file('L3', { street, text: '物业公司长期不清运垃圾', caller: {} });
    await w.act(handler, id, 'sign');
    await w.act(handler, id, 'reply', { result: 'resolved', text: '已清运。' });
    await w.callBack(number);
    done += 1;
  }
  return done;
}

const sum = (rows: readonly Row[], key: string) => rows.reduce((all, row) => all + Number(row[key]), 0);

t.test('the rows of every answer add up to its total, while complaints come in', async (t) => {
  const w = await life(t);
  const analyst = await w.as('analyst');
  let over = false;
  const writers = ['110105026', '110105001', '110105012'].map((street) => busy(w, () => over, street));
  const get = async (url: string) => (await analyst.get(url)).body;
  const seen: number[] = [];

  const counts = ['volume', 'closed', 'valid', 'replied', 'resolved', 'satisfied'];
  for (let round = 0; round < 4; round += 1) {
    for (const by of ['unit', 'street', 'day', 'need']) {
      const { items, total } = await get(`/reports/rates?by=${by}`);
      t.same(
        Object.fromEntries(counts.map((key): [string, number] => [key, sum(items, key)])),
        Object.fromEntries(counts.map((key): [string, Sums] => [key, total[key]])),
        `rates by ${by}`,
      );
      seen.push(total.volume);
    }
    const { items, total } = await get('/reports/exclusions?by=street');
    t.same(
      [total.all.volume, total.all.valid],
      [total.assessed.volume, total.assessed.valid],
      'two bases, nothing struck',
    );
    t.equal(
      items.reduce((all: number, row: { all: Sums }) => all + (row.all.volume ?? 0), 0),
      total.all.volume,
    );
    for (const name of ['volume', 'timeliness', 'repeats', 'needs']) {
      const report = await get(`/reports/${name}`);
      const key = name === 'timeliness' ? 'dispatched' : 'volume';
      t.equal(sum(report.items, key), report.total[key], name);
    }
    const query = '/reports/rates/cases?key=total&figure=valid&limit=500';
    const list = await get(query);
    t.equal(list.items.length, Math.min(500, list.count), 'a list and its count');
  }
  over = true;
  const filed = (await Promise.all(writers)).reduce((all, count) => all + count, 0);
  t.ok(new Set(seen).size > 4, `reports were made between ${filed} complaints`);
  t.equal((await get('/reports/rates?by=unit')).total.volume, filed);
});

t.test('the tables of one bulletin agree, while complaints come in', async (t) => {
  const w = await life(t);
  const analyst = await w.as('analyst');
  let over = false;
  const writers = ['110105026', '110105001'].map((street) => busy(w, () => over, street));
  const seen = new Set<string>();
  for (let round = 0; round < 8; round += 1) {
    const { text } = await analyst.get('/reports/bulletin');
    const [rates = '', needs = '', times = ''] = [...text.matchAll(/<table>(.*?)<\/table>/gs)].map(
      ([, one]) => one ?? '',
    );
    const rows = (table: string) =>
      [...table.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
        [...row.matchAll(/<t[dh][^>]*>([^<]*)</g)].map(([, cell = '']) => cell),
      );
    const column = (table: string, heading: string) => {
      const [head = [], ...lines] = rows(table);
      const at = head.indexOf(heading);
      const figures = lines.map((line) => Number(line[at]));
      return { rows: figures.slice(0, -1).reduce((all, one) => all + one, 0), total: figures.at(-1) };
    };
    const shown = /data-figure="rates\.volume">([^<]*)</.exec(text)?.[1] ?? '';
    const volume = Number(shown);
    t.same(column(rates, '受理量'), { rows: volume, total: volume }, `districts: ${shown}`);
    t.same(column(needs, '受理量'), { rows: volume, total: volume }, 'needs');
    // Every complaint of these writers is dispatched to one unit within the statement that files it.
    t.same(column(times, '派出工单'), { rows: volume, total: volume }, 'orders');
    seen.add(shown);
  }
  over = true;
  await Promise.all(writers);
  t.ok(seen.size > 2, `${seen.size} different moments`);
});
