/** Empties callers whose time is over, once a day in the small hours; on several nodes at once, each row once. */
import { Cron } from 'croner';
import type { FastifyBaseLogger } from 'fastify';
import type { Context } from '../context.ts';
import { errorCode } from '../http/errors.ts';
import { anonymiseBatch } from './service.ts';

export async function runRetention(ctx: Context, log: FastifyBaseLogger): Promise<void> {
  let emptied = 0;
  for (let more = true; more; ) {
    const done = await anonymiseBatch(ctx, ctx.clock());
    emptied += done.emptied;
    more = done.more;
  }
  if (emptied > 0) log.info({ emptied }, 'callers anonymised');
}

/** Starts the daily turn; `stop` ends it once the running one is over. */
export function startRetention(
  ctx: Context,
  log: FastifyBaseLogger,
  pattern = '0 40 3 * * *',
): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const job = new Cron(pattern, { protect: true, timezone: 'Asia/Shanghai' }, () => {
    running = runRetention(ctx, log).catch((error: unknown) => {
      log.error({ error: errorCode(error) ?? 'unknown' }, 'callers could not be anonymised');
    });
    return running;
  });
  return {
    async stop() {
      job.stop();
      await running;
    },
  };
}
