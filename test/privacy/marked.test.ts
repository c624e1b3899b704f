/**
 * A whole run of the real service with a name and numbers that stand nowhere else: they are looked for in everything that leaves it
 * for those who need no person, and in its logs.
 */
import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { unzipSync } from 'fflate';
import t from 'tap';
import type { Role } from '../../src/access/roles.ts';
import { createToken } from '../../src/access/service.ts';
import { run as command, freePort, start, untilReady } from '../commands/run.ts';
import { complaint, db, type T } from '../helper.ts';
import { receiver } from '../outbox/receiver.ts';

const person = { name: '欧阳标记', phone: '19900008642' };
const inText = ['19900009753', '110101199003078888', '010-66668888'];
const marks = [person.name, person.phone, ...inText];
const text = `市民反映，朝阳区望京街道花家地西里三区物业公司长期不清运垃圾，来电反映物业服务差的问题。可打${inText.join('、')}。`;

/** What is said to somebody, by whom it was asked and how. */
type Said = { what: string; body: string };

async function service(t: T) {
  const connection = await db(t);
  const port = await freePort();
  const hook = await receiver(t);
  const env = { DATABASE_URL: connection.url, LOG_LEVEL: 'debug', WEBHOOK_ALLOW: '127.0.0.0/8' };
  const running = start(['serve'], { ...env, PORT: String(port), HOST: '127.0.0.1' });
  t.teardown(async () => {
    running.process.kill('SIGKILL');
    await running.done;
  });
  await untilReady(port, running);
  const said: Said[] = [];
  const as = async (role: Role, unit: string | null = null, name: string = role) => {
    const wish = { role, unit, name, ttl: 3_600_000 };
    const { token } = await createToken(connection.db, wish, randomBytes(32), new Date());
    const send = async (method: string, url: string, body?: unknown) => {
      const response = await fetch(`http://127.0.0.1:${port}${url}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      const isZip = bytes.subarray(0, 2).toString() === 'PK';
      const files = isZip
        ? Object.values(unzipSync(bytes)).map((file) => Buffer.from(file).toString())
        : [bytes.toString()];
      said.push({ what: `${role} ${method} ${url} ${response.status}`, body: files.join('\n') });
      return { status: response.status, text: files.join('\n') };
    };
    return {
      token,
      get: (url: string) => send('GET', `/api/v1${url}`),
      post: (url: string, body: unknown = {}) => send('POST', `/api/v1${url}`, body),
      plain: (url: string) => send('GET', url),
    };
  };
  return { connection, port, hook, env, running, as, said };
}

/** The first event of the unit's stream. */
async function streamed(port: number, token: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/queue/events?since=`, {
    headers: { authorization: `Bearer ${token}` },
  });
  let got = '';
  for await (const chunk of response.body ?? []) {
    got += Buffer.from(chunk).toString();
    if (got.includes('event: order')) break;
  }
  return got;
}

t.test('marked values', { timeout: 300_000 }, async (t) => {
  const { connection, port, hook, env, running, as, said } = await service(t);
  const [operator, admin] = [await as('operator'), await as('admin')];
  const [handler, manager] = [await as('handler', '110105026'), await as('manager', '110105026')];
  const [agent, analyst, assessor, auditor] = [
    await as('callback'),
    await as('analyst'),
    await as('assessor'),
    await as('auditor'),
  ];
  t.equal((await admin.post('/webhooks', { url: hook.url })).status, 201);
  const filed = JSON.parse(
    (await operator.post('/complaints', complaint({ text, caller: person, address: text }))).text,
  );
  const { number, code, orders } = filed;
  const id = orders[0].id;
  said.push({ what: 'stream', body: await streamed(port, handler.token) });
  for (const [action, body] of [
    ['sign', {}],
    ['contact', { way: 'phone', note: `已联系${person.phone}，另${inText[0]}` }],
    ['reply', { result: 'resolved', text: `已电告${inText[0]}。` }],
  ] as const)
    t.equal((await handler.post(`/orders/${id}/${action}`, body)).status, 200, action);
  await manager.get('/queue?status=replied');
  for (const unit of [handler, manager, agent, analyst, assessor, auditor, admin])
    for (const url of [`/complaints/${number}`, '/complaints', `/orders/${id}`, '/queue', '/callbacks'])
      await unit.get(url);
  const due = JSON.parse((await agent.get('/callbacks')).text).items[0];
  const answers = { way: 'phone', reached: true, contacted: true, resolved: true, satisfaction: 'basic' };
  await agent.post(`/callbacks/${due.id}/attempts`, { ...answers, note: `${inText[0]}接听` });
  for (const reader of [analyst, assessor]) {
    for (const report of ['rates', 'needs', 'volume', 'timeliness', 'supervision', 'hot', 'repeats'])
      for (const format of ['json', 'csv', 'xlsx']) await reader.get(`/reports/${report}?format=${format}`);
    await reader.get('/reports/volume/cases?figure=volume&key=total&format=csv');
    await reader.get('/reports/bulletin');
    await reader.get('/quality?format=csv');
  }
  await analyst.plain(`/api/v1/public/complaints/${number}?code=${code}`);
  for (const path of ['/metrics', '/openapi.json', '/healthz', '/readyz']) await analyst.plain(path);
  // Refusals: what was sent must not come back, whoever sent it.
  const refusals = said.length;
  await operator.get(`/complaints?phone=${person.phone}x`);
  await operator.post('/complaints', complaint({ caller: { ...person, phone: `${person.phone}a` } }));
  await operator.post('/complaints', { ...complaint({ caller: person }), extra: person.name });
  await operator.post('/complaints', complaint({ caller: person, externalNumber: 'M1' }));
  said.pop();
  await operator.post('/complaints', complaint({ caller: { ...person, secret: true }, externalNumber: 'M1' }));
  await operator.get(`/${person.phone}/${encodeURIComponent(person.name)}`);
  await handler.get(`/complaints?q=${person.phone}`);
  t.equal(said.length - refusals, 6);
  // Whole only for those who ask for it, and they are told apart.
  t.match((await handler.post(`/complaints/${number}/unmask`, { reason: `回电${person.phone}` })).text, person.phone);
  said.pop();
  await auditor.get('/audit');
  const open = await command(['opendata', '--from', '2026-01-01', '--to', '2027-12-31', '--k', '2'], env);
  said.push({ what: 'opendata', body: open.out + open.err });
  for (let tries = 0; tries < 100 && hook.got.length < 6; tries += 1)
    await new Promise((done) => setTimeout(done, 100));
  t.ok(hook.got.length >= 6, 'the webhook was told');
  said.push({ what: 'webhooks', body: JSON.stringify(hook.got.map(({ headers, text }) => [headers, text])) });
  running.process.kill('SIGTERM');
  const { err, out } = await running.done;
  t.match(err, /"request"/, 'the log tells of requests');
  said.push({ what: 'log', body: err + out });

  const own = /^(operator|dispatcher) (GET|POST) \/api\/v1\/(complaints 201|complaints\/\d+)/;
  const looked = said.filter(({ what }) => !own.test(what));
  t.ok(looked.length > 90, `${looked.length} answers were looked through`);
  for (const { what, body } of looked) for (const mark of marks) if (body.includes(mark)) t.fail(`${mark} in ${what}`);
  const [stored] = await connection.db.execute<{ all: string }>(
    sql`select (select string_agg(k::text, ' ') from callers k) || (select string_agg(a::text, ' ') from audit a)
      || (select string_agg(w::text, ' ') from outbox w) as all`,
  );
  for (const mark of [person.name, person.phone, Buffer.from(person.phone).toString('hex')])
    t.notOk(stored?.all.includes(mark), 'nor where callers, the audit and the outbox are stored');
});
