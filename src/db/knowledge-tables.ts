/** 知识库: the articles that consults are answered from, their versions, and the complaints that were answered with them. */
import { sql } from 'drizzle-orm';
import { check, customType, date, foreignKey, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { matters, units } from './catalog-tables.ts';
import { identity, instant, reference } from './column-types.ts';
import { complaints } from './tables.ts';

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });

/** What an article says of itself, the same in its row and in each of its versions. Dates in Asia/Shanghai, half-open. */
const standing = {
  status: text('status').$type<'published' | 'withdrawn'>().notNull(),
  unit: text('unit')
    .notNull()
    .references(() => units.code),
  /** A matter of any level; null where it is about none. */
  matter: text('matter').references(() => matters.code),
  validFrom: date('valid_from', { mode: 'string' }).notNull(),
  validTo: date('valid_to', { mode: 'string' }),
};

/** 知识条目: where an article stands now, and the words it is found by; what it says is in its current version. */
export const articles = pgTable(
  'articles',
  {
    id: identity('id'),
    /** Its row in knowledge.csv; null for one written through the API. */
    seed: text('seed').unique(),
    /** `api` once it was changed through the API: later loads of files leave it alone. */
    origin: text('origin').$type<'seeds' | 'api'>().notNull(),
    version: integer('version').notNull(),
    ...standing,
    /** Segmented words: weight A for those of the title and the questions, D for those of the text alone. */
    search: tsvector('search').notNull(),
  },
  (table) => [
    index('articles_search').using('gin', table.search),
    index('articles_unit').on(table.unit),
    index('articles_valid_to').on(table.validTo, table.id).where(sql`${table.status} = 'published'`),
    check('articles_status', sql`${table.status} in ('published', 'withdrawn')`),
    check('articles_validity', sql`${table.validTo} > ${table.validFrom}`),
  ],
);

/** 版本: the whole article at each change, its withdrawal among them; never edited (a trigger refuses it). */
export const articleVersions = pgTable(
  'article_versions',
  {
    articleId: reference('article_id')
      .notNull()
      .references(() => articles.id),
    number: integer('number').notNull(),
    ...standing,
    title: text('title').notNull(),
    /** Other ways in which citizens ask. */
    questions: text('questions').array().notNull(),
    text: text('text').notNull(),
    /** The policy document that it rests on. */
    basis: text('basis'),
    at: instant('at').notNull(),
    actor: text('actor').notNull(),
    reason: text('reason').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.articleId, table.number] }),
    check('article_versions_status', sql`${table.status} in ('published', 'withdrawn')`),
    check('article_versions_validity', sql`${table.validTo} > ${table.validFrom}`),
  ],
);

/** 引用: the version of an article with which a complaint was answered; never edited (a trigger refuses it). */
export const citations = pgTable(
  'citations',
  {
    complaintId: reference('complaint_id')
      .notNull()
      .references(() => complaints.id),
    articleId: reference('article_id').notNull(),
    version: integer('version').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.complaintId, table.articleId] }),
    foreignKey({
      name: 'citations_version',
      columns: [table.articleId, table.version],
      foreignColumns: [articleVersions.articleId, articleVersions.number],
    }),
    index('citations_article').on(table.articleId),
  ],
);
