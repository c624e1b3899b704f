/** 时效: whether units sign, contact and reply in time, how long it takes, and what returns and bounces cost. */
import { type SQL, sql } from 'drizzle-orm';
import { share } from '../../figures/fraction.ts';
import type { Line } from '../../figures/table.ts';
import { type Report, tally } from './report.ts';
import { summed } from './rolled.ts';
import { hoursOf } from './rolled-hours.ts';
import {
  type Ask,
  type Count,
  dispatched,
  type Figure,
  instant,
  type Measure,
  replied,
  type Source,
} from './source.ts';

/** How the clocks of signing and of the first contact stand, of the orders dispatched in the span. */
function clock(ask: Ask, name: 'sign' | 'contact', words: string, done: SQL, due: SQL, whose: SQL): Figure[] {
  const rolled = name === 'sign' ? 'signed' : 'contacted';
  const open = sql`o.replied_at is null and o.closed_at is null`;
  const missed = sql`${whose} and ${done} is null and ${due} < ${instant(ask.now)}`;
  const on = `${name}OnTime`;
  const late = `${name}Late`;
  return [
    count(
      dispatched,
      on,
      `按时${words}`,
      `时间范围内派出的工单，在时限内${words}的`,
      sql`${whose} and ${done} <= ${due}`,
      summed(`${rolled}_on_time`),
    ),
    {
      ...count(
        dispatched,
        late,
        `逾期${words}`,
        `时间范围内派出的工单，过了时限才${words}，或时限已过仍未${words}的；时限前已办结、改派、并单、撤销的不算`,
        // The clock ends with the order: nobody signs or makes first contact after that.
        sql`(${whose} and ${done} > ${due}) or (${missed} and (${open} or least(o.replied_at, o.closed_at) > ${due}))`,
        summed(`${rolled}_late`),
      ),
      open: sql`${open} and ${missed}`,
    },
    {
      kind: 'derived',
      type: 'rate',
      key: `${name}Rate`,
      heading: `按时${words}率`,
      note: `按时${words} ÷（按时${words} + 逾期${words}）；都没有为空`,
      cases: on,
      from: (line) => share(number(line, on), number(line, on) + number(line, late)),
    },
  ];
}

const number = (line: Line, key: string) => (typeof line[key] === 'number' ? line[key] : 0);

function count(source: Source, key: string, heading: string, note: string, where: SQL, rolled: SQL): Count {
  return { kind: 'count', source, key, heading, note, where, rolled };
}

const milliseconds = (from: SQL, to: SQL) => sql`(extract(epoch from ${to} - ${from}) * 1000)::bigint`;

/** The first dispatch of the round: every order of it, the co-handlers' among them, was dispatched then or later. */
const firstDispatch = sql`(select min(f.dispatched_at) from orders f
  where f.complaint_id = o.complaint_id and f.round = o.round and f.role in ('lead', 'co'))`;

function hours(key: string, heading: string, note: string, share: number): Measure {
  return {
    kind: 'measure',
    type: 'hours',
    source: replied,
    value: milliseconds(sql`o.dispatched_at`, sql`o.replied_at`),
    aggregate: (value) => hoursOf(value, share),
    key,
    heading,
    note,
    cases: 'replied',
    rolled: { share },
  };
}

/** Of the orders dispatched in the span. */
function dispatchFigures(ask: Ask): Figure[] {
  const lead = sql`o.role = 'lead'`;
  return [
    count(dispatched, 'dispatched', '派出工单', '时间范围内派出的主办、协办工单', sql`true`, summed('dispatched')),
    ...clock(ask, 'sign', '签收', sql`o.signed_at`, sql`o.sign_due_at`, sql`true`),
    ...clock(ask, 'contact', '首次联系', sql`o.contacted_at`, sql`o.contact_due_at`, lead),
    count(
      dispatched,
      'returned',
      '退单',
      '时间范围内派出的工单，承办单位申请退单且获同意而改派的',
      sql`exists (select 1 from events r
      where r.complaint_id = o.complaint_id and r.order_id = o.id and r.action = 'approveReturn')`,
      summed('returned'),
    ),
  ];
}

/** Of those replied in it. */
const replyFigures: readonly Figure[] = [
  count(replied, 'replied', '办结', '时间范围内办结的主办工单', sql`true`, summed('replied')),
  count(
    replied,
    'repliedOnTime',
    '按时办结',
    '其中在时限内办结的',
    sql`o.replied_at <= o.due_at`,
    summed('replied_on_time'),
  ),
  {
    kind: 'derived',
    type: 'rate',
    key: 'onTimeRate',
    heading: '按时办结率',
    note: '按时办结 ÷ 办结；与三率报表相同',
    cases: 'repliedOnTime',
    from: (line) => share(number(line, 'repliedOnTime'), number(line, 'replied')),
  },
  hours('medianHours', '办理时长中位数', '办结的主办工单由派单到办结的小时数，中位数', 0.5),
  hours('p90Hours', '办理时长九成位', '同上，九成工单不超过的小时数', 0.9),
  count(replied, 'extended', '延期', '办结的主办工单，其中获准延期的', sql`o.extensions > 0`, summed('extended')),
  count(
    replied,
    'bounced',
    '流转',
    '办结的主办工单，其中首次派单后又改派、退单或提级才到办结单位的',
    sql`o.dispatched_at > ${firstDispatch}`,
    summed('bounced'),
  ),
  {
    kind: 'measure',
    type: 'hours',
    source: replied,
    key: 'hoursLost',
    heading: '流转耗时',
    note: '流转的工单由首次派单到派给办结单位的小时数之和',
    value: milliseconds(firstDispatch, sql`o.dispatched_at`),
    aggregate: (value) => sql`round(sum(${value})::numeric / 3600000, 1)`,
    cases: 'bounced',
    rolled: sql`case when sum(replied) > 0 then round(sum(lost_ms)::numeric / 3600000, 1) end`,
  },
];

const figures = (ask: Ask): Figure[] => [...dispatchFigures(ask), ...replyFigures];

export const timeliness: Report = {
  name: 'timeliness',
  operationId: 'getTimeliness',
  title: '办理时效',
  summary: '办理时效报表：签收、首次联系、办结是否按时，办理时长，延期、退单与流转耗时',
  dimensions: ['unit', 'kind', 'district', 'street', 'matter', 'need', 'channel', 'type', 'level', 'day'],
  figures,
  build: (db, ask) =>
    tally(db, ask, {
      report: timeliness,
      figures: figures(ask),
      notes: ['单位为工单所派的单位；签收、联系、退单按派单时间计，办结、时长、延期、流转按办结时间计'],
    }),
};
