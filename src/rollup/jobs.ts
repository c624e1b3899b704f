/** Keeps the rollups up in a serving process. Reports do not wait for it: they count what is still to be folded in themselves. */
import { Cron } from 'croner';
import type { FastifyBaseLogger } from 'fastify';
import type { Context } from '../context.ts';
import { errorCode } from '../http/errors.ts';
import { keepUp } from './service.ts';

/** Starts it; `stop` ends it once the running turn is over. */
export function startRollup(
  ctx: Pick<Context, 'db' | 'clock'>,
  log: FastifyBaseLogger,
  pattern = '*/30 * * * * *',
): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const turn = async () => {
    const { rebuilt, folded } = await keepUp(ctx.db, ctx.clock());
    if (rebuilt !== null) log.info({ complaints: rebuilt.complaints }, 'rollups made anew');
    if (folded > 0) log.debug({ folded }, 'rollups kept up');
  };
  const job = new Cron(pattern, { protect: true, timezone: 'Asia/Shanghai' }, () => {
    running = turn().catch((error: unknown) => {
      // The next turn takes it up again: until then the reports count the orders themselves.
      log.error({ error: errorCode(error) }, 'the rollups could not be kept up');
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
