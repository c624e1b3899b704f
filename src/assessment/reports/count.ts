/** Counts the figures of a report, line by line and in total: off the rollups where they have them, from the orders otherwise. */
import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/connect.ts';
import type { Line } from '../../figures/table.ts';
import { pendingOf, type RolledAsk, rolledAsk, rolledFigures } from './rolled.ts';
import { rolledCalls } from './rolled-calls.ts';
import { hoursAt, rolledHours } from './rolled-hours.ts';
import {
  type Ask,
  type Count,
  conditions,
  type Derived,
  type Figure,
  type KeyOf,
  type Source,
  usualKey,
} from './source.ts';

type Stored = Exclude<Figure, Derived>;

function countSource(source: Source, ask: Ask, key: KeyOf, figures: readonly Stored[]): SQL {
  const name = (figure: Figure) => sql.identifier(figure.key);
  const inner = figures.map((figure) =>
    figure.kind === 'count'
      ? sql`(${figure.where ?? sql`true`}) as ${name(figure)}`
      : sql`(${figure.value}) as ${name(figure)}`,
  );
  const outer = figures.map((figure) => {
    const made =
      figure.kind === 'count' ? sql`count(*) filter (where ${name(figure)})` : figure.aggregate(sql`${name(figure)}`);
    return sql`${sql.raw(`'${figure.key}'`)}, ${made}`;
  });
  return sql`
    select key, grouping(key) = 1 as total, jsonb_build_object(${sql.join(outer, sql`, `)}) as figures
    from (select ${key(ask, source.at)} as key, ${sql.join(inner, sql`, `)}
      from ${source.rows} where ${conditions(source, ask)}) x
    group by grouping sets ((key), ())`;
}

export interface Counted {
  lines: Map<string, Line>;
  total: Line;
}

interface CountedLine extends Record<string, unknown> {
  key: string | null;
  total: boolean;
  figures: Line;
}

const emptyLine = (figures: readonly Stored[]): Line =>
  Object.fromEntries(figures.map((figure) => [figure.key, figure.kind === 'count' ? 0 : null]));

/** What several statements have counted of the same lines, put together. */
function readLines(figures: readonly Stored[], rows: readonly CountedLine[]): Counted {
  const lines = new Map<string, Line>();
  let total = emptyLine(figures);
  for (const row of rows) {
    if (row.total) total = { ...total, ...row.figures };
    else if (row.key !== null) lines.set(row.key, { ...(lines.get(row.key) ?? emptyLine(figures)), ...row.figures });
  }
  return { lines, total };
}

/** The figures counted from their sources, in one statement: each source is read once. */
async function countSources(db: Db, ask: Ask, key: KeyOf, figures: readonly Stored[]): Promise<Counted> {
  const sources = [...new Map(figures.map(({ source }) => [source.name, source])).values()];
  const parts = sources.map((source) =>
    countSource(
      source,
      ask,
      key,
      figures.filter((figure) => figure.source.name === source.name),
    ),
  );
  return readLines(figures, await db.execute<CountedLine>(sql.join(parts, sql` union all `)));
}

/** Of the cells only what enters at all under the basis, as `inBasis` for the cases. */
export const scopesOf = ({ basis }: Pick<Ask, 'basis'>): SQL => (basis === 'all' ? sql`true` : sql`scope <> 'none'`);

const isCount = (figure: Stored): figure is Count => figure.kind === 'count';
const isShare = (rolled: Stored['rolled']): rolled is { share: number } =>
  typeof rolled === 'object' && 'share' in rolled;

/** What was asked of the rollups, the changed complaints that they do not have yet, and the figures as far as they are counted. */
interface OffRollups {
  from: RolledAsk;
  pending: readonly number[];
  figures: readonly Stored[];
  counted: Counted;
}

