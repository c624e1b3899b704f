/** Empties callers whose time is over, once a day in the small hours; on several nodes at once, each row once. */
import type { FastifyBaseLogger } from 'fastify';
import type { Context } from '../context.ts';
import { errorCode } from '../http/errors.ts';
import { type Recurring, recur } from '../recurring.ts';
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

/** Starts the daily turn. */
export function startRetention(ctx: Context, log: FastifyBaseLogger, pattern = '0 40 3 * * *'): Recurring {
  return recur(
    pattern,
    () => runRetention(ctx, log),
    (error) => log.error({ error: errorCode(error) ?? 'unknown' }, 'callers could not be anonymised'),
  );
}
