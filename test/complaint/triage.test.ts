/** The triage desk: a complaint that waits is sent to its units, once. */
import t from 'tap';
import { app, type Caller, complaint, refused, stored, type T } from '../helper.ts';

async function desk(t: T) {
  const service = await app(t);
  const operator = await service.as('operator');
  const dispatcher = await service.as('dispatcher');
  const vague = complaint({ text: '你好，我想说一件事情。' });
  const wait = async () => (await operator.post('/complaints', vague)).body.number as string;
  const send = (number: string, body: object, by: Caller = dispatcher) =>
    by.post(`/complaints/${number}/dispatch`, body);
  return { ...service, operator, dispatcher, wait, send };
}

t.test('a complaint that waits is sent to a lead and to those who help', async (t) => {
  const { wait, send, as, clock, operator } = await desk(t);
  const number = await wait();
  const before = (await operator.get(`/complaints/${number}`)).body;
  t.match(before, { status: 'triage', orders: [], lead: null });
  clock.forward(45);
  const chosen = {
    lead: '110105026',
    co: ['BJ-SCJ', '110105'],
    level: 'L2',
    matter: 'M05.06.02',
    reason: '电话核实为电梯困人',
  };
  const { status, body } = await send(number, chosen);
  t.equal(status, 200);
  t.match(body, {
    status: 'dispatched',
    level: 'L2',
    matter: { code: 'M05.06.02', path: ['住房与物业', '电梯', '电梯困人坠落'] },
    need: { code: 'AQ' },
    lead: { code: '110105026' },
  });
  const clocks = { level: 'L2', dispatchedAt: '2026-11-22T12:45:00+08:00', dueAt: '2026-11-23T12:45:00+08:00' };
  t.match(body.orders, [
    { unit: { code: '110105026' }, role: 'lead', status: 'dispatched', ...clocks, reason: '电话核实为电梯困人' },
    { unit: { code: 'BJ-SCJ' }, role: 'co', ...clocks },
    { unit: { code: '110105' }, role: 'co', ...clocks },
  ]);
  t.same(body.classification, before.classification, 'what the machine thought stays as it was');
  t.match(body.timeline, [
    { action: 'file', to: 'triage' },
    { action: 'triage', from: 'triage', to: 'dispatched', actor: /^dispatcher#\d+$/, data: { reason: chosen.reason } },
    { action: 'dispatch', data: { unit: '110105026', role: 'lead' } },
    { action: 'dispatch', data: { unit: 'BJ-SCJ', role: 'co' } },
    { action: 'dispatch', data: { unit: '110105', role: 'co' } },
  ]);
  for (const unit of ['110105026', 'BJ-SCJ', '110105'])
    t.match((await (await as('handler', unit)).get('/queue')).body.items, [{ number }], `in the queue of ${unit}`);
});

t.test('without further decisions the judgement stands', async (t) => {
  const { wait, send, operator } = await desk(t);
  const number = await wait();
  const before = (await operator.get(`/complaints/${number}`)).body;
  const { body } = await send(number, { lead: '110105', reason: '属地兜底' });
  t.match(body, { level: before.level, matter: before.matter, need: before.need });
  const both = (await send(await wait(), { lead: '110105', matter: 'M05.06.02', need: 'ZJ', reason: '属地' })).body;
  t.match(
    both,
    { matter: { code: 'M05.06.02' }, need: { code: 'ZJ' } },
    'a need that was named wins over that of the matter',
  );
});

t.test('what is refused', async (t) => {
  const { wait, send, connection, operator } = await desk(t);
  const number = await wait();
  const good = { lead: '110105', reason: '属地' };
  const cases: [string, object, ...string[]][] = [
    ['unknown unit', { lead: 'BJ-NIX' }, 'lead'],
    ['community for a unit', { lead: '110105026001' }, 'lead'],
    ['name for a code', { lead: '朝阳区' }, 'lead'],
    ['unknown co-handler', { co: ['BJ-SCJ', 'BJ-NIX'] }, 'co.1'],
    ['lead as co-handler', { co: ['110105'] }, 'co.0'],
    ['co-handler twice', { co: ['BJ-SCJ', '110101', 'BJ-SCJ'] }, 'co.2'],
    ['unknown level', { level: 'L9' }, 'level'],
    ['unknown need', { need: 'XX' }, 'need'],
    ['unknown matter', { matter: 'M99' }, 'matter'],
    ['matter that is not a leaf', { matter: 'M05.06' }, 'matter'],
    ['no reason', { reason: undefined }, 'reason'],
    ['several', { lead: 'BJ-NIX', level: 'L9', co: ['BJ-NIX'] }, 'co.0', 'lead', 'level'],
  ];
  const before = await stored(connection);
  for (const [what, changes, ...paths] of cases) {
    refused(t, what, await send(number, { ...good, ...changes }), 400, 'VALIDATION_FAILED', ...paths);
  }
  t.same(await stored(connection), before, 'nothing stored');
  t.equal((await operator.get(`/complaints/${number}`)).body.status, 'triage');
});

t.test('only what waits or is being handled', async (t) => {
  const { wait, send, operator, as } = await desk(t);
  const good = { lead: '110105', reason: '属地' };
  const file = async (changes: object) =>
    (await operator.post('/complaints', { ...complaint(), ...changes })).body.number as string;
  const sent = await wait();
  await send(sent, good);
  const replied = await operator.post('/complaints', complaint());
  const street = await as('handler', '110105026');
  const { id } = replied.body.orders[0];
  await street.post(`/orders/${id}/sign`);
  await street.post(`/orders/${id}/reply`, { result: 'resolved', text: '已清运。' });
  refused(t, 'to the same lead', await send(sent, good), 400, 'VALIDATION_FAILED', 'lead');
  const others: [string, string][] = [
    [replied.body.number, 'replied'],
    [await file({ disposition: 'answered', answer: '每日清运。' }), 'answered'],
    [await file({ disposition: 'redirected' }), 'redirected'],
    [await file({ disposition: 'handover' }), 'handover'],
  ];
  for (const [number, state] of others) {
    const answer = await send(number, good);
    refused(t, state, answer, 409, 'ILLEGAL_ACTION');
    t.match(answer.body, { state, allowed: [] });
  }
});

t.test('several dispatchers at once', async (t) => {
  const { wait, send, as, connection } = await desk(t);
  const desks = await Promise.all(Array.from({ length: 5 }, () => as('dispatcher')));
  for (let round = 1; round <= 4; round += 1) {
    const number = await wait();
    const answers = await Promise.all(desks.map((one) => send(number, { lead: '110105', reason: '属地' }, one)));
    const statuses = answers.map(({ status }) => status).sort();
    // Whoever reads the complaint once it is dispatched finds that its lead is this unit already.
    t.match(statuses.join(), /^200(,400)*(,409)*$/, 'one decides');
    t.match(await stored(connection), { orders: round });
  }
});
