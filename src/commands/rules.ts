/** `rules check`: the linter of the dispatch catalogue on seed files, with file and line. */
import { shanghaiDate } from '../catalog/calendar.ts';
import { buildCatalog } from '../catalog/catalog.ts';
import { fileOf, type Sheets } from '../catalog/files.ts';
import { dataOf, readSheets } from '../db/seed.ts';
import { type Finding, lint } from '../dispatch/lint.ts';
import { CommandError, print, say, seedsFolder } from './common.ts';

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

/** Exit code 0 where nothing is found, 1 with findings. */
export async function rulesCheck({ dir, format }: { dir?: string; format: string }): Promise<void> {
  if (format !== 'text' && format !== 'json') throw new CommandError(`没有格式 ${format}；可用：text、json`);
  const sheets = readSheets(seedsFolder(dir));
  const data = dataOf(sheets);
  const found = lint(buildCatalog(data, shanghaiDate(new Date())), data).map((finding) => placed(finding, sheets));
  if (format === 'json') print(JSON.stringify(found, null, 2));
  else
    for (const { file, line, severity, check, code, message } of found)
      print(`${file}:${line} ${severity} ${check} ${code} ${message}`);
  const errors = found.filter(({ severity }) => severity === 'error').length;
  say(
    found.length === 0
      ? `派单目录没有问题：规则 ${data.rules.length}、末级事项的默认主办逐街道查过`
      : `派单目录有 ${errors} 处错误、${found.length - errors} 处提醒`,
  );
  if (found.length > 0) process.exitCode = 1;
}
