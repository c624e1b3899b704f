/** 督办: limits that ran out, and what the clocks and the desk did about it. */
import { type SQL, sql } from 'drizzle-orm';
import type { Measure } from '../../rollup/measures.ts';
import { type Report, tally } from './report.ts';
import { summed } from './rolled.ts';
import { events, type Figure } from './source.ts';

function count(key: string, heading: string, note: string, where: SQL, measure: Measure): Figure {
  return { kind: 'count', source: events, key, heading, note, where, rolled: summed(measure) };
}

const overdue = (clock: string) => sql`e.action = 'overdue' and e.data ->> 'clock' = ${sql.raw(`'${clock}'`)}`;

const figures: Figure[] = [
  count(
    'overdue',
    '超时',
    '时间范围内时限届满而未完成的次数，一张工单的每个时限各计一次',
    sql`e.action = 'overdue'`,
    'overdue',
  ),
  count('overdueSign', '超时签收', '其中签收时限', overdue('sign'), 'overdue_sign'),
  count('overdueContact', '超时联系', '其中首次联系时限', overdue('contact'), 'overdue_contact'),
  count('overdueReply', '超时办结', '其中办理时限', overdue('reply'), 'overdue_reply'),
  count('overdueReport', '超时报到', '其中吹哨报到时限', overdue('report'), 'overdue_report'),
  count('overdueReview', '挂账逾期复核', '其中挂账复核日', overdue('review'), 'overdue_review'),
  count('remind', '催办', '时间范围内的催办', sql`e.action = 'remind'`, 'remind'),
  count('supervise', '督办', '时间范围内的督办', sql`e.action = 'supervise'`, 'supervise'),
  count(
    'superviseByHand',
    '人工督办',
    '其中由研判台的人作出的',
    sql`e.action = 'supervise' and e.actor <> 'system'`,
    'supervise_by_hand',
  ),
  count('escalate', '提级', '时间范围内提级到上一级单位的', sql`e.action = 'escalate'`, 'escalate'),
];

export const supervision: Report = {
  name: 'supervision',
  operationId: 'getSupervision',
  title: '催办督办',
  summary: '催办督办报表：超时、催办、督办、提级，按单位等',
  dimensions: ['unit', 'kind', 'district', 'street', 'matter', 'need', 'level', 'type', 'day'],
  figures: () => figures,
  build: (db, ask) =>
    tally(db, ask, {
      report: supervision,
      figures,
      notes: ['由流转记录计，单位为工单所派的单位；同一张工单可以计数次，明细一次一行'],
    }),
};
