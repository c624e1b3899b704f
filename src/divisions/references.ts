/**
 * What would go on pointing at a division, or at its unit, after the day on which a list closes it. Whoever imports the list ends
 * or changes these rows first: where their work goes to is not for the machine to guess. Pure.
 */
import { fileOf, type SeedProblem } from '../catalog/files.ts';
import type { SeedData } from '../catalog/types.ts';
import type { Validity } from '../catalog/validity.ts';
import type { Changes } from './changes.ts';
import type { UnitsPlan } from './units.ts';

/** A row that names places and units, and how people know it. */
interface Pointer extends Validity {
  table: 'rules' | 'localUnits' | 'areas' | 'landmarks' | 'units' | 'matters';
  name: string;
  divisions: readonly string[];
  units: readonly string[];
}

function pointersOf({ rules, localUnits, areas, landmarks, units, matters }: SeedData): Pointer[] {
  const days = ({ validFrom, validTo }: Validity) => ({ validFrom, validTo });
  const some = (code: string | null) => (code === null ? [] : [code]);
  return [
    ...rules.map((row): Pointer => {
      const { code, place, lead, co } = row;
      return { ...days(row), table: 'rules', name: code, divisions: [place], units: [lead, ...co] };
    }),
    ...localUnits.map((row): Pointer => {
      const { word, division, unit } = row;
      return { ...days(row), table: 'localUnits', name: `${word} ${division}`, divisions: [division], units: [unit] };
    }),
    ...areas.map((row): Pointer => {
      return { ...days(row), table: 'areas', name: row.name, divisions: row.streets, units: [] };
    }),
    ...landmarks.map((row): Pointer => {
      return { ...days(row), table: 'landmarks', name: row.name, divisions: row.streets, units: [] };
    }),
    ...units.map((row): Pointer => {
      const { code, division, parent } = row;
      return { ...days(row), table: 'units', name: code, divisions: some(division), units: some(parent) };
    }),
    ...matters.map((row): Pointer => {
      return { ...days(row), table: 'matters', name: row.code, divisions: [], units: some(row.lead) };
    }),
  ];
}

/** The rows that stand in the way, by the file in which they are mended. Line 0: they stand in the database. */
export function endingReferences(
  data: SeedData,
  { from, closed, moved, units }: Pick<Changes, 'closed' | 'moved'> & { from: string; units: UnitsPlan },
): SeedProblem[] {
  const divisions = new Map([...closed, ...moved.map(({ before }) => before)].map((row) => [row.code, row.name]));
  const closing = new Map(units.closed.map((unit) => [unit.code, unit.name]));
  return pointersOf(data).flatMap((row): SeedProblem[] => {
    const { table, name, validFrom, validTo } = row;
    const over = validTo !== null && (validTo <= from || validTo <= validFrom);
    if (over || (table === 'units' && closing.has(name))) return [];
    const found = [
      ...row.divisions.flatMap((code) => (divisions.has(code) ? [`区划 ${code} ${divisions.get(code)}`] : [])),
      ...row.units.flatMap((code) => (closing.has(code) ? [`单位 ${code} ${closing.get(code)}`] : [])),
    ];
    return found.map((what) => ({
      file: fileOf(table),
      line: 0,
      message: `“${name}” 指向的${what}从 ${from} 起撤销；请先改写此行，或使它至迟在那天失效`,
    }));
  });
}
