/** The conditions behind the figures of the three rates, as `../store.ts` counts them: for their case lists. */
import { type SQL, sql } from 'drizzle-orm';
import { lastAnswer, unitOfOrder, validAnswers } from './conditions.ts';
import {
  type Ask,
  type Count,
  columnOf,
  type Derived,
  type Figure,
  received,
  replied,
  type Source,
  wholly,
} from './source.ts';

/** A case that was opened again and answered twice counts once, by its last answer within the span. */
export function answered({ span }: Pick<Ask, 'span'>): Source {
  return {
    name: 'answered',
    rows: sql`${validAnswers} join complaints c on c.id = b.complaint_id join orders o on o.id = b.order_id ${unitOfOrder}`,
    at: sql`b.answered_at`,
    id: sql`b.id`,
    order: sql`o.id`,
    where: lastAnswer(span),
  };
}

const closed: Source = { ...received, name: 'closed', at: sql`c.closed_at` };

/** Figures of the rates with the words of their report. */
export function ratesFigures(ask: Pick<Ask, 'basis' | 'span'>): Figure[] {
  const whole = wholly(ask);
  const count = (source: Source, key: string, heading: string, note: string, where = sql`true`): Count => ({
    kind: 'count',
    source,
    key,
    heading,
    note,
    where,
  });
  const answers = answered(ask);
  const valid = (key: string, heading: string, note: string, where: SQL) =>
    count(answers, key, heading, note, sql`${whole} and ${where}`);
  const over = (key: string, heading: string, type: Derived['type'], cases: string, note: string): Derived => ({
    kind: 'derived',
    key,
    heading,
    type,
    note,
    cases,
    from: (line) => line[key] ?? null,
  });
  return [
    count(received, 'volume', '受理量', '按受理时间'),
    count(closed, 'closed', '结案量', '按结案时间'),
    valid('valid', '有效回访', '解决率和满意率的分母，按回访答复时间；一件诉求以最后一次有效答复计', sql`true`),
    count(answers, 'responseValid', '有效回访（响应）', '响应率的分母；考核口径下含只考核响应率的诉求'),
    count(answers, 'contacted', '已联系', '响应率的分子', sql`b.contacted`),
    valid('resolved', '已解决', '解决率的分子', sql`b.resolved`),
    valid('satisfied', '满意', '', sql`b.satisfaction = 'satisfied'`),
    valid('basic', '基本满意', '', sql`b.satisfaction = 'basic'`),
    valid('dissatisfied', '不满意', '', sql`b.satisfaction = 'dissatisfied'`),
    count(replied, 'replied', '办结', '主办工单，按办结时间'),
    count(replied, 'repliedOnTime', '按时办结', '其中在时限内的', sql`o.replied_at <= o.due_at`),
    over('responseRate', '响应率', 'rate', 'responseValid', '已联系 ÷ 有效回访（响应）'),
    over('resolutionRate', '解决率', 'rate', 'valid', '已解决 ÷ 有效回访'),
    over('satisfactionRate', '满意率', 'rate', 'valid', '（满意 + 基本满意 × 分值）÷ 有效回访，分值由考核规则定'),
    over('composite', '综合分', 'score', 'valid', '响应率、解决率、满意率按考核规则的权重合计 × 100'),
    over('onTimeRate', '按时办结率', 'rate', 'replied', '按时办结 ÷ 办结'),
  ];
}

/** The words of the figures, whatever is asked. */
export const ratesColumns = ratesFigures({
  basis: 'all',
  span: { code: null, from: new Date(0), to: new Date(0) },
}).map(columnOf);
