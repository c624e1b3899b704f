/** The spans that a report is held against: the one before (环比) and the same one a year earlier (同比). Pure. */
import { shanghaiDate, startOfDay } from '../catalog/calendar.ts';
import type { Span } from '../figures/span.ts';
import { type PeriodCycle, parsePeriod, periodAt } from './period.ts';

export type Asked = Span & { code: string | null };

/** The same day a year earlier; 28 February for the 29th. */
function yearBefore(at: Date): Date {
  const [year = 0, month = 1, day = 1] = shanghaiDate(at).split('-').map(Number);
  const date = (on: number) =>
    `${String(year - 1).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(on).padStart(2, '0')}`;
  return startOfDay(date(month === 2 && day === 29 ? 28 : day));
}

/** The period before, or as many days directly before. */
export function previousSpan({ code, from, to }: Asked, cycle: PeriodCycle): Asked {
  if (code !== null) return periodAt(new Date(from.getTime() - 1), cycle);
  return { code: null, from: new Date(2 * from.getTime() - to.getTime()), to: from };
}

/** The same period, or the same dates, of the year before. */
export function sameSpanLastYear({ code, from, to }: Asked, cycle: PeriodCycle): Asked {
  if (code === null) return { code: null, from: yearBefore(from), to: yearBefore(to) };
  const [year, month] = code.split('-');
  return parsePeriod(`${String(Number(year) - 1).padStart(4, '0')}-${month}`, cycle);
}

/** The spans as query parameters of the rates. */
export function spanQuery({ code, from, to }: Asked): { period: string } | { from: string; to: string } {
  return code === null ? { from: shanghaiDate(from), to: shanghaiDate(to) } : { period: code };
}
