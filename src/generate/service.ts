/** Fills a database with years of plausible history, fast: for measuring, never for figures that anyone publishes. */
import type { Db } from '../db/connect.ts';
import { errorCode } from '../http/errors.ts';
import { type CopiedTable, copied, type Shape } from './copy.ts';
import {
  copyTable,
  createIndex,
  dropIndexes,
  lastNumber,
  moveSequences,
  shapeOf,
  shiftEvents,
  takePatterns,
  withoutTriggers,
} from './store.ts';

export interface GenerateRequest {
  complaints: number;
  /** Over how many weeks before the demo's period, this one included. */
  weeks: number;
  /** Whether the words for the search come along: half of the room and most of the time. */
  words: boolean;
}

/** Fewer lives than this make a history of but a few streets. */
const fewestPatterns = 100;
const batch = 100_000;

/** There are no lives to copy, or the role may not switch triggers off. */
export class GenerateError extends Error {}

async function shapesOf(tx: Db): Promise<Record<CopiedTable, Shape>> {
  const of = (table: CopiedTable) => shapeOf(tx, table);
  return {
    complaints: await of('complaints'),
    callers: await of('callers'),
    orders: await of('orders'),
    events: await of('events'),
    callbacks: await of('callbacks'),
    callback_attempts: await of('callback_attempts'),
  };
}

/**
 * Copies the ended lives of the demo over and over, each some weeks earlier, in one transaction. `progress` is told what is being
 * done. Throws GenerateError.
 */
export async function generate(db: Db, request: GenerateRequest, progress: (what: string) => void): Promise<void> {
  await db.transaction(async (tx) => {
    await withoutTriggers(tx).catch((error: unknown) => {
      if (errorCode(error) === '42501') throw new GenerateError('数据库用户不能关闭触发器，请用超级用户');
      throw error;
    });
    const patterns = await takePatterns(tx);
    if (patterns < fewestPatterns)
      throw new GenerateError(`只有 ${patterns} 件已结案的演示诉求可供复制，请先运行 jiesu demo --count 2000`);
    await shiftEvents(tx, request.weeks);
    const numbers = await lastNumber(tx);
    const shapes = await shapesOf(tx);
    const indexes = await dropIndexes(tx);
    const { complaints: total, weeks, words } = request;
    for (let first = 1; first <= total; first += batch) {
      const end = Math.min(total + 1, first + batch);
      const each = { first, end, total, patterns, weeks, words, shapes, numbers };
      for (const table of copied) await copyTable(tx, table, each);
      progress(`已写入 ${end - 1} / ${total} 件诉求`);
    }
    await moveSequences(tx, numbers + total);
    for (const definition of indexes) {
      progress(`建索引：${definition.split(' ')[2] ?? ''}`);
      await createIndex(tx, definition);
    }
  });
}
