/**
 * A list of any length as XLSX, written as its rows come (ADR 027): a sheet with a header that stays, a further one wherever a sheet
 * is full, and last a sheet that says how to read it. Text stands in its cell as text, never as a formula. Pure.
 */
import { withoutFormula } from './csv.ts';
import { type Part, zipped } from './zip.ts';

type Rows = readonly (readonly (string | null)[])[];

/** `instant` is ISO 8601 with the offset of Beijing; the cell holds that local time as a spreadsheet counts time. */
export interface ListColumn {
  heading: string;
  type: 'text' | 'instant';
  /** In characters. */
  width: number;
}

export interface List {
  title: string;
  columns: readonly ListColumn[];
  /** Rows in batches, as they are read; values in the order of the columns. */
  rows: AsyncIterable<Rows>;
  /** What the last sheet says, a pair a line; asked for when all rows are written. */
  about: (rows: number) => readonly (readonly [string, string])[];
}

/** Rows that a sheet can hold beside its header: the format ends at 1,048,576. */
export const rowsOfSheet = 1_048_575;

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const officeRelations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packageRelations = 'http://schemas.openxmlformats.org/package/2006/relationships';
const contentTypes = 'http://schemas.openxmlformats.org/package/2006/content-types';
const mediaType = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as XML: what XML cannot hold becomes a space, and what a spreadsheet would read as an escape stands as it is. */
function escapeXml(text: string): string {
  // Most text is such; and there is much of it.
  if (/^[\p{L}\p{Nd} .:+—-]*$/u.test(text)) return text;
  return text
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, ' ')
    .replace(/_(?=x[0-9a-f]{4}_)/gi, '_x005F_')
    .replace(/[&<>"]/g, (letter) => entities[letter] ?? letter);
}

/** Styles by their place in `styles`. */
const style = { plain: 0, heading: 1, instant: 2, wrapped: 3 } as const;
const styles = `<styleSheet xmlns="${main}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy-mm-dd hh:mm:ss"/></numFmts>
<fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;

/** A, B, …, Z, AA, … */
export function columnName(at: number): string {
  return (at < 26 ? '' : columnName(Math.floor(at / 26) - 1)) + String.fromCharCode(65 + (at % 26));
}

function textCell(text: string, place: string, look: number): string {
  const shown = escapeXml(withoutFormula(text));
  const looks = look === style.plain ? '' : ` s="${look}"`;
  return `<c r="${place}"${looks} t="inlineStr"><is><t xml:space="preserve">${shown}</t></is></c>`;
}

/** Days since the beginning of 1900, as a spreadsheet counts them, by the local time that the text says. */
const serialDay = (text: string) => Date.parse(`${text.slice(0, 19)}Z`) / 86_400_000 + 25_569;

function cell(type: ListColumn['type'], value: string | null, place: string): string {
  if (value === null) return '';
  const serial = type === 'instant' ? serialDay(value) : Number.NaN;
  if (Number.isNaN(serial)) return textCell(value, place, style.plain);
  return `<c r="${place}" s="${style.instant}"><v>${serial}</v></c>`;
}

/** The beginning of a sheet: its widths, and a header that stays. */
function sheetHead(columns: readonly Pick<ListColumn, 'heading' | 'width'>[]): string {
  const widths = columns.map(
    ({ width }, at) => `<col min="${at + 1}" max="${at + 1}" width="${width}" customWidth="1"/>`,
  );
  const headings = columns.map(({ heading }, at) => textCell(heading, `${columnName(at)}1`, style.heading));
  return `${head}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${widths.join('')}</cols><sheetData><row r="1">${headings.join('')}</row>`;
}

const sheetEnd = '</sheetData></worksheet>';

function rowsXml(columns: readonly ListColumn[], rows: Rows, first: number): string {
  const names = columns.map((_, at) => columnName(at));
  const lines = rows.map((values, n) => {
    const row = first + n;
    const cells = columns.map(({ type }, at) => cell(type, values[at] ?? null, `${names[at]}${row}`));
    return `<row r="${row}">${cells.join('')}</row>`;
  });
  return lines.join('');
}

/** The sheets of the rows: one at least, and no empty one after a full one. Answers how many sheets and rows there were. */
async function* sheets({ columns, rows }: List, most: number): AsyncGenerator<Part, { sheets: number; rows: number }> {
  const batches = rows[Symbol.asyncIterator]();
  let waiting: Rows = [];
  let count = 0;
  const refill = async () => {
    while (waiting.length === 0) {
      const next = await batches.next();
      if (next.done === true) return;
      waiting = next.value;
    }
  };
  async function* sheet(): AsyncGenerator<string> {
    yield sheetHead(columns);
    for (let used = 0; waiting.length > 0 && used < most; await refill()) {
      const taken = waiting.slice(0, most - used);
      waiting = waiting.slice(taken.length);
      yield rowsXml(columns, taken, used + 2);
      used += taken.length;
      count += taken.length;
    }
    yield sheetEnd;
  }
  let written = 0;
  try {
    await refill();
    do {
      written += 1;
      yield { path: sheetPath(written), content: sheet() };
    } while (waiting.length > 0);
  } finally {
    await batches.return?.();
  }
  return { sheets: written, rows: count };
}

const sheetPath = (sheet: number) => `xl/worksheets/sheet${sheet}.xml`;

/** The sheet that says how to read the others: a pair a line. */
function* aboutSheet(lines: readonly (readonly [string, string])[]): Generator<string> {
  yield sheetHead([
    { heading: '项目', width: 20 },
    { heading: '内容', width: 90 },
  ]);
  for (const [at, [name, words]] of lines.entries()) {
    const row = at + 2;
    yield `<row r="${row}">${textCell(name, `A${row}`, style.wrapped)}${textCell(words, `B${row}`, style.wrapped)}</row>`;
  }
  yield sheetEnd;
}

/** Names of sheets: at most 31 characters, without those that a spreadsheet refuses. */
function sheetNames(title: string, sheets: number): string[] {
  const plain = escapeXml(title.replace(/[\\/?*[\]:]/g, ' ').slice(0, 24));
  return Array.from({ length: sheets }, (_, at) => (at === 0 ? plain : `${plain} ${at + 1}`));
}

/** What holds the sheets together. */
function frame(names: readonly string[]): Part[] {
  const tags = (tag: (name: string, id: number) => string) => names.map((name, at) => tag(name, at + 1)).join('');
  const workbook = tags((name, id) => `<sheet name="${name}" sheetId="${id}" r:id="rId${id}"/>`);
  const relations = tags(
    (_, id) => `<Relationship Id="rId${id}" Type="${officeRelations}/worksheet" Target="worksheets/sheet${id}.xml"/>`,
  );
  const types = tags((_, id) => `<Override PartName="/${sheetPath(id)}" ContentType="${mediaType}.worksheet+xml"/>`);
  const stylesId = names.length + 1;
  const texts: [path: string, text: string][] = [
    ['xl/styles.xml', styles],
    [
      'xl/workbook.xml',
      `<workbook xmlns="${main}" xmlns:r="${officeRelations}"><sheets>${workbook}</sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      `<Relationships xmlns="${packageRelations}">${relations}<Relationship Id="rId${stylesId}" Type="${officeRelations}/styles" Target="styles.xml"/></Relationships>`,
    ],
    [
      '_rels/.rels',
      `<Relationships xmlns="${packageRelations}"><Relationship Id="rId1" Type="${officeRelations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ],
    [
      '[Content_Types].xml',
      `<Types xmlns="${contentTypes}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${mediaType}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${mediaType}.styles+xml"/>${types}</Types>`,
    ],
  ];
  return texts.map(([path, text]) => ({ path, content: [`${head}${text}`] }));
}

async function* parts(list: List, most: number): AsyncGenerator<Part> {
  const written = yield* sheets(list, most);
  const about = written.sheets + 1;
  yield { path: sheetPath(about), content: aboutSheet(list.about(written.rows)) };
  yield* frame([...sheetNames(list.title, written.sheets), '说明']);
}

/** The bytes of the workbook. `most` rows stand on a sheet. */
export function writeWorkbook(list: List, most = rowsOfSheet): AsyncGenerator<Uint8Array> {
  return zipped(parts(list, most));
}
