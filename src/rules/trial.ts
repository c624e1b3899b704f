/** Who would lead complaints of the past under other rules, from what is stored of them: nothing is segmented anew. Pure. */
import type { Catalog } from '../catalog/catalog.ts';
import type { UnitRef } from '../catalog/schemas.ts';
import type { Unit } from '../catalog/types.ts';
import { buildDispatcher } from '../dispatch/choose.ts';
import { factsOf } from '../intake/judge.ts';
import type { Judgement } from '../intake/judgement.ts';
import type { TryAnswer } from './schemas.ts';

/** A complaint as it was judged when it was filed. */
export interface Past {
  number: string;
  judgement: Pick<Judgement, 'need' | 'matter' | 'type' | 'level' | 'place'>;
  caller: string | null;
}

const mostExamples = 20;
const refOf = (unit: Unit | null): UnitRef | null => unit && { code: unit.code, name: unit.name, kind: unit.kind };

/** Compares two catalogs on the same complaints. */
export function compare(past: readonly Past[], present: Catalog, changed: Catalog): Omit<TryAnswer, 'findings'> {
  const [before, after] = [buildDispatcher(present), buildDispatcher(changed)];
  const leaves = new Map(present.leaves.map((leaf) => [leaf.code, leaf]));
  const units = new Map<string, TryAnswer['byUnit'][number]>();
  const count = (unit: Unit | null, what: 'gains' | 'loses') => {
    const ref = refOf(unit);
    if (ref === null) return;
    const row = units.get(ref.code) ?? { unit: ref, gains: 0, loses: 0 };
    row[what] += 1;
    units.set(ref.code, row);
  };
  const examples: TryAnswer['examples'] = [];
  let moved = 0;
  for (const { number, judgement, caller } of past) {
    const facts = factsOf(judgement, leaves.get(judgement.matter.code) ?? null, caller ?? 'person', present);
    const from = before.leadOf(facts);
    const to = after.leadOf(facts);
    if (from?.code === to?.code) continue;
    moved += 1;
    count(from, 'loses');
    count(to, 'gains');
    if (examples.length < mostExamples) {
      examples.push({ number, from: refOf(from), to: refOf(to), rule: after.choose(facts).rule });
    }
  }
  const weight = ({ gains, loses }: TryAnswer['byUnit'][number]) => gains + loses;
  const byUnit = [...units.values()].toSorted((a, b) => weight(b) - weight(a) || (a.unit.code < b.unit.code ? -1 : 1));
  return { tried: past.length, changed: moved, byUnit, examples };
}
