/** Whatever is sent, the service answers with less than 500. */
import fc from 'fast-check';
import t from 'tap';
import { app, complaint } from '../helper.ts';

const { as } = await app(t);
const operator = await as('operator');
const street = await as('handler', '110105026');
const analyst = await as('analyst');
const json = { 'content-type': 'application/json' };
const numRuns = 200;

/** Values that look like what is asked for, and ones that do not. */
const word = fc.oneof(
  fc.constantFrom(
    'phone',
    'L1',
    'ZJ',
    'M05.03.02',
    '110105',
    '110105026',
    'complain',
    'answered',
    '已答复',
    '19900001234',
  ),
  fc.constantFrom('2026-11-22T09:00:00+08:00', '2026-11-22', '1970-01-01T00:00:00Z', '9999-12-31T23:59:59+23:59'),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
);
const instant = fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
const value = fc.oneof(
  { weight: 4, arbitrary: word },
  { weight: 1, arbitrary: fc.oneof(instant, fc.constantFrom('\ud800', 'a\u0000')) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

t.test('bodies of POST /complaints', async (t) => {
  const names = Object.keys({ ...complaint(), type: 1, district: 1, street: 1, occurredAt: 1, level: 1, matter: 1 });
  const further = ['need', 'title', 'address', 'answer', 'articles', 'disposition', 'wantsCallback', 'externalNumber'];
  const names2 = [...names, ...further];
  const replaced = fc.dictionary(fc.constantFrom(...names2), value, { maxKeys: 4 }).map((changes) => ({
    ...complaint(),
    ...changes,
  }));
  const body = fc.oneof(
    { weight: 6, arbitrary: replaced.map((complaint) => JSON.stringify(complaint)) },
    { weight: 2, arbitrary: fc.json({ maxDepth: 6 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
  );
  await fc.assert(
    fc.asyncProperty(body, async (payload) => {
      const { status, headers } = await operator.post('/complaints', payload, json);
      const type = status === 201 ? /^application\/json/ : /^application\/problem\+json/;
      return status < 500 && type.test(String(headers['content-type']));
    }),
    { numRuns },
  );
  t.pass('never 500');
});

t.test('query strings', async (t) => {
  const lists = [
    {
      reader: operator,
      url: '/complaints',
      names: ['q', 'status', 'district', 'matter', 'phone', 'from', 'to', 'type'],
    },
    { reader: street, url: '/queue', names: ['status', 'since', 'sort'] },
    { reader: street, url: '/knowledge', names: ['q', 'status', 'matter', 'unit', 'on', 'limit', 'cursor'] },
    {
      reader: analyst,
      url: '/reports/rates',
      names: ['period', 'from', 'to', 'by', 'basis', 'group', 'format', 'unit'],
    },
    { reader: analyst, url: '/quality', names: ['from', 'to', 'by', 'level', 'interval', 'format'] },
  ];
  const part = fc.oneof(
    word,
    fc.constantFrom(
      'triage',
      'dispatched',
      'unit',
      'day',
      'matter',
      'assessed',
      'street',
      'csv',
      'due',
      '2026-11',
      '垃圾',
    ),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
    fc.integer().map(String),
  );
  for (const { reader, url, names } of lists) {
    const query = fc.array(fc.tuple(fc.constantFrom(...names, 'limit', 'cursor'), part), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(query, async (pairs) => {
        const text = pairs.map(([name, given]) => `${name}=${encodeURIComponent(given)}`).join('&');
        return (await reader.get(`${url}?${text}`)).status < 500;
      }),
      { numRuns },
    );
    t.pass(`${url}: never 500`);
  }
});
