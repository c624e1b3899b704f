/** Runs the watch in a serving process: every few seconds and, on several nodes at once, each row once. */
import type { FastifyBaseLogger } from 'fastify';
import type { Context } from '../context.ts';
import { type Recurring, recur } from '../recurring.ts';
import { cleanUp, faultOf, watchCallbacks, watchCatalog, watchOrders, watchTriage } from './service.ts';

/** Everything that is due now, batch by batch. */
export async function runWatch(ctx: Context, log: FastifyBaseLogger): Promise<void> {
  const now = ctx.clock();
  await watchCatalog(ctx, now);
  let ticks = 0;
  for (let more = true; more; ) {
    const done = await watchOrders(ctx, now, log);
    ticks += done.ticks;
    more = done.more;
  }
  const triage = await watchTriage(ctx, now);
  const callbacks = await watchCallbacks(ctx, now);
  if (ticks + triage + callbacks > 0) {
    ctx.signal.raise();
    log.info({ ticks, triage, callbacks }, 'clocks watched');
  }
  const removed = await cleanUp(ctx, now);
  if (removed !== null) log.info({ removed }, 'daily clean-up done');
}

/** Starts the watch. */
export function startWatch(ctx: Context, log: FastifyBaseLogger, pattern = '*/10 * * * * *'): Recurring {
  return recur(
    pattern,
    () => runWatch(ctx, log),
    // The next turn catches up: nothing is lost but time.
    (error) => log.error({ error: faultOf(error) }, 'the watch failed'),
  );
}
