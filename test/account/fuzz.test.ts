/** Whatever is typed, sent or uploaded to sign in or to import people, the answer is less than 500, and nobody is let in by it. */
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import t from 'tap';
import { app } from '../helper.ts';
import { browser, ownPassword, person } from './person.ts';

const service = await app(t);
const { clock } = service;
const one = await person(service, 'zhaojia', 'operator');
await one.post('/auth/totp', { password: ownPassword });
// A second factor that nobody can show: it is sealed with another key.
await service.connection.db.execute(sql`update users set totp_secret = '\\x01' where login = 'zhaojia'`);
const admin = await service.as('admin');
const numRuns = 60;

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('a\u0000', '\ud800', '１２３４５６', '123456', '0000-0000-0000-0000', '', ' ', "'", '%', '__proto__'),
);

t.test('signing in', async (t) => {
  const body = fc.oneof(
    fc.record({ login: text, password: text, totp: text }, { requiredKeys: ['login', 'password'] }),
    fc.record({ login: fc.constant('zhaojia'), password: fc.constant(ownPassword), totp: text }),
    fc.jsonValue({ maxDepth: 2 }).map((value) => ({ login: value, password: value })),
  );
  await fc.assert(
    fc.asyncProperty(
      body,
      fc.string({ unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)) }),
      async (payload, agent) => {
        clock.forward(120);
        const headers = { 'user-agent': agent };
        const { status, headers: got } = await browser(service).send('POST', '/auth/login', payload, headers);
        return status >= 400 && status < 500 && got['set-cookie'] === undefined;
      },
    ),
    { numRuns },
  );
  t.pass('never 500, never in');
});

t.test('cookies and tokens against forgery', async (t) => {
  const part = fc
    .oneof(text, fc.constantFrom('__Host-jiesu=', one.cookie, `${one.cookie}x`))
    .map((word) => word.replace(/[^\x20-\x7e]/g, ''));
  await fc.assert(
    fc.asyncProperty(part, part, async (cookie, csrf) => {
      const headers = { cookie: `a=b; ${cookie}`, 'x-csrf-token': csrf };
      const { statusCode } = await service.app.inject({ method: 'POST', url: '/api/v1/auth/logout', headers });
      return statusCode === 401 || statusCode === 403;
    }),
    { numRuns },
  );
  t.pass('never 500, never in');
});

t.test('files of staff', async (t) => {
  const cell = fc.oneof(text, fc.constantFrom('operator', '受理员', '"', ',', '110105026', '=1+1'));
  const line = fc.array(cell, { minLength: 3, maxLength: 5 }).map((cells) => cells.join(','));
  const file = fc.oneof(
    fc.array(line, { maxLength: 4 }).map((lines) => Buffer.from(['login,name,role,unit', ...lines].join('\n'))),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  );
  await fc.assert(
    fc.asyncProperty(file, async (bytes) => {
      const { status } = await admin.post('/users/import', bytes, { 'content-type': 'text/csv' });
      return status === 200 || status === 400;
    }),
    { numRuns },
  );
  t.pass('never 500');
});
