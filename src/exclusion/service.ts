/**
 * Striking cases out of the assessment (剔除): one person applies, another rules, a third decides on appeal; never one of the
 * unit's own staff. What this changes in closed periods is recorded there at once. See ADR 025.
 */
import { type Scope, type Session, scopeOf } from '../access/scope.ts';
import { shanghaiTime } from '../catalog/calendar.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { amendCase, holdPeriods } from '../closing/service.ts';
import type { Context } from '../context.ts';
import { recordAudit } from '../db/audit.ts';
import { insertEvents } from '../db/history.ts';
import { AppError, fieldError } from '../http/errors.ts';
import { page, readNumbers, writeCursor } from '../http/schemas.ts';
import { appealed, type ExclusionStep, hasTaken, isOpen, ruled, type Standing } from './course.ts';
import type {
  ExclusionAppeal,
  ExclusionDetail,
  ExclusionQuery,
  ExclusionRequest,
  ExclusionRuling,
  ExclusionView,
} from './schemas.ts';
import {
  type ExclusionRow,
  findExclusion,
  hasAttachment,
  insertExclusion,
  insertStep,
  isOfUnit,
  listExclusions,
  listOfComplaint,
  listSteps,
  lockComplaint,
  lockExclusion,
  updateStanding,
} from './store.ts';

type Tx = Context['db'];

function view({ exclusion, number }: ExclusionRow, { data }: Catalog): ExclusionView {
  const { id, kind, scope, reason, evidence, unit, status, standing, at, actor } = exclusion;
  const name = data.exclusions.find(({ code }) => code === kind)?.name ?? kind;
  return {
    ...{ number, scope, reason, unit, status, standing, actor },
    id: String(id),
    kind: { code: kind, name },
    evidence: evidence === null ? null : String(evidence),
    at: shanghaiTime(at),
  };
}

/** A page of applications, the newest first; a unit sees those of its own cases. */
export async function readExclusions(ctx: Context, session: Session, query: ExclusionQuery, now: Date) {
  const { limit, cursor, standing, ...filter } = query;
  const filters = JSON.stringify([filter, standing]);
  const [before = null] = cursor === undefined ? [] : readNumbers(cursor, 'exclusions', filters, 1);
  const wanted = { ...filter, standing: standing && standing === '1' };
  const rows = await listExclusions(ctx.db, { ...wanted }, scopeOf(session), before, limit + 1);
  const { items, next } = page(rows, limit, ({ exclusion }) => writeCursor('exclusions', filters, [exclusion.id]));
  const { catalog } = ctx.judgeAt(now);
  return { items: items.map((row) => view(row, catalog)), next };
}

/** An application with its whole trail. */
export async function readExclusion(ctx: Context, session: Session, id: number, now: Date): Promise<ExclusionDetail> {
  return detail(ctx.db, scopeOf(session), id, ctx.judgeAt(now).catalog);
}

async function detail(db: Tx, scope: Scope, id: number, catalog: Catalog): Promise<ExclusionDetail> {
  const row = await findExclusion(db, id, scope);
  if (row === undefined) throw notFound();
  const steps = (await listSteps(db, id)).map(({ at, actor, person, step, approve, reason }) => {
    return { at: shanghaiTime(at), actor, person, step, approve, reason };
  });
  return { ...view(row, catalog), steps };
}

const notFound = () => new AppError('NOT_FOUND', '没有这件剔除申请');

/** Checks what is asked for against the kinds in force; answers the kind's code. */
function checkRequest({ kind, scope, evidence }: ExclusionRequest, { data }: Catalog): string {
  const found = data.exclusions.find(({ code, name }) => code === kind || name === kind);
  if (found === undefined) throw fieldError('kind', `没有剔除种类 ${kind}`);
  if (!found.scopes.includes(scope)) throw fieldError('scope', `${found.name}可申请：${found.scopes.join('、')}`);
  if (found.evidence && evidence === undefined) throw fieldError('evidence', `${found.name}须附证明`);
  return found.code;
}

