/** What is written to be taken for something else: for SQL, a header, a line of the log, a formula, a path, a prototype. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { unzipSync } from 'fflate';
import pino from 'pino';
import t from 'tap';
import { build } from '../../src/app.ts';
import { file, upload } from '../attachment/form.ts';
import { app, complaint, refused, stored } from '../helper.ts';
import { answered, done, lifeOf } from '../life.ts';
import { jpeg } from '../media/samples.ts';

const life = await lifeOf(await app(t));
const { operator, handler, agent } = life;
const [assessor, analyst] = [await life.as('assessor'), await life.as('analyst')];
const formulas = ['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', '＝1+1'];

t.test('SQL stays text', async (t) => {
  const sql = [
    "' or 1=1 --",
    "'; drop table complaints; --",
    '$1',
    "\\'; select pg_sleep(5); --",
    '%',
    '_',
    '1) or (1=1',
  ];
  const filed = await life.signed('L3');
  for (const text of sql) {
    const before = await stored(life.connection);
    const q = encodeURIComponent(text);
    for (const name of ['q', 'status', 'district', 'street', 'unit', 'matter', 'channel', 'cursor', 'phone']) {
      const { status, body } = await operator.get(`/complaints?${name}=${q}`);
      t.ok(status === 400 || body.items.length === 0, `${name}=${text}: ${status}`);
    }
    t.same(await stored(life.connection), before, text);
    await life.act(handler, filed.id, 'contact', { way: 'phone', note: text });
  }
  const { events } = await life.order(filed.id);
  t.ok(JSON.stringify(events).includes('drop table complaints'), 'as it was written');
});

t.test('a header and a log line end where they should', async (t) => {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(
        ...String(chunk)
          .split('\n')
          .filter((line) => line !== ''),
      );
      done();
    },
  });
  const service = await build(life.ctx, pino({ level: 'debug' }, sink));
  t.teardown(() => service.close());
  const headers = { authorization: `Bearer ${operator.token}` };
  for (const path of [
    'complaints?q=%0d%0aSet-Cookie:%20a=b',
    'x%0d%0a{"level":60}',
    'complaints/%0a%0d',
    'knowledge?q=%1b[31m%0a',
  ]) {
    const answer = await service.inject({ url: `/api/v1/${path}`, headers });
    t.ok(answer.statusCode < 500, path);
    t.equal(answer.headers['set-cookie'], undefined, path);
    t.notMatch(JSON.stringify(answer.headers), /\\r|\\n/, 'one line a header');
  }
  t.ok(lines.length >= 3, 'there are lines');
  for (const line of lines) t.type(JSON.parse(line).level, 'number', 'a record is a line');
  t.notMatch(lines.join('\n'), /Set-Cookie|\[31m/, 'nothing of what was sent');
});

/** Fields of a CSV text, as far as they are needed: quotes are taken off. */
const cells = (csv: string) => csv.split(/,|\r\n/).map((cell) => cell.replace(/^"|"$/g, ''));

t.test('no cell of an export is a formula', async (t) => {
  const admin = await life.as('admin');
  for (const [at, name] of formulas.entries()) {
    const filed = await life.file('L3', { title: name, text: `${name} 垃圾无人清运`, address: name });
    for (const [action, body] of [['sign'], ['contact', { way: 'phone' }], ['reply', done]] as const)
      await life.act(handler, filed.id, action, body);
    await life.callBack(filed.number, answered);
    await agent.get('/callbacks');
    const struck = { number: filed.number, kind: 'strike', scope: 'none', reason: `${name} 剔除` };
    t.ok((await assessor.post('/assessment/exclusions', struck)).status < 500, `${at}`);
  }
  const reports = ['rates', 'ranking', 'needs', 'volume', 'timeliness', 'supervision', 'hot', 'repeats', 'exclusions'];
  const paths = [
    ...reports.map((name) => `/reports/${name}`),
    '/reports/volume/cases?figure=volume&key=total',
    '/quality',
  ];
  for (const path of paths) {
    const url = `${path}${path.includes('?') ? '&' : '?'}format=`;
    const csv = await analyst.get(`${url}csv`);
    t.equal(csv.status, 200, path);
    const wrong = cells(csv.text).filter((cell) => /^[=+@\t]|^-(?!\d+(\.\d+)?$)./.test(cell));
    t.same(wrong, [], path);
    const answer = await life.app.inject({
      url: `/api/v1${url}xlsx`,
      headers: { authorization: `Bearer ${analyst.token}` },
    });
    t.equal(answer.statusCode, 200, path);
    for (const [name, part] of Object.entries(unzipSync(answer.rawPayload)))
      if (name.startsWith('xl/worksheets/')) t.notMatch(Buffer.from(part).toString(), /<f[ >]/, `${path} ${name}`);
  }
  const rows = formulas.map((name, at) => `f${at}x,"${name}",没有的角色,,`).join('\n');
  const { body } = await admin.post('/users/import', `登录名,姓名,角色,单位,统一身份\n${rows}\n`, {
    'content-type': 'text/csv',
  });
  t.ok(body.rejected > 0, 'rows come back');
  t.same(
    cells(body.rejects.replace(/\n/g, ',')).filter((cell) => /^[=+@\t]|^-\D/.test(cell)),
    [],
    'of rejected rows',
  );
});

