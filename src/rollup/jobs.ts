/** Keeps the rollups up in a serving process. Reports do not wait for it: they count what is still to be folded in themselves. */
import type { FastifyBaseLogger } from 'fastify';
import type { Context } from '../context.ts';
import { errorCode } from '../http/errors.ts';
import { type Recurring, recur } from '../recurring.ts';
import { keepUp } from './service.ts';

/** Starts it. */
export function startRollup(
  ctx: Pick<Context, 'db' | 'clock'>,
  log: FastifyBaseLogger,
  pattern = '*/30 * * * * *',
): Recurring {
  const turn = async () => {
    const { rebuilt, folded } = await keepUp(ctx.db, ctx.clock());
    if (rebuilt !== null) log.info({ complaints: rebuilt.complaints }, 'rollups made anew');
    if (folded > 0) log.debug({ folded }, 'rollups kept up');
  };
  // The next turn takes it up again: until then the reports count the orders themselves.
  return recur(pattern, turn, (error) => log.error({ error: errorCode(error) }, 'the rollups could not be kept up'));
}
