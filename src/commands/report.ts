/** `report rates`: the same figures as the API. */
import { writeFileSync } from 'node:fs';
import { Value } from 'typebox/value';
import { formatTable, ratesTable } from '../assessment/csv.ts';
import { RatesQuery, type RatesReport } from '../assessment/reports/rates.ts';
import { ratesColumns } from '../assessment/reports/rates-cases.ts';
import { ratesReport } from '../assessment/service.ts';
import { createContext } from '../context.ts';
import { tableCsv } from '../figures/csv.ts';
import { tableXlsx } from '../figures/spreadsheet.ts';
import { CommandError, print, say, withDatabase } from './common.ts';

interface Options extends Record<string, string | undefined> {
  format: string;
  output?: string;
}

const formats = ['table', 'csv', 'json', 'xlsx'];

async function inFormat(report: RatesReport, format: string): Promise<string | Buffer> {
  if (format === 'json') return JSON.stringify(report, null, 2);
  if (format === 'table') return formatTable(report);
  const table = ratesTable(report, ratesColumns);
  return format === 'csv' ? tableCsv(table, false) : tableXlsx(table);
}

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
    const content = await inFormat(report, format);
    if (output !== undefined) writeFileSync(output, content);
    else if (typeof content === 'string') return print(content);
    else return void process.stdout.write(content);
    say(`已写入 ${output}`);
  });
}
