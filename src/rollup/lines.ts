/**
 * What complaints count as, in SQL: the lines of the complaints named by `ids`, and the cells that a line counts in. One definition,
 * for folding changes in, for making the rollups anew, and for reports while changes are still waiting. The same facts as
 * `assessment/reports/` count from the orders themselves; a test holds the two against each other.
 *
 * The statements are constants, put together once: nothing that anyone typed comes in.
 */
import { type SQL, sql } from 'drizzle-orm';
import {
  type CellDimension,
  hourDimensions,
  isLarge,
  type LineSource,
  type Measure,
  measures,
  noKey,
} from './measures.ts';

const typeOf = (measure: Measure) => (isLarge(measure) ? 'bigint' : 'int');
/** All measures, from an alias, each times a sign. */
export const listMeasures = (of: (measure: Measure) => string) => measures.map(of).join(', ');

interface Branch {
  ref: string;
  at: string;
  unit: string;
  from: string;
  nextAt?: string;
  handled?: string;
  counts: Partial<Record<Measure, string>>;
}

const is = (condition: string) => `(${condition})::int`;
const overdue = (clock: string) => is(`e.action = 'overdue' and e.data ->> 'clock' = '${clock}'`);
const milliseconds = (from: string, to: string) => `(extract(epoch from ${to} - ${from}) * 1000)::bigint`;

/** The first dispatch of the round: every order of it, the co-handlers' among them, was dispatched then or later. */
const firstDispatch = `(select min(f.dispatched_at) from orders f
  where f.complaint_id = o.complaint_id and f.round = o.round and f.role in ('lead', 'co'))`;

/** A clock that ended without its act: what ended before the limit was never late; what has not ended is not counted here. */
const endedLate = (done: string, due: string) =>
  `(${done} > ${due} or (${done} is null and least(o.replied_at, o.closed_at) > ${due}))`;

const branches: Record<LineSource, Branch> = {
  received: {
    ref: '0',
    at: 'd.received_at',
    unit: 'd.unit',
    from: 'd',
    counts: {
      volume: '1',
      by_phone: is(`d.channel = 'phone'`),
      direct: is(`d.status = 'answered'`),
      routed: is(`d.status in ('redirected', 'handover')`),
      waiting: is(`d.status = 'triage'`),
      has_phone: is('exists (select from callers k where k.complaint_id = d.id and k.phone_index is not null)'),
      linked:
        is(`exists (select from complaint_links l where l.from_id = d.id and l.kind = 'repeat' and l.action = 'linked'
        and not exists (select from complaint_links v where v.from_id = l.from_id and v.to_id = l.to_id and v.kind = l.kind
          and v.action = 'unlinked' and v.id > l.id))`),
      grouped: is('exists (select from group_members m where m.complaint_id = d.id)'),
    },
  },
  closed: {
    ref: '0',
    at: 'd.closed_at',
    unit: 'd.unit',
    from: 'd where d.closed_at is not null',
    counts: { closed: '1' },
  },
  answered: {
    ref: 'a.id',
    at: 'a.at',
    nextAt: `(select min(l.at) from callbacks lt join callback_attempts l on l.callback_id = lt.id
      where lt.complaint_id = d.id and l.valid and (l.at, l.id) > (a.at, a.id))`,
    unit: 'o.unit',
    from: `d join callbacks b on b.complaint_id = d.id join callback_attempts a on a.callback_id = b.id and a.valid
      join orders o on o.id = b.order_id`,
    counts: {
      valid: '1',
      contacted: is('a.contacted'),
      resolved: is('a.resolved'),
      satisfied: is(`a.satisfaction = 'satisfied'`),
      basic: is(`a.satisfaction = 'basic'`),
      dissatisfied: is(`a.satisfaction = 'dissatisfied'`),
    },
  },
  dispatched: {
    ref: 'o.id',
    at: 'o.dispatched_at',
    unit: 'o.unit',
    from: `d join orders o on o.complaint_id = d.id where o.role in ('lead', 'co')`,
    counts: {
      dispatched: '1',
      signed_on_time: is('o.signed_at <= o.sign_due_at'),
      signed_late: is(endedLate('o.signed_at', 'o.sign_due_at')),
      contacted_on_time: is(`o.role = 'lead' and o.contacted_at <= o.contact_due_at`),
      contacted_late: is(`o.role = 'lead' and ${endedLate('o.contacted_at', 'o.contact_due_at')}`),
      returned: is(`exists (select 1 from events r
        where r.complaint_id = o.complaint_id and r.order_id = o.id and r.action = 'approveReturn')`),
    },
  },
  replied: {
    ref: 'o.id',
    at: 'o.replied_at',
    unit: 'o.unit',
    from: `d join orders o on o.complaint_id = d.id where o.role = 'lead' and o.replied_at is not null`,
    handled: milliseconds('o.dispatched_at', 'o.replied_at'),
    counts: {
      replied: '1',
      replied_on_time: is('o.replied_at <= o.due_at'),
      extended: is('o.extensions > 0'),
      bounced: is(`o.dispatched_at > ${firstDispatch}`),
      lost_ms: milliseconds(firstDispatch, 'o.dispatched_at'),
    },
  },
  watched: {
    ref: 'e.id',
    at: 'e.at',
    unit: 'o.unit',
    from: `d join events e on e.complaint_id = d.id join orders o on o.id = e.order_id
      where e.action in ('remind', 'supervise', 'escalate', 'overdue')`,
    counts: {
      overdue: is(`e.action = 'overdue'`),
      overdue_sign: overdue('sign'),
      overdue_contact: overdue('contact'),
      overdue_reply: overdue('reply'),
      overdue_report: overdue('report'),
      overdue_review: overdue('review'),
      remind: is(`e.action = 'remind'`),
      supervise: is(`e.action = 'supervise'`),
      supervise_by_hand: is(`e.action = 'supervise' and e.actor <> 'system'`),
      escalate: is(`e.action = 'escalate'`),
    },
  },
};

