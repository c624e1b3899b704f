/** The open data: whatever is in it, every line stands for complaints of at least k people. */
import fc from 'fast-check';
import t from 'tap';
import { type Cell, type Fact, release } from '../../src/opendata/release.ts';

const facts = fc.array(
  fc.record<Fact>({
    day: fc.constantFrom('2026-10-31', '2026-11-01', '2026-11-02', '2026-11-30'),
    district: fc.constantFrom('110101', '110105', null),
    street: fc.constantFrom('110101001', '110105026', null),
    matter: fc.constantFrom('M01', 'M01.01', 'M01.01.01', 'M01.01.02', 'M01.02.01', 'M02.01.01', null),
    person: fc.integer({ min: 1, max: 30 }).map(String),
  }),
  { maxLength: 200 },
);
const ks = fc.integer({ min: 2, max: 12 });

/** Whether a complaint may be one of those that a line stands for. */
const within =
  ({ period, district, street, matter }: Cell) =>
  (fact: Fact) =>
    fact.day.startsWith(period) &&
    (district === null || fact.district === district) &&
    (street === null || fact.street === street) &&
    (matter === null || fact.matter === matter || (fact.matter ?? '').startsWith(`${matter}.`));

t.test('every line holds k people at least, and no complaint is counted twice', (t) => {
  fc.assert(
    fc.property(facts, ks, (given, k) => {
      const { cells, suppressed } = release(given, k);
      const told = cells.reduce((sum, { count }) => sum + count, 0);
      t.equal(told + suppressed, given.length);
      for (const cell of cells) {
        const mayBe = given.filter(within(cell));
        t.ok(cell.count >= k && cell.count <= mayBe.length, 'as many as there can be');
        t.ok(new Set(mayBe.map(({ person }) => person)).size >= k, 'of different people');
      }
      const places = cells.map(({ count: _, ...place }) => JSON.stringify(place));
      t.equal(new Set(places).size, places.length, 'each place once');
    }),
    { numRuns: 200 },
  );
  t.end();
});

const many = (count: number, fact: Partial<Fact>, people = count): Fact[] =>
  Array.from({ length: count }, (_, index) => {
    const usual = { day: '2026-11-03', district: '110105', street: '110105026', matter: 'M05.03.02' };
    return { ...usual, person: `${JSON.stringify(fact)}${index % people}`, ...fact };
  });
const rows = (given: Fact[], k = 5) =>
  release(given, k).cells.map(({ period, district, street, matter, count }) =>
    [period, district ?? '*', street ?? '*', matter ?? '*', count].join(' '),
  );

t.test('as finely as it may be', (t) => {
  t.same(rows(many(5, {})), ['2026-11-03 110105 110105026 M05.03.02 5']);
  t.same(rows([...many(3, {}), ...many(3, { day: '2026-11-09' })]), ['2026-11 110105 110105026 M05.03.02 6']);
  t.same(rows([...many(3, {}), ...many(3, { matter: 'M05.03.01' })]), ['2026-11 110105 110105026 M05.03 6']);
  t.same(rows([...many(3, {}), ...many(3, { street: '110105027' })]), ['2026-11 110105 * M05.03 6']);
  t.same(rows([...many(3, {}), ...many(3, { matter: 'M05.01.01' })]), ['2026-11 110105 * M05 6']);
  t.same(rows([...many(3, {}), ...many(3, { district: '110101', street: '110101001' })]), ['2026-11 * * M05 6']);
  t.same(rows([...many(5, {}), ...many(4, { day: '2026-11-09' })]), ['2026-11-03 110105 110105026 M05.03.02 5']);
  t.end();
});

t.test('what is too little, and who calls often', (t) => {
  t.same(release(many(4, {}), 5), { cells: [], suppressed: 4 });
  t.same(release(many(50, {}, 4), 5), { cells: [], suppressed: 50 }, 'fifty complaints of four people');
  t.same(release([], 5), { cells: [], suppressed: 0 });
  t.end();
});
