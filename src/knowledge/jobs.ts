/** Brings the articles of a city's files into the knowledge base. */
import type { Db } from '../db/connect.ts';
import type { Content } from './article.ts';
import { vectorOf, type Words } from './search.ts';
import type { SeedArticle } from './seed.ts';
import { type ArticleRow, addVersion, insertArticle, listSeeded, type NextVersion } from './store.ts';

const actor = 'seeds';

function same(a: Content, b: Content): boolean {
  const parts = ({ unit, title, matter, validFrom, validTo, questions, text, basis }: Content) =>
    JSON.stringify([unit, title, matter, validFrom, validTo, questions, text, basis]);
  return parts(a) === parts(b);
}

/**
 * Adds new articles of the files and new versions of those that differ, and withdraws those that have left the files. What was
 * changed through the API stays as it is: who changed it meant to, and the files do not know of it. Must run in a transaction.
 */
export async function loadArticles(tx: Db, articles: readonly SeedArticle[], words: Words, now: Date): Promise<void> {
  const known = new Map((await listSeeded(tx)).map((row) => [row.seed, row]));
  const next = (content: Content, status: NextVersion['status'], reason: string): NextVersion => ({
    ...content,
    status,
    search: vectorOf(content, words),
    at: now,
    actor,
    reason,
  });
  for (const { code, ...content } of articles) {
    const row = known.get(code);
    known.delete(code);
    if (row === undefined) await insertArticle(tx, next(content, 'published', '随基础数据载入'), code);
    else if (isOurs(row) && !(row.status === 'published' && same(row, content)))
      await addVersion(tx, row, 'seeds', next(content, 'published', '基础数据文件有改动'));
  }
  for (const row of known.values())
    if (isOurs(row) && row.status === 'published')
      await addVersion(tx, row, 'seeds', next(row, 'withdrawn', '已不在基础数据文件里'));
}

const isOurs = ({ origin }: ArticleRow) => origin === 'seeds';
