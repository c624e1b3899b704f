/** `demo`: loads synthetic complaints with whole lives into the last complete period and prints its three rates by district. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { formatTable } from '../assessment/csv.ts';
import { lastComplete } from '../assessment/period.ts';
import { ratesReport } from '../assessment/service.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { createContext } from '../context.ts';
import { builtInSeeds, cityFolder } from '../db/cities.ts';
import { type DemoCase, demoCases } from '../demo/cases.ts';
import { runCase } from '../demo/service.ts';
import { readDemoDistricts, readDemoLists, readDemoTemplates } from '../demo/texts.ts';
import { CommandError, openKeys, print, say, withDatabase } from './common.ts';
import { forEachConcurrently } from './concurrent.ts';
import { refuseInventing } from './production.ts';

const atOnce = 8;
const progressEvery = 500;

/** Throws CommandError for what is none between 1 and `max`. */
export function wholeNumber(text: string, name: string, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > max) throw new CommandError(`${name} 应为 1 到 ${max} 之间的整数`);
  return value;
}

/** The cases of a seed within a period, from the templates and word lists in `demo/` of the city, or else of `seeds/`. */
export function makeCases(
  catalog: Catalog,
  span: { from: Date; to: Date },
  count: number,
  seed: number,
  folder: string = builtInSeeds,
): DemoCase[] {
  const read = (file: string) => {
    const own = path.join(folder, 'demo', file);
    return readFileSync(existsSync(own) ? own : path.join(builtInSeeds, 'demo', file), 'utf8');
  };
  return demoCases({
    count,
    seed,
    catalog,
    templates: readDemoTemplates(read('templates.csv')),
    lists: readDemoLists(read('lists.csv')),
    districts: readDemoDistricts(read('districts.csv')),
    ...span,
  });
}

export async function demo(options: { count: string; seed: string }): Promise<void> {
  const count = wholeNumber(options.count, '--count', 1_000_000);
  const seed = wholeNumber(options.seed, '--seed', 999_999_999);
  await withDatabase(async (connection, config) => {
    refuseInventing(config);
    const ctx = await createContext(connection.db, { vault: await openKeys(connection, config) });
    const { catalog } = ctx.judgeAt(ctx.clock());
    const { code, ...span } = lastComplete(ctx.clock(), catalog.assessment);
    const cases = makeCases(catalog, span, count, seed, cityFolder(config.CITY));
    let done = 0;
    let fresh = 0;
    await forEachConcurrently(cases, atOnce, async (one) => {
      if (await runCase(ctx, one)) fresh += 1;
      done += 1;
      if (done % progressEvery === 0) say(`已载入 ${done}/${count} 件`);
    });
    say(`考核期 ${code}：新载入 ${fresh} 件，已有 ${done - fresh} 件`);
    print(formatTable(await ratesReport(ctx, { period: code, by: 'district' }, { kind: 'all' }, ctx.clock())));
  });
}