/** Complaints with the unit that leads now, and how far they enter the assessment: as `scopeOfCase` of `assessment/frozen.ts`. */
const cases = `
  select c.id, c.received_at, c.closed_at, c.status, c.channel, c.type, c.need, c.matter, c.level, c.district, c.street, o.unit,
    case when 'none' in (t.scope, x.scope) then 'none'
      when 'response-only' in (t.scope, x.scope) then 'response-only' else 'all' end as scope,
    case when t.scope = 'none' or (t.scope = 'response-only' and x.scope is distinct from 'none') then c.type
      else x.kind end as reason
  from ids join complaints c on c.id = ids.id join request_types t on t.code = c.type
    left join lateral (
      select unit from orders where complaint_id = c.id and role = 'lead' order by id desc limit 1) o on true
    left join lateral (
      select kind, scope from exclusions where complaint_id = c.id and standing order by scope = 'none' desc, id limit 1
    ) x on true`;

const branchText = Object.entries(branches).map(
  ([source, { ref, at, nextAt = 'null::timestamptz', unit, from, handled = 'null::bigint', counts }]) => {
    const named = new Map(Object.entries(counts));
    // A zero is as good as none: both take one bit less than a number.
    const values = listMeasures(
      (measure) => `nullif(${named.get(measure) ?? 'null'}, 0)::${typeOf(measure)} as ${measure}`,
    );
    return `select d.id as complaint_id, '${source}' as source, ${ref}::bigint as ref, ${at} as at, ${nextAt} as next_at,
      ${unit} as unit, ${handled} as handled_ms, ${values} from ${from}`;
  },
);

const attributes = ['district', 'street', 'matter', 'need', 'channel', 'type', 'level', 'scope', 'reason'] as const;

/** The columns of a line, in the order of the table. */
export const lineColumns: readonly string[] = [
  'complaint_id',
  'source',
  'ref',
  'at',
  'day',
  'next_at',
  'received_at',
  'unit',
  'kind',
  ...attributes,
  'handled_ms',
  ...measures,
];

const columnText: Record<string, string> = {
  day: `(f.at at time zone 'Asia/Shanghai')::date`,
  received_at: 'd.received_at',
  kind: 'u.kind',
  ...Object.fromEntries(attributes.map((name) => [name, `d.${name}`])),
};

const lineText = `
  with d as (${cases}), f as (${branchText.join(' union all ')})
  select ${lineColumns.map((name) => `${columnText[name] ?? `f.${name}`} as ${name}`).join(', ')}
  from f join d on d.id = f.complaint_id left join units u on u.code = f.unit`;

