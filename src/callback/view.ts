/** A call-back as an agent sees it. Pure. */
import type { Session } from '../access/scope.ts';
import { shanghaiTime } from '../catalog/calendar.ts';
import { type Catalog, unitRef } from '../catalog/catalog.ts';
import { ruleOf } from '../workorder/sampling.ts';
import { viewCaller } from '../workorder/view.ts';
import { grades, phoneFrom } from './attempt.ts';
import type { Answered, CallbackView, CallbackWithAttempts } from './schemas.ts';
import type { CallbackRow, firstAnswers, listAttempts } from './store.ts';

type FirstAnswer = Awaited<ReturnType<typeof firstAnswers>>[number];

function viewAnswer({ at, way, contacted, resolved, satisfaction }: FirstAnswer): Answered | null {
  const grade = grades.find((one) => one === satisfaction);
  if (contacted === null || resolved === null || grade === undefined) return null;
  return { at: shanghaiTime(at), way, contacted, resolved, satisfaction: grade };
}

function viewClaim({ claimedBy, claimedUntil }: CallbackRow, actor: string, now: Date): CallbackView['claim'] {
  if (claimedUntil === null || claimedUntil <= now) return null;
  return { mine: claimedBy === actor, until: shanghaiTime(claimedUntil) };
}

/** `first` is the first valid answer of the complaint, whatever its round. */
export function viewCallback(
  row: CallbackRow,
  first: FirstAnswer | undefined,
  { catalog, session: { role, actor }, now }: { catalog: Catalog; session: Session; now: Date },
): CallbackView {
  const isDue = row.status === 'due';
  const from = isDue ? phoneFrom(ruleOf(catalog, row), now) : null;
  return {
    id: String(row.id),
    number: row.number,
    orderId: String(row.orderId),
    status: row.status,
    unit: unitRef(catalog, row.unit),
    level: row.level,
    title: row.title,
    text: row.text,
    result: row.result,
    reply: row.reply,
    repliedAt: shanghaiTime(row.repliedAt),
    dueAt: shanghaiTime(row.dueAt),
    overdue: isDue && row.dueAt < now,
    attempts: row.attempts,
    answeredAt: row.answeredAt && shanghaiTime(row.answeredAt),
    contacted: row.contacted,
    resolved: row.resolved,
    satisfaction: row.satisfaction,
    first: first === undefined ? null : viewAnswer(first),
    rule: row.rule,
    sampled: row.sampled,
    nextAt: isDue ? shanghaiTime(row.nextAt) : null,
    phoneFrom: from && shanghaiTime(from),
    claim: viewClaim(row, actor, now),
    caller: viewCaller(row, role),
  };
}

export function viewAttempts(rows: Awaited<ReturnType<typeof listAttempts>>): CallbackWithAttempts['attempts'] {
  return rows.map(({ callbackId: _, id, at, ...attempt }) => ({ ...attempt, id: String(id), at: shanghaiTime(at) }));
}
