/**
 * The facts that the reports count, as SQL: one row for each thing that happened to a case within a span (it was received, closed,
 * answered, replied), of the unit that it counts for, with how far the case enters the assessment. Open periods read them from
 * the orders as they stand, closed ones from what was frozen; everything above counts both alike.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Span } from '../../figures/span.ts';
import { type Columns, lastAnswer, newestLead, validAnswers, type Wanted, within } from './conditions.ts';

/** Where the facts of a report come from. */
export type Source =
  | { kind: 'live' }
  /** `amended`: with what was put right after the period was closed. */
  | { kind: 'frozen'; period: string; amended: boolean };

/** What is counted. */
export interface Filters extends Wanted {
  source: Source;
}

/** Where a fact `f` holds its case and its unit. */
export const ofFacts: Columns = {
  row: sql`f`,
  unit: sql`f.unit`,
  kind: sql`f.unit_kind`,
  parent: sql`f.unit_parent`,
};

/** Attributes of the case, which stand in every fact. */
const attributes = sql`c.district, c.street, c.matter, c.need, c.channel, c.type, c.level`;

const none = sql`null::boolean as contacted, null::boolean as resolved, null::text as satisfaction`;

/** The facts as the orders stand. An answer is scored on the order that was called back on, a reply on the order replied. */
function liveFacts(span: Span, withUnit: boolean): SQL {
  const unit = withUnit ? sql`o.id as order_id, o.unit` : sql`null::bigint as order_id, null::text as unit`;
  const lead = withUnit ? newestLead : sql``;
  const calledBackOn = withUnit ? sql`join orders o on o.id = b.order_id` : sql``;
  return sql`
    select 'received' as fact, c.id as complaint_id, ${unit}, c.received_at as at, ${none}, false as on_time,
      false as elsewhen, ${attributes}
    from complaints c ${lead} where ${within(sql`c.received_at`, span)}
    union all
    select 'closed', c.id, ${unit}, c.closed_at, ${none}, false, false, ${attributes}
    from complaints c ${lead} where ${within(sql`c.closed_at`, span)}
    union all
    select 'answered', c.id, ${unit}, b.answered_at, b.contacted, b.resolved, b.satisfaction, false,
      not (${within(sql`c.received_at`, span)}), ${attributes}
    from ${validAnswers} join complaints c on c.id = b.complaint_id ${calledBackOn}
    where ${within(sql`b.answered_at`, span)} and ${lastAnswer(span)}
    union all
    select 'replied', c.id, o.id, o.unit, o.replied_at, ${none}, o.replied_at <= o.due_at, false, ${attributes}
    from orders o join complaints c on c.id = o.complaint_id
    where o.role = 'lead' and ${within(sql`o.replied_at`, span)}`;
}

/** The strictest exclusion that stands for each case, the oldest of those alike. */
const standing = sql`
  select distinct on (complaint_id) complaint_id, kind, scope from exclusions
  where standing order by complaint_id, scope = 'none' desc, id`;

/** How far each case enters, and why not wholly: its request type before its exclusions (as `scopeOfCase`). */
function scoped(facts: SQL, units: SQL): SQL {
  return sql`
    select f.*, ${units}
      case when 'none' in (t.scope, x.scope) then 'none'
        when 'response-only' in (t.scope, x.scope) then 'response-only' else 'all' end as scope,
      case when t.scope = 'none' or (t.scope = 'response-only' and x.scope is distinct from 'none') then f.type
        else x.kind end as reason
    from (${facts}) f join request_types t on t.code = f.type
      left join (${standing}) x on x.complaint_id = f.complaint_id
      left join units u on u.code = f.unit`;
}

const unitColumns = sql`u.kind as unit_kind, u.parent as unit_parent,`;

/** All facts of a span as things stand now, with their units. */
export function standingFacts(span: Span): SQL {
  return scoped(liveFacts(span, true), unitColumns);
}

const frozenCase = sql`
  p.complaint_id, p.order_id, p.unit, f.at, p.contacted, p.resolved, p.satisfaction, p.on_time,
  p.elsewhen and f.fact = 'answered' as elsewhen, p.district, p.street, p.matter, p.need, p.channel, p.type, p.level,
  p.kind as unit_kind, p.parent as unit_parent`;
const frozenFacts = sql`
  cross join lateral (values ('received', p.received_at), ('closed', p.closed_at), ('answered', p.answered_at),
    ('replied', p.replied_at)) f(fact, at)`;

/** The facts that a period froze. */
function facts(period: string): SQL {
  return sql`select f.fact, ${frozenCase}, p.scope, p.reason
    from period_cases p ${frozenFacts} where p.period = ${period} and f.at is not null`;
}

/** The same, but of cases that were amended the scope and the answer of the newest amendment. */
function amendedFacts(period: string): SQL {
  const newest = sql`select distinct on (complaint_id) complaint_id, after from period_amendments
    where period = ${period} order by complaint_id, id desc`;
  return sql`
    with amended as (${newest})
    select f.fact, ${frozenCase}, coalesce(a.after ->> 'scope', p.scope) as scope,
      case when a.after is null then p.reason else a.after ->> 'reason' end as reason
    from period_cases p left join amended a using (complaint_id) ${frozenFacts}
    where p.period = ${period} and f.at is not null and not (f.fact = 'answered' and a.after is not null)
    union all
    select 'answered', c.id, (w.answer ->> 'orderId')::bigint, w.answer ->> 'unit', (w.answer ->> 'at')::timestamptz,
      (w.answer ->> 'contacted')::boolean, (w.answer ->> 'resolved')::boolean, w.answer ->> 'satisfaction', false,
      not (c.received_at >= s.from_at and c.received_at < s.to_at), c.district, c.street, coalesce(p.matter, c.matter),
      coalesce(p.need, c.need), c.channel, coalesce(p.type, c.type), coalesce(p.level, c.level), u.kind, u.parent,
      a.after ->> 'scope', a.after ->> 'reason'
    from amended a
      cross join lateral (select a.after -> 'answer' as answer) w
      join complaints c on c.id = a.complaint_id
      join assessment_periods s on s.code = ${period}
      left join units u on u.code = w.answer ->> 'unit'
      left join lateral (select * from period_cases p where p.period = ${period} and p.complaint_id = c.id limit 1) p on true
    where jsonb_typeof(w.answer) = 'object'`;
}

/** The facts of a report before its filters; `withUnit` where the unit matters at all. */
export function factsOf({ span, source, basis }: Filters, withUnit: boolean): SQL {
  if (source.kind === 'frozen') return source.amended ? amendedFacts(source.period) : facts(source.period);
  const units = withUnit ? unitColumns : sql`null::text as unit_kind, null::text as unit_parent,`;
  if (basis === 'assessed') return scoped(liveFacts(span, withUnit), units);
  const unit = withUnit ? sql`left join units u on u.code = f.unit` : sql``;
  return sql`select f.*, ${units} 'all' as scope, null::text as reason from (${liveFacts(span, withUnit)}) f ${unit}`;
}