/** The lines of the complaints that a common table expression `ids(id)` names. */
export const linesOfIds: SQL = sql.raw(lineText);

const matter = (depth: number) => `array_to_string((string_to_array(l.matter, '.'))[1:${depth}], '.')`;
const received = (key: string) => `case when l.source = 'received' then ${key} end`;
const orNone = (key: string) => `coalesce(${key}, '${noKey}')`;

/** The key of a line `l` for what a row may stand for; null where it counts in no such row. */
export const keyText: Record<CellDimension, string> = {
  unit: orNone('l.unit'),
  kind: orNone('l.kind'),
  district: orNone('l.district'),
  street: orNone('l.street'),
  // Codes of matters name their parents (M05.03.02).
  matter1: orNone(matter(1)),
  matter2: orNone(matter(2)),
  matter3: orNone(matter(3)),
  need: 'l.need',
  channel: 'l.channel',
  type: 'l.type',
  level: 'l.level',
  day: `to_char(l.day, 'YYYY-MM-DD')`,
  hour: received(`to_char(l.at at time zone 'Asia/Shanghai', 'HH24')`),
  hot: received(`${matter(2)} || '@' || l.district`),
};

const keys = Object.entries(keyText).map(([by, key]) => `('${by}', ${key})`);
const hourKeys = hourDimensions.map((by) => `('${by}', ${keyText[by]})`);

/** Columns of a cell before its measures. */
export const cellKey = '"by", grain, day, key, scope, reason';

/** What the signed lines `changed(sign, …)` add to each cell, of the day and of the week. What stands for a day needs no weeks. */
export const changedSums: SQL = sql.raw(`
  select k.by, g.grain, g.day, k.key, l.scope, coalesce(l.reason, '') as reason,
    ${listMeasures((m) => `coalesce(sum(l.sign * l.${m}), 0) as ${m}`)}
  from changed l cross join lateral (values ${keys.join(', ')}) k(by, key)
    cross join lateral (values ('day', l.day), ('week', date_trunc('week', l.day)::date)) g(grain, day)
  where k.key is not null and (g.grain = 'day' or k.by <> 'day')
  group by 1, 2, 3, 4, 5, 6`);

/** What all lines come to in each cell of a day. Kind by kind of line, so that each row adds up its own few measures alone. */
export const allSums: SQL = sql.raw(`
  select by, 'day', day, key, scope, reason, ${listMeasures((m) => `coalesce(sum(${m}), 0) as ${m}`)}
  from (${Object.entries(branches)
    .map(
      ([source, { counts }]) => `
        select k.by, l.day, k.key, l.scope, coalesce(l.reason, '') as reason,
          ${listMeasures((m) => `${m in counts ? `sum(l.${m})` : `null::${typeOf(m)}`} as ${m}`)}
        from rollup_lines l cross join lateral (values ${keys.join(', ')}) k(by, key)
        where l.source = '${source}' and k.key is not null group by 1, 2, 3, 4, 5`,
    )
    .join(' union all ')}) s
  group by 1, 3, 4, 5, 6 order by 1, 3, 4`);

/** What the cells of days come to in weeks. */
export const weekSums: SQL = sql.raw(`
  select by, 'week', date_trunc('week', day)::date, key, scope, reason, ${listMeasures((m) => `sum(${m})`)}
  from rollup_cells where by <> 'day' group by 1, 3, 4, 5, 6 order by 1, 3, 4`);

/**
 * The reference data that lines depend on beside the cases: how far request types enter, and of what kind units are. Rollups made by
 * other data are made anew.
 */
export const basisText: SQL = sql.raw(`(select md5(
  (select string_agg(code || scope, ',' order by code) from request_types)
  || (select string_agg(code || kind, ',' order by code) from units)))`);

/** Whether the rollups are complete and were made by the reference data in force. */
export const readyText: SQL = sql`exists (select from rollup_state where basis = ${basisText})`;

/** The hours of handling of the days `packed(day)`, by key: eight bytes for each order, milliseconds in the order of the network. */
export const hoursOfDays: SQL = sql.raw(`
  select k.by, l.day, k.key, l.scope, string_agg(float8send(l.handled_ms::float8), '')
  from rollup_lines l cross join lateral (values ${hourKeys.join(', ')}) k(by, key)
  where l.source = 'replied' and l.day in (select day from packed) group by 1, 2, 3, 4 order by 1, 2`);
