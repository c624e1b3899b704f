/**
 * The three rates (三率), exactly: from counts to the row of the report. Pure.
 *
 * All rates are fractions of integers and are kept as such (bigint) until the last step, so that rounding, comparison with
 * the target and means are exact. Formulas, order and rounding: docs/domain.md, "Call-back and the three rates" [W: one district's
 * reporting rules, Nov 2025]; weights, scores, target and the small mark are rule data.
 */
import type { AssessmentRule } from '../catalog/assessment-rules.ts';
import { roundFraction } from '../figures/fraction.ts';
import type { ExclusionsRow } from './reports/ranking.ts';
import type { RatesMean, RatesRow } from './reports/rates.ts';

/** What was counted for one row. All are whole numbers ≥ 0. */
export interface Counts {
  volume: number;
  closed: number;
  /** Valid answers that count for resolution and satisfaction. */
  valid: number;
  /** Valid answers that count for the response rate: `valid`, and those of cases that are assessed for response only. */
  responseValid: number;
  /** Of `responseValid`. */
  contacted: number;
  /** Of `valid`, as are the three grades. */
  resolved: number;
  satisfied: number;
  basic: number;
  dissatisfied: number;
  replied: number;
  repliedOnTime: number;
  /** Cases left out, wholly or in part, by reason. */
  excluded: Record<string, number>;
}

/** A fraction of whole numbers, both ≥ 0, the denominator > 0. Null where there is nothing to divide by. */
type Fraction = { num: bigint; den: bigint } | null;

interface Fractions {
  responseRate: Fraction;
  resolutionRate: Fraction;
  satisfactionRate: Fraction;
  /** Of 100. */
  composite: Fraction;
  onTimeRate: Fraction;
}
type RateName = keyof Fractions;

const thousand = 1000n;
const basisPoints = 10_000n;
/** The two-sided 95 % quantile of the normal distribution. */
const z = 1.959963984540054;

function fraction(num: bigint, den: bigint): Fraction {
  return den === 0n ? null : { num, den };
}

function rounded(value: Fraction, decimals: number): number | null {
  return value === null ? null : roundFraction(value.num, value.den, decimals);
}

function fractionsOf(counts: Counts, rule: AssessmentRule): Fractions {
  const [valid, responseValid] = [BigInt(counts.valid), BigInt(counts.responseValid)];
  const [contacted, resolved] = [BigInt(counts.contacted), BigInt(counts.resolved)];
  const satisfaction =
    BigInt(counts.satisfied) * BigInt(rule.scoreSatisfied) +
    BigInt(counts.basic) * BigInt(rule.scoreBasic) +
    BigInt(counts.dissatisfied) * BigInt(rule.scoreDissatisfied);
  // Over the common denominator 1000 (weights) × 1000 (scores) × responseValid × valid, times 100.
  const composite =
    100n *
    (BigInt(rule.weightResponse) * contacted * valid * thousand +
      BigInt(rule.weightResolution) * resolved * responseValid * thousand +
      BigInt(rule.weightSatisfaction) * satisfaction * responseValid);
  return {
    responseRate: fraction(contacted, responseValid),
    resolutionRate: fraction(resolved, valid),
    satisfactionRate: fraction(satisfaction, thousand * valid),
    composite: fraction(composite, thousand * thousand * responseValid * valid),
    onTimeRate: fraction(BigInt(counts.repliedOnTime), BigInt(counts.replied)),
  };
}

function roundAll(values: Fractions): Record<RateName, number | null> {
  return {
    responseRate: rounded(values.responseRate, 4),
    resolutionRate: rounded(values.resolutionRate, 4),
    satisfactionRate: rounded(values.satisfactionRate, 4),
    composite: rounded(values.composite, 1),
    onTimeRate: rounded(values.onTimeRate, 4),
  };
}

/**
 * The Wilson score interval (95 %, without continuity correction) of `hits` out of `trials`, rounded to 4 decimals; null where
 * there were no trials. Unlike the usual ± interval it stays within [0, 1] and is honest for few trials.
 */
export function wilson(hits: number, trials: number): [number, number] | null {
  if (trials === 0) return null;
  const share = hits / trials;
  const spread = 1 + z ** 2 / trials;
  const centre = share + z ** 2 / (2 * trials);
  const half = z * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2));
  const round4 = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 10_000) / 10_000;
  return [round4((centre - half) / spread), round4((centre + half) / spread)];
}

