/** Exact rounding of fractions of whole numbers, for every report. Pure. */

/** Rounds a fraction to `decimals` places, half away from zero (all are ≥ 0). */
export function roundFraction(num: bigint, den: bigint, decimals: number): number {
  const scale = 10n ** BigInt(decimals);
  return Number((2n * num * scale + den) / (2n * den)) / Number(scale);
}

/** A share of whole numbers to four decimals; null, never 0, where there is nothing to divide by. */
export function share(part: number, whole: number): number | null {
  return whole === 0 ? null : roundFraction(BigInt(part), BigInt(whole), 4);
}
