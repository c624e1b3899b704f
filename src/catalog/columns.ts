/**
 * How the cells of a seed file become typed values. A file is described by its columns; the row type follows from them.
 */

/** A column: its header in the file, and how a cell is read. `parse` throws a `CellError` with a Chinese reason. */
export interface Column<T> {
  header: string;
  parse: (cell: string) => T;
}

/** Why a cell cannot be read, in words for the person who edits the file. */
export class CellError extends Error {}

function column<T>(header: string, parse: (cell: string) => T): Column<T> {
  return { header, parse };
}

export function text(header: string): Column<string> {
  return column(header, (cell) => {
    if (cell === '') throw new CellError('不能为空');
    return cell;
  });
}

export function optional(header: string): Column<string | null> {
  return column(header, (cell) => (cell === '' ? null : cell));
}

/** Words separated by `|`. */
export function list(header: string): Column<string[]> {
  return column(header, (cell) => {
    if (cell === '') return [];
    const items = cell.split('|').map((item) => item.trim());
    if (items.some((item) => item === '')) throw new CellError('列表中有空项');
    return items;
  });
}

/** A list of conditions in which `*` stands for "any", that is for the empty list. Nothing at all is more likely forgotten. */
export function conditions(header: string): Column<string[]> {
  const items = list(header);
  return column(header, (cell) => {
    if (cell === '') throw new CellError('不能为空；不限请写 *');
    return cell === '*' ? [] : items.parse(cell);
  });
}

export function integer(header: string, min = 0, max = 1_000_000): Column<number> {
  return column(header, (cell) => {
    const value = /^-?\d+$/.test(cell) ? Number(cell) : Number.NaN;
    if (!(value >= min && value <= max)) throw new CellError(`应为 ${min} 到 ${max} 之间的整数，实为“${cell}”`);
    return value;
  });
}

/** An integer, or null where the cell is empty. */
export function optionalInteger(header: string, min = 0, max = 1_000_000): Column<number | null> {
  const required = integer(header, min, max);
  return column(header, (cell) => (cell === '' ? null : required.parse(cell)));
}

export function decimal(header: string, min: number, max: number): Column<number> {
  return column(header, (cell) => {
    const value = /^-?\d+(\.\d+)?$/.test(cell) ? Number(cell) : Number.NaN;
    if (!(value >= min && value <= max)) throw new CellError(`应为 ${min} 到 ${max} 之间的数，实为“${cell}”`);
    return value;
  });
}

/** 1 or nothing. */
export function flag(header: string): Column<boolean> {
  return column(header, (cell) => {
    if (cell !== '' && cell !== '0' && cell !== '1') throw new CellError(`应为 1 或空，实为“${cell}”`);
    return cell === '1';
  });
}

export function oneOf<const T extends string>(header: string, values: readonly T[]): Column<T> {
  return column(header, (cell) => {
    const found = values.find((value) => value === cell);
    if (found === undefined) throw new CellError(`应为 ${values.join('、')} 之一，实为“${cell}”`);
    return found;
  });
}

/** Any of some words, separated by `|`. */
export function some<const T extends string>(header: string, values: readonly T[]): Column<T[]> {
  const [items, one] = [list(header), oneOf(header, values)];
  return column(header, (cell) => items.parse(cell).map(one.parse));
}

function isDate(cell: string): boolean {
  const time = Date.parse(`${cell}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(cell) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(cell);
}

export function date(header: string): Column<string> {
  return column(header, (cell) => {
    if (!isDate(cell)) throw new CellError(`应为日期（如 2026-01-01），实为“${cell}”`);
    return cell;
  });
}

export function optionalDate(header: string): Column<string | null> {
  const required = date(header);
  return column(header, (cell) => (cell === '' ? null : required.parse(cell)));
}
