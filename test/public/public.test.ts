/** The public page: what a caller sees and says with number and code alone, and what nobody else can. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { roles, unitRoles } from '../../src/access/roles.ts';
import { build } from '../../src/app.ts';
import { createLogger } from '../../src/logger.ts';
import { plain, useRules } from '../callback/rules.ts';
import { complaint, refused, stored, type T } from '../helper.ts';
import { answered, done, inVain, type Life, life, unresolved } from '../life.ts';

const pleased = { contacted: true, resolved: true, satisfaction: 'satisfied' };

/** A complaint with its public page. */
interface Case {
  id: string;
  number: string;
  code: string;
  page: string;
}

async function file({ operator }: Life, changes = {}): Promise<Case> {
  const { body } = await operator.post('/complaints', complaint(changes));
  const { number, code } = body;
  return { id: body.orders[0]?.id, number, code, page: `/public/complaints/${number}` };
}

async function replied(service: Life, text = done.text): Promise<Case> {
  const filed = await file(service);
  await service.act(service.handler, filed.id, 'sign');
  await service.act(service.handler, filed.id, 'reply', { ...done, text });
  return filed;
}

const look = (service: Life, { page, code }: Case) => service.anyone.get(`${page}?code=${code}`);
const rate = (service: Life, { page, code }: Case, answers: object = pleased) =>
  service.anyone.post(`${page}/evaluation`, { code, ...answers });

/** The service with rules of the test. */
async function start(t: T): Promise<Life> {
  const service = await life(t);
  await useRules(service, plain);
  return service;
}

t.test('progress', async (t) => {
  const service = await start(t);
  const { act, handler, clock } = service;
  const filed = await file(service);
  t.match(filed.code, /^[0-9A-HJKMNP-TV-Z]{26}$/, '128 bits');
  const answer = await look(service, filed);
  t.match(answer, { status: 200, headers: { 'cache-control': 'no-store' } });
  t.match(answer.body, {
    number: filed.number,
    status: 'dispatched',
    statusLabel: '正在办理',
    unit: { code: '110105026', name: '望京街道' },
    dueAt: '2026-11-29T12:00:00+08:00',
    reply: null,
    evaluation: { open: false, given: null },
  });
  await act(handler, filed.id, 'sign');
  await act(handler, filed.id, 'contact', { way: 'phone', note: '诉求人赵甲说下午在家' });
  clock.forward(60);
  await act(handler, filed.id, 'reply', {
    result: 'resolved',
    text: '已清运，物业李某电话19900005555。',
    basis: '物业条例',
  });
  const after = await look(service, filed);
  t.same(
    after.body.progress.map(({ sentence }: { sentence: string }) => sentence),
    [
      '您的诉求已受理',
      '已派给朝阳区望京街道办事处办理，办理时限 2026-11-29 12:00',
      '朝阳区望京街道办事处已签收',
      '朝阳区望京街道办事处登记已与您联系',
      '朝阳区望京街道办事处已办结并答复',
    ],
  );
  t.match(after.body, { status: 'replied', result: 'resolved', reply: '已清运，物业李某电话199****5555。' });
  t.match(after.body.evaluation, { open: true, until: null });
  t.notMatch(after.text, /赵甲|19900001234|19900005555|花家地西里/, 'no personal data');
});

t.test('a code as people type it, and codes of before', async (t) => {
  const service = await start(t);
  const filed = await file(service);
  const grouped = filed.code
    .replace(/(.{4})/g, '$1-')
    .toLowerCase()
    .replace(/0/g, 'o')
    .replace(/1/g, 'l');
  t.equal((await look(service, { ...filed, code: grouped })).status, 200);
  await service.connection.db.execute(
    sql`update complaints set public_code = '7KJ2M0AB' where number = ${filed.number}`,
  );
  t.equal((await look(service, { ...filed, code: '7kj2-moab' })).status, 200, 'eight letters stay good');
  t.equal((await look(service, filed)).status, 404);
});

t.test('an unknown number and a wrong code are one answer', async (t) => {
  const service = await start(t);
  const filed = await replied(service);
  const wrong = { ...filed, code: `${filed.code.slice(0, -1)}${filed.code.endsWith('0') ? '1' : '0'}` };
  const unknown = { ...filed, page: '/public/complaints/209911220000001' };
  const answers = [wrong, unknown, { ...filed, code: '0'.repeat(26) }, { ...unknown, code: '0'.repeat(26) }];
  const seen = await Promise.all(answers.map((one) => look(service, one)));
  const told = await Promise.all(answers.map((one) => rate(service, one)));
  for (const answer of [...seen, ...told]) refused(t, 'the same', answer, 404, 'NOT_FOUND');
  t.equal(new Set([...seen, ...told].map(({ text }) => text)).size, 1, 'to the last letter');
  refused(t, 'no code', await service.anyone.get(filed.page), 400, 'VALIDATION_FAILED', 'code');
  const { page, code } = filed;
  const send = (body: object) => service.anyone.post(`${page}/evaluation`, body);
  refused(t, 'nothing', await send({}), 400, 'VALIDATION_FAILED', 'code', 'contacted', 'resolved', 'satisfaction');
  const half = { code, ...pleased, resolved: undefined };
  refused(t, 'half an answer', await send(half), 400, 'VALIDATION_FAILED', 'resolved');
  refused(t, 'more', await send({ code, ...pleased, way: 'phone' }), 400, 'VALIDATION_FAILED', 'way');
  t.match((await look(service, filed)).body, { status: 'replied' });
});

