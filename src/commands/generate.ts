/** `generate`: years of plausible history for measuring. `rollup rebuild`: the rollups of the reports, made anew. */

import { lastComplete } from '../assessment/period.ts';
import { createContext } from '../context.ts';
import { cityFolder } from '../db/cities.ts';
import type { Db } from '../db/connect.ts';
import { runCase } from '../demo/service.ts';
import { copied } from '../generate/copy.ts';
import { generate as generateAll } from '../generate/service.ts';
import { analyze, sizes } from '../generate/store.ts';
import { rebuild } from '../rollup/service.ts';
import { CommandError, openKeys, print, say, withDatabase } from './common.ts';
import { forEachConcurrently } from './concurrent.ts';
import { makeCases, wholeNumber } from './demo.ts';
import { refuseInventing } from './production.ts';

/** Lives told through the service, to be copied. */
const told = 3000;
/** Not one that anybody takes for a demo of his own. */
const seed = 999_999_999;
const atOnce = 8;

/** Makes all rollups anew, with progress. */
async function rebuildAll(db: Db): Promise<void> {
  const made = await rebuild(db, new Date(), (done, of) => say(`已汇总到第 ${done} / ${of} 件诉求`));
  if (made === null) throw new CommandError('另一个进程正在重建汇总');
  print(`${made.complaints} 件诉求已汇总`);
}

export async function rollupRebuild(): Promise<void> {
  await withDatabase(async ({ db }) => rebuildAll(db));
}

/** Fills in `told` demo lives, copies them as often as asked for, and counts all of it. */
export async function generate(options: { complaints: string; years: string; words: boolean }): Promise<void> {
  const complaints = wholeNumber(options.complaints, '--complaints', 100_000_000);
  const years = wholeNumber(options.years, '--years', 20);
  await withDatabase(async (connection, config) => {
    refuseInventing(config);
    const { db } = connection;
    const ctx = await createContext(db, { vault: await openKeys(connection, config) });
    const { catalog } = ctx.judgeAt(ctx.clock());
    const cases = makeCases(
      catalog,
      lastComplete(ctx.clock(), catalog.assessment),
      told,
      seed,
      cityFolder(config.CITY),
    );
    say(`先由服务办理 ${told} 件合成诉求`);
    await forEachConcurrently(cases, atOnce, async (one) => void (await runCase(ctx, one)));
    await generateAll(db, { complaints, weeks: years * 52, words: options.words }, say);
    say('整理表');
    await analyze(db, copied);
    await rebuildAll(db);
    await analyze(db, ['rollup_lines', 'rollup_cells', 'rollup_calls', 'rollup_hours']);
    for (const { name, table, indexes } of await sizes(db)) print(`${name}：表 ${table}，索引 ${indexes}`);
  });
}
