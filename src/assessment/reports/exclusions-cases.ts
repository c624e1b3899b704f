/** The conditions behind the figures of the report of exclusions, as `../store.ts` counts them: for their case lists. */
import { sql } from 'drizzle-orm';
import { fieldError } from '../../http/errors.ts';
import { lastAnswer, unitOfOrder, validAnswers, within } from './conditions.ts';
import { answered } from './rates-cases.ts';
import { type Ask, type Count, type Derived, type Figure, inBasis, received, type Source, wholly } from './source.ts';

const assessed = { basis: 'assessed' } as const;

/**
 * What is left out, each case once: one that does not count at all by its receipt, or by its answer where it was received outside
 * the span; one that counts for the response alone by its answer.
 */
function leftOut({ span }: Pick<Ask, 'span'>): Source {
  return {
    name: 'leftOut',
    rows: sql`(
        select r.id as complaint_id, r.received_at as at, false as answered,
          (select l.id from orders l where l.complaint_id = r.id and l.role = 'lead' order by l.id desc limit 1) as order_id
        from complaints r
        union all
        select b.complaint_id, b.answered_at, true, b.order_id from ${validAnswers} where ${lastAnswer(span)}) f
      join complaints c on c.id = f.complaint_id left join orders o on o.id = f.order_id ${unitOfOrder}`,
    at: sql`f.at`,
    id: sql`c.id`,
    sub: sql`f.answered::int::bigint`,
    order: sql`o.id`,
    where: sql`case when not ${inBasis(assessed)} then not f.answered or not (${within(sql`c.received_at`, span)})
      when not ${wholly(assessed)} then f.answered else false end`,
  };
}

/** Figures of the report; the rates of both bases stand on the answers they are computed from. */
export function exclusionsFigures(ask: Pick<Ask, 'span' | 'basis'>): Figure[] {
  if (ask.basis !== 'all') throw fieldError('basis', '此报表两种口径并列，列的 key 已说明是哪一种');
  const answers = answered(ask);
  const count = (source: Source, key: string, heading: string, where = sql`true`): Count => ({
    kind: 'count',
    source,
    key,
    heading,
    note: '',
    where,
  });
  const over = (key: string, cases: string): Derived => ({
    kind: 'derived',
    key,
    heading: key,
    type: 'rate',
    note: '',
    cases,
    from: (line) => line[key] ?? null,
  });
  return [
    count(leftOut(ask), 'excluded', '不计入'),
    count(received, 'all.volume', '受理量（全口径）'),
    count(received, 'assessed.volume', '受理量（考核口径）', inBasis(assessed)),
    count(answers, 'all.valid', '有效回访（全口径）'),
    count(answers, 'assessed.valid', '有效回访（考核口径）', wholly(assessed)),
    count(answers, 'assessed.responseValid', '有效回访（响应，考核口径）', inBasis(assessed)),
    over('all.responseRate', 'all.valid'),
    over('assessed.responseRate', 'assessed.responseValid'),
    ...['resolutionRate', 'satisfactionRate', 'composite'].flatMap((rate) =>
      ['all', 'assessed'].map((side) => over(`${side}.${rate}`, `${side}.valid`)),
    ),
  ];
}
