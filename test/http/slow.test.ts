/** Clients that are slow or send too much, over real sockets: they are answered and cut off; streams, uploads and downloads are not. */
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { build } from '../../src/app.ts';
import { createLogger } from '../../src/logger.ts';
import { file, form, formType } from '../attachment/form.ts';
import { app, complaint, type T } from '../helper.ts';
import { jpeg } from '../media/samples.ts';
import { listen, open } from '../queue/stream.ts';

const service = await app(t);
const operator = await service.as('operator');
const street = await service.as('handler', '110105026');

/** Times of a test: what takes longer than `headersMs` on purpose takes several times as long. */
const patience = { headersMs: 800, requestMs: 4000, idleMs: 3000, checkMs: 100 };
const node = await build(service.ctx, createLogger({ LOG_LEVEL: 'silent' }), {
  patience,
  streams: { heartbeatMs: 300 },
});
t.teardown(() => node.close());
/** Many bytes, of which the client takes its time to read. */
const large = 24 * 1024 * 1024;
node.get('/large', { config: { permission: 'public' }, schema: { hide: true } }, async (_request, reply) =>
  reply.type('application/octet-stream').send(Readable.from(pieces(large))),
);
const address = await listen(node);
const port = Number(new URL(address).port);

function* pieces(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= 65_536) yield Buffer.alloc(Math.min(left, 65_536));
}

interface Outcome {
  status: number;
  type: string;
  text: string;
  ms: number;
}

/** Sends pieces one by one, so far apart, until the service ends the connection or the answer is whole. */
async function drip(parts: Iterable<string | Buffer>, everyMs: number): Promise<Outcome> {
  const start = performance.now();
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  // Who is cut off while he sends may be told by a reset.
  socket.on('error', () => undefined);
  for (const part of parts) {
    if (!socket.writable || text.includes('\r\n\r\n')) break;
    socket.write(part);
    if (everyMs > 0) await sleep(everyMs);
  }
  for (let tries = 0; tries < 200 && !isWhole(text) && !socket.closed; tries += 1) await sleep(50);
  const ms = performance.now() - start;
  socket.destroy();
  await closed;
  const [, status = '0'] = /^HTTP\/1\.1 (\d+)/.exec(text) ?? [];
  return { status: Number(status), type: /^content-type: (.*)$/im.exec(text)?.[1]?.trim() ?? '', text, ms };
}

function isWhole(text: string): boolean {
  const [head = '', body] = text.split('\r\n\r\n', 2);
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  return body !== undefined && length !== undefined && Buffer.byteLength(body) >= Number(length);
}

function refusedRaw(t: T, { status, type, text }: Outcome, expected: number, code: string, what: string): void {
  const body = JSON.parse(text.split('\r\n\r\n')[1] ?? 'null');
  t.match(
    { status, type, body },
    {
      status: expected,
      type: 'application/problem+json; charset=utf-8',
      body: { status: expected, code, title: /\p{Script=Han}/u },
    },
    what,
  );
}

function* endless(first: string, then: string): Generator<string> {
  yield first;
  while (true) yield then;
}

const authorization = `authorization: Bearer ${operator.token}\r\n`;
const post = (type: string, length: number, url = '/api/v1/complaints') =>
  `POST ${url} HTTP/1.1\r\nhost: x\r\n${authorization}content-type: ${type}\r\ncontent-length: ${length}\r\n\r\n`;

t.test('a head that does not end', async (t) => {
  const outcome = await drip(endless('GET /healthz HTTP/1.1\r\nhost: x\r\n', 'x-a: b\r\n'), 100);
  refusedRaw(t, outcome, 408, 'REQUEST_TIMEOUT', 'dripped');
  t.ok(outcome.ms >= patience.headersMs && outcome.ms < patience.requestMs, `after ${Math.round(outcome.ms)} ms`);
});

t.test('a body that does not end', async (t) => {
  const outcome = await drip(endless(post('application/json', 200_000), ' '), 100);
  refusedRaw(t, outcome, 408, 'REQUEST_TIMEOUT', 'dripped');
  t.ok(outcome.ms >= patience.requestMs, `after ${Math.round(outcome.ms)} ms`);
  t.match(await operator.get('/complaints'), { status: 200, body: { items: [] } }, 'nothing was filed');
});

t.test('what comes after the time is up is not carried out', async (t) => {
  const before = (await operator.get('/complaints')).body.items.length;
  const body = JSON.stringify(complaint());
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  socket.write(post('application/json', Buffer.byteLength(body)));
  let sent = 0;
  const dribble = setInterval(() => {
    socket.write(body.slice(sent, sent + 1));
    sent += 1;
  }, 300);
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    clearInterval(dribble);
    text += chunk;
    socket.write(body.slice(sent));
  });
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(dribble);
  t.match(text, /^HTTP\/1.1 408 /);
  await sleep(500);
  t.equal((await operator.get('/complaints')).body.items.length, before);
});

