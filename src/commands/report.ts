/** `report NAME`: every report, with the parameters and the figures of the API. */
import { writeFileSync } from 'node:fs';
import type { Static, TObject } from 'typebox';
import { Value } from 'typebox/value';
import { formatTable, ratesTable } from '../assessment/csv.ts';
import { bulletin } from '../assessment/reports/bulletin.ts';
import { hot } from '../assessment/reports/hot.ts';
import { needs } from '../assessment/reports/needs.ts';
import { ExclusionsQuery, RankingQuery } from '../assessment/reports/ranking.ts';
import { exclusionsTable, rankingTable } from '../assessment/reports/ranking-table.ts';
import { RatesQuery } from '../assessment/reports/rates.ts';
import { ratesColumns } from '../assessment/reports/rates-cases.ts';
import { repeats } from '../assessment/reports/repeats.ts';
import type { Report } from '../assessment/reports/report.ts';
import { answerOf, BulletinQuery, ReportQuery } from '../assessment/reports/schemas.ts';
import { runReport } from '../assessment/reports/service.ts';
import { supervision } from '../assessment/reports/supervision.ts';
import { timeliness } from '../assessment/reports/timeliness.ts';
import { volume } from '../assessment/reports/volume.ts';
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
import { type ReportName, reportNames } from './report-names.ts';

type Content = string | Buffer;
type Formats = Record<string, () => Content | Promise<Content>>;

/** A report as it is asked for: what may be asked, and how it is written in each format; the first where none is wanted. */
interface Asked {
  schema: TObject;
  formats: readonly [string, ...string[]];
  make: (ctx: Context, wish: unknown) => Promise<Formats>;
}

const all = { kind: 'all' } as const;
/** How an answer is shown where that is not simply its table, or not simply itself. */
interface Shown<Answer> {
  text?: (answer: Answer) => string;
  json?: (answer: Answer) => object;
}

/** A report that is a table, in the formats of all tables. */
function tabular<S extends TObject, Answer extends object>(
  schema: S,
  ask: (ctx: Context, query: Static<S>, now: Date) => Promise<Answer>,
  tableOf: (answer: Answer) => Table<TableBasis>,
  { text = (answer) => tableText(tableOf(answer)), json = (answer) => answer }: Shown<Answer> = {},
): Asked {
  const make = async (ctx: Context, wish: unknown): Promise<Formats> => {
    const answer = await ask(ctx, Value.Parse(schema, wish), ctx.clock());
    return {
      table: () => text(answer),
      csv: () => tableCsv(tableOf(answer), false),
      json: () => JSON.stringify(json(answer), null, 2),
      xlsx: () => tableXlsx(tableOf(answer)),
    };
  };
  return { schema, formats: ['table', 'csv', 'json', 'xlsx'], make };
}

const usual = (report: Report): Asked =>
  tabular(
    ReportQuery,
    (ctx, query, now) => runReport(ctx, report, query, all, now),
    (table) => table,
    { json: answerOf },
  );

const asked: Record<ReportName, Asked> = {
  rates: tabular(
    RatesQuery,
    (ctx, query, now) => ratesReport(ctx, query, all, now),
    (report) => ratesTable(report, ratesColumns),
    { text: formatTable },
  ),
  ranking: tabular(
    RankingQuery,
    (ctx, query, now) => rankingReport(ctx, query, all, now),
    (report) => rankingTable(report, ratesColumns),
  ),
  exclusions: tabular(ExclusionsQuery, (ctx, query, now) => exclusionsReport(ctx, query, all, now), exclusionsTable),
  needs: usual(needs),
  volume: usual(volume),
  timeliness: usual(timeliness),
  supervision: usual(supervision),
  hot: usual(hot),
  repeats: usual(repeats),
  quality: tabular(QualityQuery, qualityReport, qualityTable),
  bulletin: {
    schema: BulletinQuery,
    formats: ['html'],
    make: async (ctx, wish) => {
      const page = await bulletin(ctx, Value.Parse(BulletinQuery, wish), all, ctx.clock());
      return { html: () => page };
    },
  },
};

const isReport = (name: string): name is ReportName => Object.hasOwn(asked, name);

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
  if (!isReport(name)) throw new CommandError(`没有报表 ${name}；可用：${reportNames.join('、')}`);
  const { schema, formats, make } = asked[name];
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
