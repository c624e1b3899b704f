/** Cases that are struck out leave every report that is assessed, and the lists behind its figures alike. */
import t from 'tap';
import { ratesColumns } from '../../../src/assessment/reports/rates-cases.ts';
import { reports } from '../../../src/assessment/reports/routes.ts';
import { type Caller, refused } from '../../helper.ts';
import { town } from './town.ts';

interface Row extends Record<string, unknown> {
  key: string;
}
interface Figure {
  key: string;
  cases: string | null;
}

/** Every third case of a period is struck out, by turns wholly and but for the response; answers how many of each. */
async function strike(analyst: Caller, one: Caller, two: Caller): Promise<{ none: number; responseOnly: number }> {
  const { body } = await analyst.get(
    '/reports/rates/cases?period=2026-11&key=total&figure=valid&basis=assessed&limit=500',
  );
  const struck = { none: 0, responseOnly: 0 };
  for (const [at, { number }] of body.items.entries()) {
    if (at % 3 !== 0) continue;
    const scope = at % 2 === 0 ? 'none' : 'response-only';
    const applied = await one.post('/assessment/exclusions', {
      number,
      kind: 'strike',
      scope,
      reason: '不属于受理范围',
    });
    const reviewed = await two.post(`/assessment/exclusions/${applied.body.id}/review`, {
      approve: true,
      reason: '属实',
    });
    if (reviewed.status >= 300) throw new Error(reviewed.text);
    struck[scope === 'none' ? 'none' : 'responseOnly'] += 1;
  }
  return struck;
}

t.test('the lists are as long as the figures, with exclusions that stand', async (t) => {
  const world = await town(t, 40);
  const { analyst, as } = world;
  const get = async (url: string) => {
    const { status, body } = await analyst.get(url);
    if (status !== 200) throw new Error(`${url}: ${status}`);
    return body;
  };
  const before = await get('/reports/rates?period=2026-11&by=unit&basis=assessed');
  const struck = await strike(
    analyst,
    await as('assessor', undefined, '考评甲'),
    await as('assessor', undefined, '考评乙'),
  );
  t.ok(struck.none > 2 && struck.responseOnly > 2, JSON.stringify(struck));
  const after = await get('/reports/rates?period=2026-11&by=unit&basis=assessed');
  t.equal(after.total.valid, before.total.valid - struck.none - struck.responseOnly);
  t.equal(after.total.responseValid, before.total.responseValid - struck.none);
  t.equal(after.total.excluded.strike, struck.none + struck.responseOnly, JSON.stringify(after.total));

  let looked = 0;
  const look = async (name: string, query: string, row: Row, { key, cases }: Figure) => {
    const { count, items } = await get(
      `/reports/${name}/cases?${query}&key=${encodeURIComponent(row.key)}&figure=${key}&limit=500`,
    );
    looked += 1;
    if (count !== row[cases ?? ''] || items.length !== count)
      t.fail(`${name} ${query} ${row.key} ${key}: ${count} for ${row[cases ?? '']}`);
  };
  for (const { name, dimensions } of [...reports, { name: 'rates', dimensions: ['unit', 'street', 'type'] }]) {
    for (const by of dimensions.filter((one) =>
      ['unit', 'need', 'district', 'street', 'type', 'alarm'].includes(one),
    )) {
      const query = `period=2026-11&by=${by}&basis=assessed`;
      const { items, total, columns = ratesColumns } = await get(`/reports/${name}?${query}`);
      const figures: Figure[] = columns.filter(({ cases }: Figure) => cases !== null);
      // Of many rows the first: those with the most in them.
      for (const row of [total, ...items.slice(0, 6)])
        for (const figure of figures) await look(name, query, row, figure);
    }
  }
  await t.test('the report of exclusions, both sides of it', async (t) => {
    for (const by of ['unit', 'type', 'day', 'kind']) {
      const { items, total } = await get(`/reports/exclusions?period=2026-11&by=${by}`);
      for (const row of [total, ...items]) {
        const figures = {
          excluded: row.excluded,
          'all.volume': row.all.volume,
          'assessed.volume': row.assessed.volume,
          'all.composite': row.all.valid,
          'assessed.resolutionRate': row.assessed.valid,
        };
        for (const [key, count] of Object.entries(figures)) {
          const query = `period=2026-11&by=${by}&key=${row.key}&figure=${key}&limit=500`;
          const list = await get(`/reports/exclusions/cases?${query}`);
          if (list.count !== count || list.items.length !== count) t.fail(`${query}: ${list.count} for ${count}`);
        }
      }
      t.ok(total.excluded > struck.none + struck.responseOnly, `${by}: request types are left out, too`);
    }
    const url = '/reports/exclusions/cases?key=total&figure=excluded&basis=assessed';
    refused(t, 'a basis of both', await analyst.get(url), 400, 'VALIDATION_FAILED', 'basis');
  });

  await t.test('the ranking', async (t) => {
    const { items } = await get('/reports/ranking?period=2026-11&basis=assessed');
    for (const { key, valid, volume } of items.slice(0, 4)) {
      const url = `/reports/ranking/cases?period=2026-11&basis=assessed&key=${key}`;
      t.equal((await get(`${url}&figure=composite`)).count, valid);
      t.equal((await get(`${url}&figure=volume`)).count, volume);
    }
  });
  t.ok(looked > 500, `${looked} figures`);
});
