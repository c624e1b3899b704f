/** The knowledge base: writing, editing and withdrawing articles, finding them, offering them for a consult, citing them. */
import type { Session } from '../access/scope.ts';
import { addDays, shanghaiDate, shanghaiTime } from '../catalog/calendar.ts';
import { type Catalog, matterPath, unitRef } from '../catalog/catalog.ts';
import type { Context } from '../context.ts';
import { recordAudit } from '../db/audit.ts';
import { AppError, fieldError } from '../http/errors.ts';
import { page, readNumbers, writeCursor } from '../http/schemas.ts';
import type { FieldError } from '../http/validation.ts';
import { normalize } from '../text/normalize.ts';
import { weighing } from '../text/shares.ts';
import { type Content, excerpt, stateOn } from './article.ts';
import type {
  Article,
  ArticleEdit,
  ArticleList,
  ArticleQuery,
  ArticleSummary,
  CitedArticle,
  ExpiringQuery,
  NewArticle,
  OfferedArticle,
} from './schemas.ts';
import { type Guess, offers, type Question, scoreOf, termsOf, vectorOf, weighQuestion } from './search.ts';
import {
  type ArticleFilter,
  type ArticleRow,
  addVersion,
  type Change,
  countCitations,
  countWords,
  findArticle,
  findStandings,
  insertArticle,
  listArticles,
  listCited,
  listExpiring,
  listVersions,
  lockArticle,
  type NextVersion,
  rankArticles,
} from './store.ts';

const notFound = () => new AppError('NOT_FOUND', '没有这个知识条目');

function wordsOf({ segmenter }: Pick<Context, 'segmenter'>): (text: string) => string[] {
  return (text) => segmenter.searchWords(segmenter.cut(normalize(text)));
}

/** A manager keeps the articles of his own unit, and gives none away. */
function checkOwner({ role, unit }: Session, ...owners: string[]): void {
  if (role === 'manager' && owners.some((owner) => owner !== unit))
    throw new AppError('FORBIDDEN', '只能维护本单位的知识条目');
}

/** What the schema cannot say. The article so far is not asked again of what an edit leaves alone: a unit may have ended since. */
function check(content: Content, { units, matters }: Catalog, before?: Content): void {
  const { unit, matter, validFrom, validTo } = content;
  const errors: FieldError[] = [];
  if (unit !== before?.unit && !units.has(unit)) errors.push({ path: 'unit', message: `没有单位 ${unit}` });
  if (matter !== null && matter !== before?.matter && !matters.has(matter))
    errors.push({ path: 'matter', message: `没有事项 ${matter}` });
  if (validTo !== null && validTo <= validFrom)
    errors.push({ path: 'validTo', message: `应晚于生效日期 ${validFrom}` });
  if (errors.length > 0) throw new AppError('VALIDATION_FAILED', '', { errors });
}

/** The content of a request; what an edit does not name is as before (unit, start) or empty (all else). */
function contentOf(request: NewArticle | ArticleEdit, unit: string, validFrom: string): Content {
  const { title, matter = null, validTo = null, questions = [], text, basis = null } = request;
  return { unit, title, matter, validFrom, validTo, questions, text, basis };
}

function published(ctx: Context, content: Content, change: Change): NextVersion {
  return { ...content, ...change, status: 'published', search: vectorOf(content, wordsOf(ctx)) };
}

function audited(tx: Context['db'], verb: string, id: number, { at, actor, reason }: Change): Promise<void> {
  return recordAudit(tx, { at, actor, action: `article.${verb}`, target: `article:${id}`, detail: { reason } });
}

/** Writes an article. Throws VALIDATION_FAILED, or FORBIDDEN for another unit's. */
export async function createArticle(ctx: Context, session: Session, request: NewArticle, now: Date): Promise<Article> {
  const unit = request.unit ?? (session.role === 'manager' ? session.unit : null);
  if (unit === null) throw fieldError('unit', '不能缺少');
  checkOwner(session, unit);
  const content = contentOf(request, unit, request.validFrom ?? shanghaiDate(now));
  check(content, ctx.judgeAt(now).catalog);
  const next = published(ctx, content, { at: now, actor: session.actor, reason: request.reason });
  const id = await ctx.db.transaction(async (tx) => {
    const made = await insertArticle(tx, next);
    await audited(tx, 'create', made, next);
    return made;
  });
  return readArticle(ctx, id, now);
}

