/** Every report in every way it can be asked for, off the rollups and without them. */
import { sql } from 'drizzle-orm';
import { dimensions } from '../../src/assessment/reports/rates.ts';
import { readPack } from '../../src/assessment/reports/rolled-hours.ts';
import { reports } from '../../src/assessment/reports/routes.ts';
import type { Db } from '../../src/db/connect.ts';
import type { Caller, T } from '../helper.ts';

const period = ['period=2026-11'];
/** The period, and days across it and the one before. */
export const wide = [...period, 'from=2026-09-25&to=2026-11-19'];
/** For each kind of filter one that the rollups know for some rows, and one that they never do. */
const few = ['&basis=all', '&basis=assessed&unit=110105026'];
const filters = [
  '&basis=all',
  '&basis=assessed',
  '&group=street',
  '&basis=assessed&unit=110105026',
  '&district=110105',
];

function questions(spans: readonly string[]): string[] {
  const found: string[] = [];
  for (const span of spans) {
    for (const filter of spans.length > 1 ? filters : few) {
      const rest = `${span}${filter}`;
      const rates = dimensions.map((by) => `/reports/rates?by=${by}&${rest}`);
      const others = reports.flatMap(({ name, dimensions: ways }) =>
        ways.map((by) => `/reports/${name}?by=${by}&${rest}`),
      );
      found.push(...rates, `/reports/ranking?${rest}`, ...others);
    }
    for (const depth of ['rates?depth=3', 'volume?depth=2']) found.push(`/reports/${depth}&by=matter&${span}`);
    found.push(`/reports/exclusions?${span}`);
  }
  return found;
}

async function answers(analyst: Caller, urls: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const url of urls) {
    const { status, text } = await analyst.get(url);
    if (status !== 200) throw new Error(`${url}: ${text}`);
    found.set(url, text);
  }
  return found;
}

/** Holds all reports as the rollups have them against those counted from the orders; answers how many there were. */
export async function sameFigures(t: T, db: Db, analyst: Caller, when: string, spans: readonly string[] = period) {
  return sameAnswers(t, db, analyst, when, questions(spans));
}

/** The same for some questions. */
export async function sameAnswers(t: T, db: Db, analyst: Caller, when: string, urls: readonly string[]) {
  const rolled = await answers(analyst, urls);
  await db.execute(sql`update rollup_state set basis = 'off ' || basis`);
  const counted = await answers(analyst, urls);
  await db.execute(sql`update rollup_state set basis = substr(basis, 5)`);
  const differ = [...counted].filter(([url, text]) => rolled.get(url) !== text);
  t.same(
    differ.map(([url]) => url),
    [],
    `${when}: the same figures`,
  );
  const [first] = differ;
  if (first !== undefined) t.equal(rolled.get(first[0]), first[1]);
  return counted.size;
}

/** All cells that count anything. */
export async function cells(db: Db): Promise<unknown[]> {
  return db.execute(sql`
    select to_jsonb(c) as cell from rollup_cells c
    where exists (select from jsonb_each_text(to_jsonb(c) - '{by,grain,day,key,scope,reason}'::text[]) m where m.value <> '0')
    order by "by", grain, day, key, scope, reason`);
}

/** The calls of those who called more than once, and the hours of handling of each key of each packed day, in rising order. */
export async function callsAndHours(db: Db) {
  const calls = await db.execute(sql`select to_jsonb(c) as call from rollup_calls c order by complaint_id`);
  const rows = await db.execute<{ at: string; hours: Buffer }>(sql`
    select concat_ws(' ', h."by", h.day, h.key, h.scope) as at, h.hours from rollup_hours h join rollup_days d on d.day = h.day`);
  return {
    calls,
    hours: Object.fromEntries(rows.map(({ at, hours }) => [at, [...readPack(hours)].toSorted((a, b) => a - b)])),
  };
}
