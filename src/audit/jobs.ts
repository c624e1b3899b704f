/** Chains the audit in a serving process every few seconds: on several nodes at once, one of them does it. */
import type { FastifyBaseLogger } from 'fastify';
import type { Context } from '../context.ts';
import { errorCode } from '../http/errors.ts';
import { type Recurring, recur } from '../recurring.ts';
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

/** Starts the chaining; stopping it chains once more what has come meanwhile. */
export function startChaining(ctx: Context, log: FastifyBaseLogger, pattern = '*/5 * * * * *'): Recurring {
  const chaining = recur(
    pattern,
    () => runChaining(ctx, log),
    // The next turn catches up.
    (error) => log.error({ error: errorCode(error) ?? 'unknown' }, 'the audit could not be chained'),
  );
  return {
    ...chaining,
    async stop() {
      await chaining.stop();
      await chaining.run();
    },
  };
}
