/** The service: infrastructure first, then one line a feature. */
import { setTimeout } from 'node:timers/promises';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { sql } from 'drizzle-orm';
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest, LogController } from 'fastify';
import { type LoginLimits, loginLimits } from './account/lockout.ts';
import { accountRoutes } from './account/routes.ts';
import { reportRoutes } from './assessment/reports/routes.ts';
import { assessmentRoutes } from './assessment/routes.ts';
import { attachmentRoutes } from './attachment/routes.ts';
import { auditRoutes } from './audit/routes.ts';
import { callbackRoutes } from './callback/routes.ts';
import { catalogRoutes } from './catalog/routes.ts';
import { closingRoutes } from './closing/routes.ts';
import { complaintRoutes } from './complaint/routes.ts';
import type { Context } from './context.ts';
import { exclusionRoutes } from './exclusion/routes.ts';
import { groupRoutes } from './group/routes.ts';
import { handlingRoutes } from './handling/routes.ts';
import type { Api } from './http/api.ts';
import {
  callerLimit,
  installEdges,
  isTooLong,
  type Limits,
  type Patience,
  pagePolicy,
  serverLimits,
} from './http/edges.ts';
import { AppError, answerMalformed, answerMisaddressed, installErrors } from './http/errors.ts';
import { createMetrics, installMetrics, timeJudgements } from './http/metrics.ts';
import { openApi } from './http/openapi.ts';
import { installSecurity } from './http/security.ts';
import { buildSerializer } from './http/serialization.ts';
import { createValidatorCompiler } from './http/validation.ts';
import { intakeRoutes } from './intake/routes.ts';
import { knowledgeRoutes } from './knowledge/routes.ts';
import { linkRoutes } from './link/routes.ts';
import { outboxRoutes } from './outbox/routes.ts';
import { privacyRoutes } from './privacy/routes.ts';
import { type PublicLimits, publicRoutes } from './public/routes.ts';
import { qualityRoutes } from './quality/routes.ts';
import type { StreamSettings } from './queue/jobs.ts';
import { queueRoutes } from './queue/routes.ts';
import { rulesRoutes } from './rules/routes.ts';
import { rulingRoutes } from './ruling/routes.ts';
import type { SsoSettings } from './sso/flow.ts';
import { ssoRoutes } from './sso/routes.ts';
import { staffRoutes } from './staff/routes.ts';
import { tokenRoutes } from './token/routes.ts';
import { triageRoutes } from './triage/routes.ts';
import { workorderRoutes } from './workorder/routes.ts';

/** What is not asked of the context. */
interface Settings {
  streams?: Partial<StreamSettings>;
  /** How much a caller and an address may ask, and when all are turned away; never where nothing is said. */
  limits?: Partial<Limits>;
  /** How long a client may take. */
  patience?: Partial<Patience>;
  /** Requests a minute to the public page. */
  publicLimits?: Partial<PublicLimits>;
  /** Attempts to sign in a minute. */
  loginLimits?: LoginLimits;
  /** The city's identity provider. */
  sso?: SsoSettings;
  /** Callers that one token may unmask in an hour. */
  unmaskLimit?: number;
  /** Addresses of proxies whose word on the client's own address is taken. */
  trustProxy?: string;
}

/** Builds the service without listening. `log` must not print bodies or query strings (see `logger.ts`). */
export async function build(given: Context, log: FastifyBaseLogger, settings: Settings = {}): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: log,
    ...serverLimits(settings.patience),
    trustProxy: settings.trustProxy ?? false,
    // One line a request is written below, without its address.
    logController: new LogController({ disableRequestLogging: true }),
    return503OnClosing: false,
    schemaController: { compilersFactory: { buildSerializer } },
    // Faults of the address itself, before any route is found.
    frameworkErrors: (error, request, reply) =>
      answerMisaddressed(isTooLong(request) ? new AppError('URL_TOO_LONG') : error, reply),
    clientErrorHandler: answerMalformed,
  });
  const metrics = createMetrics(given.db);
  const ctx = timeJudgements(given, metrics);
  installErrors(app);
  await installEdges(app, settings.limits);
  installSecurity(app, ctx, callerLimit(app, settings.limits));
  await app.register(swagger, openApi);
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: pagePolicy });
  installMetrics(app, metrics);
  requestHooks(app);
  raiseSignals(app, ctx);
  healthRoutes(app, ctx);
  await app.register(
    async (api) => {
      // Here and not on the whole: a scope with schemas of its own does not take over its parent's compiler.
      api.setValidatorCompiler(createValidatorCompiler());
      features(api.withTypeProvider<TypeBoxTypeProvider>(), ctx, settings);
    },
    { prefix: '/api/v1' },
  );
  return app;
}

