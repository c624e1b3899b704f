/** `report rates`: the same figures as the API. */
import { writeFileSync } from 'node:fs';
import { Value } from 'typebox/value';
import { formatCsv, formatTable } from '../assessment/csv.ts';
import { RatesQuery } from '../assessment/reports/rates.ts';
import { ratesReport } from '../assessment/service.ts';
import { createContext } from '../context.ts';
import { CommandError, print, say, withDatabase } from './common.ts';

interface Options extends Record<string, string | undefined> {
  format: string;
  output?: string;
}

const formats = ['table', 'csv', 'json'];

export async function reportRates({ format, output, ...options }: Options): Promise<void> {
  if (!formats.includes(format)) throw new CommandError(`没有格式 ${format}；可用：${formats.join('、')}`);
  const wish = { ...options, ...(options.depth === undefined ? {} : { depth: Number(options.depth) }) };
  if (!Value.Check(RatesQuery, wish)) {
    const [first] = Value.Errors(RatesQuery, wish);
    throw new CommandError(`参数有误：${first?.instancePath.slice(1) ?? ''} ${first?.message ?? ''}`);
  }
  await withDatabase(async ({ db }) => {
    const ctx = await createContext(db);
    const report = await ratesReport(ctx, wish, { kind: 'all' }, ctx.clock());
    const text =
      format === 'json' ? JSON.stringify(report, null, 2) : format === 'csv' ? formatCsv(report) : formatTable(report);
    if (output === undefined) return print(text);
    writeFileSync(output, text);
    say(`已写入 ${output}`);
  });
}
