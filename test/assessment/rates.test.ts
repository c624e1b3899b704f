/** The three rates against figures worked out by hand, and against exact arithmetic done another way. */
import fc from 'fast-check';
import t from 'tap';
import { type Counts, compareRows, meanRow, pool, ratesRow, wilson } from '../../src/assessment/rates.ts';
import type { AssessmentRule } from '../../src/catalog/assessment-rules.ts';
import { roundFraction } from '../../src/figures/fraction.ts';

const rule: AssessmentRule = {
  version: 'test',
  weightResponse: 100,
  weightResolution: 500,
  weightSatisfaction: 400,
  scoreSatisfied: 1000,
  scoreBasic: 900,
  scoreDissatisfied: 0,
  targetResolution: 8500,
  cycle: 'day',
  cycleDay: 19,
  cycleTime: 0,
  ranked: true,
  smallBelow: 10,
  callbackDueHours: 72,
  validFrom: '2026-01-01',
  validTo: null,
};

/** Counts of one basis: `valid` answers count for everything unless said otherwise. */
function counts(given: Partial<Counts> = {}): Counts {
  const { valid = 0 } = given;
  return {
    volume: valid,
    closed: valid,
    valid,
    responseValid: valid,
    contacted: 0,
    resolved: 0,
    satisfied: 0,
    basic: 0,
    dissatisfied: 0,
    replied: 0,
    repliedOnTime: 0,
    excluded: {},
    ...given,
  };
}
const row = (given: Partial<Counts>, key = 'k') => ratesRow(key, key, counts(given), rule);

t.test('a unit by hand', async (t) => {
  // 19/20; 17/20; (12 + 0.9 × 6)/20 = 17.4/20; 9.5 + 42.5 + 34.8.
  const given = { valid: 20, contacted: 19, resolved: 17, satisfied: 12, basic: 6, dissatisfied: 2 };
  t.match(row({ ...given, volume: 31, replied: 3, repliedOnTime: 2, excluded: { consult: 4 } }), {
    volume: 31,
    responseRate: 0.95,
    resolutionRate: 0.85,
    satisfactionRate: 0.87,
    composite: 86.8,
    onTimeRate: 0.6667,
    // Centre (0.85 + 3.8415/40)/1.19207 = 0.79361, half 1.95996 × √(0.006375 + 0.0024009)/1.19207 = 0.15403.
    resolutionInterval: [0.6396, 0.9476],
    small: false,
    excluded: { consult: 4 },
    target: { resolutionRate: 0.85 },
    meetsTarget: true,
  });
});

t.test('composites by hand', async (t) => {
  const table: [string, Partial<Counts>, number][] = [
    ['all good', { valid: 3, contacted: 3, resolved: 3, satisfied: 3 }, 100],
    ['all bad', { valid: 3, dissatisfied: 3 }, 0],
    ['all basic: 10 + 50 + 36', { valid: 7, contacted: 7, resolved: 7, basic: 7 }, 96],
    ['thirds: 6.667 + 33.333 + 26.667 = 66.667', { valid: 3, contacted: 2, resolved: 2, satisfied: 2 }, 66.7],
    ['8.75 + 50 + 40, a half, goes up', { valid: 8, contacted: 7, resolved: 8, satisfied: 8 }, 98.8],
    ['0.35, which binary fractions miss, goes up', { valid: 200, contacted: 7, dissatisfied: 200 }, 0.4],
    ['9.95 + 50 + 40 = 99.95', { valid: 200, contacted: 199, resolved: 200, satisfied: 200 }, 100],
    ['sixths: 1.667 + 8.333 + 6 = 16', { valid: 6, contacted: 1, resolved: 1, basic: 1 }, 16],
    // The published rate is 0.0010, of which 50 × would be 0.05 and go up.
    ['50 × 99/100000 = 0.0495, from the exact fraction', { valid: 100_000, resolved: 99 }, 0],
  ];
  for (const [name, given, composite] of table) t.equal(row(given).composite, composite, name);
});

t.test('without a valid call-back the rates are null, never 0 and never 100', async (t) => {
  t.match(row({ volume: 12, replied: 0 }), {
    responseRate: null,
    resolutionRate: null,
    satisfactionRate: null,
    composite: null,
    onTimeRate: null,
    resolutionInterval: null,
    meetsTarget: null,
    small: true,
  });
  t.match(row({ valid: 1 }), { responseRate: 0, resolutionRate: 0, satisfactionRate: 0, composite: 0 });
});