/** One row: the counts, their rates and the target. Rates are null, never 0, where nothing was valid. */
export function ratesRow(key: string, name: string, counts: Counts, rule: AssessmentRule): RatesRow {
  const { excluded, ...numbers } = counts;
  const target = BigInt(rule.targetResolution);
  return {
    key,
    name,
    ...numbers,
    ...roundAll(fractionsOf(counts, rule)),
    resolutionInterval: wilson(counts.resolved, counts.valid),
    small: counts.valid < rule.smallBelow,
    excluded,
    target: { resolutionRate: rule.targetResolution / Number(basisPoints) },
    // Held against the exact fraction: 0.84996 rounds to 0.8500 and yet misses 85 %.
    meetsTarget: counts.valid === 0 ? null : BigInt(counts.resolved) * basisPoints >= target * BigInt(counts.valid),
  };
}

/** The counts that add up. */
const addends = [
  'volume',
  'closed',
  'valid',
  'responseValid',
  'contacted',
  'resolved',
  'satisfied',
  'basic',
  'dissatisfied',
  'replied',
  'repliedOnTime',
] as const satisfies readonly (keyof Counts)[];

/** What a row counts where there was nothing. */
export const nothing: Readonly<Omit<Counts, 'excluded'>> = {
  volume: 0,
  closed: 0,
  valid: 0,
  responseValid: 0,
  contacted: 0,
  resolved: 0,
  satisfied: 0,
  basic: 0,
  dissatisfied: 0,
  replied: 0,
  repliedOnTime: 0,
};

/** 合计, pooled: sums over sums, so that a unit weighs what it handled. */
export function pool(all: readonly Counts[]): Counts {
  const sum: Counts = { ...nothing, excluded: {} };
  for (const counts of all) {
    for (const name of addends) sum[name] += counts[name];
    for (const [reason, count] of Object.entries(counts.excluded)) {
      sum.excluded[reason] = (sum.excluded[reason] ?? 0) + count;
    }
  }
  // In one order, whichever row came first: what is published again is the same text.
  const reasons = Object.entries(sum.excluded).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...sum, excluded: Object.fromEntries(reasons) };
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [large, small] = [a, b];
  while (small !== 0n) [large, small] = [small, large % small];
  return large;
}

/** The mean of those that are not null, exactly. */
function meanOf(values: readonly Fraction[]): Fraction {
  const present = values.filter((value) => value !== null);
  let den = 1n;
  for (const value of present) den *= value.den / greatestCommonDivisor(den, value.den);
  let num = 0n;
  for (const value of present) num += value.num * (den / value.den);
  return fraction(num, den * BigInt(present.length));
}

/** 均值: the plain mean of the rows' exact rates, each row weighing the same; a row without a rate takes no part in it. */
export function meanRow(all: readonly Counts[], rule: AssessmentRule): RatesMean {
  const rows = all.map((counts) => fractionsOf(counts, rule));
  const mean = (name: RateName) => meanOf(rows.map((row) => row[name]));
  return {
    key: 'mean',
    name: '均值',
    ...roundAll({
      responseRate: mean('responseRate'),
      resolutionRate: mean('resolutionRate'),
      satisfactionRate: mean('satisfactionRate'),
      composite: mean('composite'),
      onTimeRate: mean('onTimeRate'),
    }),
  };
}

/**
 * The order of rows: composite as published descending, rows without one last; then volume descending; then key.
 * Keys compare by code unit, so that the order does not hang on a locale.
 */
export function compareRows(a: RatesRow, b: RatesRow): number {
  const byComposite = (b.composite ?? -1) - (a.composite ?? -1);
  if (byComposite !== 0) return byComposite;
  if (a.volume !== b.volume) return b.volume - a.volume;
  return a.key < b.key ? -1 : Number(a.key > b.key);
}

function side({ volume, valid, responseRate, resolutionRate, satisfactionRate, composite }: RatesRow) {
  return { volume, valid, responseRate, resolutionRate, satisfactionRate, composite };
}

/** One row of the report of exclusions: both bases, and the reasons, the most frequent first. */
export function exclusionsRow(all: RatesRow, assessed: RatesRow, nameOf: (code: string) => string): ExclusionsRow {
  const reasons = Object.entries(assessed.excluded)
    .map(([code, count]) => ({ code, name: nameOf(code), count }))
    .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
  const excluded = reasons.reduce((sum, { count }) => sum + count, 0);
  return { key: all.key, name: all.name, all: side(all), assessed: side(assessed), excluded, reasons };
}
