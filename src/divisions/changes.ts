/**
 * What a newer list of divisions changes from a day on. Codes stay what they are, for complaints refer to them: a division that
 * says something else from that day on keeps its code, and what it said before is kept with its days beside it. Pure.
 */
import type { Division } from '../catalog/types.ts';
import { validOn } from '../catalog/validity.ts';

/** A division before and after the day. */
export interface Change {
  before: Division;
  after: Division;
}

export interface Changes {
  added: Division[];
  closed: Division[];
  /** The same name under another code, which its new parent gives it: the old code is closed, the new one added. */
  moved: Change[];
  /** The same code with another name, other aliases, or anything else; one division may stand in several. */
  renamed: Change[];
  aliases: Change[];
  changed: Change[];
  /** What was until the day, to be kept. */
  past: Division[];
  /** Rows as they will stand, one for each code that the list touches. */
  rows: Division[];
}

const sameWords = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((one, at) => one === b[at]);
const alike = (a: Division, b: Division) =>
  a.kind === b.kind && a.parent === b.parent && a.zone === b.zone && a.unit === b.unit;
const saysSame = (a: Division, b: Division) => a.name === b.name && sameWords(a.aliases, b.aliases) && alike(a, b);

/** The newest row of each code. */
export function newestOf(divisions: readonly Division[]): Map<string, Division> {
  const newest = new Map<string, Division>();
  for (const row of divisions) {
    const other = newest.get(row.code);
    if (other === undefined || other.validFrom <= row.validFrom) newest.set(row.code, row);
  }
  return newest;
}

/** A row that is replaced from the day on, as it is kept; nothing where it never was in force before. */
function kept(row: Division, from: string): Division[] {
  const validTo = row.validTo !== null && row.validTo < from ? row.validTo : from;
  return row.validFrom < validTo ? [{ ...row, validTo }] : [];
}

/** A division that is not in force until the day, if it ever was. One that was to end on the very day goes on. */
function add(changes: Changes, wanted: Division, before: Division | undefined, from: string): void {
  const goesOn = before?.validTo === from && before.validFrom < from && saysSame(before, wanted);
  const after = goesOn ? { ...wanted, validFrom: before.validFrom } : wanted;
  if (before !== undefined && !goesOn) changes.past.push(...kept(before, from));
  changes.rows.push(after);
  changes.added.push(after);
}

function alter(changes: Changes, before: Division, after: Division, from: string): void {
  const change = { before, after };
  if (before.name !== after.name) changes.renamed.push(change);
  if (!sameWords(before.aliases, after.aliases)) changes.aliases.push(change);
  if (!alike(before, after) || before.validTo !== after.validTo) changes.changed.push(change);
  if (saysSame(before, after) && before.validTo === after.validTo) return;
  changes.past.push(...kept(before, from));
  changes.rows.push(after);
}

/** Takes a closed and an added division of one name for one that moved, where no other is called so. */
function pairMoves({ added, closed }: Changes): Pick<Changes, 'added' | 'closed' | 'moved'> {
  const key = ({ kind, name }: Division) => `${kind} ${name}`;
  const only = (rows: readonly Division[]) => {
    const found = new Map<string, Division | null>();
    for (const row of rows) found.set(key(row), found.has(key(row)) ? null : row);
    return found;
  };
  const gone = only(closed);
  const come = only(added);
  const moved = added.flatMap((after): Change[] => {
    const before = gone.get(key(after));
    return before && come.get(key(after)) === after ? [{ before, after }] : [];
  });
  const codes = new Set(moved.flatMap(({ before, after }) => [before.code, after.code]));
  const rest = (rows: readonly Division[]) => rows.filter(({ code }) => !codes.has(code));
  return { added: rest(added), closed: rest(closed), moved };
}

/** Compares the newest row of each code with a whole list of the city that is in force from the day on. */
export function compareLists(newest: ReadonlyMap<string, Division>, list: readonly Division[], from: string): Changes {
  const changes: Changes = {
    ...{ added: [], closed: [], moved: [], renamed: [], aliases: [], changed: [] },
    ...{ past: [], rows: [] },
  };
  for (const row of list) {
    const wanted = { ...row, validFrom: from };
    const before = newest.get(row.code);
    if (before !== undefined && validOn(before, from)) alter(changes, before, wanted, from);
    else add(changes, wanted, before, from);
  }
  const listed = new Set(list.map(({ code }) => code));
  for (const row of newest.values()) {
    if (listed.has(row.code) || !validOn(row, from)) continue;
    const ended = { ...row, validTo: from };
    changes.closed.push(ended);
    changes.rows.push(ended);
  }
  return { ...changes, ...pairMoves(changes) };
}
