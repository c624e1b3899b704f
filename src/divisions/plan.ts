/** Plans the import of a list of divisions, and finds what keeps it from being written. Pure. */
import { checkDivisions, checkUnique } from '../catalog/check-divisions.ts';
import type { SeedProblem, Sheet } from '../catalog/files.ts';
import type { Division, SeedData, Unit } from '../catalog/types.ts';
import { type Changes, compareLists, newestOf } from './changes.ts';
import { endingReferences } from './references.ts';
import { planUnits, type UnitsPlan } from './units.ts';

export interface Plan extends Changes {
  from: string;
  /** Code of the city; null where the list has none. */
  city: string | null;
  /** Divisions in the list. */
  listed: number;
  units: UnitsPlan;
}

/** Rows of the list that are in force on the day; those that had ended are as good as missing. */
function inForce({ rows, lines }: Sheet<Division>, from: string): Sheet<Division> {
  const keep = rows.map(({ validTo }) => validTo === null || validTo > from);
  return { rows: rows.filter((_, index) => keep[index]), lines: lines.filter((_, index) => keep[index]) };
}

/** What is wrong with the list as such: another city's, or one of a day before what is already known. */
function wrongList(newest: ReadonlyMap<string, Division>, city: Division | undefined, from: string): string | null {
  if (city === undefined) return '名单没有市一级的一行；须是全市的完整名单，缺少的都会被撤销';
  const own = [...newest.values()].filter((row) => row.kind === 'city' && (row.validTo === null || row.validTo > from));
  if (!own.some(({ code }) => code === city.code))
    return `名单是 ${city.name}（${city.code}）的，数据库里是 ${own.map(({ name, code }) => `${name}（${code}）`).join('、')}`;
  const last = [...newest.values()].reduce((day, { validFrom }) => (validFrom > day ? validFrom : day), '');
  return from < last ? `生效日 ${from} 早于已有的 ${last}：那天起的名单已在数据库里，历史不再改写` : null;
}

function unitsAfter(units: readonly Unit[], { opened, closed }: UnitsPlan): Unit[] {
  return [...new Map([...units, ...closed, ...opened].map((unit) => [unit.code, unit])).values()];
}

/** Plans a list from the day `from` on. With any problem nothing of it may be written. */
export function planDivisions(
  data: SeedData,
  file: string,
  sheet: Sheet<Division>,
  from: string,
): { plan: Plan; problems: SeedProblem[] } {
  const newest = newestOf(data.divisions);
  const list = inForce(sheet, from);
  const problems: SeedProblem[] = [];
  const fault = (_: Sheet<unknown>, index: number, message: string) =>
    problems.push({ file, line: list.lines[index] ?? 0, message });
  const city = list.rows.find(({ kind }) => kind === 'city');
  checkUnique(list, ({ code }) => code, fault);
  list.rows.forEach((row, index) => {
    if (row.validFrom > from) fault(list, index, `valid_from ${row.validFrom} 晚于生效日 ${from}`);
    const kind = newest.get(row.code)?.kind ?? row.kind;
    if (kind !== row.kind) fault(list, index, `“${row.code}” 原来的级别是 ${kind}，不能改为 ${row.kind}`);
  });
  const changes = compareLists(newest, list.rows, from);
  const units = planUnits(data.units, changes, list.rows, from);
  checkDivisions(list, unitsAfter(data.units, units), fault);
  const plan: Plan = { from, city: city?.code ?? null, listed: list.rows.length, ...changes, units };
  const wrong = wrongList(newest, city, from);
  if (wrong !== null) return { plan, problems: [{ file, line: 0, message: wrong }] };
  // Of a list that is not sound it is not known what it closes.
  if (problems.length === 0) problems.push(...endingReferences(data, plan));
  return { plan, problems };
}

/** Whether the list says nothing new. */
export function isEmpty({ rows, units }: Plan): boolean {
  return rows.length + units.opened.length + units.closed.length === 0;
}
