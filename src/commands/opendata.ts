/** `opendata`: the de-identified set of complaints of a span of days, as CSV. */
import { writeFileSync } from 'node:fs';
import { createContext } from '../context.ts';
import { isDate } from '../http/validation.ts';
import { openData } from '../opendata/service.ts';
import { CommandError, print, say, withDatabase } from './common.ts';

export async function opendata(options: { from: string; to: string; k: string; out?: string }): Promise<void> {
  const { from, to, out } = options;
  const k = /^\d{1,4}$/.test(options.k) ? Number(options.k) : 0;
  if (k < 2) throw new CommandError('--k 应为 2 到 9999 之间的整数');
  if (!isDate(from) || !isDate(to) || from >= to) throw new CommandError('--from、--to 应为日期，前者早于后者');
  await withDatabase(async ({ db }) => {
    const ctx = await createContext(db);
    const { csv, cells, told, suppressed } = await openData(ctx, { from, to, k }, '命令行', ctx.clock());
    if (out === undefined) print(csv);
    else writeFileSync(out, csv);
    say(`${cells} 行，共 ${told} 件；不足 ${k} 人而略去 ${suppressed} 件`);
  });
}
