/** Who asks too much and too fast, whom the service turns away under load, and the headers of every kind of answer. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import t from 'tap';
import { build } from '../../src/app.ts';
import { edgesOf, readConfig } from '../../src/config.ts';
import type { Limits } from '../../src/http/edges.ts';
import { createLogger } from '../../src/logger.ts';
import { app, complaint, type T } from '../helper.ts';

const service = await app(t);
const operator = await service.as('operator');
const other = await service.as('operator');
const analyst = await service.as('analyst');

async function limited(t: T, limits: Partial<Limits>): Promise<FastifyInstance> {
  const node = await build(service.ctx, createLogger({ LOG_LEVEL: 'silent' }), { limits });
  t.teardown(() => node.close());
  return node;
}

const ask = (node: FastifyInstance, url: string, token = '', remoteAddress = '127.0.0.1') =>
  node.inject({ url, remoteAddress, headers: token === '' ? {} : { authorization: `Bearer ${token}` } });
type Response = Awaited<ReturnType<typeof ask>>;

function turnedAway(t: T, answer: Response, status: number, code: string, what: string): void {
  t.match(
    {
      status: answer.statusCode,
      type: answer.headers['content-type'],
      body: answer.json(),
      wait: Number(answer.headers['retry-after']),
    },
    {
      status,
      type: 'application/problem+json; charset=utf-8',
      body: { status, code, title: /\p{Script=Han}/u, retryAfter: Number(answer.headers['retry-after']) },
      wait: Number,
    },
    what,
  );
  const wait = Number(answer.headers['retry-after']);
  t.ok(wait >= 1 && wait <= 60, `${what}: to come back in ${wait} s`);
}

t.test('one caller, wherever from', async (t) => {
  const node = await limited(t, { caller: 4 });
  const needs = '/api/v1/catalog/needs';
  for (let i = 0; i < 3; i += 1) t.equal((await ask(node, needs, operator.token, `10.0.0.${i}`)).statusCode, 200);
  t.equal((await ask(node, '/api/v1/audit', operator.token)).statusCode, 403, 'what he may not do counts as well');
  turnedAway(t, await ask(node, needs, operator.token, '10.0.0.9'), 429, 'TOO_MANY_REQUESTS', 'the fifth');
  turnedAway(t, await ask(node, '/api/v1/queue', operator.token), 429, 'TOO_MANY_REQUESTS', 'on any route');
  t.equal((await ask(node, needs, other.token)).statusCode, 200, 'another token of the same role is another caller');
  t.equal((await ask(node, needs)).statusCode, 401, 'nobody is no caller');
});

t.test('one address, before it is known who asks', async (t) => {
  const node = await limited(t, { address: 4 });
  const wrong = `jiesu_${'A'.repeat(43)}`;
  for (const [url, token, status] of [
    ['/api/v1/catalog/needs', wrong, 401],
    ['/api/v1/nowhere', '', 404],
    ['/openapi.json', '', 200],
    ['/api/v1/catalog/needs', operator.token, 200],
  ] as const)
    t.equal((await ask(node, url, token)).statusCode, status, url);
  turnedAway(t, await ask(node, '/api/v1/catalog/needs', wrong), 429, 'TOO_MANY_REQUESTS', 'a guessed token');
  turnedAway(t, await ask(node, '/api/v1/catalog/needs', operator.token), 429, 'TOO_MANY_REQUESTS', 'a good one');
  turnedAway(t, await ask(node, '/nowhere'), 429, 'TOO_MANY_REQUESTS', 'no route');
  for (const url of ['/healthz', '/readyz', '/metrics']) t.equal((await ask(node, url)).statusCode, 200, url);
  t.equal((await ask(node, '/openapi.json', '', '127.0.0.2')).statusCode, 200, 'another address');
  // Whoever has an IPv6 network has more addresses in it than can be counted.
  const inOne = async (last: number) => (await ask(node, '/openapi.json', '', `2001:db8:1:2::${last}`)).statusCode;
  t.same([await inOne(1), await inOne(2), await inOne(3), await inOne(4), await inOne(5)], [200, 200, 200, 200, 429]);
});

t.test('off, and as the environment says', async (t) => {
  const node = await limited(t, { caller: 0, address: 0 });
  for (let i = 0; i < 30; i += 1) {
    const { statusCode } = await ask(node, '/api/v1/catalog/needs?limit=1', operator.token);
    if (statusCode !== 200) t.fail(`${statusCode}`);
  }
  t.match(edgesOf(readConfig({})).limits, { caller: 1200, address: 12_000, delayMs: 1000, heapPercent: 90 });
  t.match(edgesOf(readConfig({ RATE_LIMIT_CALLER: '0', RATE_LIMIT_ADDRESS: '7' })).limits, { caller: 0, address: 7 });
  t.throws(() => readConfig({ RATE_LIMIT_CALLER: '-1' }), /RATE_LIMIT_CALLER/);
  t.match(edgesOf(readConfig({ IDLE_TIMEOUT_SECONDS: '60' })).patience, { headersMs: 20_000, idleMs: 60_000 });
  t.throws(() => readConfig({ HEADERS_TIMEOUT_SECONDS: '60', REQUEST_TIMEOUT_SECONDS: '59' }), /HEADERS_TIMEOUT/);
});

t.test('every operation says that it may be asked too often', async (t) => {
  const document = (await ask(service.app, '/openapi.json')).json();
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(Object(item)).map(([method, one]) => ({ name: `${method} ${path}`, one: Object(one) })),
  );
  t.ok(operations.length > 100, `${operations.length} operations`);
  t.same(
    operations.filter(({ one }) => !('429' in one.responses && '503' in one.responses)).map(({ name }) => name),
    [],
  );
});

/** Keeps the event loop from turning, as a computation without end would: a tenth of a second at a time. */
async function block(ms: number): Promise<void> {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    const turn = Date.now() + 100;
    while (Date.now() < turn);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

t.test('turned away while the event loop is blocked, and not afterwards', async (t) => {
  const node = await limited(t, { delayMs: 50, sampleMs: 100 });
  const needs = '/api/v1/catalog/needs?limit=1';
  await block(1000);
  turnedAway(t, await ask(node, needs, operator.token), 503, 'OVERLOADED', 'under load');
  await block(1000);
  for (const url of ['/healthz', '/readyz', '/metrics']) t.equal((await ask(node, url)).statusCode, 200, url);
  let status = 503;
  for (let tries = 0; tries < 200 && status === 503; tries += 1) {
    await sleep(100);
    ({ statusCode: status } = await ask(node, needs, operator.token));
  }
  t.equal(status, 200, 'recovered');
});

t.test('turned away when the heap is full', async (t) => {
  const node = await limited(t, { heapPercent: 0.1, sampleMs: 50 });
  await sleep(200);
  turnedAway(
    t,
    await ask(node, '/api/v1/catalog/needs', operator.token),
    503,
    'OVERLOADED',
    'a thousandth of the heap',
  );
  t.equal((await ask(node, '/healthz')).statusCode, 200);
});

const strict = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'",
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

t.test('the headers of data and of refusals', async (t) => {
  const { number } = (await operator.post('/complaints', complaint())).body;
  const answers: [string, string, string, number][] = [
    ['a complaint', `/api/v1/complaints/${number}`, operator.token, 200],
    ['a list', '/api/v1/complaints', operator.token, 200],
    ['a report as a file', '/api/v1/reports/rates?format=csv', analyst.token, 200],
    ['nobody', '/api/v1/complaints', '', 401],
    ['no permission', '/api/v1/audit', operator.token, 403],
    ['no such address', '/nowhere', '', 404],
    ['a wrong query', '/api/v1/complaints?limit=x', operator.token, 400],
    ['too long an address', `/api/v1/complaints?q=${'a'.repeat(9000)}`, operator.token, 414],
    ['health', '/healthz', '', 200],
    ['the description', '/openapi.json', '', 200],
  ];
  for (const [what, url, token, status] of answers) {
    const { statusCode, headers } = await ask(service.app, url, token);
    t.match({ statusCode, headers }, { statusCode: status, headers: { ...strict, 'cache-control': 'no-store' } }, what);
    t.notOk('server' in headers || 'x-powered-by' in headers, 'says nothing of what it is made of');
  }
  const unreadable = await ask(service.app, '/api/v1/%zz');
  t.match(unreadable.headers, { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
});

t.test('what routes say of themselves stays', async (t) => {
  const street = await service.as('handler', '110105026');
  const queue = await ask(service.app, '/api/v1/queue', street.token);
  t.match(queue.headers, { ...strict, etag: /^"|^W/, 'cache-control': 'private, no-cache' });
  const bulletin = await ask(service.app, '/api/v1/reports/bulletin', analyst.token);
  t.match(bulletin, { statusCode: 200, headers: { 'content-type': /^text\/html/, 'cache-control': 'no-store' } });
  t.equal(
    bulletin.headers['content-security-policy'],
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  t.match(bulletin.body, /<style>/, 'its styles are its own');
  t.notMatch(bulletin.body, /<script|src=|href="http/, 'and it asks for nothing else');
});

t.test('the documentation needs no more than its policy allows', async (t) => {
  const page = await ask(service.app, '/docs/');
  t.equal(page.statusCode, 200);
  const policy = String(page.headers['content-security-policy']);
  t.match(
    policy,
    /^default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';/,
  );
  t.notMatch(policy, /upgrade-insecure-requests/, 'it also works over plain HTTP');
  t.notMatch(page.body, /<script[^>]*>\s*[^<\s]|<style|style=|\son[a-z]+=/, 'no script or style of the page itself');
  const parts = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url);
  t.ok(parts.length >= 4, parts.join(' '));
  for (const part of parts) {
    const { statusCode, headers } = await ask(service.app, new URL(part, 'http://localhost/docs/').pathname);
    t.match({ statusCode, headers }, { statusCode: 200, headers: { 'x-content-type-options': 'nosniff' } }, part);
    t.notMatch(part, /^(https?:)?\/\//, 'from here');
  }
});