/**
 * Makes a new version of an article, which publishes one that was withdrawn. Throws NOT_FOUND, FORBIDDEN, VALIDATION_FAILED,
 * or CONFLICT where the version edited is no longer the newest.
 */
export async function editArticle(
  ctx: Context,
  session: Session,
  id: number,
  request: ArticleEdit,
  now: Date,
): Promise<Article> {
  await ctx.db.transaction(async (tx) => {
    const row = await lockArticle(tx, id);
    if (row === undefined) throw notFound();
    const content = contentOf(request, request.unit ?? row.unit, request.validFrom ?? row.validFrom);
    checkOwner(session, row.unit, content.unit);
    if (row.version !== request.version) throw new AppError('CONFLICT', `现在是第 ${row.version} 版，请看过再改`);
    check(content, ctx.judgeAt(now).catalog, row);
    const change = { at: now, actor: session.actor, reason: request.reason };
    await addVersion(tx, row, 'api', published(ctx, content, change));
    await audited(tx, 'edit', id, change);
  });
  return readArticle(ctx, id, now);
}

/** Takes an article out of use; it says what it said. Throws NOT_FOUND, FORBIDDEN, or ILLEGAL_ACTION where it is withdrawn already. */
export async function withdrawArticle(
  ctx: Context,
  session: Session,
  id: number,
  reason: string,
  now: Date,
): Promise<Article> {
  await ctx.db.transaction(async (tx) => {
    const row = await lockArticle(tx, id);
    if (row === undefined) throw notFound();
    checkOwner(session, row.unit);
    if (row.status === 'withdrawn')
      throw new AppError('ILLEGAL_ACTION', '此条目已撤下', { state: 'withdrawn', allowed: [] });
    const change = { at: now, actor: session.actor, reason };
    await addVersion(tx, row, 'api', { ...published(ctx, row, change), status: 'withdrawn' });
    await audited(tx, 'withdraw', id, change);
  });
  return readArticle(ctx, id, now);
}

function headOf(row: ArticleRow, catalog: Catalog, date: string) {
  const { id, version, title, matter, validFrom, validTo, basis } = row;
  return {
    id: String(id),
    version,
    state: stateOn(row, date),
    unit: unitRef(catalog, row.unit),
    title,
    matter: matter === null ? null : { code: matter, path: matterPath(catalog.matters, matter) },
    validFrom,
    validTo,
    basis,
  };
}

function summary(row: ArticleRow, catalog: Catalog, date: string, score: number | null = null): ArticleSummary {
  return { ...headOf(row, catalog, date), excerpt: excerpt(row.text), score };
}

/** One article with all its versions. Throws NOT_FOUND. */
export async function readArticle(ctx: Context, id: number, now: Date): Promise<Article> {
  const row = await findArticle(ctx.db, id);
  if (row === undefined) throw notFound();
  const { catalog } = ctx.judgeAt(now);
  const [versions, cited] = await Promise.all([listVersions(ctx.db, id), countCitations(ctx.db, id)]);
  return {
    ...headOf(row, catalog, shanghaiDate(now)),
    questions: row.questions,
    text: row.text,
    cited,
    versions: versions.map(({ articleId: _, at, unit, ...version }) => ({
      ...version,
      unit: unitRef(catalog, unit),
      at: shanghaiTime(at),
    })),
  };
}

/** What is asked with these words: each with its weight. */
async function ask(ctx: Pick<Context, 'db' | 'wordShares'>, words: readonly string[]): Promise<Question> {
  const { total, counts } = await countWords(ctx.db, termsOf(words));
  return weighQuestion(words, counts, total, weighing(ctx.wordShares()));
}

