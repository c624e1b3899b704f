/** Texts and complaints to measure with: the demo's, written for this project. */
import { lastComplete } from '../src/assessment/period.ts';
import { startOfDay } from '../src/catalog/calendar.ts';
import type { Catalog } from '../src/catalog/catalog.ts';
import { makeCases } from '../src/commands/demo.ts';
import type { DemoCase } from '../src/demo/cases.ts';

export function benchCases(catalog: Catalog, count: number, seed = 7): DemoCase[] {
  return makeCases(catalog, lastComplete(startOfDay(catalog.date), catalog.assessment), count, seed);
}

/** A measured service turns nobody away. */
export const unlimited = { RATE_LIMIT_CALLER: '0', RATE_LIMIT_ADDRESS: '0', SHED_DELAY_MS: '0' };

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
