/**
 * Assessment periods (考核期) and free ranges of dates, as half-open spans of instants. Pure.
 *
 * Period M runs from the cycle day of month M−1, 00:00, to the cycle day of month M, 00:00, Asia/Shanghai, half-open
 * (docs/domain.md, call-back and the three rates [W]). The cycle is rule data (`AssessmentRule`): its day, by default the 19th,
 * the time of day, or calendar months, where period M is the month M itself.
 */

import type { AssessmentRule } from '../catalog/assessment-rules.ts';
import { addMinutes, shanghaiDate, startOfDay } from '../catalog/calendar.ts';
import { validOn } from '../catalog/validity.ts';
import { firstYear, lastYear, parseDates, type Span } from '../figures/span.ts';
import { fieldError } from '../http/errors.ts';

/** 考核期. `code` is the month in which it ends, `YYYY-MM`. */
export interface Period extends Span {
  code: string;
}

/** How periods follow each other. */
export type PeriodCycle = Pick<AssessmentRule, 'cycle' | 'cycleDay' | 'cycleTime'>;

/** Months are counted from year 0, so that December → January needs no case of its own. */
type MonthIndex = number;

const longestRangeYears = 5;

const pad = (value: number) => String(value).padStart(2, '0');

function monthText(month: MonthIndex): string {
  return `${Math.floor(month / 12)}-${pad((month % 12) + 1)}`;
}

function periodOf(month: MonthIndex, { cycle, cycleDay, cycleTime }: PeriodCycle): Period {
  const start = (of: MonthIndex) => addMinutes(startOfDay(`${monthText(of)}-${pad(cycleDay)}`), cycleTime);
  const first = cycle === 'month' ? month : month - 1;
  return { code: monthText(month), from: start(first), to: start(first + 1) };
}

function monthAt(now: Date, { cycle, cycleDay, cycleTime }: PeriodCycle): MonthIndex {
  const [year, month, day] = shanghaiDate(addMinutes(now, -cycleTime)).split('-').map(Number);
  if (year === undefined || month === undefined || day === undefined) throw new RangeError('not a date');
  return year * 12 + (month - 1) + (cycle === 'day' && day >= cycleDay ? 1 : 0);
}

/** The period of a code `YYYY-MM`. Throws VALIDATION_FAILED with the path `period` where it is none. */
export function parsePeriod(code: string, cycle: PeriodCycle): Period {
  const [, year, month] = /^(\d{4})-(\d{2})$/.exec(code) ?? [];
  if (year === undefined || month === undefined) throw fieldError('period', '应为考核期，如 2026-11');
  if (Number(month) < 1 || Number(month) > 12) throw fieldError('period', `没有 ${month} 月，月份应为 01 到 12`);
  if (Number(year) < firstYear || Number(year) > lastYear) {
    throw fieldError('period', `年份应在 ${firstYear} 到 ${lastYear} 之间`);
  }
  return periodOf(Number(year) * 12 + Number(month) - 1, cycle);
}

/** The period that contains an instant. */
export function periodAt(now: Date, cycle: PeriodCycle): Period {
  return periodOf(monthAt(now, cycle), cycle);
}

/** The newest period that has ended at or before an instant. */
export function lastComplete(now: Date, cycle: PeriodCycle): Period {
  return periodOf(monthAt(now, cycle) - 1, cycle);
}

/** The period some months before or after another. */
export function shiftPeriod({ code }: Period, months: number, cycle: PeriodCycle): Period {
  const [year = 0, month = 0] = code.split('-').map(Number);
  return periodOf(year * 12 + month - 1 + months, cycle);
}

/**
 * The rule by which a period is counted: the newest that is in force on its last day, by the rule's own cycle. Where none was
 * yet, `otherwise`: what is older than all rules is counted by those of today.
 */
export function ruleOfPeriod(
  rules: readonly AssessmentRule[],
  code: string,
  otherwise: AssessmentRule,
): AssessmentRule {
  const inForce = rules.filter((rule) => validOn(rule, shanghaiDate(addMinutes(parsePeriod(code, rule).to, -1))));
  return inForce.toSorted((a, b) => b.validFrom.localeCompare(a.validFrom))[0] ?? otherwise;
}

/** The span of `parseDates`, at most five years long. Throws VALIDATION_FAILED as it does, and for a longer one. */
export function parseRange(from: string | undefined, to: string | undefined): Span {
  const span = parseDates(from, to);
  const first = shanghaiDate(span.from);
  // ISO dates compare as text.
  const latest = `${Number(first.slice(0, 4)) + longestRangeYears}${first.slice(4)}`;
  if (shanghaiDate(span.to) > latest) throw fieldError('to', `时间范围不能超过 ${longestRangeYears} 年`);
  return span;
}

/** What a report may be asked for; nothing given means the current period. */
export interface SpanQuery {
  period?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/**
 * The span a report is asked for, with the period's code where it is a period. Throws VALIDATION_FAILED for what
 * `parsePeriod` and `parseRange` refuse, and where a period and dates are both given.
 */
export function chooseSpan(
  { period, from, to }: SpanQuery,
  cycle: PeriodCycle,
  now: Date,
): Span & { code: string | null } {
  const dated = from !== undefined || to !== undefined;
  if (period !== undefined && dated) throw fieldError('period', 'period 与 from、to 不能同时使用');
  if (period !== undefined) return parsePeriod(period, cycle);
  return dated ? { code: null, ...parseRange(from, to) } : periodAt(now, cycle);
}
