/** `import FILE`: complaints from CSV or JSON lines, idempotent by external number; bad rows go to FILE.rejected. */
import { createReadStream, createWriteStream, existsSync, readFileSync, rmSync, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parse } from 'csv-parse';
import { type Context, createContext } from '../context.ts';
import { AppError } from '../http/errors.ts';
import type { FieldError } from '../http/validation.ts';
import type { Filer } from '../intake/filing.ts';
import { type ImportMap, importFields, readRow } from '../intake/import-row.ts';
import { fileComplaint } from '../intake/service.ts';
import { CommandError, openKeys, print, say, withDatabase } from './common.ts';
import { forEachConcurrently } from './concurrent.ts';

const filer: Filer = { source: 'import', actor: 'import', tokenId: null, maySetReceivedAt: true, seesOthers: true };
const atOnce = 8;
const progressEvery = 1000;

interface Row {
  line: number;
  record: Record<string, unknown> | null;
}

async function* readRows(file: string): AsyncGenerator<Row> {
  if (/\.(jsonl|ndjson)$/i.test(file)) {
    let line = 0;
    for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1;
      if (text.trim() !== '') yield { line, record: parseObject(text) };
    }
    return;
  }
  const rows = createReadStream(file).pipe(
    parse({ bom: true, columns: true, info: true, skip_empty_lines: true, relax_column_count: true }),
  );
  for await (const { record, info } of rows) yield { line: info.lines, record };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

function readMap(file: string | undefined): ImportMap {
  if (file === undefined) return {};
  const map = parseObject(readFileSync(file, 'utf8'));
  if (map === null) throw new CommandError(`${file} 不是 JSON 对象`);
  const sound: ImportMap = {};
  for (const [field, column] of Object.entries(map)) {
    if (!importFields.includes(field))
      throw new CommandError(`${file}：没有字段 ${field}；可用：${importFields.join('、')}`);
    if (typeof column !== 'string') throw new CommandError(`${file}：字段 ${field} 的列名应为文字`);
    sound[field] = column;
  }
  return sound;
}

/** Files one row; answers what became of it. */
async function importRow(ctx: Context, { record }: Row, map: ImportMap): Promise<'filed' | 'known' | FieldError[]> {
  if (record === null) return [{ path: '', message: '不是 JSON 对象' }];
  const row = readRow(record, map);
  if ('errors' in row) return row.errors;
  try {
    const { replayed } = await fileComplaint(ctx, row.complaint, filer, ctx.clock());
    return replayed ? 'known' : 'filed';
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.extra.errors ?? [{ path: '', message: error.message || '外部编号已用于不同的诉求' }];
  }
}

export async function importFile(file: string, options: { map?: string }): Promise<void> {
  if (!existsSync(file)) throw new CommandError(`文件不存在：${file}`);
  const map = readMap(options.map);
  const rejectedFile = `${file}.rejected`;
  rmSync(rejectedFile, { force: true });
  await withDatabase(async (connection, config) => {
    const ctx = await createContext(connection.db, { vault: await openKeys(connection, config) });
    const counts = { filed: 0, known: 0, rejected: 0 };
    let rejects: WriteStream | null = null;
    await forEachConcurrently(readRows(file), atOnce, async (row) => {
      const outcome = await importRow(ctx, row, map);
      if (typeof outcome === 'string') counts[outcome] += 1;
      else {
        counts.rejected += 1;
        // The rejected rows hold personal data as the file itself does: for its owner only.
        rejects ??= createWriteStream(rejectedFile, { mode: 0o600 });
        rejects.write(`${JSON.stringify({ line: row.line, errors: outcome, record: row.record })}\n`);
      }
      const done = counts.filed + counts.known + counts.rejected;
      if (done % progressEvery === 0) say(`已处理 ${done} 行`);
    });
    await closeStream(rejects);
    if (counts.rejected > 0) say(`退回的行及原因见 ${rejectedFile}`);
    print(JSON.stringify(counts));
  });
}

async function closeStream(stream: WriteStream | null): Promise<void> {
  if (stream !== null) await new Promise<void>((resolve) => stream.end(() => resolve()));
}
