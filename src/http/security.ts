/**
 * Every route names its permission; the service does not start when one does not. Recognises the caller by his token or cookie and
 * checks the role before the body is even read, and writes security and error answers into each operation's schema.
 */
import '@fastify/swagger';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import type { Permission } from '../access/roles.ts';
import { may, watchedPermissions } from '../access/roles.ts';
import { type Need, type Session, scopeOf } from '../access/scope.ts';
import { authenticate, authenticateCookie } from '../access/service.ts';
import { isCsrf, readCookie } from '../access/sign-in.ts';
import type { Context } from '../context.ts';
import { recordAudit } from '../db/audit.ts';
import { within } from '../db/sight.ts';
import { AppError, fieldError, Problem } from './errors.ts';
import { ref } from './schemas.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    permission?: Permission;
    /** Only for people who are signed in: a machine's token is refused. */
    personal?: boolean;
    /** It goes on reading after it has answered: each of its reads keeps to the scope by itself. */
    outlasts?: boolean;
    /** What may still be lacking: the first password changed, the second factor set up. */
    before?: readonly Need[];
  }
  interface FastifyRequest {
    session: Session | null;
  }
}

/** The caller of a route that needs a token. */
export function sessionOf(request: FastifyRequest): Session {
  if (request.session === null) throw new AppError('UNAUTHENTICATED');
  return request.session;
}

/** The session of a person who is signed in, on a route that is `personal`. */
export function personOf(request: FastifyRequest): Session & { userId: number; sessionId: number } {
  const session = sessionOf(request);
  const { userId, sessionId } = session;
  if (userId === null || sessionId === null) throw notPersonal();
  return { ...session, userId, sessionId };
}

const notPersonal = () => new AppError('FORBIDDEN', '只能由登录的个人进行，令牌不行');

/** The version that `If-Match` names (`"3"`); undefined without one. Throws VALIDATION_FAILED for what is none of ours. */
function versionOf(request: FastifyRequest): number | undefined {
  const named = request.headers['if-match'];
  if (named === undefined || named === '*') return undefined;
  const [, version] = /^(?:W\/)?"(\d{1,9})"$/.exec(named) ?? [];
  if (version === undefined) throw fieldError('If-Match', '应为工单的版本，如 "3"');
  return Number(version);
}

/** Who acts when on the order of the address, and the version that he names: in the body or, without one, in `If-Match`. */
export function actOf(
  request: FastifyRequest<{ Params: { id: string }; Body: { version?: number } | null }>,
  now: Date,
): { session: Session; id: number; version: number | undefined; now: Date } {
  const version = request.body?.version ?? versionOf(request);
  return { session: sessionOf(request), id: Number(request.params.id), version, now };
}

/** An error answer in an operation's schema. */
export const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: ref(Problem) } },
});

/** What has a default need not be sent: TypeBox calls it required, because the handler always gets it. */
function withoutDefaulted(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null || !('required' in schema) || !('properties' in schema))
    return schema;
  const defaulted = new Set(
    Object.entries(schema.properties ?? {}).flatMap(([name, one]) => ('default' in Object(one) ? [name] : [])),
  );
  const required = Array.isArray(schema.required) ? schema.required.filter((name) => !defaulted.has(name)) : [];
  return { ...schema, required };
}

const reads: readonly unknown[] = ['GET', 'HEAD', 'OPTIONS'];

/** How a caller may show who he is. */
function waysIn({ method, config }: RouteOptions): Record<string, string[]>[] {
  const person: Record<string, string[]> = reads.includes(method) ? { cookie: [] } : { cookie: [], csrf: [] };
  return config?.personal === true ? [person] : [{ bearer: [] }, person];
}

function addErrorAnswers(route: RouteOptions, permission: Permission): void {
  const schema = { ...route.schema };
  const own = typeof schema.response === 'object' && schema.response !== null ? schema.response : {};
  const answers: Record<string, unknown> = {
    400: problem('请求有误'),
    429: problem('请求太频繁；Retry-After 是要等的秒数'),
    503: problem('服务暂不可用，或太忙（OVERLOADED，Retry-After 是要等的秒数）'),
  };
  if (permission !== 'public')
    Object.assign(answers, { 401: problem('没有登录，或令牌无效'), 403: problem('没有权限') });
  if (schema.params !== undefined) answers[404] = problem('没有找到');
  // Whatever the operation takes: a body that is sent is read first.
  if (route.method !== 'GET' && route.method !== 'HEAD')
    Object.assign(answers, { 413: problem('请求正文过大'), 415: problem('不支持的内容类型') });
  route.schema = {
    ...schema,
    ...(schema.querystring === undefined ? {} : { querystring: withoutDefaulted(schema.querystring) }),
    security: permission === 'public' ? [] : waysIn(route),
    response: { ...answers, ...own },
  };
}