t.test('the caller’s own evaluation closes like a valid call-back', async (t) => {
  const service = await start(t);
  const { agent, complaint: read, order } = service;
  const early = await file(service);
  await inVain(t, service, 'before the reply', () => rate(service, early), 409, 'CALLBACK_NOT_DUE');
  const filed = await replied(service);
  await agent.post('/callbacks/1/claim');
  const answer = await rate(service, filed, { ...pleased, satisfaction: 'basic', note: '还行' });
  t.match(answer, {
    status: 201,
    body: { status: 'closed', evaluation: { open: false, given: { satisfaction: 'basic' } } },
  });
  t.match((await order(filed.id)).status, 'closed');
  const { timeline } = await read(filed.number);
  t.match(timeline.slice(-2), [
    { action: 'callback', actor: 'public', sentence: '诉求人自行评价，已解决', data: { way: 'public', valid: true } },
    { action: 'close', from: 'replied', to: 'closed' },
  ]);
  t.match((await agent.get('/callbacks?status=done')).body.items, [
    { number: filed.number, attempts: 1, satisfaction: 'basic', first: { way: 'public' } },
  ]);
  await inVain(t, service, 'twice', () => rate(service, filed), 409, 'ALREADY_EVALUATED');
  refused(t, 'an agent after him', await agent.post('/callbacks/1/attempts', answered), 409, 'ILLEGAL_ACTION');
});

t.test('not resolved, says the caller', async (t) => {
  const service = await start(t);
  const filed = await replied(service);
  const { contacted, resolved, satisfaction } = unresolved;
  t.match(await rate(service, filed, { contacted, resolved, satisfaction }), {
    status: 201,
    body: { status: 'dispatched' },
  });
  t.match((await service.complaint(filed.number)).orders, [{ status: 'closed' }, { round: 2, status: 'dispatched' }]);
  await inVain(t, service, 'while it is handled again', () => rate(service, filed), 409, 'CALLBACK_NOT_DUE');
});

t.test('a later answer', async (t) => {
  const service = await start(t);
  const { callBack, agent, clock, complaint: read } = service;
  const [one, two, three] = [await replied(service), await replied(service), await replied(service)];
  await callBack(one.number);
  await callBack(two.number);
  clock.forward(60);
  t.match((await look(service, one)).body.evaluation, { open: true, until: '2026-11-23T12:00:00+08:00' });
  t.equal((await rate(service, one, { ...pleased, satisfaction: 'dissatisfied' })).status, 201);
  const items = (await agent.get('/callbacks?status=done')).body.items;
  t.match(items[0], {
    number: one.number,
    satisfaction: 'dissatisfied',
    answeredAt: '2026-11-22T13:00:00+08:00',
    first: { way: 'phone', satisfaction: 'satisfied' },
  });
  t.match(await read(one.number), { status: 'closed', closedAt: '2026-11-22T12:00:00+08:00' }, 'closed once');
  await inVain(t, service, 'once', () => rate(service, one), 409, 'ALREADY_EVALUATED');
  const missed = { way: 'phone', reached: false, reason: 'wrongNumber' };
  await callBack(three.number, missed);
  t.equal((await rate(service, three, { ...pleased, resolved: false, satisfaction: 'dissatisfied' })).status, 201);
  t.match(await read(three.number), { status: 'dispatched' }, 'unreached, but not resolved: opened again');
  clock.forward(24 * 60 - 60);
  await inVain(t, service, 'too late', () => rate(service, two), 409, 'EVALUATION_CLOSED');
});

t.test('who is not asked does not answer', async (t) => {
  const service = await life(t);
  await useRules(service, { ...plain, share: 0 });
  const filed = await replied(service);
  t.match((await look(service, filed)).body, { status: 'closed', evaluation: { open: false } });
  await inVain(t, service, 'not in the sample', () => rate(service, filed), 409, 'CALLBACK_NOT_DUE');
});

