/** `report NAME`: every report, with the parameters and the figures of the API. */
import { writeFileSync } from 'node:fs';
import type { TObject } from 'typebox';
import { Value } from 'typebox/value';
import { formatTable, ratesTable } from '../assessment/csv.ts';
import { bulletin } from '../assessment/reports/bulletin.ts';
import { ExclusionsQuery, RankingQuery } from '../assessment/reports/ranking.ts';
import { exclusionsTable, rankingTable } from '../assessment/reports/ranking-table.ts';
import { RatesQuery } from '../assessment/reports/rates.ts';
import { ratesColumns } from '../assessment/reports/rates-cases.ts';
import type { Report } from '../assessment/reports/report.ts';
import { reports } from '../assessment/reports/routes.ts';
import { answerOf, BulletinQuery, ReportQuery } from '../assessment/reports/schemas.ts';
import { runReport } from '../assessment/reports/service.ts';
import { exclusionsReport, rankingReport, ratesReport } from '../assessment/service.ts';
import { type Context, createContext } from '../context.ts';
import { tableCsv } from '../figures/csv.ts';
import { tableXlsx } from '../figures/spreadsheet.ts';
import type { Table, TableBasis } from '../figures/table.ts';
import { tableText } from '../figures/terminal.ts';
import { QualityQuery } from '../quality/schemas.ts';
import { qualityReport } from '../quality/service.ts';
import { qualityTable } from '../quality/tally.ts';
import { CommandError, print, say, withDatabase } from './common.ts';

type Content = string | Buffer;
type Formats = Record<string, () => Content | Promise<Content>>;

/** A report as it is asked for: what may be asked, and how it is written in each format; the first where none is wanted. */
interface Asked {
  schema: TObject;
  formats: readonly [string, ...string[]];
  make: (ctx: Context, wish: unknown) => Promise<Formats>;
}

const all = { kind: 'all' } as const;
const tableFormats = ['table', 'csv', 'json', 'xlsx'] as const;

function inFormats(answer: object, table: Table<TableBasis>, text = () => tableText(table)): Formats {
  return {
    table: text,
    csv: () => tableCsv(table, false),
    json: () => JSON.stringify(answer, null, 2),
    xlsx: () => tableXlsx(table),
  };
}

function usual(report: Report): Asked {
  return {
    schema: ReportQuery,
    formats: tableFormats,
    make: async (ctx, wish) => {
      const table = await runReport(ctx, report, Value.Parse(ReportQuery, wish), all, ctx.clock());
      return inFormats(answerOf(table), table);
    },
  };
}

const asked: Record<string, Asked> = {
  rates: {
    schema: RatesQuery,
    formats: tableFormats,
    make: async (ctx, wish) => {
      const report = await ratesReport(ctx, Value.Parse(RatesQuery, wish), all, ctx.clock());
      return inFormats(report, ratesTable(report, ratesColumns), () => formatTable(report));
    },
  },
  ranking: {
    schema: RankingQuery,
    formats: tableFormats,
    make: async (ctx, wish) => {
      const report = await rankingReport(ctx, Value.Parse(RankingQuery, wish), all, ctx.clock());
      return inFormats(report, rankingTable(report, ratesColumns));
    },
  },
  exclusions: {
    schema: ExclusionsQuery,
    formats: tableFormats,
    make: async (ctx, wish) => {
      const report = await exclusionsReport(ctx, Value.Parse(ExclusionsQuery, wish), all, ctx.clock());
      return inFormats(report, exclusionsTable(report));
    },
  },
  ...Object.fromEntries(reports.map((report) => [report.name, usual(report)])),
  quality: {
    schema: QualityQuery,
    formats: tableFormats,
    make: async (ctx, wish) => {
      const report = await qualityReport(ctx, Value.Parse(QualityQuery, wish), ctx.clock());
      return inFormats(report, qualityTable(report));
    },
  },
  bulletin: {
    schema: BulletinQuery,
    formats: ['html'],
    make: async (ctx, wish) => {
      const page = await bulletin(ctx, Value.Parse(BulletinQuery, wish), all, ctx.clock());
      return { html: () => page };
    },
  },
};

export const reportNames = Object.keys(asked);

/** The options as the schema has them: numbers where it wants numbers. Throws CommandError for one that the report has not. */
function wishOf(name: string, { properties }: TObject, options: Record<string, string>): Record<string, unknown> {
  const wish = Object.entries(options).map(([option, text]): [string, unknown] => {
    const schema: unknown = properties[option];
    if (schema === undefined) throw new CommandError(`报表 ${name} 没有参数 --${option}`);
    const isWhole = typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'integer';
    return [option, isWhole ? Number(text) : text];
  });
  return Object.fromEntries(wish);
}

export async function report(
  name: string,
  { format, output, ...options }: Record<string, string> & { format?: string; output?: string },
): Promise<void> {
  const found = asked[name];
  if (found === undefined) throw new CommandError(`没有报表 ${name}；可用：${reportNames.join('、')}`);
  const { schema, formats, make } = found;
  const wanted = format ?? formats[0];
  if (!formats.includes(wanted)) throw new CommandError(`没有格式 ${wanted}；可用：${formats.join('、')}`);
  const wish = wishOf(name, schema, options);
  if (!Value.Check(schema, wish)) {
    const [first] = Value.Errors(schema, wish);
    throw new CommandError(`参数有误：${first?.instancePath.slice(1) ?? ''} ${first?.message ?? ''}`);
  }
  await withDatabase(async ({ db }) => {
    const written = await make(await createContext(db), wish);
    const content = (await written[wanted]?.()) ?? '';
    if (output !== undefined) {
      writeFileSync(output, content);
      say(`已写入 ${output}`);
    } else if (typeof content === 'string') print(content);
    else process.stdout.write(content);
  });
}
