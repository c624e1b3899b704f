/** Texts and complaints to measure with: the demo's, written for this project. */
import { lastComplete } from '../src/assessment/period.ts';
import { startOfDay } from '../src/catalog/calendar.ts';
import type { Catalog } from '../src/catalog/catalog.ts';
import { makeCases } from '../src/commands/demo.ts';
import type { DemoCase } from '../src/demo/cases.ts';

export function benchCases(catalog: Catalog, count: number, seed = 7): DemoCase[] {
  return makeCases(catalog, lastComplete(startOfDay(catalog.date), catalog.assessment), count, seed);
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
