/** The demo data as the command gives it to `demoCases`. */
import { readFileSync } from 'node:fs';
import { buildCatalog } from '../../src/catalog/catalog.ts';
import { builtInSeeds } from '../../src/db/cities.ts';
import { readSeeds } from '../../src/db/seed.ts';
import { readDemoDistricts, readDemoLists, readDemoTemplates } from '../../src/demo/texts.ts';

const read = (file: string) => readFileSync(`${builtInSeeds}/demo/${file}`, 'utf8');

export const catalog = buildCatalog(readSeeds().data, '2026-11-01');
export const templates = readDemoTemplates(read('templates.csv'));
export const lists = readDemoLists(read('lists.csv'));
export const districts = readDemoDistricts(read('districts.csv'));

/** The arguments for a period that starts on a day and lasts some days. */
export function request(count: number, seed: number, start = '2026-10-19', days = 31) {
  const from = new Date(`${start}T00:00:00+08:00`);
  const to = new Date(from.getTime() + days * 86_400_000);
  return { count, seed, catalog, templates, lists, districts, from, to };
}