t.test('a client that says nothing is let go', async (t) => {
  const socket = connect(port, '127.0.0.1');
  const start = performance.now();
  await new Promise((resolve) =>
    socket
      .once('close', resolve)
      .on('error', () => undefined)
      .resume(),
  );
  t.ok(performance.now() - start < 30_000);
});

t.test('too much', async (t) => {
  const get = (url: string, more = '') => [`GET ${url} HTTP/1.1\r\nhost: x\r\n${authorization}${more}\r\n`];
  refusedRaw(t, await drip(get('/healthz', `x-a: ${'a'.repeat(20_000)}\r\n`), 0), 431, 'HEADERS_TOO_LARGE', 'headers');
  refusedRaw(t, await drip(get(`/api/v1/complaints?q=${'a'.repeat(9000)}`), 0), 414, 'URL_TOO_LONG', 'a query');
  refusedRaw(t, await drip(get(`/api/v1/complaints/${'1'.repeat(9000)}`), 0), 414, 'URL_TOO_LONG', 'a part');
  refusedRaw(t, await drip(get(`/api/v1/complaints/${'1'.repeat(101)}`), 0), 404, 'NOT_FOUND', 'none of ours');
  refusedRaw(t, await drip([post('application/json', 300_000)], 0), 413, 'PAYLOAD_TOO_LARGE', 'announced');
  const chunked = `POST /api/v1/complaints HTTP/1.1\r\nhost: x\r\n${authorization}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`;
  const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`;
  refusedRaw(t, await drip(endless(chunked, chunk), 20), 413, 'PAYLOAD_TOO_LARGE', 'as it comes');
  refusedRaw(t, await drip(['nonsense\r\n\r\n'], 0), 400, 'BAD_REQUEST', 'no HTTP');
  const long = `GET /healthz?q=${encodeURIComponent('垃圾清运 '.repeat(20).trim())} HTTP/1.1\r\nhost: x\r\n${authorization}x-a: ${'a'.repeat(7000)}\r\n\r\n`;
  t.equal((await drip([long], 0)).status, 200, 'what is long but not too long');
});

t.test('an upload over a poor line arrives', async (t) => {
  const { number } = (await operator.post('/complaints', complaint())).body;
  const photo = jpeg(Buffer.alloc(20_000, 'picture '), Buffer.from('x'));
  const body = form(file(photo));
  function* parts(): Generator<string | Buffer> {
    yield post(formType['content-type'], body.length, `/api/v1/complaints/${number}/attachments`);
    const step = Math.ceil(body.length / 20);
    for (let at = 0; at < body.length; at += step) yield body.subarray(at, at + step);
  }
  const { status, ms, text } = await drip(parts(), 100);
  t.equal(status, 201, text.slice(0, 400));
  t.ok(ms > 2 * patience.headersMs, `took ${Math.round(ms)} ms`);
});

t.test('a stream of events stays open', async (t) => {
  const stream = await open(t, node, street);
  let isOpen = true;
  stream.ended.then(() => {
    isOpen = false;
  });
  await sleep(patience.requestMs + 2 * patience.headersMs);
  t.ok(isOpen, 'longer than a request, and than nothing may come');
  await operator.post('/complaints', complaint());
  t.equal((await stream.count(1)).length >= 1, true, 'and still tells what happens');
});

t.test('a long download to a slow reader goes on, and ends where nobody reads', async (t) => {
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /large HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  let bytes = 0;
  const start = performance.now();
  const ended = new Promise((resolve) => socket.once('close', resolve));
  socket
    .on('error', () => undefined)
    .on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      socket.pause();
      setTimeout(() => socket.resume(), (chunk.length / large) * 2 * patience.idleMs);
    });
  await ended;
  const ms = performance.now() - start;
  t.ok(bytes >= large, `${bytes} bytes`);
  t.ok(ms > 1.5 * patience.idleMs, `took ${Math.round(ms)} ms`);

  const stuck = connect(port, '127.0.0.1').on('error', () => undefined);
  stuck.write('GET /large HTTP/1.1\r\nhost: x\r\n\r\n');
  const count = () => new Promise<number>((resolve) => node.server.getConnections((_error, n) => resolve(n)));
  for (let tries = 0; tries < 100 && (await count()) === 0; tries += 1) await sleep(20);
  const before = await count();
  t.ok(before > 0, 'connected');
  for (let tries = 0; tries < 300 && (await count()) >= before; tries += 1) await sleep(100);
  t.ok((await count()) < before, 'let go');
  stuck.destroy();
});