type Door = Pick<Context, 'db' | 'clock' | 'signIn'>;

/**
 * Who sends a request: whom its token names or, without one, its cookie; null where it brings neither. Throws UNAUTHENTICATED,
 * TOKEN_EXPIRED or SESSION_EXPIRED for what is not or no longer good, CSRF_TOKEN_INVALID where a cookie would change something without
 * the token of its session.
 */
export async function callerOf({ db, clock, signIn }: Door, request: FastifyRequest): Promise<Session | null> {
  const { authorization, cookie } = request.headers;
  if (authorization !== undefined) return authenticate(db, authorization, clock());
  const secret = readCookie(cookie, signIn.secureCookies);
  if (secret === null) return null;
  const session = await authenticateCookie(db, secret, signIn, clock());
  if (!reads.includes(request.method) && !isCsrf(secret, request.headers['x-csrf-token']))
    throw new AppError('CSRF_TOKEN_INVALID');
  return session;
}

/** By its route, not its address: what stands in that is not ours. */
async function recordRefusal(
  db: Context['db'],
  { actor }: Session,
  { method, routeOptions }: FastifyRequest,
  permission: Permission,
  at: Date,
): Promise<void> {
  const detail = { method, route: routeOptions.url };
  await recordAudit(db, { at, actor, action: 'access.refuse', target: `permission:${permission}`, detail });
}

/** Throws where a caller may not do what a route is for. */
async function admit({ db, clock }: Door, session: Session, request: FastifyRequest): Promise<void> {
  const { role, need, scopes, sessionId } = session;
  const { permission, personal = false, before = [] } = request.routeOptions.config;
  if (permission === undefined) throw new AppError('FORBIDDEN');
  const isBeyond = scopes !== null && permission !== 'self' && !scopes.includes(permission);
  if (isBeyond || !may(role, permission)) {
    if (watchedPermissions.includes(permission)) await recordRefusal(db, session, request, permission, clock());
    throw new AppError('FORBIDDEN', isBeyond ? '令牌的范围不含此操作' : '');
  }
  if (personal && sessionId === null) throw notPersonal();
  if (need !== null && !before.includes(need))
    throw new AppError(need === 'password' ? 'PASSWORD_CHANGE_REQUIRED' : 'TOTP_SETUP_REQUIRED');
}

/**
 * What is only read is read within the caller's scope, which the database keeps to as well. The handler answers what is to be sent, and
 * does not send it itself: a slow receiver would keep the transaction open.
 */
function readWithin(db: Context['db'], route: RouteOptions): void {
  const { handler } = route;
  route.handler = function read(request, reply) {
    const { session } = request;
    if (session === null) return handler.call(this, request, reply);
    return within(db, scopeOf(session), async () => handler.call(this, request, reply));
  };
}

/**
 * Installs the checks. `internal` routes are those of plugins (documentation), open by design. `count` counts the requests of a caller,
 * also those that he may not make, and may refuse.
 */
export function installSecurity(
  app: FastifyInstance,
  door: Door,
  count: (request: FastifyRequest, tokenId: number) => Promise<void>,
): void {
  app.decorateRequest('session', null);
  app.addHook('onRoute', (route) => {
    if (route.url === '/docs' || route.url.startsWith('/docs/')) return;
    const permission = route.config?.permission;
    if (permission === undefined) throw new Error(`路由 ${String(route.method)} ${route.url} 没有声明权限`);
    if (route.schema !== undefined && route.schema.hide !== true) addErrorAnswers(route, permission);
    if (reads.includes(route.method) && route.config?.outlasts !== true) readWithin(door.db, route);
  });
  app.addHook('onRequest', async (request) => {
    const { permission } = request.routeOptions.config;
    if (permission === undefined || permission === 'public') return;
    const session = await callerOf(door, request);
    if (session === null) throw new AppError('UNAUTHENTICATED');
    await count(request, session.tokenId);
    await admit(door, session, request);
    request.session = session;
  });
}

/** Responses of an operation that may be refused by the order's state or by a retry. */
export const conflict = { 409: problem('与当前状态或先前的请求冲突') };

/** Responses of an operation that refers to something that may not be used, or no longer. */
export const unusable = { 422: problem('所引用的不存在或不能用') };
