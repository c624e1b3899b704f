/** A call-back as an agent sees it. Pure. */
import type { Session } from '../access/scope.ts';
import { shanghaiTime } from '../catalog/calendar.ts';
import { unitRef } from '../catalog/catalog.ts';
import { ruleOf } from '../workorder/sampling.ts';
import { viewCaller, viewText, type World } from '../workorder/view.ts';
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
  { catalog, vault, session: { role, actor }, now }: World & { session: Session; now: Date },
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
    title: row.title && viewText(row.title, role),
    text: viewText(row.text, role),
    result: row.result,
    reply: row.reply && viewText(row.reply, role),
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
    caller: viewCaller(row, role, vault),
  };
}

export function viewAttempts(rows: Awaited<ReturnType<typeof listAttempts>>): CallbackWithAttempts['attempts'] {
  return rows.map(({ callbackId: _, id, at, ...attempt }) => ({ ...attempt, id: String(id), at: shanghaiTime(at) }));
}
