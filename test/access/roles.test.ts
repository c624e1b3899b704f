/** Every call × every role, by the table of api.md written out by hand, and held against the routes that exist. */
import t from 'tap';
import { permissions, type Role, roles, unitRoles } from '../../src/access/roles.ts';
import { build } from '../../src/app.ts';
import { createLogger } from '../../src/logger.ts';
import { app, type Caller, complaint, refused, stored } from '../helper.ts';

const everyone = [...roles];
const readers: Role[] = ['operator', 'dispatcher', 'handler', 'manager', 'callback', 'assessor', 'admin', 'auditor'];
const catalogs = [
  'divisions',
  'units',
  'needs',
  'matters',
  'types',
  'levels',
  'calendar',
  'rules',
  'local-units',
  'guard',
  'routes',
  'alarms',
  'handling',
  'escalations',
];

/** The column "role" of api.md; "by scope" is every role but those that have no business there. */
const calls: Record<string, Role[]> = {
  'POST /assist': ['operator'],
  'POST /complaints': ['operator', 'channel'],
  'GET /complaints': [...readers, 'analyst', 'channel'],
  'GET /complaints/{number}': [...readers, 'analyst', 'channel'],
  'POST /complaints/{number}/dispatch': ['dispatcher'],
  'POST /complaints/{number}/link': ['dispatcher'],
  'POST /complaints/{number}/unlink': ['dispatcher'],
  'POST /complaints/{number}/unmask': ['operator', 'dispatcher', 'handler', 'manager', 'callback'],
  'GET /triage': ['dispatcher'],
  'GET /groups': ['dispatcher', 'manager'],
  'POST /complaints/{number}/attachments': ['operator', 'dispatcher', 'callback', 'channel'],
  'GET /complaints/{number}/attachments': [...readers, 'channel'],
  'POST /orders/{id}/attachments': ['handler', 'manager'],
  'GET /orders/{id}/attachments': readers,
  'GET /attachments/{id}': [...readers, 'channel'],
  'POST /attachments/{id}/withdraw': ['operator', 'dispatcher', 'callback', 'channel', 'handler', 'manager'],
  'POST /groups/{id}/close': ['dispatcher'],
  'GET /queue': ['handler', 'manager'],
  'GET /queue/events': ['handler', 'manager'],
  'GET /orders/{id}': readers,
  'POST /orders/{id}/sign': ['handler'],
  'POST /orders/{id}/contact': ['handler'],
  'POST /orders/{id}/reply': ['handler'],
  'POST /orders/{id}/return': ['handler'],
  'POST /orders/{id}/extend': ['handler'],
  'POST /orders/{id}/corrections': ['handler'],
  'POST /orders/{id}/delegate': ['handler'],
  'POST /orders/{id}/park': ['manager'],
  'POST /orders/{id}/unpark': ['manager', 'dispatcher'],
  'POST /orders/{id}/whistle': ['manager'],
  'POST /orders/{id}/report': ['handler', 'manager'],
  'POST /orders/{id}/confirm': ['manager'],
  'POST /orders/{id}/rulings': ['dispatcher'],
  'POST /orders/{id}/supervise': ['dispatcher'],
  'POST /orders/{id}/escalate': ['dispatcher'],
  'GET /rulings': ['dispatcher'],
  'POST /complaints/{number}/cancel': ['operator', 'dispatcher', 'channel'],
  'POST /complaints/{number}/reopen': ['dispatcher'],
  'GET /callbacks': ['callback'],
  'GET /callbacks/{id}': ['callback'],
  'POST /callbacks/{id}/claim': ['callback'],
  'DELETE /callbacks/{id}/claim': ['callback'],
  'POST /callbacks/{id}/attempts': ['callback'],
  'GET /reports/rates': ['analyst', 'assessor', 'manager'],
  'GET /reports/ranking': ['analyst', 'assessor', 'manager'],
  'GET /reports/exclusions': ['analyst', 'assessor', 'manager'],
  'GET /reports/rates/cases': ['analyst', 'assessor', 'manager'],
  'GET /reports/ranking/cases': ['analyst', 'assessor', 'manager'],
  'GET /reports/exclusions/cases': ['analyst', 'assessor', 'manager'],
  'GET /reports/needs': ['analyst', 'assessor', 'manager'],
  'GET /reports/needs/cases': ['analyst', 'assessor', 'manager'],
  'GET /reports/volume': ['analyst', 'assessor', 'manager'],
  'GET /reports/volume/cases': ['analyst', 'assessor', 'manager'],
  'GET /reports/timeliness': ['analyst', 'assessor', 'manager'],
  'GET /reports/timeliness/cases': ['analyst', 'assessor', 'manager'],
  'GET /reports/supervision': ['analyst', 'assessor', 'manager'],
  'GET /reports/supervision/cases': ['analyst', 'assessor', 'manager'],
  'GET /reports/hot': ['analyst', 'assessor', 'manager'],
  'GET /reports/hot/cases': ['analyst', 'assessor', 'manager'],
  'GET /reports/repeats': ['analyst', 'assessor', 'manager'],
  'GET /reports/repeats/cases': ['analyst', 'assessor', 'manager'],
  'GET /reports/bulletin': ['analyst', 'assessor', 'manager'],
  'POST /assessment/exclusions': ['assessor'],
  'GET /assessment/exclusions': ['assessor', 'analyst', 'manager', 'auditor'],
  'GET /assessment/exclusions/{id}': ['assessor', 'analyst', 'manager', 'auditor'],
  'POST /assessment/exclusions/{id}/review': ['assessor'],
  'POST /assessment/exclusions/{id}/appeal': ['assessor', 'manager'],
  'GET /assessment/periods': ['assessor', 'analyst', 'manager', 'auditor'],
  'GET /assessment/periods/{period}': ['assessor', 'analyst', 'manager', 'auditor'],
  'GET /assessment/periods/{period}/cases': ['assessor', 'analyst', 'manager', 'auditor'],
  'GET /assessment/periods/{period}/amendments': ['assessor', 'analyst', 'manager', 'auditor'],
  'POST /assessment/periods/{period}/close': ['assessor'],
  'POST /assessment/periods/{period}/amendments': ['assessor'],
  'GET /quality': ['analyst', 'assessor', 'dispatcher', 'admin'],
  'GET /knowledge': roles.filter((role) => role !== 'channel'),
  'GET /knowledge/expiring': roles.filter((role) => role !== 'channel'),
  'GET /knowledge/{id}': roles.filter((role) => role !== 'channel'),
  'POST /knowledge': ['admin', 'dispatcher', 'manager'],
  'PUT /knowledge/{id}': ['admin', 'dispatcher', 'manager'],
  'POST /knowledge/{id}/withdraw': ['admin', 'dispatcher', 'manager'],
  'PUT /catalog/rules': ['admin'],
  'POST /catalog/rules/try': ['admin', 'analyst'],
  'GET /catalog/changes': ['admin', 'analyst', 'auditor', 'dispatcher'],
  'GET /audit': ['auditor'],
  'GET /audit/verify': ['auditor'],
  'POST /webhooks': ['admin', 'manager', 'channel'],
  'GET /webhooks': ['admin', 'manager', 'channel'],
  'GET /webhooks/{id}': ['admin', 'manager', 'channel'],
  'PATCH /webhooks/{id}': ['admin', 'manager', 'channel'],
  'DELETE /webhooks/{id}': ['admin', 'manager', 'channel'],
  'POST /webhooks/{id}/rotate': ['admin', 'manager', 'channel'],
  'POST /webhooks/{id}/test': ['admin', 'manager', 'channel'],
  'GET /webhooks/{id}/deliveries': ['admin', 'manager', 'channel'],
  'POST /webhooks/{id}/replay': ['admin', 'manager', 'channel'],
  'GET /users': ['admin'],
  'POST /users': ['admin'],
  'GET /users/{id}': ['admin'],
  'PATCH /users/{id}': ['admin'],
  'POST /users/{id}/password': ['admin'],
  'GET /users/{id}/sessions': ['admin'],
  'POST /users/{id}/sessions/end': ['admin'],
  'POST /users/{id}/totp/remove': ['admin'],
  'POST /users/import': ['admin'],
  'GET /tokens': ['admin'],
  'POST /tokens': ['admin'],
  'POST /tokens/{id}/rotate': ['admin'],
  'POST /tokens/{id}/revoke': ['admin'],
  'GET /auth/me': everyone,
  // Of people who are signed in; a token, whatever its role, has no password and no session: test/account.
  'POST /auth/logout': [],
  'GET /auth/sessions': [],
  'POST /auth/sessions/end': [],
  'POST /auth/password': [],
  'POST /auth/totp': [],
  'POST /auth/totp/confirm': [],
  'POST /auth/totp/remove': [],
  ...Object.fromEntries(catalogs.map((name) => [`GET /catalog/${name}`, everyone])),
};
/** Calls of callers themselves, with a code in place of a token (test/public), and of whoever signs in (test/account). */
const open = [
  'GET /public/complaints/{number}',
  'POST /public/complaints/{number}/evaluation',
  'POST /auth/login',
  'GET /auth/oidc/start',
  'GET /auth/oidc/callback',
];
const urlOf = (call: string) =>
  call.split(' ')[1]?.replace('{number}', '209911220000001').replace('{id}', '999999') ?? '';
