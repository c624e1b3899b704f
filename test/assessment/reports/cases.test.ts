/** Every figure of every report drills down to a list of as many cases. */
import t from 'tap';
import { dimensions } from '../../../src/assessment/reports/rates.ts';
import { reports } from '../../../src/assessment/reports/routes.ts';
import type { T } from '../../helper.ts';
import { town } from './town.ts';

interface Row extends Record<string, unknown> {
  key: string;
}
interface Column {
  key: string;
  type: string;
  cases: string | null;
}

t.test('the list behind every figure is as long as the figure says', async (t) => {
  const { analyst } = await town(t);
  let looked = 0;
  const look = async (t: T, name: string, query: string, row: Row, column: Column) => {
    const figure = row[column.cases ?? ''];
    const url = `/reports/${name}/cases?${query}&key=${encodeURIComponent(row.key)}&figure=${column.key}&limit=500`;
    const { status, body } = await analyst.get(url);
    if (status !== 200 || body.count !== figure || body.items.length !== figure || body.next !== null)
      t.fail(
        `${url}: ${status} ${body.count} ${body.items?.length} for ${figure} ${JSON.stringify(body)}`.slice(0, 400),
      );
    looked += 1;
  };
  for (const { name, dimensions: all } of reports) {
    for (const by of all) {
      for (const basis of ['all', 'assessed']) {
        const query = `period=2026-11&by=${by}&basis=${basis}`;
        const { status, body } = await analyst.get(`/reports/${name}?${query}`);
        t.equal(status, 200, `${name} ${query} ${JSON.stringify(body).slice(0, 200)}`);
        const listed = body.columns.filter(({ cases }: Column) => cases !== null);
        for (const column of listed) await look(t, name, query, body.total, column);
        // All rows of some dimensions; of the others the first and the last.
        const every = ['unit', 'need', 'district', 'day', 'alarm'].includes(by) && basis === 'all';
        const rows = every ? body.items : [body.items.at(0), body.items.at(-1)].filter((row) => row !== undefined);
        for (const row of rows) for (const column of listed) await look(t, name, query, row, column);
        const [first] = listed;
        const sum = body.items.reduce((all: number, row: Row) => all + Number(row[first.cases]), 0);
        t.equal(sum, body.total[first.cases], `${name} by ${by}: the rows add up to the total`);
      }
    }
  }
  t.ok(looked > 1500, `${looked} figures`);
});

t.test('the figures of the rates have their lists, too', async (t) => {
  const { analyst } = await town(t, 30);
  for (const by of dimensions) {
    for (const basis of ['all', 'assessed']) {
      const query = `period=2026-11&by=${by}&basis=${basis}`;
      const { body } = await analyst.get(`/reports/rates?${query}`);
      for (const row of [...body.items.slice(0, 3), body.total]) {
        for (const figure of [
          'volume',
          'closed',
          'valid',
          'responseValid',
          'contacted',
          'resolved',
          'satisfied',
          'basic',
          'dissatisfied',
          'replied',
          'repliedOnTime',
        ]) {
          const { body: list } = await analyst.get(`/reports/rates/cases?${query}&key=${row.key}&figure=${figure}`);
          if (list.count !== row[figure]) t.fail(`${query} ${row.key} ${figure}: ${list.count} for ${row[figure]}`);
        }
      }
      t.pass(query);
    }
  }
});
