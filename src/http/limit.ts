/** So many requests a minute, and no more. */
import type { FastifyRequest } from 'fastify';
import type { Api } from './api.ts';
import { AppError } from './errors.ts';

const timeWindow = 60_000;

/** A hook that counts the requests of each address under a name, before the database is asked. It throws TOO_MANY_REQUESTS. */
export function limitByAddress(app: Api, name: string, max: number): (request: FastifyRequest) => Promise<void> {
  const count = app.createRateLimit({ max, timeWindow, keyGenerator: ({ ip }) => `${name} ${ip}` });
  return async (request) => {
    const counted = await count(request);
    if (counted.isAllowed || !counted.isExceeded) return;
    throw new AppError('TOO_MANY_REQUESTS', '', { retryAfter: Math.max(1, counted.ttlInSeconds) });
  };
}