/** Applies for leaving a case out. Throws NOT_FOUND, VALIDATION_FAILED, or ALREADY_EXCLUDED for a second one of its kind. */
export async function applyForExclusion(
  ctx: Context,
  session: Session,
  request: ExclusionRequest,
  now: Date,
): Promise<ExclusionDetail> {
  const { catalog } = ctx.judgeAt(now);
  const kind = checkRequest(request, catalog);
  const { number, scope, reason } = request;
  const evidence = request.evidence === undefined ? null : Number(request.evidence);
  return ctx.db.transaction(async (tx) => {
    const found = await lockComplaint(tx, number);
    if (found === undefined) throw new AppError('NOT_FOUND', '没有这件诉求');
    const { id: complaintId, unit } = found;
    if (evidence !== null && !(await hasAttachment(tx, complaintId, evidence))) {
      throw fieldError('evidence', '这件诉求没有此附件');
    }
    const others = await listOfComplaint(tx, complaintId);
    const open = others.find((other) => other.kind === kind && isOpen(other));
    if (open !== undefined) throw new AppError('ALREADY_EXCLUDED', '', { state: open.status, allowed: [] });
    const about = { complaintId, kind, scope, reason, evidence, unit, at: now, actor: session.actor };
    const start: Standing = { status: 'applied', standing: false };
    const id = await insertExclusion(tx, { ...about, ...start });
    await record(tx, session, { id, number, ...about, ...start }, { step: 'apply', approve: null, reason }, now);
    return detail(tx, { kind: 'all' }, id, catalog);
  });
}

interface Taken {
  step: ExclusionStep;
  approve: boolean | null;
  reason: string;
}

/** Writes a step into the trail and the audit, and into the history of the complaint all that a recount needs. */
async function record(
  tx: Tx,
  { actor, name }: Session,
  about: { id: number; complaintId: number; number: string; kind: string; scope: string; standing: boolean },
  { step, approve, reason }: Taken,
  at: Date,
): Promise<void> {
  const { id, complaintId, kind, scope, standing } = about;
  await insertStep(tx, { exclusionId: id, at, actor, person: name, step, approve, reason });
  const data = { exclusion: id, step, kind, scope, ...(approve === null ? {} : { approve }), standing, reason };
  await insertEvents(tx, [{ complaintId, at, actor, action: 'exclusion', data }]);
  await recordAudit(tx, { at, actor, action: `exclusion.${step}`, target: `complaint:${about.number}`, detail: data });
}

/**
 * Rules on an application, or finally on an appeal. Throws SAME_PERSON for whoever has had a hand in it, OWN_UNIT for staff of the
 * unit, ILLEGAL_ACTION where nothing is to be ruled on.
 */
export async function reviewExclusion(
  ctx: Context,
  session: Session,
  id: number,
  { approve, reason }: ExclusionRuling,
  now: Date,
): Promise<ExclusionDetail> {
  return ctx.db.transaction(async (tx) => {
    await holdPeriods(tx);
    const row = await lockExclusion(tx, id, { kind: 'all' });
    if (row === undefined) throw notFound();
    const { exclusion, number, type } = row;
    const next = ruled(exclusion.status, approve);
    if (next === null) throw illegal(exclusion, '没有待审核的申请');
    const taker = { actor: session.actor, person: session.name };
    if (hasTaken(await listSteps(tx, id), taker))
      throw new AppError('SAME_PERSON', '申请、审核、申诉、复核须是不同的人');
    if (await isOfUnit(tx, session.name, exclusion.complaintId)) throw new AppError('OWN_UNIT');
    await updateStanding(tx, id, next);
    await record(tx, session, { number, ...exclusion, ...next }, { step: next.step, approve, reason }, now);
    if (next.standing !== exclusion.standing) {
      const found = { id: exclusion.complaintId, type };
      await amendCase(tx, found, { actor: session.actor, at: now, reason, exclusionId: id });
    }
    return detail(tx, { kind: 'all' }, id, ctx.judgeAt(now).catalog);
  });
}

/** Appeals against the first ruling, a unit in its own case. Throws NOT_FOUND, or ILLEGAL_ACTION where there is none, or was one. */
export async function appealExclusion(
  ctx: Context,
  session: Session,
  id: number,
  { reason }: ExclusionAppeal,
  now: Date,
): Promise<ExclusionDetail> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockExclusion(tx, id, scopeOf(session));
    if (row === undefined) throw notFound();
    const { exclusion, number } = row;
    const next = appealed(exclusion);
    if (next === null) throw illegal(exclusion, '只能对审核结果申诉，且只有一次');
    await updateStanding(tx, id, next);
    await record(tx, session, { number, ...exclusion, ...next }, { step: 'appeal', approve: null, reason }, now);
    return detail(tx, scopeOf(session), id, ctx.judgeAt(now).catalog);
  });
}

function illegal({ status }: Standing, detail: string): AppError {
  return new AppError('ILLEGAL_ACTION', detail, { state: status, allowed: [] });
}
