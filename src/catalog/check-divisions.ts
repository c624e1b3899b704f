/**
 * What must hold of a list of divisions, whether it is a city's seed file or a newer list that is imported: no code twice, every
 * child inside its parent, somebody to turn to everywhere.
 */
import { codesOf } from './check-rules.ts';
import type { Sheet } from './files.ts';
import type { Division, Unit } from './types.ts';

/** Told of what is wrong with a row of a sheet. */
export type Fault = (sheet: Sheet<unknown>, index: number, message: string) => void;

export function checkUnique<T>(sheet: Sheet<T>, key: (row: T) => string, fault: Fault): void {
  const first = new Map<string, number>();
  sheet.rows.forEach((row, index) => {
    const value = key(row);
    const seen = first.get(value);
    if (seen === undefined) first.set(value, index);
    else fault(sheet, index, `“${value}” 重复，已见于第 ${sheet.lines[seen]} 行`);
  });
}

/** Finds rows whose chain of parents comes back to themselves. */
export function checkCycles(sheet: Sheet<{ code: string; parent: string | null }>, fault: Fault): void {
  const parents = new Map(sheet.rows.map((row) => [row.code, row.parent]));
  sheet.rows.forEach((row, index) => {
    let at = row.parent;
    for (let steps = 0; at !== null && at !== undefined; steps += 1) {
      if (at === row.code || steps > parents.size) {
        if (at === row.code) fault(sheet, index, `“${row.code}” 的上级形成循环`);
        return;
      }
      at = parents.get(at) ?? null;
    }
  });
}

const parentKind = { city: null, district: 'city', street: 'district', community: 'street' } as const;

/** What codes inside a division begin with: 110105 for a district, 11 for 110000, 4404 for 440400. */
const insideOf = ({ code, kind }: Division) => (kind === 'city' ? code.replace(/(00)+$/, '') : code);

/** Codes nest as divisions do: rules for a place are matched by the beginning of the code. */
function parentFault(row: Division, byCode: ReadonlyMap<string, Division>): string | null {
  const wanted = parentKind[row.kind];
  if (wanted === null) return row.parent === null ? null : '市一级不应有上级';
  if (row.parent === null) return '缺少上级';
  const parent = byCode.get(row.parent);
  if (parent === undefined) return `上级 “${row.parent}” 不存在`;
  if (parent.kind !== wanted) return `上级 “${row.parent}” 的级别应为 ${wanted}`;
  if (parent.validTo !== null && (row.validTo === null || row.validTo > parent.validTo))
    return `上级 “${row.parent}” 将于 ${parent.validTo} 失效，先于此行`;
  const inside = insideOf(parent);
  return row.code.startsWith(inside) && row.code !== row.parent ? null : `编码应以上级的 “${inside}” 开头`;
}

/** Checks a list by itself and against the units that answer for its districts and streets. */
export function checkDivisions(divisions: Sheet<Division>, units: readonly Unit[], fault: Fault): void {
  const byCode = new Map(divisions.rows.map((row) => [row.code, row]));
  const unitCodes = codesOf(units);
  divisions.rows.forEach((row, index) => {
    const message = parentFault(row, byCode);
    if (message !== null) fault(divisions, index, message);
    if (row.unit !== null && !unitCodes.has(row.unit, row)) fault(divisions, index, `承办单位 “${row.unit}” 不存在`);
    const answers = row.unit ?? row.code;
    const governed = row.kind === 'district' || row.kind === 'street';
    if (governed && !unitCodes.has(answers, row)) fault(divisions, index, `没有负责该区划的单位 “${answers}”`);
  });
  checkCycles(divisions, fault);
}
