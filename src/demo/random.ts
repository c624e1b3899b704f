/**
 * A small seeded generator, so that the same seed gives the same demo data on every machine. Not for secrets.
 */

export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [0, n). */
  int(n: number): number;
  /** A number in [low, high). */
  between(low: number, high: number): number;
  pick<T>(list: readonly T[]): T;
  /** True with probability `p`. */
  chance(p: number): boolean;
  /** One item, as likely as its weight says. Throws where the weights do not add up to more than 0. */
  weighted<T>(list: readonly (readonly [item: T, weight: number])[]): T;
}

/** mulberry32: 32 bits of state, every step passes through all of them; more than enough for a few thousand cases. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Throws a RangeError for a seed that is not a whole number. */
export function createRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed must be a whole number, not ${seed}`);
  const next = mulberry32(seed);
  const int = (n: number) => Math.floor(next() * n);
  return {
    next,
    int,
    between: (low, high) => low + next() * (high - low),
    chance: (p) => next() < p,
    pick: <T>(list: readonly T[]): T => {
      // a loop instead of an index: an index would be typed as possibly missing
      const at = int(list.length);
      for (const item of list.slice(at, at + 1)) return item;
      throw new RangeError('cannot pick from an empty list');
    },
    weighted: <T>(list: readonly (readonly [T, number])[]): T => {
      let rest = next() * list.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [item, weight] of list) {
        if (rest < weight) return item;
        rest -= weight;
      }
      throw new RangeError('cannot pick by weight: no weight above 0');
    },
  };
}
