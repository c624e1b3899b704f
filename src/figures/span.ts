/** Ranges of dates as half-open spans of instants, for every report. Pure. */
import { shanghaiDate, startOfDay } from '../catalog/calendar.ts';
import { fieldError } from '../http/errors.ts';

/** A span of instants: `from` belongs to it, `to` does not. */
export interface Span {
  from: Date;
  to: Date;
}

/**
 * Outside these years nothing can have been received; and before 1992 Asia/Shanghai had summer time, which `calendar.ts`
 * does not know.
 */
export const firstYear = 2000;
export const lastYear = 2199;

/** The 00:00 in Asia/Shanghai of a real day `YYYY-MM-DD`; 2026-02-30 is refused, not rolled over. */
function parseDay(path: string, text: string): Date {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? startOfDay(text) : new Date(Number.NaN);
  if (Number.isNaN(at.getTime()) || shanghaiDate(at) !== text) throw fieldError(path, '应为真实的日期，如 2026-11-22');
  const year = Number(text.slice(0, 4));
  if (year < firstYear || year > lastYear) throw fieldError(path, `年份应在 ${firstYear} 到 ${lastYear} 之间`);
  return at;
}

/**
 * The span from the start of day `from` to the start of day `to`, both `YYYY-MM-DD` in Asia/Shanghai. `to` itself is not
 * counted: 2026-01-01 to 2026-02-01 is January, and adjoining ranges neither overlap nor leave a gap.
 * Throws VALIDATION_FAILED with the path `from` or `to`: not a date, one of the two missing, or from not before to.
 */
export function parseDates(from: string | undefined, to: string | undefined): Span {
  if (from === undefined) throw fieldError('from', '给出 to 时不能缺少 from');
  if (to === undefined) throw fieldError('to', '给出 from 时不能缺少 to');
  const span = { from: parseDay('from', from), to: parseDay('to', to) };
  if (span.from >= span.to) throw fieldError('to', '应晚于 from（to 当天不计入）');
  return span;
}
