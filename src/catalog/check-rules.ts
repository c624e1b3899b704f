/**
 * What must hold of the rows that decide who takes a complaint: the dispatch rules, the units by place, the guarded matters and
 * the routes. The same for files and for changes through the API.
 */
import type { Sheets } from './files.ts';
import { seeFaults, seenBy } from './see.ts';
import {
  type DispatchRule,
  type Division,
  emergencyNumbers,
  type LocalUnit,
  type Route,
  type SeedData,
} from './types.ts';
import type { Validity } from './validity.ts';

/** The codes of a table as others refer to them. */
export interface Codes {
  /** Whether a row may refer to the code: it must exist, and one still in force may not refer to one that ends. */
  has(code: string, by: Validity): boolean;
}

/** The codes of rows that are known by something; where several share it, one without an end serves. */
export function codesBy<T extends Validity>(rows: readonly T[], codeOf: (row: T) => string): Codes {
  const known = new Map<string, T>();
  for (const row of rows) {
    const other = known.get(codeOf(row));
    if (other === undefined || other.validTo !== null) known.set(codeOf(row), row);
  }
  return {
    has(code, by) {
      const row = known.get(code);
      return row !== undefined && (row.validTo === null || by.validTo !== null);
    },
  };
}

export const codesOf = (rows: readonly ({ code: string } & Validity)[]): Codes => codesBy(rows, ({ code }) => code);

/** What stands before the word of a service that differs by place. */
export const localLead = 'enterprise:';
/** What a rule's place says where it is for cases whose district is not known. */
export const placeUnknown = '-';
/** Rules below this priority are backstops (兜底): asked only where the place is known too roughly for whoever should lead. */
const leastPriority = 10;
export const isBackstop = ({ priority }: Pick<DispatchRule, 'priority'>): boolean => priority < leastPriority;

export const callerKinds = ['person', 'enterprise'] as const;

/** What a rule may name. */
export interface Known {
  units: Codes;
  words: Codes;
  matters: Codes;
  types: Codes;
  levels: Codes;
  divisions: ReadonlyMap<string, Division>;
}

type Tables = Pick<SeedData, 'units' | 'localUnits' | 'matters' | 'types' | 'levels' | 'divisions'>;

export function knownOf({ units, localUnits, matters, types, levels, divisions }: Tables): Known {
  return {
    units: codesOf(units),
    words: codesBy(localUnits, ({ word }) => word),
    matters: codesOf(matters),
    types: codesOf(types),
    levels: codesOf(levels),
    divisions: new Map(divisions.map((row) => [row.code, row])),
  };
}

/**
 * Why a word cannot name who leads; null where it can. The national catalogue names departments and enterprises by codes; a
 * city that has them under other codes says in local-units.csv who they are.
 */
export function leadFault(lead: string, { units, words }: Pick<Known, 'units' | 'words'>, by: Validity): string | null {
  if (lead === 'street' || lead === 'district') return null;
  if (!lead.startsWith(localLead)) return units.has(lead, by) || words.has(lead, by) ? null : `“${lead}” 不存在`;
  const word = lead.slice(localLead.length);
  return words.has(word, by) ? null : `“${lead}” 不存在：local-units.csv 没有 “${word}”`;
}

/** All that is wrong with a rule by itself; what it sees is looked at by `seeFaults`. */
export function ruleFaults(rule: DispatchRule, known: Known): string[] {
  const faults: string[] = [];
  const { matter, place, type, level, caller, lead, co } = rule;
  if (matter !== '*' && !known.matters.has(matter, rule)) faults.push(`事项 “${matter}” 不存在`);
  faults.push(...placeFaults(rule, known));
  for (const code of type) if (!known.types.has(code, rule)) faults.push(`诉求类型 “${code}” 不存在`);
  for (const code of level) if (!known.levels.has(code, rule)) faults.push(`紧急程度 “${code}” 不存在`);
  for (const kind of caller) if (!callerKinds.some((one) => one === kind)) faults.push(`诉求人类别 “${kind}” 不存在`);
  for (const word of seenBy(rule) === null ? [lead, ...co] : co) {
    const fault = leadFault(word, known, rule);
    if (fault !== null) faults.push(`单位 ${fault}`);
  }
  const isOpen = matter === '*' && place === '*' && type.length + level.length + caller.length === 0;
  if (isOpen && !isBackstop(rule)) faults.push('没有任何条件，会盖过所有事项的默认主办；兜底请用优先级 0 至 9');
  return faults;
}