t.test('cases assessed for response only count in the response rate alone', async (t) => {
  // 4/5; 3/4; (2 + 1.8)/4; 8 + 37.5 + 38.
  const mixed = { valid: 4, responseValid: 5, contacted: 4, resolved: 3, satisfied: 2, basic: 2 };
  t.match(row(mixed), { responseRate: 0.8, resolutionRate: 0.75, satisfactionRate: 0.95, composite: 83.5 });
  t.match(row({ valid: 0, responseValid: 4, contacted: 3 }), {
    responseRate: 0.75,
    resolutionRate: null,
    satisfactionRate: null,
    composite: null,
    meetsTarget: null,
  });
});

t.test('the target is held against the exact rate', async (t) => {
  t.match(row({ valid: 100_000, resolved: 84_996 }), { resolutionRate: 0.85, meetsTarget: false });
  t.match(row({ valid: 100_000, resolved: 85_000 }), { resolutionRate: 0.85, meetsTarget: true });
  t.match(row({ valid: 100_000, resolved: 84_999 }), { resolutionRate: 0.85, meetsTarget: false });
});

t.test('fewer than ten valid call-backs are small', async (t) => {
  t.equal(row({ valid: 9 }).small, true);
  t.equal(row({ valid: 10 }).small, false);
});

t.test('the total is pooled, the mean is plain, and they differ', async (t) => {
  const units = [
    counts({ valid: 10, contacted: 10, resolved: 10, satisfied: 10, excluded: { consult: 1 } }),
    counts({ valid: 90, contacted: 45, resolved: 45, dissatisfied: 90, excluded: { consult: 2, praise: 1 } }),
    counts({ volume: 5, replied: 4, repliedOnTime: 1 }),
  ];
  // Sums: 55/100, 55/100, 10/100; 5.5 + 27.5 + 4.
  t.match(ratesRow('total', '合计', pool(units), rule), {
    volume: 105,
    valid: 100,
    responseRate: 0.55,
    resolutionRate: 0.55,
    satisfactionRate: 0.1,
    composite: 37,
    onTimeRate: 0.25,
    excluded: { consult: 3, praise: 1 },
    meetsTarget: false,
  });
  // Of the two that have rates: (1 + 0.5)/2, (1 + 0.5)/2, (1 + 0)/2; composites 100 and 5 + 25.
  t.same(meanRow(units, rule), {
    key: 'mean',
    name: '均值',
    responseRate: 0.75,
    resolutionRate: 0.75,
    satisfactionRate: 0.5,
    composite: 65,
    onTimeRate: 0.25,
  });
});

t.test('the mean is taken of exact rates, not of rounded ones', async (t) => {
  // 2/3, 2/3, 2/3: 0.66666…; of 1/3, 1/3, 0: 0.22222…; composites 50/3, 50/3, 0: 11.11…
  const third = counts({ valid: 3, resolved: 1, dissatisfied: 3 });
  t.match(meanRow([third, third, counts({ valid: 7 })], rule), { resolutionRate: 0.2222, composite: 11.1 });
  // 1/30000 and 2/30000 round to 0 and 0.0001; their mean is 0.00005, a half, which goes up.
  const rare = (resolved: number) => counts({ valid: 30_000, resolved });
  t.match(meanRow([rare(1), rare(2)], rule), { resolutionRate: 0.0001 });
  t.match(meanRow([], rule), { resolutionRate: null, composite: null });
  t.match(ratesRow('total', '', pool([]), rule), { volume: 0, composite: null });
});

t.test('rows stand by composite, then volume, then key; those without a rate last', async (t) => {
  const rows = [
    row({ volume: 99 }, 'none'),
    row({ volume: 3, valid: 2, contacted: 2 }, 'd'),
    row({ volume: 3, valid: 1, contacted: 1 }, 'c'),
    row({ volume: 7, valid: 1, contacted: 1 }, 'b'),
    row({ volume: 1, valid: 1, resolved: 1 }, 'a'),
    row({ volume: 100 }, 'e'),
    row({ volume: 1, valid: 1 }, 'f'),
  ];
  const keys = rows.toSorted(compareRows).map(({ key }) => key);
  t.same(keys, ['a', 'b', 'c', 'd', 'f', 'e', 'none']);
});