/** One line a feature. Plain calls, not plugins: they share one scope, so that one may refer to another's schemas. */
function features(api: Api, ctx: Context, settings: Settings): void {
  const { streams, publicLimits, unmaskLimit, loginLimits: logins = loginLimits } = settings;
  knowledgeRoutes(api, ctx);
  intakeRoutes(api, ctx);
  linkRoutes(api, ctx);
  complaintRoutes(api, ctx);
  privacyRoutes(api, ctx, unmaskLimit);
  triageRoutes(api, ctx);
  groupRoutes(api, ctx);
  workorderRoutes(api, ctx);
  queueRoutes(api, ctx, streams);
  handlingRoutes(api, ctx);
  rulingRoutes(api, ctx);
  attachmentRoutes(api, ctx);
  callbackRoutes(api, ctx);
  publicRoutes(api, ctx, publicLimits);
  assessmentRoutes(api, ctx);
  closingRoutes(api, ctx);
  exclusionRoutes(api, ctx);
  reportRoutes(api, ctx);
  qualityRoutes(api, ctx);
  catalogRoutes(api, ctx);
  rulesRoutes(api, ctx);
  outboxRoutes(api, ctx);
  auditRoutes(api, ctx);
  accountRoutes(api, ctx, logins);
  ssoRoutes(api, ctx, logins, settings.sso);
  staffRoutes(api, ctx);
  tokenRoutes(api, ctx);
}

/** A line in the log for every request, and an orderly end: running requests finish, kept connections are closed. */
function requestHooks(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions } = request;
    request.log.debug(
      { method, route: routeOptions.url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'request',
    );
  });
  // While the service stops, a connection ends with the answer it is waiting for instead of being kept for another.
  let closing = false;
  const running = new Set<FastifyRequest>();
  app.addHook('preHandler', async (request) => void running.add(request));
  app.addHook('onSend', async (request, reply) => {
    running.delete(request);
    if (closing) reply.header('connection', 'close');
  });
  app.addHook('preClose', async () => {
    closing = true;
  });
  // A request whose client has gone is still at work when its connection is not: the database must outlast it.
  app.addHook('onClose', async () => {
    while (running.size > 0) await setTimeout(10);
  });
}

/** Here for all features at once, so that none can forget it: whoever waits for changes looks after every write. */
function raiseSignals(app: FastifyInstance, { signal }: Context): void {
  const reads = ['GET', 'HEAD', 'OPTIONS'];
  app.addHook('onResponse', async (request, reply) => {
    if (reply.statusCode < 400 && !reads.includes(request.method)) signal.raise();
  });
}

function healthRoutes(app: FastifyInstance, ctx: Context): void {
  const open = { config: { permission: 'public' as const }, schema: { hide: true } };
  app.get('/healthz', open, async () => ({ status: 'ok' }));
  app.get('/readyz', open, async (request, reply) => {
    try {
      await ctx.db.execute(sql`select 1 from catalog_versions limit 1`);
      return { status: 'ready', catalogVersion: ctx.judgeAt(ctx.clock()).catalog.version };
    } catch {
      request.log.warn('not ready: the database does not answer');
      return reply.code(503).send({ status: 'unavailable' });
    }
  });
  app.get('/openapi.json', open, async () => app.swagger());
}
