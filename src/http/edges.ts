/**
 * The edges of the service, before any feature is asked: the headers of every answer, how much one caller and one address may ask, whom
 * to turn away under load, how long a client may take and how much it may send.
 */
import { getHeapStatistics } from 'node:v8';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import underPressure from '@fastify/under-pressure';
import type { FastifyHttpOptions, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify';
import { AppError } from './errors.ts';
import { refuseBeyond } from './limit.ts';

/** What may be asked; 0 is without a limit. The service counts for itself: with several nodes each has these. */
export interface Limits {
  /** Requests a minute of one token or user. */
  caller: number;
  /** Requests a minute of one address, counted before it is known who asks. */
  address: number;
  /** How long a turn of the event loop may take, in milliseconds, as the mean of a sample. */
  delayMs: number;
  /** How much of the heap may be in use, in percent. */
  heapPercent: number;
  /** How often the load is measured, in milliseconds. */
  sampleMs: number;
}

/** How long a client may take, in milliseconds. */
export interface Patience {
  /** Until the head of a request is there. */
  headersMs: number;
  /** Until the whole request is there: an upload of 20 MB over a poor line too. */
  requestMs: number;
  /** Without a byte in either direction. A stream of events beats every 15 seconds. */
  idleMs: number;
  /** How often the first two are looked at. */
  checkMs: number;
}

/** Without settings nobody is turned away: what builds the service for itself knows how much it will ask. */
const noLimits: Limits = { caller: 0, address: 0, delayMs: 0, heapPercent: 0, sampleMs: 1000 };
const usualPatience: Patience = { headersMs: 20_000, requestMs: 300_000, idleMs: 120_000, checkMs: 5000 };

/** The longest body accepted: a complaint of 5,000 characters with every field full is under 64 kB. */
const bodyLimit = 256 * 1024;
/** The longest address, in bytes: RFC 9110 asks for 8,000 at least. */
const maxUrl = 8000;
/** The longest head of a request, its address included. */
const maxHeaderSize = 16 * 1024;
/** The longest part of an address: none of ours comes near. */
const maxParamLength = 100;
/** Longer than proxies keep a connection, so that they end it and not we. */
const keepAliveTimeout = 72_000;
/** When to come back after having been turned away, in seconds. */
const retryAfter = 5;
/** How many callers and addresses are counted at a time; who was not seen for longest is forgotten first. */
const counted = 20_000;

/** Who watches the service must get an answer when nobody else does. */
const watching: ReadonlySet<string | undefined> = new Set(['/healthz', '/readyz', '/metrics']);
const isWatching = ({ routeOptions }: FastifyRequest) => watching.has(routeOptions.url);

/** What Fastify and Node are told of sizes and times. */
export function serverLimits(patience: Partial<Patience> = {}) {
  const { headersMs, requestMs, idleMs, checkMs } = { ...usualPatience, ...patience };
  return {
    bodyLimit,
    requestTimeout: requestMs,
    connectionTimeout: idleMs,
    keepAliveTimeout,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength },
    http: { maxHeaderSize, headersTimeout: headersMs, connectionsCheckingInterval: checkMs },
  } satisfies FastifyHttpOptions<RawServerDefault>;
}

/** Whether an address is longer than any is taken. */
export const isTooLong = ({ raw }: FastifyRequest): boolean => Buffer.byteLength(raw.url ?? '') > maxUrl;

/**
 * Installs the hooks that come before the caller is known, in the order in which they run. Throws from them OVERLOADED, URL_TOO_LONG,
 * TOO_MANY_REQUESTS.
 */
export async function installEdges(app: FastifyInstance, given: Partial<Limits> = {}): Promise<void> {
  const limits = { ...noLimits, ...given };
  await app.register(helmet, headers);
  await app.register(rateLimit, { global: false });
  await shed(app, limits);
  app.addHook('onRequest', async (request) => {
    if (isTooLong(request)) throw new AppError('URL_TOO_LONG');
  });
  if (limits.address > 0) {
    // Without a key of its own: IPv6 addresses of one network count as one.
    const refuse = refuseBeyond(app, { max: limits.address, cache: counted });
    app.addHook('onRequest', async (request) => {
      if (!isWatching(request)) await refuse(request);
    });
  }
  // A cache between us and the reader keeps nothing, unless the route has said how it may.
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
}

/** Counts the requests of a caller who has just been recognised. The function throws TOO_MANY_REQUESTS. */
export function callerLimit(
  app: FastifyInstance,
  { caller: max = noLimits.caller }: Partial<Limits> = {},
): (request: FastifyRequest, tokenId: number) => Promise<void> {
  if (max === 0) return async () => undefined;
  const tokens = new WeakMap<FastifyRequest, number>();
  const refuse = refuseBeyond(app, { max, cache: counted, keyGenerator: (request) => `caller ${tokens.get(request)}` });
  return async (request, tokenId) => {
    tokens.set(request, tokenId);
    await refuse(request);
  };
}

/** For answers that are data: nothing may be loaded, framed or run. Pages (documentation, bulletin, files) say what they need. */
const headers = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
  },
  frameguard: { action: 'deny' },
  referrerPolicy: { policy: 'no-referrer' },
  strictTransportSecurity: { maxAge: 365 * 86_400, includeSubDomains: true },
} as const;

/** The documentation runs its own scripts, from its own address, and asks this service. Its icons are in its styles. */
export const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

async function shed(app: FastifyInstance, { delayMs, heapPercent, sampleMs }: Limits): Promise<void> {
  if (delayMs === 0 && heapPercent === 0) return;
  await app.register(underPressure, {
    maxEventLoopDelay: delayMs,
    maxHeapUsedBytes: Math.floor((getHeapStatistics().heap_size_limit * heapPercent) / 100),
    sampleInterval: sampleMs,
    pressureHandler: async (request) => {
      if (!isWatching(request)) throw new AppError('OVERLOADED', '', { retryAfter });
    },
  });
}
