/** Period on period and year on year (环比、同比): which span to compare with, and the change of each rate. Pure. */
import { addDays, shanghaiDate } from '../catalog/calendar.ts';
import { fieldError } from '../http/errors.ts';
import type { Comparison, RateChange, RatesMean } from './reports/rates.ts';

const day = 86_400_000;

/** A period's code some months earlier. */
function monthsBefore(code: string, months: number): string {
  const [year = 0, month = 0] = code.split('-').map(Number);
  const index = year * 12 + month - 1 - months;
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
}

/** The same day a year earlier; the 28th for the 29th of February. */
function yearBefore(date: string): string {
  const year = String(Number(date.slice(0, 4)) - 1);
  return `${year}${date.slice(4) === '-02-29' ? '-02-28' : date.slice(4)}`;
}

type Asked = { code: string | null; from: Date; to: Date };

/** A span as the parameters that ask for it. */
export function queryOf({ code, from, to }: Asked): { period: string } | { from: string; to: string } {
  return code === null ? { from: shanghaiDate(from), to: shanghaiDate(to) } : { period: code };
}

/** What to ask for to compare with: the period before or the one of a year ago; for dates, as many days before, or the same dates. */
export function earlier(
  { code, from, to }: Asked,
  comparison: Comparison,
): { period: string } | { from: string; to: string } {
  try {
    if (code !== null) return { period: monthsBefore(code, comparison === 'year' ? 12 : 1) };
    const [first, last] = [shanghaiDate(from), shanghaiDate(to)];
    if (comparison === 'year') return { from: yearBefore(first), to: yearBefore(last) };
    return { from: addDays(first, -Math.round((to.getTime() - from.getTime()) / day)), to: first };
  } catch (error) {
    if (error instanceof RangeError) throw fieldError('compare', '没有更早的时间可比');
    throw error;
  }
}

type Rates = Pick<RatesMean, keyof RateChange>;

/** Between whole numbers of the last place that is published: rates have four decimals, the composite one. */
function difference(now: number | null, before: number | null | undefined, scale: number): number | null {
  if (now === null || before === null || before === undefined) return null;
  return Math.round(now * scale) - Math.round(before * scale);
}

/**
 * The change of each rate in basis points, of the figures as they are published so that everybody can check it; the composite
 * (of 100) in hundredths of a point. Null where either side has none.
 */
export function changeOf(now: Rates, before: Rates | undefined): RateChange {
  const tenths = difference(now.composite, before?.composite, 10);
  const rate = (name: keyof RateChange) => difference(now[name], before?.[name], 10_000);
  return {
    responseRate: rate('responseRate'),
    resolutionRate: rate('resolutionRate'),
    satisfactionRate: rate('satisfactionRate'),
    onTimeRate: rate('onTimeRate'),
    composite: tenths === null ? null : tenths * 10,
  };
}
