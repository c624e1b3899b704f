/** knowledge.csv: the articles that a city starts with. Pure. */
import { codesOf } from '../catalog/check-rules.ts';
import { type Column, date, list, optional, optionalDate, text } from '../catalog/columns.ts';
import { readSheet, type SeedProblem, type Sheets } from '../catalog/files.ts';
import { type Content, limits } from './article.ts';

export const knowledgeFile = 'knowledge.csv';

/** An article of the file, known by its code. */
export interface SeedArticle extends Content {
  code: string;
}

const columns: { [K in keyof SeedArticle]: Column<SeedArticle[K]> } = {
  code: text('code'),
  unit: text('unit'),
  title: text('title'),
  matter: optional('matter'),
  questions: list('questions'),
  text: text('text'),
  basis: optional('basis'),
  validFrom: date('valid_from'),
  validTo: optionalDate('valid_to'),
};

/** Reads and checks the file; what is wrong is added to `problems`. A city without the file has no articles. */
export function readArticles(
  content: string | null,
  { units, matters }: Pick<Sheets, 'units' | 'matters'>,
  problems: SeedProblem[],
): SeedArticle[] {
  const { rows, lines } = readSheet(columns, knowledgeFile, content, problems);
  const known = { units: codesOf(units.rows), matters: codesOf(matters.rows) };
  const seen = new Set<string>();
  rows.forEach((row, index) => {
    const fault = (message: string) => problems.push({ file: knowledgeFile, line: lines[index] ?? 0, message });
    if (seen.has(row.code)) fault(`“${row.code}” 重复`);
    seen.add(row.code);
    if (!known.units.has(row.unit, row)) fault(`单位 “${row.unit}” 不存在`);
    if (row.matter !== null && !known.matters.has(row.matter, row)) fault(`事项 “${row.matter}” 不存在`);
    if (row.validTo !== null && row.validTo <= row.validFrom) fault('valid_to 应晚于 valid_from');
    for (const [what, length, most] of [
      ['title', row.title.length, limits.title],
      ['questions', row.questions.length, limits.questions],
      ['text', row.text.length, limits.text],
    ] as const)
      if (length > most) fault(`${what} 过长：${length}，至多 ${most}`);
  });
  return rows;
}