/** Shares of the hours, which no sums give, written into the lines. */
async function addHours(db: Db, ask: Ask, { from, pending, figures, counted }: OffRollups) {
  const shares = figures.flatMap(({ key, rolled }) => (isShare(rolled) ? [{ key, share: rolled.share }] : []));
  if (shares.length === 0) return;
  const { lines, total } = await rolledHours(db, from, pending, scopesOf(ask));
  const write = (line: Line | undefined, hours: Float64Array) => {
    if (line === undefined || hours.length === 0) return;
    for (const { key, share } of shares) line[key] = hoursAt(hours, share);
  };
  write(counted.total, total);
  for (const [key, hours] of lines) write(counted.lines.get(key), hours);
}

/** Who called more than once, which no sums of days give, added to the lines. */
async function addCalls(db: Db, ask: Ask, { from, pending, figures, counted }: OffRollups) {
  const calling = figures.flatMap(({ key, calls }) => (calls === undefined ? [] : [{ key, calls }]));
  if (calling.length === 0) return;
  const rows = await db.execute<{ key: string | null; total: boolean; cases: number; callers: number }>(
    rolledCalls(from, pending, scopesOf(ask)),
  );
  for (const row of rows) {
    const line = row.total ? counted.total : counted.lines.get(row.key ?? '');
    // A row where nobody left a number has no such callers to count: null.
    for (const { key, calls } of calling)
      if (line !== undefined && (row.total || line[key] !== null)) line[key] = row[calls];
  }
}

/** A source kept to the rows that any of some figures counts: they are few, and an index knows them. */
function onlyOf(source: Source, figures: readonly Count[]): Source {
  const any = figures.filter(({ source: own }) => own.name === source.name).map(({ open }) => sql`(${open})`);
  return { ...source, where: sql`${source.where ?? sql`true`} and (${sql.join(any, sql` or `)})` };
}

/** What only time has brought about, counted from its source and added. */
async function addOpen(db: Db, ask: Ask, figures: readonly Stored[], counted: Counted): Promise<void> {
  const timed = figures.filter(isCount).filter((figure) => figure.open !== undefined);
  const open = timed.map((figure) => ({ ...figure, where: figure.open, source: onlyOf(figure.source, timed) }));
  if (open.length === 0) return;
  const { lines, total } = await countSources(db, ask, usualKey, open);
  const add = (to: Line, from: Line) => {
    for (const { key } of open) to[key] = Number(to[key] ?? 0) + Number(from[key] ?? 0);
  };
  add(counted.total, total);
  for (const [key, line] of lines) {
    const known = counted.lines.get(key) ?? emptyLine(figures);
    add(known, line);
    counted.lines.set(key, known);
  }
}

/** The figures off the rollups; null where they do not have them. */
async function countRolled(db: Db, ask: Ask, figures: readonly Stored[]): Promise<Counted | null> {
  if (figures.some(({ rolled }) => rolled === undefined)) return null;
  // A unit may not know who called about other things: it counts those of its own complaints.
  if (ask.scope.kind !== 'all' && figures.some(({ calls }) => calls !== undefined)) return null;
  const from = rolledAsk(ask, ask.by, ask.depth);
  const pending = from === null ? null : await pendingOf(db);
  if (from === null || pending === null) return null;
  const summed = figures.flatMap(({ key, kind, rolled }) =>
    rolled === undefined || isShare(rolled)
      ? []
      : [{ key, value: kind === 'count' ? sql`coalesce(${rolled}, 0)` : rolled }],
  );
  const counted = readLines(
    figures,
    await db.execute<CountedLine>(rolledFigures(from, pending, scopesOf(ask), summed)),
  );
  // A cell of nothing but zeros is what cases have left behind that count elsewhere now.
  for (const [key, line] of counted.lines) if (Object.values(line).every((value) => !value)) counted.lines.delete(key);
  await addHours(db, ask, { from, pending, figures, counted });
  await addCalls(db, ask, { from, pending, figures, counted });
  await addOpen(db, ask, figures, counted);
  return counted;
}

/** All figures of a report; `db` is one snapshot. */
export async function countFigures(db: Db, ask: Ask, key: KeyOf, figures: readonly Figure[]): Promise<Counted> {
  const stored = figures.filter((figure) => figure.kind !== 'derived');
  return (await countRolled(db, ask, stored)) ?? countSources(db, ask, key, stored);
}
