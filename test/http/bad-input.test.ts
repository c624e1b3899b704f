/** Bad input to POST /complaints: each case answers 4xx, names the field in Chinese, and leaves nothing stored. */
import t from 'tap';
import { app, complaint, refused, stored, type T } from '../helper.ts';

const { as, anyone, clock, connection, app: service } = await app(t);
const operator = await as('operator');
const channel = await as('channel');
const json = { 'content-type': 'application/json' };

/** Runs one request and asserts that no table has changed. */
async function nothingStored(t: T, what: string, request: () => Promise<unknown>) {
  const before = await stored(connection);
  await request();
  t.same(await stored(connection), before, `${what}: nothing stored`);
}

/** [what, fields that replace the good complaint's, the paths that must be named]. */
const fields: [string, Record<string, unknown>, ...string[]][] = [
  ['empty text', { text: '' }, 'text'],
  ['blank text', { text: ' \t\n\u3000\u00a0' }, 'text'],
  ['100 kB text', { text: '楼'.repeat(34_000) }, 'text'],
  ['one character too many', { text: '楼'.repeat(5001) }, 'text'],
  ['NUL', { text: '垃圾\u0000无人清运' }, 'text'],
  ['ESC', { text: '垃圾\u001b[31m无人清运' }, 'text'],
  ['DEL and C1 control', { title: '垃圾\u007f', address: '望京\u0085' }, 'title', 'address'],
  ['lone high surrogate', { text: '垃圾\ud800无人清运' }, 'text'],
  ['lone low surrogate', { caller: { name: '赵\udc00' } }, 'caller.name'],
  ['surrogates the wrong way round', { address: '\ude00\ud83d' }, 'address'],
  ['number for text', { text: 12345 }, 'text'],
  ['number for telephone', { caller: { phone: 19900001234 } }, 'caller.phone'],
  ['text for boolean', { wantsCallback: 'true', caller: { secret: 1 } }, 'wantsCallback', 'caller.secret'],
  ['null', { text: null }, 'text'],
  ['array for text', { text: ['垃圾'] }, 'text'],
  ['array for caller', { caller: [] }, 'caller'],
  ['no text', { text: undefined }, 'text'],
  ['no channel', { channel: undefined }, 'channel'],
  ['unknown channel', { channel: 'fax' }, 'channel'],
  ['unknown kind of caller', { caller: { kind: 'robot' } }, 'caller.kind'],
  ['telephone with letters', { caller: { phone: "1'; drop table complaints" } }, 'caller.phone'],
  ['unknown disposition', { disposition: 'ignore' }, 'disposition'],
  ['answered without an answer', { disposition: 'answered' }, 'answer'],
  ['articles without an answer', { articles: ['1'] }, 'articles'],
  ['unknown type', { type: 'rant' }, 'type'],
  ['unknown level', { level: 'L9' }, 'level'],
  ['unknown need', { need: 'XX' }, 'need'],
  ['unknown matter', { matter: 'M99.99.99' }, 'matter'],
  ['matter that is not a leaf', { matter: 'M05.03' }, 'matter'],
  ['unknown district', { district: '999999' }, 'district'],
  ['street for a district', { district: '110105026' }, 'district'],
  ['unknown street', { street: '110105999' }, 'street'],
  ['district for a street', { street: '110105' }, 'street'],
  ['street outside the named district', { district: '110101', street: '110105026' }, 'street'],
  ['the same, the district by name', { district: '东城区', street: '110105026' }, 'street'],
  ['several at once', { level: 'L9', need: 'XX', type: 'rant' }, 'level', 'need', 'type'],
  ['names of prototypes as codes', { need: 'constructor', level: '__proto__' }, 'level', 'need'],
  ['occurred in the future', { occurredAt: '2026-11-22T12:10:00+08:00' }, 'occurredAt'],
  ['occurred in the future, in another zone', { occurredAt: '2026-11-22T04:10:00Z' }, 'occurredAt'],
  ['time without a zone', { occurredAt: '2026-11-22T09:00:00' }, 'occurredAt'],
  ['30 February', { occurredAt: '2026-02-30T09:00:00+08:00' }, 'occurredAt'],
  ['words for a time', { occurredAt: '昨天' }, 'occurredAt'],
  // What RFC 3339 takes for a time and Date or PostgreSQL does not.
  ['leap second', { occurredAt: '2016-12-31T23:59:60Z' }, 'occurredAt'],
  ['year 0', { occurredAt: '0000-01-01T00:00:00Z' }, 'occurredAt'],
  ['time of receipt from an operator', { receivedAt: '2026-11-22T09:00:00+08:00' }, 'receivedAt'],
  ['external number too long', { externalNumber: 'x'.repeat(65) }, 'externalNumber'],
  ['unknown field', { txet: '垃圾' }, 'txet'],
  ['unknown field of the caller', { caller: { idCard: '110101' } }, 'caller.idCard'],
];

