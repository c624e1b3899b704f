/** Changing the dispatch rules from a day on, trying a change on past complaints, and the record of changes. */
import type { Session } from '../access/scope.ts';
import { shanghaiDate, shanghaiTime } from '../catalog/calendar.ts';
import { buildCatalog } from '../catalog/catalog.ts';
import type { SeedData } from '../catalog/types.ts';
import type { Context } from '../context.ts';
import { recordAudit } from '../db/audit.ts';
import { type Finding, lint } from '../dispatch/lint.ts';
import { AppError, fieldError } from '../http/errors.ts';
import { page, readNumbers, writeCursor } from '../http/schemas.ts';
import type { FieldError } from '../http/validation.ts';
import { type Plan, planRules } from './plan.ts';
import type { CatalogChange, ChangeAnswer, ChangeRequest, ChangesQuery, TryAnswer, TryRequest } from './schemas.ts';
import { insertChange, listChanges, listPast, lockCatalog } from './store.ts';
import { compare } from './trial.ts';

/** What the linter finds with the change and not without it: nobody is kept from a change by faults that were there before. */
function newFindings(data: SeedData, { rules }: Plan, date: string): Finding[] {
  const findings = (all: SeedData) => lint(buildCatalog(all, date), all);
  const keyOf = ({ check, table, code, message }: Finding) => `${check} ${table} ${code} ${message}`;
  const before = new Set(findings(data).map(keyOf));
  return findings({ ...data, rules }).filter((finding) => !before.has(keyOf(finding)));
}

function planned(data: SeedData, rules: ChangeRequest['rules'], from: string): Plan {
  const plan = planRules(data, rules, from);
  if (plan.problems.length > 0) throw new AppError('VALIDATION_FAILED', '', { errors: plan.problems });
  return plan;
}

/** Errors of the linter under the path of the rule that brings them, where one of those sent does. */
function lintErrors(findings: readonly Finding[], { changes }: Plan, rules: ChangeRequest['rules']): FieldError[] {
  return findings.flatMap(({ severity, check, table, code, message }) => {
    if (severity !== 'error') return [];
    const about = table === 'rules' ? changes.find(({ after }) => after?.code === code) : undefined;
    const index = rules.findIndex((rule) => rule.code === code || rule.code === about?.before?.code);
    return [{ path: about && index >= 0 ? `rules.${index}` : 'rules', message: `${check} ${code}：${message}` }];
  });
}

/**
 * Puts rules into force from a day on, all of them or none. Past orders keep the rule they were decided under. Throws
 * VALIDATION_FAILED for rules that are not sound or that the linter objects to, CONFLICT when somebody else was faster.
 */
export async function changeRules(
  ctx: Context,
  session: Session,
  request: ChangeRequest,
  now: Date,
): Promise<ChangeAnswer> {
  const today = shanghaiDate(now);
  const { rules, reason, validFrom = today } = request;
  if (validFrom < today) throw fieldError('validFrom', `不能早于今天 ${today}：已经派出的不改`);
  await ctx.refresh();
  const { version, data } = ctx.catalogRows();
  const plan = planned(data, rules, validFrom);
  const findings = newFindings(data, plan, validFrom);
  const errors = lintErrors(findings, plan, rules);
  if (errors.length > 0) throw new AppError('VALIDATION_FAILED', '', { errors });
  const { changes, closed, created } = plan;
  const answer = { validFrom, rules: changes, warnings: findings };
  if (changes.length === 0) return { ...answer, version };
  const made = await ctx.db.transaction(async (tx) => {
    const newest = await lockCatalog(tx);
    // What was checked above must be what is changed: the lock lets nobody in between from here on.
    if (newest?.version !== version) throw new AppError('CONFLICT');
    const { actor } = session;
    const next = await insertChange(tx, newest, { closed, created, changes, actor, at: now, validFrom, reason });
    const detail = { validFrom, reason, rules: changes.map(({ before, after }) => (after ?? before)?.code) };
    await recordAudit(tx, { at: now, actor, action: 'rules.change', target: `catalog:${next}`, detail });
    return next;
  });
  await ctx.refresh();
  return { ...answer, version: made };
}

/** Where the complaints received last would go if the rules were in force today. Stores nothing. */
export async function tryRules(ctx: Context, { rules, last }: TryRequest, now: Date): Promise<TryAnswer> {
  const today = shanghaiDate(now);
  const { data } = ctx.catalogRows();
  const plan = planned(data, rules, today);
  const past = await listPast(ctx.db, last);
  const changed = buildCatalog({ ...data, rules: plan.rules }, today);
  return { ...compare(past, ctx.judgeAt(now).catalog, changed), findings: newFindings(data, plan, today) };
}

/** A page of the changes made through the API, newest first. */
export async function readChanges(
  ctx: Context,
  { limit, cursor }: ChangesQuery,
): Promise<{ items: CatalogChange[]; next: string | null }> {
  const [before = null] = cursor === undefined ? [] : readNumbers(cursor, 'catalog-changes', '', 1);
  const rows = await listChanges(ctx.db, before, limit + 1);
  const { items, next } = page(rows, limit, ({ id }) => writeCursor('catalog-changes', '', [id]));
  return { items: items.map((row) => ({ ...row, id: String(row.id), at: shanghaiTime(row.at) })), next };
}