const send = (caller: Caller, call: string) => {
  if (call.startsWith('GET')) return caller.get(`${urlOf(call)}${call === stream ? '?since=none' : ''}`);
  if (call.startsWith('PUT')) return caller.put(urlOf(call), {});
  if (call.startsWith('PATCH')) return caller.patch(urlOf(call), {});
  return call.startsWith('DELETE') ? caller.delete(urlOf(call)) : caller.post(urlOf(call), {});
};

/** It never ends, and has no HEAD: asked from a position that there is not, it says at once whether the role was let in. */
const stream = 'GET /queue/events';

t.test('every call and every role', async (t) => {
  const { as, anyone, app: service, connection } = await app(t);
  const { paths } = (await service.inject({ url: '/openapi.json' })).json();
  const found = Object.entries<object>(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`),
  );
  t.same(found.sort(), [...Object.keys(calls), ...open].sort(), 'the calls that exist are those of the table');
  const callers = new Map<Role, Caller>();
  for (const role of roles) callers.set(role, await as(role, unitRoles.includes(role) ? '110105026' : undefined));
  const before = await stored(connection);
  for (const [call, allowed] of Object.entries(calls)) {
    const unknown = await send(anyone, call);
    refused(t, `${call} without a token`, unknown, 401, 'UNAUTHENTICATED');
    t.match(unknown.headers['www-authenticate'], /^Bearer/);
    for (const [role, caller] of callers) {
      const answer = await send(caller, call);
      const what = `${call} as ${role}`;
      if (!allowed.includes(role)) refused(t, what, answer, 403, 'FORBIDDEN');
      // An empty body, unknown numbers, JSON for a table: 400, 404 and 415 show that the role was let in.
      else t.ok([200, 400, 404, 415].includes(answer.status), `${what}: ${answer.status}`);
    }
    if (!call.startsWith('GET') || call === stream) continue;
    const head = await service.inject({ method: 'HEAD', url: `/api/v1${urlOf(call)}` });
    t.equal(head.statusCode, 401, `HEAD of ${call} without a token`);
  }
  t.same(await stored(connection), before, 'nothing was stored');
});

t.test('a refusal comes before the body is looked at', async (t) => {
  const { as } = await app(t);
  const analyst = await as('analyst');
  const json = { 'content-type': 'application/json' };
  for (const body of ['{', `"${'x'.repeat(300_000)}"`, JSON.stringify(complaint())])
    refused(t, body.slice(0, 9), await analyst.post('/complaints', body, json), 403, 'FORBIDDEN');
});

t.test('outside /api/v1', async (t) => {
  const { app: service, as } = await app(t);
  for (const url of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs/'])
    t.equal((await service.inject({ url })).statusCode, 200, `${url} is open`);
  await (await as('operator')).post('/complaints', complaint());
  const metrics = (await service.inject({ url: '/metrics' })).body;
  t.match(metrics, /jiesu_http_request_seconds_count\{method="POST",route="\/api\/v1\/complaints",status="201"\} 1/);
  t.notMatch(metrics, /19900001234|赵甲|20261122/, 'no data of a complaint in the metrics');
});

t.test('the service does not start when a route names no permission', async (t) => {
  const { ctx } = await app(t);
  const service = await build(ctx, createLogger({ LOG_LEVEL: 'silent' }));
  t.teardown(() => service.close());
  const handler = async () => ({});
  t.throws(() => service.get('/api/v1/open', handler), /权限/, 'by its shorthand');
  t.throws(() => service.route({ method: 'POST', url: '/x', config: {}, handler }), /权限/, 'with other settings');
  await t.rejects(async () => service.register(async (inner) => void inner.get('/y', handler)), /权限/, 'in a plugin');
  t.throws(() => service.get('/docs-of-complaints', handler), /权限/, 'with an address that only begins like /docs');
});

t.test('the table of permissions', (t) => {
  for (const [name, allowed] of Object.entries(permissions)) {
    t.ok(allowed.length > 0, `${name} is for somebody`);
    t.equal(new Set(allowed).size, allowed.length, `${name} names nobody twice`);
  }
  t.same(roles, [
    'operator',
    'dispatcher',
    'handler',
    'manager',
    'callback',
    'assessor',
    'analyst',
    'admin',
    'auditor',
    'channel',
  ]);
  t.end();
});
