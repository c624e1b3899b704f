/** Texts and complaints to measure with: the demo's, written for this project. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { lastComplete } from '../src/assessment/period.ts';
import type { Catalog } from '../src/catalog/catalog.ts';
import { builtInSeeds } from '../src/db/seed.ts';
import { type DemoCase, demoCases } from '../src/demo/cases.ts';
import { readDemoDistricts, readDemoLists, readDemoTemplates } from '../src/demo/texts.ts';

export function benchCases(catalog: Catalog, count: number, seed = 7): DemoCase[] {
  const read = (file: string) => readFileSync(path.join(builtInSeeds, 'demo', file), 'utf8');
  const { from, to } = lastComplete(new Date(`${catalog.date}T00:00:00+08:00`), catalog.assessment.cycleDay);
  return demoCases({
    count,
    seed,
    catalog,
    templates: readDemoTemplates(read('templates.csv')),
    lists: readDemoLists(read('lists.csv')),
    districts: readDemoDistricts(read('districts.csv')),
    from,
    to,
  });
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
