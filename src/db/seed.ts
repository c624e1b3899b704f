/**
 * Loads a city's seed files into the catalog tables: all of them or, when anything is wrong, nothing.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { shanghaiDate } from '../catalog/calendar.ts';
import { buildCatalog } from '../catalog/catalog.ts';
import { checkSheets } from '../catalog/check.ts';
import { parseSheets, type SeedProblem, type Sheets, seedFiles } from '../catalog/files.ts';
import { nationalFiles, optionalFiles } from '../catalog/folders.ts';
import { newestCatalog, type Saved, saveCatalog } from '../catalog/store.ts';
import type { SeedData, Seeds } from '../catalog/types.ts';
import { createSegmenter, type Segmenter, userWords } from '../classify/segment.ts';
import { loadArticles } from '../knowledge/jobs.ts';
import { knowledgeFile, readArticles, type SeedArticle } from '../knowledge/seed.ts';
import { normalize } from '../text/normalize.ts';
import { builtInSeeds, CityError, cityFolder, defaultCity, isOfCity, sourceName } from './cities.ts';
import type { Db } from './connect.ts';

/** Everything that a city's folder holds: the catalog, and the articles of the knowledge base. */
export interface CitySeeds extends Seeds {
  articles: SeedArticle[];
}

/** The seed files cannot be loaded; `problems` says where and why. */
export class SeedError extends Error {
  readonly problems: readonly SeedProblem[];

  constructor(problems: readonly SeedProblem[]) {
    super(`基础数据有 ${problems.length} 处错误`);
    this.problems = problems;
  }
}

/** Where a file of a city's seeds is read from. */
function sourceOf(folder: string, file: string): string {
  const own = path.join(folder, file);
  return existsSync(own) || !nationalFiles.has(file) ? own : path.join(builtInSeeds, file);
}

/** Built-in alarm rules about matters that a city's own catalogue does not have: they could never fire there. */
function withoutForeign({ rows, lines }: Sheets['alarms'], { matters }: Sheets): Sheets['alarms'] {
  const known = new Set(matters.rows.map(({ code }) => code));
  const keep = (_: unknown, index: number) => {
    const matter = rows[index]?.matter ?? '*';
    return matter === '*' || known.has(matter);
  };
  return { rows: rows.filter(keep), lines: lines.filter(keep) };
}

/** SHA-256 over all files: cheap beside reading their rows. */
function hashSeeds(folder: string): string {
  const hash = createHash('sha256');
  for (const file of [...seedFiles, knowledgeFile]) {
    const source = sourceOf(folder, file);
    if (optionalFiles.has(file) && !existsSync(source)) continue;
    hash.update(`${file}\0`).update(readFileSync(source)).update('\0');
  }
  return hash.digest('hex');
}

/**
 * Reads and checks the seed files of a folder, with the lines on which the rows stand. National files that it does not bring
 * come from the built-in folder. Throws a `SeedError` that lists every problem with file, line and reason.
 */
export function readSheets(folder: string = builtInSeeds): Sheets {
  const problems: SeedProblem[] = [];
  const read = (file: string): string | null => {
    const source = sourceOf(folder, file);
    if (existsSync(source)) return readFileSync(source, 'utf8');
    if (optionalFiles.has(file)) return null;
    problems.push({ file, line: 0, message: `文件不存在（${folder}）` });
    return null;
  };
  const sheets = parseSheets(read, problems);
  if (!existsSync(path.join(folder, 'alarms.csv'))) sheets.alarms = withoutForeign(sheets.alarms, sheets);
  if (problems.length === 0) problems.push(...checkSheets(sheets));
  if (problems.length > 0) throw new SeedError(problems);
  return sheets;
}

/** The rows of checked seed files. */
export function dataOf(sheets: Sheets): SeedData {
  return {
    divisions: sheets.divisions.rows,
    areas: sheets.areas.rows,
    landmarks: sheets.landmarks.rows,
    units: sheets.units.rows,
    needs: sheets.needs.rows,
    matters: sheets.matters.rows,
    types: sheets.types.rows,
    levels: sheets.levels.rows,
    calendar: sheets.calendar.rows,
    rules: sheets.rules.rows,
    localUnits: sheets.localUnits.rows,
    guard: sheets.guard.rows,
    routes: sheets.routes.rows,
    lexicon: sheets.lexicon.rows,
    words: sheets.words.rows,
    assessment: sheets.assessment.rows,
    judgement: sheets.judgement.rows,
    alarms: sheets.alarms.rows,
    handling: sheets.handling.rows,
    escalations: sheets.escalations.rows,
    callbacks: sheets.callbacks.rows,
    exclusions: sheets.exclusions.rows,
    classes: sheets.classes.rows,
    population: sheets.population.rows,
    retention: sheets.retention.rows,
  };
}

/** The articles of a folder; none where it has no such file. */
function articlesOf(folder: string, sheets: Sheets): SeedArticle[] {
  const problems: SeedProblem[] = [];
  const source = sourceOf(folder, knowledgeFile);
  const content = existsSync(source) ? readFileSync(source, 'utf8') : null;
  const articles = readArticles(content, sheets, problems);
  if (problems.length > 0) throw new SeedError(problems);
  return articles;
}

/** The rows of a folder's seed files, read and checked by `readSheets`. */
export function readSeeds(folder: string = builtInSeeds): CitySeeds {
  const sheets = readSheets(folder);
  return {
    data: dataOf(sheets),
    articles: articlesOf(folder, sheets),
    hash: hashSeeds(folder),
    source: sourceName(folder),
  };
}

/**
 * Loads seeds in one transaction; answers whether anything had changed. Throws where they hold no rules in force today: a
 * service could not run on them.
 */
export async function seed(db: Db, seeds: CitySeeds, now: Date): Promise<Saved> {
  buildCatalog(seeds.data, shanghaiDate(now));
  return db.transaction(async (tx) => {
    const saved = await saveCatalog(tx, seeds, now);
    if (saved.loaded) await loadArticles(tx, seeds.articles, wordsOf(seeds.data), now);
    return saved;
  });
}

/** Articles are found by the words that complaints are cut into; the dictionary is loaded only where an article is. */
function wordsOf(data: SeedData): (text: string) => string[] {
  let segmenter: Segmenter | undefined;
  return (text) => {
    segmenter ??= createSegmenter(userWords(data));
    return segmenter.searchWords(segmenter.cut(normalize(text)));
  };
}

/** Throws a `CityError` where a city's own files would take the place of another city or of somebody's own folder. */
export async function checkCity(db: Db, city: string): Promise<void> {
  const newest = await newestCatalog(db);
  if (newest !== undefined && !isOfCity(newest.source, city))
    throw new CityError(`数据库里是目录 ${newest.source} 的基础数据；要重新载入它，请用 --dir`);
}

/**
 * Loads a city's own seeds into a database that has none, or an older set of them. What was loaded from a folder of somebody's
 * own stays in force. Throws a `CityError` for a city that is not there or that is not the database's.
 */
export async function seedBuiltIn(db: Db, now: Date, city: string = defaultCity): Promise<void> {
  const folder = cityFolder(city);
  const newest = await newestCatalog(db);
  if (newest !== undefined && (!isOfCity(newest.source, city) || newest.hash === hashSeeds(folder))) return;
  await seed(db, readSeeds(folder), now);
}