t.test('Wilson intervals by hand', async (t) => {
  // None of n: [0, z²/(n + z²)]; all of n: [n/(n + z²), 1]; z² = 3.841459.
  t.equal(wilson(0, 0), null);
  t.same(wilson(0, 10), [0, 0.2775]);
  t.same(wilson(10, 10), [0.7225, 1]);
  t.same(wilson(1, 1), [0.2065, 1]);
  // Half of n: 0.5 ± z/2/√(n + z²) = 0.5 ± 0.97998/√103.841 = 0.5 ± 0.09617.
  t.same(wilson(50, 100), [0.4038, 0.5962]);
});

const amount = fc.integer({ min: 0, max: 3_000_000 });

/** Whether `value` is `num/den` rounded to `decimals`, half up, told without dividing: |k·den − num·10ᵈ| ≤ den/2. */
function isRounded(value: number | null, num: bigint, den: bigint, decimals: number): boolean {
  if (value === null) return false;
  const scale = 10 ** decimals;
  const whole = BigInt(Math.round(value * scale));
  const twice = 2n * (whole * den - num * BigInt(scale));
  return Number(whole) / scale === value && -den < twice && twice <= den;
}

t.test('rounding is exact', async (t) => {
  t.equal(roundFraction(1n, 32n, 4), 0.0313, '0.03125 goes away from zero');
  t.equal(roundFraction(1n, 20_000n, 4), 0.0001);
  t.equal(roundFraction(49_999n, 1_000_000_000n, 4), 0);
  t.equal(roundFraction(2n, 3n, 4), 0.6667);
  const positive = fc.bigInt({ min: 1n, max: 10n ** 15n });
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), positive, (part, rest) =>
      isRounded(roundFraction(part, part + rest, 4), part, part + rest, 4),
    ),
  );
});

/** Counts that can occur: parts no larger than their whole. */
const possible = fc
  .record({
    valid: amount,
    only: amount,
    share: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
  })
  .map(({ valid, only, share }) => {
    const [contacted = 0, resolved = 0, first = 0, second = 0] = share;
    const satisfied = Math.floor(valid * first);
    const basic = Math.floor((valid - satisfied) * second);
    return counts({
      valid,
      responseValid: valid + only,
      contacted: Math.floor((valid + only) * contacted),
      resolved: Math.floor(valid * resolved),
      satisfied,
      basic,
      dissatisfied: valid - satisfied - basic,
    });
  });

t.test('rates and composite equal the exact rationals', async () => {
  fc.assert(
    fc.property(possible, (given) => {
      const found = ratesRow('k', 'k', given, rule);
      const [valid, all] = [BigInt(given.valid), BigInt(given.responseValid)];
      const [c, r] = [BigInt(given.contacted), BigInt(given.resolved)];
      const [s, b] = [BigInt(given.satisfied), BigInt(given.basic)];
      if (all === 0n) return found.responseRate === null && found.composite === null;
      if (valid === 0n) return found.resolutionRate === null && found.composite === null && found.meetsTarget === null;
      return (
        isRounded(found.responseRate, c, all, 4) &&
        isRounded(found.resolutionRate, r, valid, 4) &&
        isRounded(found.satisfactionRate, 10n * s + 9n * b, 10n * valid, 4) &&
        // 10 c/all + 50 r/valid + 40 (s + 0.9 b)/valid
        isRounded(found.composite, 10n * c * valid + (50n * r + 40n * s + 36n * b) * all, all * valid, 1) &&
        found.meetsTarget === 20n * r >= 17n * valid
      );
    }),
  );
});

t.test('a Wilson interval holds its rate and stays within 0 and 1', async () => {
  fc.assert(
    fc.property(possible, (given) => {
      const { resolutionInterval, resolutionRate } = ratesRow('k', 'k', given, rule);
      if (resolutionInterval === null || resolutionRate === null) return given.valid === 0;
      const [low = -1, high = 2] = resolutionInterval;
      return 0 <= low && low <= resolutionRate && resolutionRate <= high && high <= 1;
    }),
  );
});

t.test('where all rows have as many valid call-backs, mean and total agree', async () => {
  const parts = fc.array(fc.integer({ min: 0, max: 97 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(parts, (resolved) => {
      const rows = resolved.map((part) => counts({ valid: 97, contacted: part, resolved: part, basic: part }));
      const total = ratesRow('total', '', pool(rows), rule);
      const mean = meanRow(rows, rule);
      return (
        mean.resolutionRate === total.resolutionRate &&
        mean.satisfactionRate === total.satisfactionRate &&
        mean.composite === total.composite
      );
    }),
  );
});
