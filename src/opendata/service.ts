/** The open data of a span of days, month by month: a month is the coarsest that time gets, so no more need be in memory. */
import { addDays, startOfDay } from '../catalog/calendar.ts';
import { divisionOf, matterPath } from '../catalog/catalog.ts';
import type { Context } from '../context.ts';
import { recordAudit } from '../db/audit.ts';
import { snapshot } from '../db/connect.ts';
import { type Cell as CsvCell, writeCsv } from '../figures/csv.ts';
import { type Cell, release } from './release.ts';
import { listFacts } from './store.ts';

export interface Wanted {
  /** First day, and the day after the last. */
  from: string;
  to: string;
  k: number;
}

const header = ['period', 'districtCode', 'district', 'streetCode', 'street', 'matterCode', 'matter', 'count'];

/** The first days of a span and of the months that begin in it, and the day after it. */
function monthsOf({ from, to }: Wanted): string[] {
  const bounds = [from];
  for (let day = addDays(from, 1); day < to; day = addDays(day, 1)) if (day.endsWith('-01')) bounds.push(day);
  return [...bounds, to];
}

/** CSV, and how many complaints it tells of and leaves out. */
export async function openData(ctx: Context, wanted: Wanted, actor: string, now: Date) {
  const { catalog } = ctx.judgeAt(now);
  const cells: Cell[] = [];
  let suppressed = 0;
  await ctx.db.transaction(async (tx) => {
    const bounds = monthsOf(wanted);
    for (const [index, start] of bounds.slice(0, -1).entries()) {
      const facts = await listFacts(tx, startOfDay(start), startOfDay(bounds[index + 1] ?? wanted.to));
      const month = release(facts, wanted.k);
      cells.push(...month.cells);
      suppressed += month.suppressed;
    }
  }, snapshot);
  const named = (code: string | null) => (code === null ? '' : (divisionOf(catalog, code)?.name ?? code));
  const lines = cells.map(({ period, district, street, matter, count }): CsvCell[] => {
    const path = matter === null ? '' : matterPath(catalog.matters, matter).join('—');
    return [period, district, named(district), street, named(street), matter, path, count];
  });
  const told = cells.reduce((sum, { count }) => sum + count, 0);
  const detail = { ...wanted, cells: cells.length, told, suppressed };
  await recordAudit(ctx.db, { at: now, actor, action: 'opendata.export', target: null, detail });
  return { csv: writeCsv([header, ...lines], false), cells: cells.length, told, suppressed };
}
