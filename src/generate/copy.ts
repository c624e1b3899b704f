/** What becomes of each column when a life is written again: ids move, instants go back by weeks, the rest stays. Pure. */

/** The tables that hold a life, those referred to first. */
export const copied = ['complaints', 'callers', 'orders', 'events', 'callbacks', 'callback_attempts'] as const;
export type CopiedTable = (typeof copied)[number];

export interface Column {
  name: string;
  /** As `information_schema` calls it. */
  type: string;
}

/** What a table has, where its new ids start, and how many of them each copy of a life may take. */
export interface Shape {
  columns: readonly Column[];
  base: number;
  stride: number;
}

/** How lives are copied. */
export interface Copying {
  shapes: Record<CopiedTable, Shape>;
  /** Whether the words for the search come along. */
  words: boolean;
  /** Running numbers of complaints start after it. */
  numbers: number;
  /** How many copies there are in all. */
  total: number;
}

/** The id of a copied row: `rank` is its place within the life. */
function idOf(shapes: Copying['shapes'], table: CopiedTable, rank: string): string {
  const { base, stride } = shapes[table];
  return `${base} + (s.g - 1) * ${stride} + ${rank} + 1`;
}

/** Columns that refer to a row of the same life: the table they refer to. */
const references: Partial<Record<CopiedTable, Record<string, CopiedTable>>> = {
  orders: { parent_id: 'orders' },
  events: { order_id: 'orders' },
  callbacks: { order_id: 'orders' },
  callback_attempts: { callback_id: 'callbacks' },
};

/** A third as many callers as complaints: each has called some three times. Nobody's index: what is sealed for one case opens for no other. */
const caller = (total: number) =>
  `decode(md5(((hashint8(s.g * 7 + 1) & 2147483647) % ${Math.ceil(total / 3)})::text), 'hex')`;

function special(table: CopiedTable, { words, numbers, total }: Copying): Record<string, string> {
  if (table === 'complaints')
    return {
      number: `to_char((t.received_at - s.week * interval '7 days') at time zone 'Asia/Shanghai', 'YYYYMMDD')
        || lpad((${numbers} + s.g)::text, greatest(7, length((${numbers} + s.g)::text)), '0')`,
      external_number: 'null',
      source: `'generate'`,
      public_code: `upper(substr(md5(s.g::text), 1, 26))`,
      filed_by: 'null',
      ...(words ? {} : { words: `''::tsvector` }),
    };
  if (table === 'callers')
    return {
      name_sealed: 'null',
      phone_sealed: 'null',
      address_sealed: 'null',
      phone_index: `case when t.phone_index is not null then ${caller(total)} end`,
    };
  if (table === 'orders') return { changed: 'pg_current_xact_id()::text::bigint', next_look: 'null' };
  return {};
}

/** The lists of `insert into … (names) select values from … joins`; `s` is the copy, `t` the row it is copied from. */
export function copyOf(table: CopiedTable, copying: Copying) {
  const { shapes } = copying;
  const { columns } = shapes[table];
  const own = special(table, copying);
  const refers = references[table] ?? {};
  const joins: string[] = [];
  for (const [column, to] of Object.entries(refers))
    joins.push(`left join pool_${to} r_${column} on r_${column}.id = t.${column} and r_${column}.n = t.n`);
  if (table === 'events') joins.push('left join shifted d on d.n = t.n and d.rank = t.rank and d.week = s.week');
  const written = ({ name, type }: Column): string => {
    const given = own[name];
    if (given !== undefined) return given;
    if (name === 'id') return idOf(shapes, table, 't.rank');
    if (name === 'complaint_id') return idOf(shapes, 'complaints', '0');
    const to = refers[name];
    if (to !== undefined) return `case when t.${name} is not null then ${idOf(shapes, to, `r_${name}.rank`)} end`;
    if (type.startsWith('timestamp')) return `t.${name} - s.week * interval '7 days'`;
    if (type === 'date') return `t.${name} - s.week * 7`;
    if (table === 'events' && name === 'data') return 'coalesce(d.data, t.data)';
    return `t."${name}"`;
  };
  return {
    names: columns.map(({ name }) => `"${name}"`).join(', '),
    values: columns.map(written).join(', '),
    joins: joins.join(' '),
  };
}
