/** The reference data in force today, for clients that show or send codes. */
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { page, readNumbers, ref, writeCursor } from '../http/schemas.ts';
import type { Catalog } from './catalog.ts';
import {
  type CatalogQuery,
  type CatalogTable,
  catalogList,
  catalogTables,
  listNames,
  CatalogQuery as Query,
} from './schemas.ts';
import type { SeedData } from './types.ts';

/** A page of one table in file order; the cursor is the position of its last row. */
function readTable(catalog: Catalog, table: CatalogTable, { parent, limit, cursor }: CatalogQuery) {
  const filters = `${table} ${catalog.version} ${parent ?? ''}`;
  const [start = 0] = cursor === undefined ? [] : readNumbers(cursor, 'catalog', filters, 1);
  const rows: readonly SeedData[CatalogTable][number][] = catalog.data[table];
  const all = parent === undefined ? rows : rows.filter((row) => 'parent' in row && row.parent === parent);
  const answer = page(all.slice(start, start + limit + 1), limit, () =>
    writeCursor('catalog', filters, [start + limit]),
  );
  return { ...answer, version: catalog.version, date: catalog.date };
}

const summaries: Record<CatalogTable, string> = {
  divisions: '行政区划',
  units: '承办单位',
  needs: '七有五性',
  matters: '诉求事项',
  types: '诉求类型',
  levels: '紧急程度与时限',
  calendar: '工作日历的例外（节假日与调休）',
  rules: '派单目录',
  localUnits: '因地而异的单位（供热等，派单目录里写作 enterprise:词）',
  guard: '职责守则：依法属于部门、不得由街道主办的事项',
  routes: '紧急渠道和法定途径',
  alarms: '群体诉求预警规则',
  handling: '办理规则：退单、延期的次数，预警，自动重办，报到时限',
  escalations: '催办、督办、提级的规则',
};

/** How the address of a table is written: localUnits → local-units. */
const addressOf = (table: CatalogTable) => table.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

export function catalogRoutes(app: Api, ctx: Context): void {
  for (const table of catalogTables) {
    const schema = catalogList(table);
    app.addSchema(schema);
    app.get(
      `/catalog/${addressOf(table)}`,
      {
        config: { permission: 'catalog.read' },
        schema: {
          operationId: `list${listNames[table]}`,
          tags: ['catalog'],
          summary: summaries[table],
          querystring: Query,
          response: { 200: ref(schema) },
        },
      },
      async (request) => readTable(ctx.judgeAt(ctx.clock()).catalog, table, request.query),
    );
  }
}
