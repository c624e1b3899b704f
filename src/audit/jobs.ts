/** Chains the audit in a serving process every few seconds: on several nodes at once, one of them does it. */
import { Cron } from 'croner';
import type { FastifyBaseLogger } from 'fastify';
import type { Context } from '../context.ts';
import { errorCode } from '../http/errors.ts';
import { formatHead } from './chain.ts';
import { chainBatch } from './service.ts';

/** Chains all that waits. An anchor goes to the log too: there no database administrator reaches it. */
export async function runChaining(ctx: Pick<Context, 'db' | 'clock'>, log: FastifyBaseLogger): Promise<void> {
  for (;;) {
    const done = await chainBatch(ctx.db, ctx.clock());
    if (done?.anchor != null) {
      const { day, count, hash } = done.anchor;
      log.info({ day, head: formatHead({ seq: count, hash }) }, 'audit anchored');
    }
    if (done?.more !== true) return;
  }
}

/** Starts the chaining; `stop` ends it once the running turn is over, after a last one. */
export function startChaining(
  ctx: Context,
  log: FastifyBaseLogger,
  pattern = '*/5 * * * * *',
): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const turn = () => {
    running = runChaining(ctx, log).catch((error: unknown) => {
      // The next turn catches up.
      log.error({ error: errorCode(error) ?? 'unknown' }, 'the audit could not be chained');
    });
    return running;
  };
  const job = new Cron(pattern, { protect: true, timezone: 'Asia/Shanghai' }, turn);
  return {
    async stop() {
      job.stop();
      await running;
      await turn();
    },
  };
}
