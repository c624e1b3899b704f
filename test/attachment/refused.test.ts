/** Uploads that are refused: each with a clear 4xx, and neither a row nor a file is left. */
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { type Answer, refused, stored, type T } from '../helper.ts';
import { jpeg, refusedFiles } from '../media/samples.ts';
import { desk, file, form, formType, kept, upload } from './form.ts';

const photo = jpeg(Buffer.from('picture data of some length'), Buffer.from('told'));
const service = await desk(t);
const { operator, fileOne, connection, app, as } = service;
const { url, street } = await fileOne();
const target = `${url}/attachments`;
const before = await stored(connection);
const nothingLeft = async (t: T, what: string) => {
  t.same(await stored(connection), before, `${what}: no row`);
  t.same(kept(service), [], `${what}: no file`);
};

t.test('what is no picture, sound or document, whatever its name', async (t) => {
  for (const [what, body] of Object.entries(refusedFiles)) {
    const answer = await upload(operator, target, file(body, 'photo.jpg'));
    refused(t, what, answer, 415, 'UNSUPPORTED_MEDIA');
    t.match(answer.body.detail, /JPEG.*PDF/, 'what is allowed');
    await nothingLeft(t, what);
  }
});

t.test('forms that are not as agreed', async (t) => {
  const whole = form(file(photo));
  const twice = form(file(photo), file(photo, 'b.jpg'));
  const bare = { 'content-type': 'multipart/form-data' };
  const cases: [string, Buffer | string, Record<string, string>, number, string, ...string[]][] = [
    ['two files', twice, formType, 400, 'VALIDATION_FAILED', 'file'],
    ['no file', form({ name: 'note', body: '只有说明' }), formType, 400, 'VALIDATION_FAILED', 'file'],
    ['no part', form(), formType, 400, 'VALIDATION_FAILED', 'file'],
    ['the file as text', form({ name: 'file', body: 'abc' }), formType, 400, 'VALIDATION_FAILED', 'file'],
    ['another part', form({ ...file(photo), name: 'image' }), formType, 400, 'VALIDATION_FAILED', 'image'],
    ['another field', form(file(photo), { name: 'x', body: '1' }), formType, 400, 'VALIDATION_FAILED', 'x'],
    [
      'a note of blanks',
      form(file(photo), { name: 'note', body: ' \u200b' }),
      formType,
      400,
      'VALIDATION_FAILED',
      'note',
    ],
    [
      'a note too long',
      form(file(photo), { name: 'note', body: '长'.repeat(501) }),
      formType,
      400,
      'VALIDATION_FAILED',
      'note',
    ],
    [
      'a note of 100 kB',
      form(file(photo), { name: 'note', body: '长'.repeat(33_000) }),
      formType,
      400,
      'VALIDATION_FAILED',
      'note',
    ],
    [
      'two notes',
      form(file(photo), { name: 'note', body: '1' }, { name: 'note', body: '2' }),
      formType,
      400,
      'VALIDATION_FAILED',
      'note',
    ],
    ['a field of the prototype', form(file(photo), { name: '__proto__', body: '1' }), formType, 400, 'MALFORMED_FORM'],
    [
      'many fields',
      form(file(photo), ...Array(30).fill({ name: 'y', body: '' })),
      formType,
      400,
      'VALIDATION_FAILED',
      'y',
    ],
    ['cut short', whole.subarray(0, whole.length - 60), formType, 400, 'MALFORMED_FORM'],
    ['cut in the head', whole.subarray(0, 60), formType, 400, 'MALFORMED_FORM'],
    ['another boundary', whole, { 'content-type': 'multipart/form-data; boundary=other' }, 400, 'MALFORMED_FORM'],
    ['no boundary', whole, bare, 400, 'MALFORMED_FORM'],
    ['JSON', '{}', { 'content-type': 'application/json' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['bytes alone', photo, { 'content-type': 'image/jpeg' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ];
  for (const [what, body, headers, status, code, ...paths] of cases) {
    refused(t, what, await operator.post(target, body, headers), status, code, ...paths);
    await nothingLeft(t, what);
  }
  const elsewhere = await operator.post('/complaints', whole, formType);
  refused(t, 'a form where none is taken', elsewhere, 415, 'UNSUPPORTED_MEDIA_TYPE');
  refused(
    t,
    'to nothing',
    await upload(operator, '/complaints/209911220000001/attachments', file(photo)),
    404,
    'NOT_FOUND',
  );
  const handler = await as('handler', '110105026');
  refused(t, 'to no order', await upload(handler, '/orders/999999/attachments', file(photo)), 404, 'NOT_FOUND');
  await nothingLeft(t, 'to nothing');
});

const port = Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port);
const agent = new Agent({ keepAlive: true });
t.teardown(() => agent.destroy());
const options = {
  host: '127.0.0.1',
  port,
  path: `/api/v1${target}`,
  method: 'POST',
  // One that keeps its connection: else the service closes it at once, and the answer may be lost on the way.
  agent,
  headers: { ...formType, authorization: `Bearer ${operator.token}` },
};
const head = form(file('')).subarray(0, form(file('')).indexOf('\r\n\r\n') + 4);
const piece = Buffer.alloc(256 * 1024, 7);

/** Sends `head`, then pieces until the service answers or `megabytes` are out; how much was sent, and the answer. */
async function stream(megabytes: number, first = head, headers: Record<string, string> = {}) {
  const sent = request({ ...options, headers: { ...options.headers, ...headers } });
  // It may be cut off while it still sends.
  sent.on('error', () => undefined);
  const answered = once(sent, 'response');
  let bytes = 0;
  let done = false;
  answered.finally(() => {
    done = true;
  });
  sent.write(first);
  while (!done && bytes < megabytes * 1024 * 1024) {
    bytes += piece.length;
    if (!sent.write(piece)) await Promise.race([once(sent, 'drain').catch(() => undefined), answered]);
  }
  const [response] = await answered;
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  sent.destroy();
  const answer: Answer = { status: response.statusCode, headers: response.headers, body: JSON.parse(text), text };
  return { answer, bytes };
}

t.test('too large', async (t) => {
  const big = Buffer.concat([photo, Buffer.alloc(25 * 1024 * 1024)]);
  refused(t, '25 MB at once', await upload(operator, target, file(big)), 413, 'PAYLOAD_TOO_LARGE');
  await nothingLeft(t, '25 MB at once');
  const endless = await stream(200);
  refused(t, 'without end', endless.answer, 413, 'PAYLOAD_TOO_LARGE');
  t.match(endless.answer.body.detail, /20 MB/);
  t.ok(endless.bytes < 40 * 1024 * 1024, 'refused once the limit is passed');
  await nothingLeft(t, 'without end');
  const preamble = await stream(200, Buffer.from('x'));
  refused(t, 'without end, before the first part', preamble.answer, 413, 'PAYLOAD_TOO_LARGE');
  await nothingLeft(t, 'before the first part');
  const epilogue = await stream(200, form(file(photo)));
  refused(t, 'without end, after the last part', epilogue.answer, 413, 'PAYLOAD_TOO_LARGE');
  await nothingLeft(t, 'after the last part');
  const announced = await stream(0, head, { 'content-length': String(1024 ** 3) });
  refused(t, '1 GB, announced', announced.answer, 413, 'PAYLOAD_TOO_LARGE');
  await nothingLeft(t, '1 GB');
});

t.test('a client that goes away', async (t) => {
  for (const sent of [head, Buffer.concat([head, photo, piece])]) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    const lines = [
      `POST ${options.path} HTTP/1.1`,
      'host: x',
      'content-length: 1000000',
      `content-type: ${formType['content-type']}`,
      `authorization: Bearer ${operator.token}`,
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    socket.write(sent);
    for (let tries = 0; kept(service).length === 0 && tries < 500; tries += 1) await sleep(10);
    t.ok(kept(service).length > 0, 'the file is on its way');
    socket.destroy();
    for (let tries = 0; kept(service).length > 0 && tries < 500; tries += 1) await sleep(10);
    await nothingLeft(t, 'gone');
  }
});

t.test('after all this the service goes on', async (t) => {
  const answer = await upload(await as('handler', '110105026'), `${street}/attachments`, file(photo));
  t.equal(answer.status, 201);
});
