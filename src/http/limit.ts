/** So many requests a minute, and no more. */
import type { RateLimitOptions } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Api } from './api.ts';
import { AppError } from './errors.ts';

const timeWindow = 60_000;

/** A hook that counts requests, by address unless it is told otherwise. It throws TOO_MANY_REQUESTS, with the seconds to wait. */
export function refuseBeyond(
  app: Pick<FastifyInstance, 'createRateLimit'>,
  options: Pick<RateLimitOptions, 'max' | 'keyGenerator' | 'cache'>,
): (request: FastifyRequest) => Promise<void> {
  const count = app.createRateLimit({ ...options, timeWindow });
  return async (request) => {
    const counted = await count(request);
    if (counted.isAllowed || !counted.isExceeded) return;
    throw new AppError('TOO_MANY_REQUESTS', '', { retryAfter: Math.max(1, counted.ttlInSeconds) });
  };
}

/** A hook that counts the requests of each address under a name, before the database is asked. It throws TOO_MANY_REQUESTS. */
export function limitByAddress(app: Api, name: string, max: number): (request: FastifyRequest) => Promise<void> {
  return refuseBeyond(app, { max, keyGenerator: ({ ip }) => `${name} ${ip}` });
}
