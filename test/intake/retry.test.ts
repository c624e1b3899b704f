/** Retries: an Idempotency-Key for 24 hours, an external number for ever. */
import t from 'tap';
import { app, type Caller, complaint, refused, stored } from '../helper.ts';

const key = (text: string) => ({ 'idempotency-key': text });

t.test('Idempotency-Key', async (t) => {
  const { as, connection, clock } = await app(t);
  const operator = await as('operator');
  const first = await operator.post('/complaints', complaint(), key('a'));
  clock.forward(24 * 60 - 1);
  const again = await operator.post('/complaints', complaint(), key('a'));
  t.equal(again.status, 201);
  t.same(again.body, first.body, 'the same answer');
  t.match(await stored(connection), { complaints: 1, orders: 1, events: 2, keys: 1 });
  const other = await operator.post('/complaints', complaint({ text: '另一件事，路灯不亮。' }), key('a'));
  refused(t, 'another body', other, 409, 'IDEMPOTENCY_KEY_REUSED');
  t.match(await stored(connection), { complaints: 1, orders: 1, events: 2, keys: 1 });
  const colleague = await (await as('operator')).post('/complaints', complaint(), key('a'));
  t.not(colleague.body.number, first.body.number, 'the key belongs to its token');
  const nextKey = await operator.post('/complaints', complaint(), key('b'));
  t.not(nextKey.body.number, first.body.number, 'another key, another complaint');
  t.match(await stored(connection), { complaints: 3, keys: 3 });
});

t.test('after 24 hours a key is free again', async (t) => {
  const { as, connection, clock } = await app(t);
  const operator = await as('operator');
  const first = await operator.post('/complaints', complaint(), key('a'));
  clock.forward(24 * 60 + 1);
  const later = await operator.post('/complaints', complaint(), key('a'));
  t.equal(later.status, 201);
  t.not(later.body?.number, first.body.number);
  clock.forward(24 * 60 + 1);
  const other = await operator.post('/complaints', complaint({ text: '另一件事，路灯不亮。' }), key('a'));
  t.equal(other.status, 201, 'with another body too');
  t.equal((await stored(connection)).complaints, 3);
});

t.test('a refused request does not use its key up', async (t) => {
  const { as } = await app(t);
  const operator = await as('operator');
  refused(
    t,
    'bad',
    await operator.post('/complaints', complaint({ level: 'L9' }), key('a')),
    400,
    'VALIDATION_FAILED',
    'level',
  );
  t.equal((await operator.post('/complaints', complaint(), key('a'))).status, 201);
});

t.test('the answer of a retry is the first one, whatever has happened since', async (t) => {
  const { as, clock } = await app(t);
  const operator = await as('operator');
  const street = await as('handler', '110105026');
  const dispatcher = await as('dispatcher');
  const sent = complaint({ externalNumber: 'X-1' });
  const first = await operator.post('/complaints', sent, key('a'));
  clock.forward(5);
  await street.post(`/orders/${first.body.orders[0].id}/sign`);
  t.same((await operator.post('/complaints', sent, key('a'))).body, first.body, 'after signing, by key');
  t.same((await operator.post('/complaints', sent)).body, first.body, 'after signing, by external number');
  const vague = complaint({ text: '你好，我想说一件事情。' });
  const waiting = await operator.post('/complaints', vague, key('b'));
  t.match(waiting.body, { status: 'triage', orders: [] });
  const chosen = { lead: '110105', reason: '属地', level: 'L2' };
  t.equal((await dispatcher.post(`/complaints/${waiting.body.number}/dispatch`, chosen)).status, 200);
  t.same((await operator.post('/complaints', vague, key('b'))).body, waiting.body, 'after the triage desk');
});

t.test('externalNumber', async (t) => {
  const { as, connection, clock } = await app(t);
  const city = await as('channel', undefined, '城市应用');
  const hotline = await as('channel', undefined, '邻市热线');
  const sent = complaint({ channel: 'transfer', externalNumber: 'BJ-2026-0001' });
  const first = await city.post('/complaints', sent);
  clock.forward(30 * 1440);
  t.same((await city.post('/complaints', sent)).body, first.body, 'a month later the same answer');
  t.equal((await stored(connection)).complaints, 1);
  const other = await city.post('/complaints', { ...sent, text: '另一件事，路灯不亮。' });
  refused(t, 'another body', other, 409, 'EXTERNAL_NUMBER_REUSED');
  refused(
    t,
    'another body, with a key',
    await city.post('/complaints', { ...sent, text: '路灯' }, key('a')),
    409,
    'EXTERNAL_NUMBER_REUSED',
  );
  t.match(await stored(connection), { complaints: 1, orders: 1, callers: 1, keys: 0 });
  const separate = await hotline.post('/complaints', { ...sent, text: '另一件事，路灯不亮。' });
  t.equal(separate.status, 201, 'the number of another source is another number');
  t.not(separate.body.number, first.body.number);
  const withKey = await city.post('/complaints', sent, key('b'));
  t.same(withKey.body, first.body, 'a retry with a new key');
});

t.test('ten equal requests at once', async (t) => {
  const ways: [string, object, Record<string, string>][] = [
    ['by key', complaint(), key('a')],
    ['by external number', complaint({ externalNumber: 'X-1' }), {}],
    ['by both', complaint({ externalNumber: 'X-2' }), key('b')],
  ];
  const { as, connection } = await app(t);
  const operator: Caller = await as('operator');
  for (const [index, [what, body, headers]] of ways.entries()) {
    const all = Array.from({ length: 10 }, () => operator.post('/complaints', body, headers));
    const answers = await Promise.all(all);
    t.same(
      answers.map(({ status }) => status),
      Array(10).fill(201),
      what,
    );
    t.equal(new Set(answers.map(({ body }) => JSON.stringify(sorted(body)))).size, 1, `${what}: one answer`);
    t.match(await stored(connection), { complaints: index + 1, orders: index + 1, events: 2 * (index + 1) }, what);
  }
});

/** The same object with its keys in order: jsonb does not keep the order in which they were written. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort()
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