t.test('fields', async (t) => {
  for (const [what, changes, ...paths] of fields) {
    await nothingStored(t, what, async () => {
      const answer = await operator.post('/complaints', { ...complaint(), ...changes });
      refused(t, what, answer, 400, 'VALIDATION_FAILED', ...paths);
    });
  }
});

t.test('the same words are refused where nothing would be stored', async (t) => {
  const taken = ['text', 'title', 'address', 'district'];
  for (const [what, changes, ...paths] of fields.filter(([, changes]) => taken.includes(Object.keys(changes).join()))) {
    const answer = await operator.post('/assist', { text: '垃圾无人清运', ...changes });
    refused(t, what, answer, 400, 'VALIDATION_FAILED', ...paths);
  }
});

t.test('what is just allowed', async (t) => {
  const good: [string, Record<string, unknown>][] = [
    ['5,000 characters', { text: '楼道垃圾'.repeat(1250) }],
    ['line breaks, tabs and emoji', { text: '垃圾\r\n\t无人清运😡' }],
    ['a clock five minutes ahead', { occurredAt: '2026-11-22T12:05:00+08:00' }],
    ['a district by its name', { district: '朝阳区', street: '110105026' }],
  ];
  for (const [what, changes] of good)
    t.equal((await operator.post('/complaints', { ...complaint(), ...changes })).status, 201, what);
});

