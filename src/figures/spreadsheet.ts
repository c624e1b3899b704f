/** A report as XLSX: the table with typed cells and a header that stays, and a sheet that says how to read it. */
import type { Cell as SheetCell, SheetData } from 'write-excel-file/node';
import { withoutFormula } from './csv.ts';
import {
  type Column,
  type ColumnType,
  cellsOf,
  explanation,
  type Table,
  type TableBasis,
  type Value,
} from './table.ts';

/** Media type of a workbook. */
export const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

const formats: Partial<Record<ColumnType, string>> = {
  integer: '#,##0',
  rate: '0.00%',
  change: '+0.00%;-0.00%;0.00%',
  points: '+0.00;-0.00;0.00',
  hours: '0.0',
  score: '0.0',
  ratio: '0.00',
};

const heading = (value: string) => ({ value: withoutFormula(value), type: String, fontWeight: 'bold' as const });
const text = (value: string) => ({ value: withoutFormula(value), type: String });

/** Numbers are numbers, text is text and never a formula; what is null is an empty cell. */
function cellOf({ type }: Column, value: Value): SheetCell {
  if (value === null) return null;
  if (typeof value === 'string') return text(value);
  if (typeof value === 'boolean') return { value, type: Boolean };
  const format = formats[type];
  return { value, type: Number, ...(format === undefined ? {} : { format }) };
}

/** The workbook. The writer is loaded only where one is asked for. */
export async function tableXlsx(table: Table<TableBasis>): Promise<Buffer> {
  const { default: write } = await import('write-excel-file/node');
  const { columns, rows, totals } = table;
  const lines = [...rows, ...totals].map((line) =>
    cellsOf(columns, line).map((value, at) => {
      const column = columns[at];
      return column === undefined ? null : cellOf(column, value);
    }),
  );
  const data: SheetData = [columns.map(({ heading: words }) => heading(words)), ...lines];
  const about: SheetData = [
    [heading('项目'), heading('内容')],
    ...explanation(table).map(([name, words]) => [text(name), { ...text(words), wrap: true }]),
  ];
  return write([
    {
      data,
      sheet: table.title,
      stickyRowsCount: 1,
      columns: columns.map(({ type, heading: words }) => ({
        width: type === 'text' ? 24 : Math.max(10, words.length * 2 + 2),
      })),
    },
    { data: about, sheet: '说明', stickyRowsCount: 1, columns: [{ width: 20 }, { width: 90 }] },
  ]).toBuffer();
}
