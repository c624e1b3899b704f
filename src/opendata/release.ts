/**
 * What may be published of complaints (民生诉求数据库): counts by street, matter and day in which nobody stands out. Pure. A cell is told
 * as finely as it holds complaints of `k` different people; what is left over is put together more and more coarsely, and what is too
 * little even for the whole city, a first-level matter and a month is left out.
 */

/** One complaint, as far as it is told at all. */
export interface Fact {
  /** Day of receipt, `YYYY-MM-DD`. */
  day: string;
  district: string | null;
  street: string | null;
  matter: string | null;
  /** Tells people apart. A complaint without a number is one of its own. */
  person: string;
}

export interface Cell {
  /** A day, or a month. */
  period: string;
  district: string | null;
  street: string | null;
  matter: string | null;
  count: number;
}

export interface Release {
  cells: Cell[];
  /** Complaints left out. */
  suppressed: number;
}

type Place = Omit<Cell, 'count'>;

/** A code of the third level under the second, one of the second under the first. */
function matterAt(matter: string | null, level: number): string | null {
  return matter?.split('.').slice(0, level).join('.') ?? null;
}

/** From the finest to the coarsest. */
const steps: readonly ((fact: Fact) => Place)[] = [
  ({ day, district, street, matter }) => ({ period: day, district, street, matter }),
  ({ day, district, street, matter }) => ({ period: monthOf(day), district, street, matter }),
  ({ day, district, street, matter }) => ({ period: monthOf(day), district, street, matter: matterAt(matter, 2) }),
  ({ day, district, matter }) => ({ period: monthOf(day), district, street: null, matter: matterAt(matter, 2) }),
  ({ day, district, matter }) => ({ period: monthOf(day), district, street: null, matter: matterAt(matter, 1) }),
  ({ day, matter }) => ({ period: monthOf(day), district: null, street: null, matter: matterAt(matter, 1) }),
];

const monthOf = (day: string) => day.slice(0, 7);

const keyOf = ({ period, district, street, matter }: Place) =>
  `${period} ${district ?? ''} ${street ?? ''} ${matter ?? ''}`;

function groupBy(facts: readonly Fact[], placeOf: (fact: Fact) => Place): { place: Place; facts: Fact[] }[] {
  const groups = new Map<string, { place: Place; facts: Fact[] }>();
  for (const fact of facts) {
    const place = placeOf(fact);
    const key = keyOf(place);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { place, facts: [fact] });
    else group.facts.push(fact);
  }
  return [...groups.values()];
}

/** Cells in order of period and codes. Of each complaint one cell tells at most. `k` people, not complaints: who calls often is one. */
export function release(facts: readonly Fact[], k: number): Release {
  const cells: Cell[] = [];
  let left: Fact[] = [...facts];
  for (const step of steps) {
    const small: Fact[] = [];
    for (const { place, facts } of groupBy(left, step)) {
      if (new Set(facts.map(({ person }) => person)).size >= k) cells.push({ ...place, count: facts.length });
      else for (const fact of facts) small.push(fact);
    }
    left = small;
  }
  return { cells: merged(cells), suppressed: left.length };
}

/** Two steps may come to the same place, where a code has no finer level: one line, so that a place is told once. */
function merged(cells: readonly Cell[]): Cell[] {
  const byPlace = new Map<string, Cell>();
  for (const cell of cells) {
    const key = keyOf(cell);
    const known = byPlace.get(key);
    byPlace.set(key, known === undefined ? cell : { ...known, count: known.count + cell.count });
  }
  return [...byPlace].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell);
}