t.test('two evaluations and a call-back at once', async (t) => {
  const service = await start(t);
  for (let round = 1; round <= 4; round += 1) {
    const filed = await replied(service);
    const answers = await Promise.all([
      rate(service, filed),
      rate(service, filed, { ...pleased, satisfaction: 'basic' }),
      service.agent.post(`/callbacks/${round}/attempts`, answered),
    ]);
    const [first, second, agent] = answers.map(({ status }) => status);
    t.same([first, second].sort(), [201, 409], 'the caller counts once');
    t.ok(agent === 201 || agent === 409, `the agent comes first or not at all: ${agent}`);
    t.match((await service.complaint(filed.number)).status, 'closed');
  }
});

t.test('a unit cannot rate itself', async (t) => {
  const service = await start(t);
  const { as, connection } = service;
  const filed = await replied(service);
  const before = await stored(connection);
  const [{ id }] = (await service.agent.get('/callbacks')).body.items;
  for (const role of roles) {
    const ofUnit = unitRoles.includes(role);
    for (const unit of ofUnit ? ['110105026', '110105'] : [undefined]) {
      const who = await as(role, unit);
      const body = { code: filed.code, ...pleased };
      if (role !== 'channel') {
        const own = await who.post(`${filed.page}/evaluation`, body);
        refused(t, `${role} on the public page`, own, 403, 'FORBIDDEN');
      }
      if (role === 'callback') continue;
      refused(t, `${role}: attempt`, await who.post(`/callbacks/${id}/attempts`, answered), 403, 'FORBIDDEN');
      refused(t, `${role}: claim`, await who.post(`/callbacks/${id}/claim`), 403, 'FORBIDDEN');
      refused(t, `${role}: list`, await who.get('/callbacks'), 403, 'FORBIDDEN');
      refused(t, `${role}: one`, await who.get(`/callbacks/${id}`), 403, 'FORBIDDEN');
      for (const url of [`/complaints/${filed.number}`, `/orders/${filed.id}`]) {
        t.notMatch((await who.get(url)).text, filed.code, `${role} never reads the code`);
      }
    }
  }
  const forged = await service.app.inject({
    method: 'POST',
    url: `/api/v1${filed.page}/evaluation`,
    headers: { authorization: 'Bearer x' },
    payload: { code: filed.code, ...pleased },
  });
  t.equal(forged.statusCode, 401, 'a token that is none');
  t.same(await stored(connection), before, 'nothing stored');
  t.match((await look(service, filed)).body, { status: 'replied' });
});

t.test('a caller who asked for secrecy', async (t) => {
  const service = await start(t);
  const { agent, handler, act, of } = service;
  const filed = await file(service, { caller: { name: '钱乙', phone: '19900007777', secret: true } });
  await act(handler, filed.id, 'sign');
  await act(handler, filed.id, 'reply', done);
  t.match((await agent.get('/callbacks')).body.items, [{ caller: { phone: '199****7777', masked: true } }]);
  for (const unit of [handler, await of('manager', '110105026'), await of('handler', '110105')]) {
    for (const url of [`/complaints/${filed.number}`, `/orders/${filed.id}`, '/queue?status=replied']) {
      const { status, text } = await unit.get(url);
      t.equal(status, 200);
      t.notMatch(text, /19900007777|钱乙/, 'the unit never sees him');
    }
    refused(t, 'the unit does not call', await unit.post('/callbacks/1/claim'), 403, 'FORBIDDEN');
  }
});

t.test('only so many requests a minute', async (t) => {
  const { ctx, operator } = await start(t);
  const limits = { publicLimits: { address: 6, number: 3 }, trustProxy: '127.0.0.1' };
  const service = await build(ctx, createLogger({ LOG_LEVEL: 'silent' }), limits);
  t.teardown(() => service.close());
  const [one, two] = [await operator.post('/complaints', complaint()), await operator.post('/complaints', complaint())];
  const get = async ({ number, code }: { number: string; code: string }, address: string) => {
    const url = `/api/v1/public/complaints/${number}?code=${code}`;
    const { statusCode, headers, body } = await service.inject({ url, headers: { 'x-forwarded-for': address } });
    return { status: statusCode, headers, body: JSON.parse(body), text: body };
  };
  for (let n = 0; n < 3; n += 1) t.equal((await get(one.body, `192.0.2.${n}`)).status, 200);
  const much = await get(one.body, '192.0.2.9');
  refused(t, 'by number', much, 429, 'TOO_MANY_REQUESTS');
  t.match(String(much.headers['retry-after']), /^[1-9]\d?$/);
  t.equal((await get(two.body, '192.0.2.9')).status, 200, 'another complaint');
  for (let n = 0; n < 4; n += 1) {
    t.equal((await get({ number: `20991122000000${n}`, code: 'X' }, '192.0.2.9')).status, 404);
  }
  refused(t, 'by address', await get({ ...two.body }, '192.0.2.9'), 429, 'TOO_MANY_REQUESTS');
  t.equal((await get(two.body, '192.0.2.10')).status, 200, 'another address');
});
