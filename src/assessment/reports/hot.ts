/**
 * 热点: second-level matters that rise in a place against what the season leads one to expect. The expectation is the mean of the
 * same span in earlier weeks: it is plain, and a reader can check it by asking for those spans.
 */
import { type SQL, sql } from 'drizzle-orm';
import { matterPath } from '../../catalog/catalog.ts';
import type { Db } from '../../db/connect.ts';
import type { Column, Line, Table } from '../../figures/table.ts';
import { expectation, windowsOf } from '../season.ts';
import { all, filtersOf, needsUnit, ofComplaints, unitOfComplaint } from './conditions.ts';
import { scopesOf } from './count.ts';
import { metaOf, type Report } from './report.ts';
import { pendingOf, rolledAsk, rolledWindows } from './rolled.ts';
import { type Ask, type Count, columnOf, inBasis, instant, type KeyOf, received } from './source.ts';

const day = 86_400_000;
const second = sql`array_to_string((string_to_array(c.matter, '.'))[1:2], '.')`;
const place = ({ by }: Ask) => (by === 'street' ? sql`c.street` : sql`c.district`);

/** Matter and place; what has no matter or no place is no hot matter. */
const key: KeyOf = (ask) => sql`${second} || '@' || ${place(ask)}`;

const volume: Count = {
  kind: 'count',
  source: { ...received, where: sql`c.matter is not null` },
  key: 'volume',
  heading: '受理量',
  note: '时间范围内（至多到此刻）受理的',
};

/** How many cases of a key a window has. */
interface Counted extends Record<string, unknown> {
  key: string;
  /** Which window, 0 for the span itself. */
  back: number;
  count: number;
}

interface Windows {
  /** Milliseconds from the start of one window to that of the next. */
  step: number;
  count: number;
  /** The part of each window that is counted: milliseconds from its start. */
  from: number;
  to: number;
}

/** Complaints of each matter and place in the span and in each window before it, by the index on the time of receipt. */
function countReceived(ask: Ask, { step, count, from, to }: Windows): SQL {
  const start = (ms: number) =>
    sql`${instant(new Date(ask.span.from.getTime() + ms))} - back * ${step}::float8 * interval '1 millisecond'`;
  return sql`
    select key, back, count(*)::int as count from (
      select ${key(ask, sql`c.received_at`)} as key, back
      from generate_series(0, ${count}::int) back
        join complaints c on c.received_at >= ${start(from)} and c.received_at < ${start(to)}
        ${needsUnit(ask) ? unitOfComplaint : sql``}
      where c.matter is not null and ${inBasis(ask)} and ${all(filtersOf(ask, ofComplaints))}) x
    where key is not null group by key, back`;
}

/** The same, whole days off the rollups where they have them. */
async function countWindows(db: Db, ask: Ask): Promise<{ rows: Counted[]; first: Date | null }> {
  const { step, length, count } = windowsOf(ask.span, ask.now);
  const [oldest] = await db.execute<{ at: string | null }>(sql`
    select to_char(min(received_at), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at from complaints`);
  const first = oldest?.at == null ? null : new Date(oldest.at);
  const days = Math.floor(length / day);
  const rolled = ask.by === 'district' ? rolledAsk(ask, 'hot', 1) : null;
  const pending = rolled === null ? null : await pendingOf(db);
  if (rolled === null || pending === null)
    return { rows: [...(await db.execute<Counted>(countReceived(ask, { step, count, from: 0, to: length })))], first };
  const folded = rolledWindows(rolled, pending, scopesOf(ask), { days, step: step / day, count });
  const rows = [...(await db.execute<Counted>(folded))];
  if (length > days * day)
    rows.push(...(await db.execute<Counted>(countReceived(ask, { step, count, from: days * day, to: length }))));
  return { rows: addUp(rows), first };
}

/** One row for each key and window. */
function addUp(rows: readonly Counted[]): Counted[] {
  const found = new Map<string, Counted>();
  for (const row of rows) {
    const id = `${row.key} ${row.back}`;
    found.set(id, { ...row, count: row.count + (found.get(id)?.count ?? 0) });
  }
  return [...found.values()];
}

const columns: Column[] = [
  { key: 'key', heading: '代码', type: 'text', note: '', cases: null },
  { key: 'name', heading: '事项与地点', type: 'text', note: '', cases: null },
  columnOf(volume),
  { key: 'expected', heading: '预期', type: 'hours', note: '此前各周同一时段受理量的平均', cases: null },
  {
    key: 'deviation',
    heading: '偏离',
    type: 'hours',
    note: '各周的标准差，不小于预期的平方根，也不小于 1',
    cases: null,
  },
  { key: 'rise', heading: '上升', type: 'ratio', note: '（受理量 − 预期）÷ 偏离', cases: null },
  {
    key: 'hot',
    heading: '热点',
    type: 'boolean',
    note: '受理量不少于 5 件，上升不小于 2；可比的时段不足 4 个时不判断',
    cases: null,
  },
];

function note({ windows, usable }: { windows: number; usable: number }, days: number): string {
  return (
    `方法“同期均值与标准差”：以此前 ${windows} 个相隔 ${days} 天的同长时段（星期对齐）的受理量为预期；` +
    `早于首件诉求的时段不用，本次可用 ${usable} 个。样本小时以预期的平方根为偏离，因为少数几件的起落本属寻常`
  );
}

async function build(db: Db, ask: Ask): Promise<Table> {
  const { rows, first } = await countWindows(db, ask);
  const { step, count, usableSince } = windowsOf(ask.span, ask.now);
  const usable = usableSince(first);
  const byKey = new Map<string, Counted[]>();
  for (const row of rows) {
    const known = byKey.get(row.key);
    if (known === undefined) byKey.set(row.key, [row]);
    else known.push(row);
  }
  const lines = [...byKey].flatMap(([code, counts]): Line[] => {
    const now = counts.find(({ back }) => back === 0)?.count ?? 0;
    if (now === 0) return [];
    const [matter = '', at = ''] = code.split('@');
    const { divisions, other, matters } = ask.catalog;
    const placeName = (divisions.get(at) ?? other.divisions.get(at))?.name ?? at;
    const earlier = counts.filter(({ back }) => back > 0 && back <= usable).map((row) => row.count);
    return [
      {
        key: code,
        name: `${matterPath(matters, matter).join('—') || matter} ${placeName}`,
        volume: now,
        ...expectation(now, earlier, usable),
      },
    ];
  });
  const rank = (line: Line) => (typeof line.rise === 'number' ? line.rise : Number.NEGATIVE_INFINITY);
  const ordered = lines.toSorted(
    (a, b) => rank(b) - rank(a) || Number(b.volume) - Number(a.volume) || (String(a.key) < String(b.key) ? -1 : 1),
  );
  const total = ordered.reduce((sum, line) => sum + Number(line.volume), 0);
  return {
    ...metaOf(hot, ask, [note({ windows: count, usable }, step / 86_400_000)]),
    columns,
    rows: ordered,
    totals: [{ key: 'total', name: '合计', volume: total, expected: null, deviation: null, rise: null, hot: null }],
  };
}

/** A case without a place stands in no row, and so not in the total either. */
const figures = (ask: Ask): Count[] => [
  { ...volume, source: { ...volume.source, where: sql`c.matter is not null and ${place(ask)} is not null` } },
];

export const hot: Report = {
  name: 'hot',
  operationId: 'getHotMatters',
  title: '热点诉求',
  summary: '热点报表：二级事项在各区或街道的受理量，与此前各周同期相比上升的在前',
  dimensions: ['district', 'street'],
  figures,
  key,
  build,
};
