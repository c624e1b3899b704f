/** The knowledge base in the database. */
import { and, asc, desc, eq, getTableColumns, gt, inArray, isNull, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/connect.ts';
import { articles, articleVersions, citations } from '../db/knowledge-tables.ts';
import type { ArticleState, Content } from './article.ts';
import type { Asked, Hit } from './search.ts';

type Status = 'published' | 'withdrawn';

/** Who changes an article, when and why. */
export interface Change {
  at: Date;
  actor: string;
  reason: string;
}

/** The next version of an article: all that it says from now on. */
export interface NextVersion extends Content, Change {
  status: Status;
  /** A tsvector. */
  search: string;
}

function standing({ status, unit, matter, validFrom, validTo }: NextVersion) {
  return { status, unit, matter, validFrom, validTo };
}

async function insertVersion(tx: Db, articleId: number, number: number, next: NextVersion): Promise<void> {
  const { title, questions, text, basis, at, actor, reason } = next;
  const said = { title, questions, text, basis, at, actor, reason };
  await tx.insert(articleVersions).values({ articleId, number, ...standing(next), ...said });
}

/** Writes a new article; `seed` is its row in the file. Answers its id. */
export async function insertArticle(tx: Db, next: NextVersion, seed: string | null = null): Promise<number> {
  const origin = seed === null ? 'api' : 'seeds';
  const row = { seed, origin, version: 1, search: next.search, ...standing(next) } as const;
  const [saved] = await tx.insert(articles).values(row).returning({ id: articles.id });
  if (saved === undefined) throw new Error('the article was not stored');
  await insertVersion(tx, saved.id, 1, next);
  return saved.id;
}

/** Adds a version to an article that was locked. */
export async function addVersion(
  tx: Db,
  { id, version }: { id: number; version: number },
  origin: 'seeds' | 'api',
  next: NextVersion,
): Promise<void> {
  const number = version + 1;
  await insertVersion(tx, id, number, next);
  await tx
    .update(articles)
    .set({ version: number, origin, search: next.search, ...standing(next) })
    .where(eq(articles.id, id));
}

const { search: _, ...head } = getTableColumns(articles);
const said = {
  title: articleVersions.title,
  questions: articleVersions.questions,
  text: articleVersions.text,
  basis: articleVersions.basis,
};
const current = and(eq(articleVersions.articleId, articles.id), eq(articleVersions.number, articles.version));

function selectArticles(db: Db) {
  return db
    .select({ ...head, ...said })
    .from(articles)
    .innerJoin(articleVersions, current);
}

export type ArticleRow = Awaited<ReturnType<typeof selectArticles>>[number];

export async function findArticle(db: Db, id: number): Promise<ArticleRow | undefined> {
  const [row] = await selectArticles(db).where(eq(articles.id, id));
  return row;
}

/** The article locked until the transaction ends. The lock comes first: its current version may change while it waits. */
export async function lockArticle(tx: Db, id: number): Promise<ArticleRow | undefined> {
  await tx.select({ id: articles.id }).from(articles).where(eq(articles.id, id)).for('update');
  return findArticle(tx, id);
}

/** All articles of the file, whoever has changed them since. */
export async function listSeeded(db: Db): Promise<ArticleRow[]> {
  return selectArticles(db).where(sql`${articles.seed} is not null`).orderBy(articles.id);
}

export async function listVersions(db: Db, id: number) {
  return db
    .select()
    .from(articleVersions)
    .where(eq(articleVersions.articleId, id))
    .orderBy(desc(articleVersions.number));
}

export async function countCitations(db: Db, id: number): Promise<number> {
  return db.$count(citations, eq(citations.articleId, id));
}

/** The versions with which a complaint was answered, in the order of the articles. */
export async function listCited(db: Db, complaintId: number) {
  return db
    .select({ id: citations.articleId, version: citations.version, title: articleVersions.title })
    .from(citations)
    .innerJoin(
      articleVersions,
      and(eq(articleVersions.articleId, citations.articleId), eq(articleVersions.number, citations.version)),
    )
    .where(eq(citations.complaintId, complaintId))
    .orderBy(citations.articleId);
}

/** Where the given articles stand; those that do not exist are left out. */
export async function findStandings(db: Db, ids: readonly number[]) {
  const { id, version, status, validFrom, validTo } = articles;
  return db
    .select({ id, version, status, validFrom, validTo })
    .from(articles)
    .where(inArray(id, [...ids]));
}

export interface ArticleFilter {
  matter?: string | undefined;
  unit?: string | undefined;
  state: ArticleState | 'all';
  /** The day for which `state` is meant. */
  on: string;
}

function inState(state: ArticleFilter['state'], on: string): SQL | undefined {
  const { status, validFrom, validTo } = articles;
  const published = sql`${status} = 'published'`;
  switch (state) {
    case 'valid':
      return and(published, lte(validFrom, on), or(isNull(validTo), gt(validTo, on)));
    case 'upcoming':
      return and(published, gt(validFrom, on));
    case 'expired':
      return and(published, lte(validTo, on));
    case 'withdrawn':
      return eq(status, 'withdrawn');
    case 'all':
      return undefined;
  }
}

function filtered({ matter, unit, state, on }: ArticleFilter): SQL | undefined {
  return and(
    // Never nothing: it stands alone after `where`.
    sql`true`,
    unit === undefined ? undefined : eq(articles.unit, unit),
    matter === undefined
      ? undefined
      : sql`(${articles.matter} = ${matter} or starts_with(${articles.matter}, ${`${matter}.`}))`,
    inState(state, on),
  );
}

/** A page of articles, the newest written first. */
export async function listArticles(
  db: Db,
  filter: ArticleFilter,
  before: number | null,
  count: number,
): Promise<ArticleRow[]> {
  return selectArticles(db)
    .where(and(filtered(filter), before === null ? undefined : sql`${articles.id} < ${before}`))
    .orderBy(desc(articles.id))
    .limit(count);
}

/** A page of the valid articles that end by a day (inclusive), the soonest first. */
export async function listExpiring(
  db: Db,
  filter: ArticleFilter,
  until: string,
  after: { day: string; id: number } | null,
  count: number,
): Promise<ArticleRow[]> {
  const { validTo, id } = articles;
  return selectArticles(db)
    .where(
      and(
        filtered({ ...filter, state: 'valid' }),
        lte(validTo, until),
        after === null ? undefined : sql`(${validTo}, ${id}) > (${after.day}::date, ${after.id})`,
      ),
    )
    .orderBy(asc(validTo), asc(id))
    .limit(count);
}

/** How many articles are published, and how many of them hold each of the words; `term` is a word as tsquery. */
export async function countWords(
  db: Db,
  words: readonly { word: string; term: string }[],
): Promise<{ total: number; counts: Map<string, number> }> {
  const published = sql`${articles.status} = 'published'`;
  const [counted] = await db.execute<{ total: number; words: Record<string, number> | null }>(sql`
    select (select count(*)::int from ${articles} where ${published}) as total,
      (select jsonb_object_agg(word, (select count(*) from ${articles} where ${published} and search @@ term::tsquery))
        from jsonb_to_recordset(${JSON.stringify(words)}::jsonb) as asked(word text, term text)) as words`);
  return { total: counted?.total ?? 0, counts: new Map(Object.entries(counted?.words ?? {})) };
}

export type HitRow = ArticleRow & Hit;

/** Articles that hold some of the words, by the weight of these; the older first where it is the same. */
export async function rankArticles(
  db: Db,
  asked: readonly Asked[],
  filter: ArticleFilter,
  after: { weight: number; id: number } | null,
  count: number,
): Promise<HitRow[]> {
  if (asked.length === 0) return [];
  const next = after && sql`where (-weight, id) > (${-after.weight}, ${after.id})`;
  const hits = await db.execute<{ id: number; weight: number; titled: string[]; told: string[] }>(sql`
    with asked as (
      select word, term::tsquery as term, titled::tsquery as titled, heavy, light
      from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb)
        as q(word text, term text, titled text, heavy integer, light integer)
    ), hits as (
      select id::int8 as id, sum(case when search @@ titled then heavy else light end)::int as weight,
        coalesce(array_agg(word order by heavy desc, word) filter (where search @@ titled), '{}') as titled,
        coalesce(array_agg(word order by heavy desc, word) filter (where not search @@ titled), '{}') as told
      from ${articles} join asked on search @@ term
      where ${filtered(filter)}
      group by id
    )
    select id::float8 as id, weight, titled, told from hits ${next ?? sql``} order by weight desc, id limit ${count}`);
  const ids = hits.map(({ id }) => id);
  const rows = ids.length === 0 ? [] : await selectArticles(db).where(inArray(articles.id, ids));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return hits.flatMap((hit) => {
    const row = byId.get(hit.id);
    return row === undefined ? [] : [{ ...row, ...hit }];
  });
}
