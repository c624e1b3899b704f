/**
 * The cities whose reference data come with the project. Beijing's stand in `seeds/` beside the files that hold for the whole
 * country; every other city has a folder of its name in `seeds/cities/`, and what it does not bring is taken from `seeds/`.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built-in reference data: Beijing's and the national files. */
export const builtInSeeds = fileURLToPath(new URL('../../seeds', import.meta.url));
export const defaultCity = 'beijing';

const citiesFolder = path.join(builtInSeeds, 'cities');
/** How the database names the default city's files as their source; those of other cities have the name behind a colon. */
const builtIn = 'built-in';

/** The city asked for does not exist, or is another than that of the database. */
export class CityError extends Error {}

/** Names that CITY may have. */
export function cityNames(): string[] {
  const folders = readdirSync(citiesFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [defaultCity, ...folders.map(({ name }) => name).toSorted()];
}

/** The folder of a city's seed files. Throws a `CityError` for a city that is not there. */
export function cityFolder(city: string): string {
  const known = cityNames();
  if (!known.includes(city)) {
    throw new CityError(
      `没有城市 ${city}；CITY 可用：${known.join('、')}。别的城市：把它的目录放进 seeds/cities/，或用 seed --dir 载入`,
    );
  }
  return city === defaultCity ? builtInSeeds : path.join(citiesFolder, city);
}

/** What the database records as the source of the files of a folder: the city, or the folder where it is none of ours. */
export function sourceName(folder: string): string {
  const full = path.resolve(folder);
  const city = cityNames().find((name) => cityFolder(name) === full);
  if (city === undefined) return full;
  return city === defaultCity ? builtIn : `${builtIn}:${city}`;
}

/** Refuses a database that holds another city than the one asked for; answers whether it holds files of that city of ours. */
export function isOfCity(source: string, city: string): boolean {
  if (source === builtIn || source.startsWith(`${builtIn}:`)) {
    const held = source === builtIn ? defaultCity : source.slice(builtIn.length + 1);
    if (held === city) return true;
    throw new CityError(
      `数据库里是 ${held} 的基础数据，CITY 却是 ${city}：请设 CITY=${held}，或为 ${city} 另用一个数据库（DATABASE_URL 或 DATA_DIR）`,
    );
  }
  // Who has loaded a folder of his own need not name a city; who names one means one of ours.
  if (city === defaultCity) return false;
  throw new CityError(
    `数据库里是目录 ${source} 的基础数据，CITY 却是 ${city}：请不设 CITY，或为 ${city} 另用一个数据库（DATABASE_URL 或 DATA_DIR）`,
  );
}
