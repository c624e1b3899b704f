/**
 * What happens of itself as time passes: warnings and marks of the clocks, what the rules make of them, call-backs and triage that
 * are late. Everything due is done whenever this runs, so that what fell due while the service was down is caught up with;
 * rows are taken with `skip locked`, so that several nodes share the work and none does it twice.
 */
import type { FastifyBaseLogger } from 'fastify';
import { addMinutes, CalendarGap, preciseTime, shanghaiDate } from '../catalog/calendar.ts';
import type { Context } from '../context.ts';
import { errorCode } from '../http/errors.ts';
import { clockFacts } from '../workorder/facts.ts';
import { type Tick, ticks } from '../workorder/marks.ts';
import { change, escalateTo, type OrderRow, postponeLook, takeDueOrders } from '../workorder/service.ts';
import type { Work } from '../workorder/work.ts';
import { deleteOldKeys, lateCallbacks, lateTriage, lookAtAll, runOnce } from './store.ts';

const batch = 100;
/** After a failure an order is looked at again this much later: a fault must not stop the clocks of all others. */
const retryMinutes = 30;

function systemWork(tx: Context['db'], ctx: Context, now: Date): Work {
  return { tx, catalog: ctx.judgeAt(now).catalog, actor: 'system', role: 'system', now };
}

/** Does what one tick says. An escalation of a unit that none stands above is a supervision. */
async function perform(work: Work, row: OrderRow, { action, clock, dueAt, mark, rule }: Tick): Promise<OrderRow> {
  const reason = rule?.reason ?? '';
  const data = { clock, dueAt: preciseTime(dueAt), mark, ...(rule === null ? {} : { rule: rule.code, reason }) };
  if (action !== 'escalate') return change(work, row, action, data);
  const above = work.catalog.units.get(row.order.unit)?.parent ?? null;
  if (above === null || !work.catalog.units.has(above)) return change(work, row, 'supervise', data);
  return escalateTo(work, row, above, { ...data, reason });
}

/** All that the clocks of an order have to say by now. A tick may change what the next one is about. */
async function lookAt(work: Work, taken: OrderRow): Promise<number> {
  let row = taken;
  for (let done = 0; ; done += 1) {
    const [next] = ticks(row.order, clockFacts(work.catalog, row.order.level));
    if (next === undefined || next.at > work.now) {
      // Nothing was due after all: the rules have changed since the time was noted.
      if (done === 0) await postponeLook(work, row, next?.at ?? null);
      return done;
    }
    row = await perform(work, row, next);
  }
}

/** What may be logged of an error: not its text, which may quote a row; but a year that the calendar lacks is to be read. */
export function faultOf(error: unknown): string {
  if (error instanceof CalendarGap) return error.message;
  return errorCode(error) ?? (error instanceof Error ? error.name : 'unknown');
}

/** Looks at the orders whose clocks have something to say; answers how many ticks were given, and whether there may be more. */
export async function watchOrders(
  ctx: Context,
  now: Date,
  log: FastifyBaseLogger,
): Promise<{ ticks: number; more: boolean }> {
  return ctx.db.transaction(async (tx) => {
    const work = systemWork(tx, ctx, now);
    const rows = await takeDueOrders(work, batch);
    let given = 0;
    for (const row of rows) {
      try {
        given += await tx.transaction((inner) => lookAt({ ...work, tx: inner }, row));
      } catch (error) {
        log.error({ order: row.id, error: faultOf(error) }, 'an order could not be watched');
        await postponeLook(work, row, addMinutes(now, retryMinutes));
      }
    }
    return { ticks: given, more: rows.length === batch };
  });
}

/** Marks complaints that wait at the triage desk longer than their level allows; answers how many. */
export async function watchTriage(ctx: Context, now: Date): Promise<number> {
  const minutes = Object.fromEntries(
    [...ctx.judgeAt(now).catalog.levels.values()].map(({ code, dispatchMinutes }) => [code, dispatchMinutes]),
  );
  return ctx.db.transaction((tx) => lateTriage(tx, minutes, now));
}

/** Marks call-backs that nobody has made in time; answers how many. */
export async function watchCallbacks(ctx: Context, now: Date): Promise<number> {
  return ctx.db.transaction((tx) => lateCallbacks(tx, now));
}

/** Once for each version of the catalogue: other limits and rules may have something to say earlier than was noted. */
export async function watchCatalog(ctx: Context, now: Date): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    if (await runOnce(tx, 'catalog', String(ctx.catalogRows().version))) await lookAtAll(tx, now);
  });
}

const keyHours = 24;

/** Once a day: removes what is kept for a while only. Answers null where it has been done within a day, by whichever node. */
export async function cleanUp(ctx: Context, now: Date): Promise<number | null> {
  return ctx.db.transaction(async (tx) => {
    if (!(await runOnce(tx, 'clean-up', shanghaiDate(now)))) return null;
    return deleteOldKeys(tx, addMinutes(now, -keyHours * 60));
  });
}
