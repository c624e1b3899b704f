/** What the catalogue says about an order: its level, its unit's kind, the rules and clocks in force. Pure. */
import type { Catalog } from '../catalog/catalog.ts';
import type { Level } from '../catalog/types.ts';
import type { OrderFacts } from './decide.ts';
import type { ClockFacts } from './marks.ts';
import type { Order } from './order.ts';
import { isSampled, ruleOf } from './sampling.ts';

/** The level of an order; one that is no longer in force runs on by the usual level. */
export function levelOf({ levels, judgement }: Catalog, code: string): Level {
  const level = levels.get(code) ?? levels.get(judgement.defaultLevel);
  if (level === undefined) throw new Error(`no level ${code}`);
  return level;
}

/** What deciding an action needs to know; `wantsCallback` is the complaint's. */
export function factsOf(
  catalog: Catalog,
  { order, wantsCallback, number }: { order: Order; wantsCallback: boolean; number: string },
): OrderFacts {
  return {
    callbackFollows: wantsCallback && order.role === 'lead' && isSampled(ruleOf(catalog, order), number),
    level: levelOf(catalog, order.level),
    handling: catalog.handling,
    unitKind: catalog.units.get(order.unit)?.kind ?? 'city',
  };
}

export function clockFacts(catalog: Catalog, level: string): ClockFacts {
  const { handling, calendar, data } = catalog;
  return { level: levelOf(catalog, level), handling, calendar, escalations: data.escalations };
}
