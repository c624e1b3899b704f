/** Reports as files: CSV and XLSX, of any table. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import type { Context } from '../../context.ts';
import { recordExport } from '../../db/audit.ts';
import { tableCsv } from '../../figures/csv.ts';
import { tableXlsx, xlsxType } from '../../figures/spreadsheet.ts';
import type { Table, TableBasis } from '../../figures/table.ts';
import { oneOf } from '../../http/schemas.ts';
import { sessionOf } from '../../http/security.ts';

/** Media types of files, by their ending. */
export const fileTypes = { csv: 'text/csv; charset=utf-8', xlsx: xlsxType } as const;

/** Query parameters of every report that may be had as a file. */
export const fileQuery = {
  format: Type.Optional(oneOf(['json', 'csv', 'xlsx'], { default: 'json' })),
  bom: Type.Optional(
    oneOf(['0', '1', 'true', 'false'], {
      default: '0',
      description: '1 或 true：CSV 以 UTF-8 BOM 开头，便于 Excel 打开',
    }),
  ),
};

export const wantsBom = (bom: string | undefined) => bom === '1' || bom === 'true';

/** Media types of a report that may be had as a file. */
export const reportContent = <T extends TSchema>(schema: T) => ({
  'application/json': { schema },
  'text/csv': { schema: Type.String() },
  [xlsxType]: { schema: Type.Unsafe<Buffer>({ type: 'string', format: 'binary' }) },
});

/** Name of the file a browser saves: ASCII, told apart by report, grouping and span. */
function fileName({ name, by, period }: Table<TableBasis>, ending: string): string {
  return `${name}-${by}-${period.code ?? `${period.from.slice(0, 10)}_${period.to.slice(0, 10)}`}.${ending}`;
}

/** A report as a file, which is recorded in the audit. */
export async function sendTable(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  request: FastifyRequest<{ Querystring: { bom?: string } }>,
  reply: FastifyReply,
  table: Table<TableBasis>,
  format: 'csv' | 'xlsx',
) {
  const { query } = request;
  await recordExport(db, sessionOf(request), table.name, query, clock());
  reply.type(fileTypes[format]).header('content-disposition', `attachment; filename="${fileName(table, format)}"`);
  return format === 'csv' ? tableCsv(table, wantsBom(query.bom)) : tableXlsx(table);
}