t.test('bodies', async (t) => {
  const good = JSON.stringify(complaint());
  const bodies: [string, string | Buffer, Record<string, string>, number, string, ...string[]][] = [
    ['broken JSON', '{"channel":"phone","text":"垃圾', json, 400, 'MALFORMED_BODY'],
    ['empty body', '', json, 400, 'VALIDATION_FAILED', 'body'],
    ['not JSON', 'channel=phone', json, 400, 'MALFORMED_BODY'],
    ['NaN', '{"channel":"phone","text":NaN}', json, 400, 'MALFORMED_BODY'],
    ['array', `[${good}]`, json, 400, 'VALIDATION_FAILED', 'body'],
    ['string', '"垃圾"', json, 400, 'VALIDATION_FAILED', 'body'],
    ['null', 'null', json, 400, 'VALIDATION_FAILED', 'body'],
    [
      '100,000 arrays in each other',
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      json,
      400,
      'VALIDATION_FAILED',
      'body',
    ],
    [
      '10,000 objects in each other',
      `${'{"caller":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
      json,
      400,
      'VALIDATION_FAILED',
      'caller.caller',
      'channel',
      'text',
    ],
    ['__proto__', good.replace('{', '{"__proto__":{"secret":true},'), json, 400, 'MALFORMED_BODY'],
    ['constructor.prototype', good.replace('{', '{"constructor":{"prototype":{}},'), json, 400, 'MALFORMED_BODY'],
    ['escaped surrogate', '{"channel":"phone","text":"a\\ud800b"}', json, 400, 'VALIDATION_FAILED', 'text'],
    ['escaped NUL', '{"channel":"phone","text":"a\\u0000b"}', json, 400, 'VALIDATION_FAILED', 'text'],
    ['form', 'channel=phone', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['XML', '<a/>', { 'content-type': 'application/xml' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['no content type', Buffer.from(good), {}, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['body over the limit', `{"text":"${'x'.repeat(300_000)}"}`, json, 413, 'PAYLOAD_TOO_LARGE'],
    [
      'key too long',
      good,
      { ...json, 'idempotency-key': 'k'.repeat(201) },
      400,
      'VALIDATION_FAILED',
      'idempotency-key',
    ],
  ];
  for (const [what, body, headers, status, code, ...paths] of bodies) {
    await nothingStored(t, what, async () => {
      refused(t, what, await operator.post('/complaints', body, headers), status, code, ...paths);
    });
  }
  const bytes: [string, number[]][] = [
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['GBK', [0xc0, 0xac, 0xbb, 0xf8]],
    ['half a character', [0xe5, 0x9e]],
  ];
  for (const [what, wrong] of bytes) {
    await nothingStored(t, what, async () => {
      const body = Buffer.concat([
        Buffer.from('{"channel":"phone","text":"垃圾'),
        Buffer.from(wrong),
        Buffer.from('"}'),
      ]);
      t.equal((await operator.post('/complaints', body, json)).status, 400, `bytes of ${what}`);
    });
  }
  t.equal(({} as Record<string, unknown>).secret, undefined, 'no prototype was touched');
  const text = await operator.post('/complaints', good, { 'content-type': 'text/plain' });
  t.ok([400, 415].includes(text.status), 'text/plain is refused');
  t.match(text.headers['content-type'], /problem\+json/);
});

t.test('tokens', async (t) => {
  const { token } = await as('operator');
  const other = `jiesu_${'A'.repeat(43)}`;
  const headers: [string, Record<string, string>][] = [
    ['no token', {}],
    ['empty', { authorization: '' }],
    ['scheme alone', { authorization: 'Bearer' }],
    ['another scheme', { authorization: `Basic ${Buffer.from(token).toString('base64')}` }],
    ['token without scheme', { authorization: token }],
    ['malformed', { authorization: 'Bearer 令牌'.replace(/\P{ASCII}/gu, 'x') }],
    ['cut short', { authorization: `Bearer ${token.slice(0, -1)}` }],
    ['one character more', { authorization: `Bearer ${token}A` }],
    ['unknown', { authorization: `Bearer ${other}` }],
    ['two tokens', { authorization: `Bearer ${token} ${token}` }],
    ['quoted', { authorization: `Bearer "${token}"` }],
  ];
  for (const [what, header] of headers) {
    await nothingStored(t, what, async () => {
      const answer = await anyone.post('/complaints', complaint(), header);
      refused(t, what, answer, 401, 'UNAUTHENTICATED');
      t.match(answer.headers['www-authenticate'], /^Bearer/);
    });
  }
  refused(t, 'before the body is read', await anyone.post('/complaints', '{', json), 401, 'UNAUTHENTICATED');
});

t.test('times of a channel', async (t) => {
  const given: [string, string][] = [
    ['in the future', '2026-11-22T12:06:00+08:00'],
    ['leap second', '2016-12-31T23:59:60Z'],
    ['year 0', '0000-01-01T00:00:00Z'],
    ['offset without minutes', '2026-11-22T09:00:00+08'],
  ];
  for (const [what, receivedAt] of given) {
    await nothingStored(t, what, async () => {
      const answer = await channel.post('/complaints', complaint({ receivedAt }));
      refused(t, what, answer, 400, 'VALIDATION_FAILED', 'receivedAt');
    });
  }
});

t.test('an expired token', async (t) => {
  const short = await as('operator');
  clock.forward(365 * 1440);
  await nothingStored(t, 'expired', async () => {
    refused(t, 'expired', await short.post('/complaints', complaint()), 401, 'TOKEN_EXPIRED');
  });
  const methods = ['PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const;
  for (const method of methods) {
    const { statusCode, headers } = await service.inject({ method, url: '/api/v1/complaints' });
    t.ok(statusCode >= 400 && statusCode < 500, `${method} is not supported`);
    t.match(headers['content-type'], /problem\+json/, method);
  }
});

t.test('numbers in query strings that are none', async (t) => {
  const admin = await as('admin');
  for (const limit of ['1e999', '-1e999', 'Infinity', '-Infinity', 'NaN', '0', '501', '1.5', '5e-324', '0x1F5', '']) {
    const answer = await admin.get(`/complaints?limit=${limit}`);
    refused(t, `limit ${limit}`, answer, 400, 'VALIDATION_FAILED', 'limit');
  }
});