/** A case is in a street or a district: a rule for the city as such or for a community would never be met. */
function placeFaults(rule: DispatchRule, { divisions }: Known): string[] {
  if (rule.place === '*' || rule.place === placeUnknown) return [];
  const division = divisions.get(rule.place);
  if (division === undefined || (division.validTo !== null && rule.validTo === null))
    return [`区划 “${rule.place}” 不存在`];
  return division.kind === 'district' || division.kind === 'street'
    ? []
    : [`区划 “${rule.place}” 不是区或街道（乡镇），此规则不会与任何诉求相符；全市请写 *，地点不明请写 ${placeUnknown}`];
}

type Fault = (table: 'rules' | 'localUnits' | 'guard' | 'routes', index: number, message: string) => void;

/** Checks the four tables; `fault` is told of everything that is wrong. */
export function checkDispatch(sheets: Sheets, fault: Fault): void {
  const known = knownOf({
    units: sheets.units.rows,
    localUnits: sheets.localUnits.rows,
    matters: sheets.matters.rows,
    types: sheets.types.rows,
    levels: sheets.levels.rows,
    divisions: sheets.divisions.rows,
  });
  sheets.rules.rows.forEach((row, index) => {
    for (const message of ruleFaults(row, known)) fault('rules', index, message);
  });
  for (const { code, message } of seeFaults(sheets.rules.rows)) {
    fault(
      'rules',
      sheets.rules.rows.findIndex((row) => row.code === code),
      message,
    );
  }
  checkLocalUnits(sheets.localUnits.rows, known, (index, message) => fault('localUnits', index, message));
  sheets.guard.rows.forEach((row, index) => {
    if (!known.matters.has(row.matter, row)) fault('guard', index, `事项 “${row.matter}” 不存在`);
  });
  sheets.routes.rows.forEach((row, index) => {
    for (const message of routeFaults(row, known)) fault('routes', index, message);
  });
}

function checkLocalUnits(
  rows: readonly LocalUnit[],
  { units, divisions }: Known,
  fault: (index: number, message: string) => void,
): void {
  const fallback = codesBy(
    rows.filter(({ division }) => division === '*'),
    ({ word }) => word,
  );
  rows.forEach((row, index) => {
    const { word, division } = row;
    if (!units.has(row.unit, row)) fault(index, `单位 “${row.unit}” 不存在`);
    if (!fallback.has(word, row)) fault(index, `“${word}” 没有适用于其余地方的一行（division 为 *）`);
    const kind = divisions.get(division)?.kind;
    if (division === '*') return;
    if (kind === undefined) fault(index, `区划 “${division}” 不存在`);
    else if (kind !== 'district' && kind !== 'street') fault(index, `区划 “${division}” 不是区或街道（乡镇）`);
  });
}

function routeFaults(row: Route, { matters }: Known): string[] {
  const faults: string[] = [];
  if (row.matter !== '*' && !matters.has(row.matter, row)) faults.push(`事项 “${row.matter}” 不存在`);
  if (row.matter === '*' && row.words.length === 0) faults.push('事项和词都没有限定，会与所有诉求相符');
  if (row.kind === 'handover' && !emergencyNumbers.some((number) => number === row.target))
    faults.push(`紧急转接的去向应为 ${emergencyNumbers.join('、')} 之一，实为“${row.target}”`);
  return faults;
}
