/**
 * Claim: the whole case list of a figure comes in constant memory, as CSV and as XLSX: four times as many rows raise the peak by at
 * most 30 MB.
 * Also printed, without a limit: how long each report of a period takes.
 * Run: npm run bench:reports (the number of complaints may be given as an argument; 400,000 without)
 */
import { setTimeout } from 'node:timers/promises';
import { reports } from '../src/assessment/reports/routes.ts';
import { listCases, runReport, streamCases } from '../src/assessment/reports/service.ts';
import { volume } from '../src/assessment/reports/volume.ts';
import { shanghaiDate } from '../src/catalog/calendar.ts';
import type { Context } from '../src/context.ts';
import { percentile, withComplaints } from './million.ts';
import { say } from './texts.ts';

const limitMb = 30;
const runs = 5;
const day = 86_400_000;
const all = { kind: 'all' } as const;
const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024);

await withComplaints(Number(process.argv[2] ?? 400_000), false, measure);

/** The last so many days, tomorrow excluded. */
function lastDays(now: Date, days: number) {
  return { from: shanghaiDate(new Date(now.getTime() - days * day)), to: shanghaiDate(new Date(now.getTime() + day)) };
}

interface Export {
  rows: number;
  peak: number;
}
type Format = 'csv' | 'xlsx';

/** Reads a list to its end; the peak of the process's memory is looked at every few milliseconds. */
async function exportAll(ctx: Context, format: Format, days: number): Promise<Export> {
  const now = ctx.clock();
  const query = { ...lastDays(now, days), key: 'total', figure: 'volume', limit: 1 };
  const { count: rows } = await listCases(ctx, volume, query, all, now);
  const { stream, done } = streamCases(ctx, volume, { ...query, format }, all, now);
  let peak = 0;
  let reading = true;
  const watch = (async () => {
    while (reading) {
      peak = Math.max(peak, process.memoryUsage().rss);
      await setTimeout(20);
    }
  })();
  const start = performance.now();
  let bytes = 0;
  for await (const chunk of stream) bytes += Buffer.byteLength(chunk);
  await done;
  reading = false;
  await watch;
  const seconds = (performance.now() - start) / 1000;
  say(
    `${rows} rows as ${format.toUpperCase()}, ${megabytes(bytes)} MB, in ${seconds.toFixed(1)} s (${Math.round(rows / seconds)} a second), peak memory ${megabytes(peak)} MB`,
  );
  return { rows, peak };
}

/** Whether four times as many rows take no more memory. */
async function staysFlat(ctx: Context, format: Format): Promise<boolean> {
  // Until the memory of the process has settled.
  await exportAll(ctx, format, 182);
  const few = await exportAll(ctx, format, 182);
  const many = await exportAll(ctx, format, 729);
  const grown = megabytes(many.peak - few.peak);
  const ok = grown <= limitMb;
  const times = (many.rows / few.rows).toFixed(1);
  say(`${format}: ${times} × the rows raise the peak by ${grown} MB (limit ${limitMb} MB) ${ok ? 'ok' : 'MISSED'}`);
  return ok;
}

async function measure(ctx: Context): Promise<boolean> {
  for (const report of reports) {
    const times: number[] = [];
    for (let n = 0; n < runs; n += 1) {
      const start = performance.now();
      await runReport(ctx, report, lastDays(ctx.clock(), 30), all, ctx.clock());
      times.push(performance.now() - start);
    }
    say(`${report.name}: p50 ${percentile(times, 0.5).toFixed(0)} ms, slowest ${Math.max(...times).toFixed(0)} ms`);
  }
  const csv = await staysFlat(ctx, 'csv');
  return (await staysFlat(ctx, 'xlsx')) && csv;
}
