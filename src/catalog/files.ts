/**
 * The seed files of a city: their columns, and how their text becomes rows. Pure: the text is read elsewhere.
 */
import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import {
  CellError,
  type Column,
  conditions,
  date,
  decimal,
  flag,
  integer,
  list,
  oneOf,
  optional,
  optionalDate,
  optionalInteger,
  text,
} from './columns.ts';
import { alarmScopes, divisionKinds, routeKinds, type SeedData, unitKinds } from './types.ts';

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
type Columns<T> = { [K in keyof T]: Column<T[K]> };

const validity = { validFrom: date('valid_from'), validTo: optionalDate('valid_to') };

const columns: { [K in keyof SeedData]: Columns<SeedData[K][number]> } = {
  divisions: {
    code: text('code'),
    name: text('name'),
    kind: oneOf('kind', divisionKinds),
    parent: optional('parent'),
    aliases: list('aliases'),
    zone: flag('zone'),
    unit: optional('unit'),
    ...validity,
  },
  areas: { name: text('name'), streets: list('streets'), note: column('note'), ...validity },
  landmarks: {
    name: text('name'),
    aliases: list('aliases'),
    kind: text('kind'),
    streets: list('street'),
    source: text('source'),
    ...validity,
  },
  units: {
    code: text('code'),
    name: text('name'),
    kind: oneOf('kind', unitKinds),
    parent: optional('parent'),
    division: optional('division'),
    aliases: list('aliases'),
    duty: text('duty'),
    ...validity,
  },
  needs: {
    code: text('code'),
    name: text('name'),
    category: text('category'),
    sort: integer('sort'),
    description: text('description'),
    ...validity,
  },
  matters: {
    code: text('code'),
    name: text('name'),
    parent: optional('parent'),
    need: optional('need'),
    level: optional('level'),
    lead: optional('lead'),
    types: list('types'),
    words: list('words'),
    description: column('description'),
    ...validity,
  },
  types: {
    code: text('code'),
    name: text('name'),
    scope: oneOf('scope', ['all', 'none', 'response-only']),
    ...validity,
  },
  levels: {
    code: text('code'),
    name: text('name'),
    dispatchMinutes: integer('dispatch_minutes', 1),
    signMinutes: integer('sign_minutes', 1),
    contactMinutes: integer('contact_minutes', 1),
    replyAmount: integer('reply_amount', 1, 1000),
    replyUnit: oneOf('reply_unit', ['hour', 'day']),
    timeBase: oneOf('time_base', ['natural', 'working']),
    objectionMinutes: integer('objection_minutes'),
    alarmFrom: optionalInteger('alarm_from', 1, 10_000),
    description: text('description'),
    ...validity,
  },
  calendar: { date: date('date'), kind: oneOf('kind', ['rest', 'work']), name: text('name') },
  rules: {
    code: text('code'),
    priority: integer('priority'),
    matter: text('matter'),
    place: text('place'),
    type: conditions('type'),
    caller: conditions('caller'),
    level: conditions('level'),
    lead: text('lead'),
    co: list('co'),
    reason: text('reason'),
    ...validity,
  },
  localUnits: {
    word: text('word'),
    division: text('division'),
    unit: text('unit'),
    reason: text('reason'),
    ...validity,
  },
  guard: { matter: text('matter'), reason: text('reason'), ...validity },
  routes: {
    code: text('code'),
    kind: oneOf('kind', routeKinds),
    matter: text('matter'),
    words: list('words'),
    target: text('target'),
    alone: flag('alone'),
    reason: text('reason'),
    ...validity,
  },
  lexicon: {
    word: text('word'),
    kind: oneOf('kind', ['matter', 'need', 'type', 'level']),
    code: text('code'),
    weight: decimal('weight', -10, 10),
    ...validity,
  },
  words: { word: text('word'), ...validity },
  assessment: {
    version: text('version'),
    weightResponse: integer('weight_response', 0, 1000),
    weightResolution: integer('weight_resolution', 0, 1000),
    weightSatisfaction: integer('weight_satisfaction', 0, 1000),
    scoreSatisfied: integer('score_satisfied', 0, 1000),
    scoreBasic: integer('score_basic', 0, 1000),
    scoreDissatisfied: integer('score_dissatisfied', 0, 1000),
    targetResolution: integer('target_resolution', 0, 10_000),
    cycleDay: integer('cycle_day', 1, 28),
    smallBelow: integer('small_below'),
    callbackDueHours: integer('callback_due_hours', 1),
    ...validity,
  },
  judgement: {
    version: text('version'),
    acceptNeed: integer('accept_need', 0, 10_000),
    acceptMatter: integer('accept_matter', 0, 10_000),
    acceptPlace: integer('accept_place', 0, 10_000),
    splitMarked: integer('split_marked', 0, 10_000),
    splitUnmarked: integer('split_unmarked', 0, 10_000),
    similarDays: integer('similar_days', 1, 366),
    defaultLevel: text('default_level'),
    ...validity,
  },
  alarms: {
    code: text('code'),
    matter: text('matter'),
    scope: oneOf('scope', alarmScopes),
    count: integer('count', 2),
    callers: integer('callers', 2),
    hours: integer('hours', 1, 720),
    ...validity,
  },
};

/** The file of a table: `localUnits` stands in local-units.csv. */
export function fileOf(table: string): string {
  return `${table.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.csv`;
}

/** Names of all seed files. */
export const seedFiles: readonly string[] = Object.keys(columns).map(fileOf);

/** A cell taken as it is, empty or not. */
function column(header: string): Column<string> {
  return { header, parse: (cell) => cell };
}

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
  };
}