t.test('a path in a name leads nowhere', async (t) => {
  const { number } = await life.file('L3');
  const root = join(life.ctx.files.incoming, '..');
  const names = [
    '../../../etc/passwd',
    '..\\..\\boot.ini',
    '/etc/passwd',
    'C:\\x.jpg',
    '....//x',
    '%2e%2e%2fx',
    'a\u0000.jpg',
    '\u202egpj.exe',
    '\u200b',
    '٣.jpg',
    '=',
  ];
  for (const [at, name] of names.entries()) {
    const sent = file(jpeg(Buffer.from(`picture ${at}`), Buffer.from('told')), name);
    const answer = await upload(operator, `/complaints/${number}/attachments`, sent);
    t.equal(answer.status, 201, JSON.stringify(name));
    t.notMatch(answer.body.name, /[/\\\p{Cc}\p{Cf}]|^\./u, answer.body.name);
    const { headers } = await operator.get(`/attachments/${answer.body.id}`);
    t.match(headers['content-disposition'], /^attachment; filename\*=UTF-8''[^"\r\n/\\]+$/);
  }
  const kept = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  t.ok(kept.length >= names.length, 'they are stored');
  for (const { name } of kept) t.match(name, /^[0-9a-f]{64}$/, 'under their hashes');
  for (const path of [
    '/attachments/..%2f..%2fetc%2fpasswd',
    '/attachments/%2e%2e',
    '/docs/static/..%2f..%2f..%2fpackage.json',
  ]) {
    const { status } = await operator.get(path);
    t.ok([400, 404].includes(status), `${path}: ${status}`);
  }
});

t.test('prototypes stay as they are, and a key stands once', async (t) => {
  const json = { 'content-type': 'application/json' };
  const { id } = await life.file('L3');
  await life.act(handler, id, 'sign');
  for (const body of [
    '{"way":"phone","__proto__":{"admin":true}}',
    '{"way":"phone","\\u005f_proto__":{"admin":true}}',
    '{"constructor":{"prototype":{"admin":true}},"way":"phone"}',
  ])
    refused(t, body, await handler.post(`/orders/${id}/contact`, body, json), 400, 'MALFORMED_BODY');
  for (const query of ['__proto__=1', '__proto__[admin]=1', 'constructor=1', 'constructor[prototype][admin]=1']) {
    const { status } = await operator.get(`/complaints?${query}`);
    t.ok([200, 400].includes(status), `${query}: ${status}`);
  }
  t.equal(({} as Record<string, unknown>).admin, undefined);
  const twice = await handler.post(`/orders/${id}/contact`, '{"way":"pigeon","way":"phone"}', json);
  t.equal(twice.status, 200, 'the last one counts, and is what is validated');
});

t.test('fullwidth digits, invisible and unpaired characters', async (t) => {
  for (const path of ['/orders/１', '/complaints/２０２６１１２２０００１２３４５６', '/orders/1\u200b', '/orders/٣'])
    t.ok([400, 404].includes((await operator.get(encodeURI(path))).status), path);
  for (const name of ['\u0000', 'a\ud800', '\u200b\u200b', '\u202e', ' '])
    refused(
      t,
      JSON.stringify(name),
      await operator.post('/complaints', complaint({ caller: { name } })),
      400,
      'VALIDATION_FAILED',
      'caller.name',
    );
  refused(
    t,
    'digits',
    await operator.post('/complaints', complaint({ caller: { phone: '１９９０００' } })),
    400,
    'VALIDATION_FAILED',
    'caller.phone',
  );
});
