/** 受理量: what came in, by hour, day, channel, type, matter, level, place; and by population where it is known (万人诉求比). */
import { type SQL, sql } from 'drizzle-orm';
import { roundFraction, share } from '../../figures/fraction.ts';
import { type Report, tally } from './report.ts';
import { summed } from './rolled.ts';
import { type Ask, type Figure, received } from './source.ts';

/** Residents of the place of a row; of the whole city for the total. Null where it is not known or the row is no place. */
function residents({ catalog, by, district }: Ask, key: string): number | null {
  if (by !== 'district' && by !== 'street') return null;
  const known = catalog.data.population;
  if (key !== 'total') return known.find(({ code }) => code === key)?.residents ?? null;
  if (district !== undefined) return known.find(({ code }) => code === district)?.residents ?? null;
  const districts = known.filter(({ code }) => catalog.divisions.get(code)?.kind === 'district');
  return districts.length === 0 ? null : districts.reduce((sum, { residents: own }) => sum + own, 0);
}

/** The share of a row in the whole, and its cases for ten thousand residents. */
function derived(ask: Ask): Figure[] {
  const volume = (value: unknown) => (typeof value === 'number' ? value : 0);
  return [
    {
      kind: 'derived',
      key: 'share',
      heading: '占比',
      type: 'rate',
      note: '本行受理量 ÷ 合计受理量',
      cases: 'volume',
      from: (line, total) => share(volume(line.volume), volume(total.volume)),
    },
    {
      kind: 'derived',
      key: 'perTenThousand',
      heading: '万人诉求比',
      type: 'ratio',
      note: '受理量 ÷ 常住人口（万人），两位小数；人口见基础数据 population.csv，没有人口数的为空',
      cases: 'volume',
      from: (line) => {
        const people = residents(ask, String(line.key));
        return people === null ? null : roundFraction(BigInt(volume(line.volume)) * 10_000n, BigInt(people), 2);
      },
    },
  ];
}

function figures(ask: Ask): Figure[] {
  const count = (key: string, heading: string, note: string, rolled: SQL, where = sql`true`): Figure => ({
    kind: 'count',
    source: received,
    key,
    heading,
    note,
    where,
    rolled,
  });
  return [
    count('volume', '受理量', '按受理时间', summed('volume')),
    count('phone', '电话', '其中由电话受理的', summed('by_phone'), sql`c.channel = 'phone'`),
    count('network', '网络等', '其中由电话以外的渠道受理的', sql`sum(volume - by_phone)`, sql`c.channel <> 'phone'`),
    count('answered', '直接答复', '其中直接答复的', summed('direct'), sql`c.status = 'answered'`),
    count(
      'routed',
      '引导与转接',
      '其中引导至法定途径或转接紧急号码的',
      summed('routed'),
      sql`c.status in ('redirected', 'handover')`,
    ),
    count('waiting', '待研判', '其中现在仍在研判台的', summed('waiting'), sql`c.status = 'triage'`),
    ...derived(ask),
  ];
}

function notes({ catalog }: Ask): string[] {
  const sources = new Set(catalog.data.population.map(({ year, source }) => `${year} 年，${source}`));
  return [...sources].map((source) => `常住人口：${source}`);
}

export const volume: Report = {
  name: 'volume',
  operationId: 'getVolume',
  title: '受理量',
  summary: '受理量报表：按小时、日、渠道、类型、事项、级别、区、街道等；有人口数的附万人诉求比',
  dimensions: ['district', 'street', 'hour', 'day', 'channel', 'type', 'matter', 'need', 'level', 'unit', 'kind'],
  figures,
  build: (db, ask) => tally(db, ask, { report: volume, figures: figures(ask), notes: notes(ask) }),
};
