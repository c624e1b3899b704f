/** `rules check`: the linter of the dispatch catalogue, on seed files with file and line, or on what is in force in the database. */
import { shanghaiDate } from '../catalog/calendar.ts';
import { buildCatalog } from '../catalog/catalog.ts';
import { fileOf, type Sheets } from '../catalog/files.ts';
import { loadCatalogRows } from '../catalog/store.ts';
import type { SeedData } from '../catalog/types.ts';
import { dataOf, readSheets } from '../db/seed.ts';
import { type Finding, lint } from '../dispatch/lint.ts';
import { CommandError, print, say, seedsFolder, withDatabase } from './common.ts';

/** A finding with the place where it is to be mended. */
interface Placed extends Finding {
  file: string;
  line: number;
}

function placed(finding: Finding, sheets: Sheets): Placed {
  const { table, code } = finding;
  const index =
    table === 'localUnits'
      ? sheets.localUnits.rows.findIndex(({ word, division }) => `${word} ${division}` === code)
      : sheets[table].rows.findIndex((row) => row.code === code);
  return { ...finding, file: fileOf(table), line: sheets[table].lines[index] ?? 0 };
}

/** A finding in the database, which has no files. */
type Told = Finding | Placed;

const findIn = (data: SeedData): Finding[] => lint(buildCatalog(data, shanghaiDate(new Date())), data);

/** The rows to check and what is found in them. */
async function look({ dir, database }: Options): Promise<{ data: SeedData; found: Told[] }> {
  if (database === true) {
    const data = await withDatabase(({ db }) => loadCatalogRows(db));
    return { data, found: findIn(data) };
  }
  const sheets = readSheets(seedsFolder(dir));
  const data = dataOf(sheets);
  return { data, found: findIn(data).map((finding) => placed(finding, sheets)) };
}

const whereOf = (finding: Told) => ('file' in finding ? `${finding.file}:${finding.line}` : fileOf(finding.table));

interface Options {
  dir?: string;
  database?: boolean;
  format: string;
}

/** Exit code 0 where nothing is found, 1 with findings. */
export async function rulesCheck(options: Options): Promise<void> {
  const { format, dir, database } = options;
  if (format !== 'text' && format !== 'json') throw new CommandError(`没有格式 ${format}；可用：text、json`);
  if (dir !== undefined && database === true) throw new CommandError('--dir 查文件，--database 查数据库，只能选一个');
  const { data, found } = await look(options);
  if (format === 'json') print(JSON.stringify(found, null, 2));
  else
    for (const finding of found) {
      const { severity, check, code, message } = finding;
      print(`${whereOf(finding)} ${severity} ${check} ${code} ${message}`);
    }
  const errors = found.filter(({ severity }) => severity === 'error').length;
  say(
    found.length === 0
      ? `派单目录没有问题：规则 ${data.rules.length}、末级事项的默认主办逐街道查过`
      : `派单目录有 ${errors} 处错误、${found.length - errors} 处提醒`,
  );
  if (found.length > 0) process.exitCode = 1;
}
