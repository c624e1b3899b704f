/** Logs as JSON lines on stderr. Requests are logged by method and route pattern only: addresses and bodies hold personal data. */
import pino, { type Logger } from 'pino';
import type { Config } from './config.ts';
import { errorCode } from './http/errors.ts';

export function createLogger(config: Pick<Config, 'LOG_LEVEL'>): Logger {
  return pino(
    {
      level: config.LOG_LEVEL,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: {
        req: ({ method, id }: { method: string; id: string }) => ({ method, id }),
        res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
        // An error's message may quote what was sent; its code and frames may not.
        err: (error: Error) => ({
          code: errorCode(error) ?? error.name,
          stack: (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at ')),
        }),
      },
    },
    pino.destination(2),
  );
}