/** A page of articles: with `q` those that fit it best, else those written last. */
export async function searchArticles(ctx: Context, query: ArticleQuery, now: Date): Promise<ArticleList> {
  const { q, matter, unit, status, limit, cursor } = query;
  const on = query.on ?? shanghaiDate(now);
  const { catalog } = ctx.judgeAt(now);
  const filter = { matter, unit, state: status, on };
  const filters = JSON.stringify({ q, matter, unit, status, on: query.on });
  const list = 'knowledge';
  if (q === undefined) {
    const [before = null] = cursor === undefined ? [] : readNumbers(cursor, list, filters, 1);
    const rows = await listArticles(ctx.db, filter, before, limit + 1);
    const { items, next } = page(rows, limit, ({ id }) => writeCursor(list, filters, [id]));
    return { items: items.map((row) => summary(row, catalog, on)), next };
  }
  const words = wordsOf(ctx)(q);
  if (words.length === 0) throw fieldError('q', '请输入至少两个字的词');
  const [weight = 0, id = 0] = cursor === undefined ? [] : readNumbers(cursor, list, filters, 2);
  const question = await ask(ctx, words);
  const after = cursor === undefined ? null : { weight, id };
  const rows = await rankArticles(ctx.db, question.asked, filter, after, limit + 1);
  const { items, next } = page(rows, limit, (row) => writeCursor(list, filters, [row.weight, row.id]));
  return { items: items.map((row) => summary(row, catalog, on, scoreOf(row.weight, question))), next };
}

/** Days as whole numbers, for cursors: 20261122. */
const dayNumber = (day: string) => Number(day.replaceAll('-', ''));
const dayOf = (number: number) => String(number).replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3');

/** A page of the valid articles that end within some days: due for review, the soonest first. */
export async function readExpiring(ctx: Context, query: ExpiringQuery, now: Date): Promise<ArticleList> {
  const { days, unit, limit, cursor } = query;
  const today = shanghaiDate(now);
  const { catalog } = ctx.judgeAt(now);
  const filters = JSON.stringify({ days, unit });
  const [day, id = 0] = cursor === undefined ? [] : readNumbers(cursor, 'expiring', filters, 2);
  const after = day === undefined ? null : { day: dayOf(day), id };
  const filter: ArticleFilter = { unit, state: 'valid', on: today };
  const rows = await listExpiring(ctx.db, filter, addDays(today, days), after, limit + 1);
  const { items, next } = page(rows, limit, (row) =>
    writeCursor('expiring', filters, [dayNumber(row.validTo ?? today), row.id]),
  );
  return { items: items.map((row) => summary(row, catalog, today)), next };
}

/** How many articles with the asked words are looked at; the judged matter decides among them. */
const considered = 20;

/** The best three valid articles for a text, by its segmented words and the matters that it may be about. */
export async function offerArticles(
  ctx: Pick<Context, 'db' | 'wordShares'>,
  words: readonly string[],
  guesses: readonly Guess[],
  now: Date,
): Promise<OfferedArticle[]> {
  const question = await ask(ctx, words);
  const filter: ArticleFilter = { state: 'valid', on: shanghaiDate(now) };
  const hits = await rankArticles(ctx.db, question.asked, filter, null, considered);
  return offers(hits, question, guesses).map(({ hit: { id, version, title, text, basis }, score, why }) => ({
    id: String(id),
    version,
    title,
    text: excerpt(text),
    basis,
    score,
    why,
  }));
}

/** The version of an article that a complaint is answered with. */
export interface Citation {
  article: number;
  version: number;
}

/** The current versions of the articles to cite; faults for those that do not exist or are not valid today, by their place. */
export async function findCitable(
  db: Context['db'],
  ids: readonly string[],
  now: Date,
): Promise<{ citations: Citation[]; faults: FieldError[] }> {
  const today = shanghaiDate(now);
  const known = new Map((await findStandings(db, ids.map(Number))).map((row) => [row.id, row]));
  const citations: Citation[] = [];
  const faults: FieldError[] = [];
  ids.forEach((id, index) => {
    const row = known.get(Number(id));
    const state = row && stateOn(row, today);
    if (row !== undefined && state === 'valid') citations.push({ article: row.id, version: row.version });
    else
      faults.push({ path: `articles.${index}`, message: state === undefined ? `没有知识条目 ${id}` : refusals[state] });
  });
  return { citations, faults };
}

const refusals = {
  valid: '',
  upcoming: '此条目尚未生效',
  expired: '此条目已失效',
  withdrawn: '此条目已撤下',
} as const;

/** The articles that a complaint was answered with, as they were then. */
export async function readCited(db: Context['db'], complaintId: number): Promise<CitedArticle[]> {
  const rows = await listCited(db, complaintId);
  return rows.map(({ id, ...row }) => ({ ...row, id: String(id) }));
}
