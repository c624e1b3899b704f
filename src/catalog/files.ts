/**
 * The seed files of a city: their columns, and how their text becomes rows. Pure: the text is read elsewhere.
 */
import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import { CellError, type Column } from './columns.ts';
import { type Columns, columns } from './sheet-columns.ts';
import type { SeedData } from './types.ts';

/** What is wrong with a seed file, and where. */
export interface SeedProblem {
  file: string;
  line: number;
  message: string;
}

/** The rows of a file with the line each one ends on. */
export interface Sheet<T> {
  rows: T[];
  lines: number[];
}

export type Sheets = { [K in keyof SeedData]: Sheet<SeedData[K][number]> };
/** The file of a table: `localUnits` stands in local-units.csv. */
export function fileOf(table: string): string {
  return `${table.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.csv`;
}

/** Names of all seed files. */
export const seedFiles: readonly string[] = Object.keys(columns).map(fileOf);

/** Splits CSV into records with line numbers; a fault of the form itself (quotes, column count) is a problem of the file. */
function records(file: string, content: string, problems: SeedProblem[]): { record: string[]; line: number }[] {
  const found: { record: string[]; line: number }[] = [];
  try {
    parseCsv(content, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      on_record: (record: string[], context) => {
        found.push({ record, line: context.lines });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === 'number' ? error.lines : 0;
    problems.push({ file, line, message: `CSV 格式错误（${error.code}）` });
  }
  return found;
}

function parseRow<T>(spec: Columns<T>, at: Map<string, number>, record: string[], fault: (message: string) => void): T {
  const row: Partial<T> = {};
  for (const key in spec) {
    const { header, parse } = spec[key];
    try {
      row[key] = parse(record[at.get(header) ?? -1] ?? '');
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      fault(`列 ${header}：${error.message}`);
    }
  }
  // Every key of the specification was set, or a fault was reported and the row is thrown away by the caller.
  return row as T;
}

/** Reads one file. Rows with faults are left out and reported; the caller loads nothing while there is any problem. */
export function readSheet<T>(
  spec: Columns<T>,
  file: string,
  content: string | null,
  problems: SeedProblem[],
): Sheet<T> {
  const sheet: Sheet<T> = { rows: [], lines: [] };
  // A file that is missing has been reported where it was looked for.
  if (content === null) return sheet;
  const [header, ...rest] = records(file, content, problems);
  if (header === undefined) {
    problems.push({ file, line: 1, message: '文件为空，缺少表头' });
    return sheet;
  }
  const at = new Map(header.record.map((name, index) => [name, index]));
  const wanted = new Set(Object.values<Column<unknown>>(spec).map((one) => one.header));
  for (const name of header.record) {
    if (!wanted.has(name)) problems.push({ file, line: header.line, message: `表头有不认识的列 ${name}` });
  }
  for (const key in spec) {
    const { header: name } = spec[key];
    if (!at.has(name)) problems.push({ file, line: header.line, message: `表头缺少列 ${name}` });
  }
  for (const { record, line } of rest) {
    const before = problems.length;
    const fault = (message: string) => problems.push({ file, line, message });
    if (record.length !== header.record.length) fault(`应有 ${header.record.length} 列，实有 ${record.length} 列`);
    const row = parseRow(spec, at, record, fault);
    if (problems.length === before) {
      sheet.rows.push(row);
      sheet.lines.push(line);
    }
  }
  return sheet;
}

/** Reads all files of a city; `content` gives the text of one, or null. Problems of form are added to `problems`. */
export function parseSheets(content: (file: string) => string | null, problems: SeedProblem[]): Sheets {
  const sheet = <K extends keyof SeedData>(table: K): Sheet<SeedData[K][number]> => {
    const spec: Columns<SeedData[K][number]> = columns[table];
    return readSheet(spec, fileOf(table), content(fileOf(table)), problems);
  };
  return {
    divisions: sheet('divisions'),
    areas: sheet('areas'),
    landmarks: sheet('landmarks'),
    units: sheet('units'),
    needs: sheet('needs'),
    matters: sheet('matters'),
    types: sheet('types'),
    levels: sheet('levels'),
    calendar: sheet('calendar'),
    rules: sheet('rules'),
    localUnits: sheet('localUnits'),
    guard: sheet('guard'),
    routes: sheet('routes'),
    lexicon: sheet('lexicon'),
    words: sheet('words'),
    assessment: sheet('assessment'),
    judgement: sheet('judgement'),
    alarms: sheet('alarms'),
    handling: sheet('handling'),
    escalations: sheet('escalations'),
    callbacks: sheet('callbacks'),
    exclusions: sheet('exclusions'),
    classes: sheet('classes'),
    population: sheet('population'),
    retention: sheet('retention'),
  };
}
