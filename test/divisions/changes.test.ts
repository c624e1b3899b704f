/** However lists follow each other, every day has the list that was in force on it, and one row a code. */
import fc from 'fast-check';
import t from 'tap';
import type { Division } from '../../src/catalog/types.ts';
import { validOn } from '../../src/catalog/validity.ts';
import { compareLists, newestOf } from '../../src/divisions/changes.ts';

const days = ['2026-01-01', '2026-02-01', '2026-03-01', '2026-04-01'] as const;
const street = fc.record({
  name: fc.constantFrom('甲街道', '乙街道', '丙街道'),
  alias: fc.boolean(),
  zone: fc.boolean(),
});
/** What stands under each of four codes; null where nothing does. */
const list = fc.array(fc.option(street), { minLength: 4, maxLength: 4 });

function rowsOf(choice: typeof list extends fc.Arbitrary<infer L> ? L : never): Division[] {
  return choice.flatMap((one, index): Division[] => {
    if (one === null) return [];
    const { name, alias, zone } = one;
    const code = `99010100${index}`;
    const aliases = alias ? ['又名'] : [];
    return [
      {
        code,
        name,
        kind: 'street',
        parent: '990101',
        aliases,
        zone,
        unit: null,
        validFrom: '2020-01-01',
        validTo: null,
      },
    ];
  });
}

const said = (rows: readonly Division[]) =>
  rows.map(({ code, name, aliases, zone }) => `${code} ${name} ${aliases} ${zone}`).toSorted();

t.test('lists from one day after another', async () => {
  fc.assert(
    fc.property(
      fc.array(list, { minLength: 1, maxLength: 4 }),
      fc.array(fc.boolean(), { maxLength: 4 }),
      (lists, again) => {
        let past: Division[] = [];
        let newest = new Map<string, Division>();
        const load = (rows: Division[], day: string) => {
          const changes = compareLists(newest, rows, day);
          past = [...past, ...changes.past];
          newest = newestOf(
            [...newest.values()]
              .map((row) => changes.rows.find(({ code }) => code === row.code) ?? row)
              .concat(changes.rows),
          );
          return changes;
        };
        lists.forEach((choice, index) => {
          const day = days[index] ?? '';
          // A list may be set right on its own day: only the last one counts.
          if (again[index]) load(rowsOf(choice.toReversed()), day);
          load(rowsOf(choice), day);
          if (load(rowsOf(choice), day).rows.length > 0) throw new Error('the same list once more changes something');
        });
        const all = [...past, ...newest.values()];
        lists.forEach((choice, index) => {
          const inForce = all.filter((row) => validOn(row, days[index] ?? ''));
          if (said(inForce).join('\n') !== said(rowsOf(choice)).join('\n')) throw new Error(`day ${days[index]}`);
        });
        const keys = past.map(({ code, validFrom }) => `${code} ${validFrom}`);
        return (
          new Set(keys).size === keys.length &&
          past.every(({ validFrom, validTo }) => validTo !== null && validFrom < validTo)
        );
      },
    ),
    { numRuns: 500 },
  );
});
