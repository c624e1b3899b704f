/** 重复与群体诉求: how much comes from those who call again, and from many about one thing; never who they are. */
import { sql } from 'drizzle-orm';
import { matterPath } from '../../catalog/catalog.ts';
import type { Db } from '../../db/connect.ts';
import { complaintsSeen } from '../../db/seen.ts';
import { share } from '../../figures/fraction.ts';
import { unitOfComplaint, within } from './conditions.ts';
import { type Report, tally } from './report.ts';
import { summed } from './rolled.ts';
import { type Ask, type Count, type Figure, type KeyOf, received, type Source, usualKey } from './source.ts';

/**
 * Complaints received, with how often the same phone called in the span, wherever and about whatever; for a unit, among those that it
 * has to do with: it is not told of what a caller said elsewhere.
 */
function byCaller({ span, scope }: Ask): Source {
  const seen = complaintsSeen(scope, { id: sql`a.id`, filedBy: null }) ?? sql`true`;
  return {
    ...received,
    name: 'byCaller',
    rows: sql`(select a.id, k.phone_index as phone, count(*) over (partition by k.phone_index) as times
        from complaints a join callers k on k.complaint_id = a.id
        where k.phone_index is not null and ${within(sql`a.received_at`, span)} and ${seen}) n
      join complaints c on c.id = n.id ${unitOfComplaint}`,
  };
}

/** The complaints of alarms, by when the alarm was raised: those that came before and after it, too. */
const members: Source = {
  ...received,
  name: 'members',
  rows: sql`group_alarms g join group_members m on m.alarm_id = g.id join complaints c on c.id = m.complaint_id
    ${unitOfComplaint}`,
  at: sql`g.raised_at`,
  sub: sql`g.id`,
};

/** A link stands while no later row undoes it. */
const linked = sql`exists (select 1 from complaint_links l where l.from_id = c.id and l.kind = 'repeat' and l.action = 'linked'
  and not exists (select 1 from complaint_links v where v.from_id = l.from_id and v.to_id = l.to_id and v.kind = l.kind
    and v.action = 'unlinked' and v.id > l.id))`;

type More = Pick<Count, 'where' | 'rolled' | 'calls'>;
function count(source: Source, key: string, heading: string, note: string, more: More = {}): Count {
  return { kind: 'count', source, key, heading, note, ...more };
}

const number = (value: unknown) => (typeof value === 'number' ? value : 0);

function figures(ask: Ask): Figure[] {
  if (ask.by === 'alarm') return [count(members, 'groupCases', '群体诉求', '时间范围内触发的预警，其中的诉求')];
  const callers = byCaller(ask);
  const about = ask.scope.kind === 'all' ? '不论何事何地' : '本单位经办的';
  return [
    count(received, 'volume', '受理量', '按受理时间', { rolled: summed('volume') }),
    count(callers, 'repeatCases', '多次来电诉求', `同一电话在时间范围内有两件以上（${about}）的诉求`, {
      where: sql`n.times > 1`,
      rolled: sql`0`,
      calls: 'cases',
    }),
    {
      kind: 'measure',
      type: 'integer',
      source: callers,
      key: 'repeatCallers',
      heading: '多次来电人数',
      note: '多次来电诉求的不同电话数；一人可在几行，合计只计一次',
      value: sql`case when n.times > 1 then n.phone end`,
      aggregate: (value) => sql`count(distinct ${value})`,
      cases: 'repeatCases',
      rolled: sql`case when sum(has_phone) > 0 then 0 end`,
      calls: 'callers',
    },
    {
      kind: 'derived',
      type: 'rate',
      key: 'repeatShare',
      heading: '多次来电占比',
      note: '多次来电诉求 ÷ 受理量',
      cases: 'repeatCases',
      from: (line) => share(number(line.repeatCases), number(line.volume)),
    },
    count(received, 'linked', '关联重复', '研判台关联为重复诉求的（关联未撤销）', {
      where: linked,
      rolled: summed('linked'),
    }),
    count(received, 'groupCases', '群体诉求', '属于某次群体预警的', {
      where: sql`exists (select 1 from group_members m where m.complaint_id = c.id)`,
      rolled: summed('grouped'),
    }),
  ];
}

const key: KeyOf = (ask, at) => (ask.by === 'alarm' ? sql`g.id::text` : usualKey(ask, at));

/** Alarms are named by rule, matter and place. */
async function alarmNames(db: Db, { catalog, span }: Ask): Promise<(key: string) => string> {
  const rows = await db.execute<{ id: string; rule: string; matter: string; place: string | null }>(sql`
    select g.id::text as id, g.rule, g.matter, d.name as place from group_alarms g left join divisions d on d.code = g.place
    where ${within(sql`g.raised_at`, span)}`);
  const names = new Map(
    rows.map(({ id, rule, matter, place }) => [
      id,
      `${rule} ${matterPath(catalog.matters, matter).join('—')} ${place ?? ''}`.trim(),
    ]),
  );
  return (id) => names.get(id) ?? id;
}

export const repeats: Report = {
  name: 'repeats',
  operationId: 'getRepeats',
  title: '重复与群体诉求',
  summary: '重复与群体诉求报表：多次来电、关联重复、群体预警，按单位、事项或预警；不含诉求人信息',
  dimensions: ['unit', 'matter', 'need', 'district', 'street', 'kind', 'type', 'level', 'channel', 'day', 'alarm'],
  figures,
  key,
  build: async (db, ask) =>
    tally(db, ask, {
      report: repeats,
      figures: figures(ask),
      notes: ['没有留电话的不计入多次来电'],
      ...(ask.by === 'alarm' ? { nameOf: await alarmNames(db, ask) } : {}),
    }),
};
