/** How often people decide otherwise than the machine: what is asked is checked, counted in one statement, named and put in order. */
import { addDays, shanghaiDate, shanghaiTime, startOfDay } from '../catalog/calendar.ts';
import { type Catalog, matterPath, unitOf } from '../catalog/catalog.ts';
import type { Context } from '../context.ts';
import { parseDates, type Span } from '../figures/span.ts';
import { fieldError } from '../http/errors.ts';
import { type CorrectedField, correctedFields } from '../intake/correction.ts';
import { type Interval, noKey, noKeyName, type QualityQuery, type QualityReport } from './schemas.ts';
import { countQuality } from './store.ts';
import { compareRows, divide, groupBy, qualityRow } from './tally.ts';

const usualDays = 30;
const longestDays = 366;
const longestByDay = 92;

const fieldNames: Record<CorrectedField, string> = {
  matter: '事项',
  need: '需求',
  type: '诉求类型',
  level: '级别',
  unit: '主办单位',
};

/** What people call a key; the key itself where the catalog no longer knows it. */
function naming(catalog: Catalog, by: CorrectedField): (key: string) => string {
  const known: Record<CorrectedField, (key: string) => string | undefined> = {
    matter: (key) => matterPath(catalog.matters, key).join('—') || undefined,
    need: (key) => catalog.needs.get(key)?.name,
    type: (key) => catalog.types.get(key)?.name,
    level: (key) => catalog.levels.get(key)?.name,
    unit: (key) => unitOf(catalog, key)?.name,
  };
  return (key) => known[by](key) ?? (key === noKey ? noKeyName : key);
}

/** The dates asked for; the last thirty days with today where none are given. */
function spanOf({ from, to }: QualityQuery, interval: Interval, now: Date): Span {
  if (from === undefined && to === undefined) {
    const end = addDays(shanghaiDate(now), 1);
    return { from: startOfDay(addDays(end, -usualDays)), to: startOfDay(end) };
  }
  const span = parseDates(from, to);
  const days = (span.to.getTime() - span.from.getTime()) / 86_400_000;
  if (days > longestDays) throw fieldError('to', `时间范围不能超过 ${longestDays} 天`);
  if (interval === 'day' && days > longestByDay) {
    throw fieldError('interval', `按日分段时，时间范围不能超过 ${longestByDay} 天；可按周或按月`);
  }
  return span;
}

/**
 * The override rate by what the machine said, over a range of dates of receipt. Names are those in force at `now`. Throws
 * VALIDATION_FAILED for a range that cannot be, and for a level of matters where the rows are none.
 */
export async function qualityReport(
  { db, judgeAt }: Pick<Context, 'db' | 'judgeAt'>,
  query: QualityQuery,
  now: Date,
): Promise<QualityReport> {
  const { by = 'matter', interval = 'none', level } = query;
  if (level !== undefined && by !== 'matter') throw fieldError('level', '只用于 by=matter');
  const span = spanOf(query, interval, now);
  const nameOf = naming(judgeAt(now).catalog, by);
  const depth = level ?? 1;
  const counts = await countQuality(db, { span, by, level: depth, interval });
  const parts = divide(span, interval);
  const rows = [...groupBy(counts, ({ key }) => key)].map(([key, own]) => qualityRow(key, nameOf(key), own, parts));
  return {
    from: shanghaiTime(span.from),
    to: shanghaiTime(span.to),
    by,
    level: by === 'matter' ? depth : null,
    interval,
    fields: correctedFields.map((key) => ({ key, name: fieldNames[key] })),
    items: rows.toSorted(compareRows),
    total: qualityRow('total', '合计', counts, parts),
  };
}
