/** What a unit does with its own orders: each action's way, who may, versions, and bad input that stores nothing. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { app, type Caller, complaint, refused, stored } from '../helper.ts';
import { city, district, done, duty, inVain, type Life, life, other, street } from '../life.ts';

/** Every action of a unit on an order, with a body that is right. */
const bodies: Record<string, object> = {
  sign: {},
  contact: { way: 'phone' },
  reply: done,
  return: duty,
  extend: { days: 1, reason: '等待材料' },
  park: { kind: '资金', reason: '等待拨款', reviewOn: '2026-12-01' },
  unpark: {},
  whistle: { units: [city], reason: '联合处置' },
  report: { arrivedAt: '2026-11-22T12:00:00+08:00', text: '已到场' },
  confirm: { unit: city, tookPart: true },
  delegate: { community: '110105026034' },
  corrections: { event: '1', changes: { way: 'visit' }, reason: '登记有误' },
};
/** Which role of the unit does it. */
const managers = ['park', 'unpark', 'whistle', 'confirm'];

t.test('whose order it is', async (t) => {
  const service = await life(t);
  const { act, of, order, as } = service;
  const { id } = await service.signed();
  const before = await order(id);
  for (const [action, body] of Object.entries(bodies)) {
    const role = managers.includes(action) ? 'manager' : 'handler';
    for (const unit of [other, '110101', city]) {
      const stranger = await of(role, unit);
      await inVain(t, service, `${action} by ${unit}`, () => act(stranger, id, action, body), 404, 'NOT_FOUND');
    }
    const above = await of(role, district);
    await inVain(t, service, `${action} by the district`, () => act(above, id, action, body), 403, 'FORBIDDEN');
    const own = await of(role, street);
    await inVain(t, service, `${action} of no order`, () => act(own, '999999', action, body), 404, 'NOT_FOUND');
    const wrong = role === 'manager' ? 'handler' : 'manager';
    const roles: [string, Caller][] = [
      ['operator', service.operator],
      ['auditor', await as('auditor')],
      ...(action === 'report' ? [] : ([[wrong, await of(wrong, street)]] as [string, Caller][])),
    ];
    for (const [name, caller] of roles) {
      await inVain(t, service, `${action} by ${name}`, () => act(caller, id, action, body), 403, 'FORBIDDEN');
    }
  }
  t.same(await order(id), before, 'the order is as it was');
});

/** Orders of the street in each state, by what was done to them. */
async function inEachState(service: Life): Promise<[string, string][]> {
  const { act, file, signed, handler, manager, rule, callBack } = service;
  const dispatched = await file();
  const [two, three, four, five, six, seven, eight] = [
    await signed(),
    await signed(),
    await signed(),
    await signed(),
    await signed(),
    await signed(),
    await signed(),
  ];
  await act(handler, three.id, 'contact', { way: 'phone' });
  await act(handler, four.id, 'return', duty);
  await act(manager, five.id, 'park', bodies.park);
  await rule(five.id, { on: 'park', approve: true });
  await act(handler, six.id, 'reply', done);
  await act(handler, seven.id, 'reply', done);
  await callBack(seven.number);
  await act(handler, eight.id, 'return', duty);
  await rule(eight.id, { on: 'return', approve: true, unit: district });
  const nine = await file();
  await service.operator.post(`/complaints/${nine.number}/cancel`, { reason: '自行解决' });
  return [
    ['dispatched', dispatched.id],
    ['signed', two.id],
    ['contacted', three.id],
    ['objected', four.id],
    ['parked', five.id],
    ['replied', six.id],
    ['closed', seven.id],
    ['reassigned', eight.id],
    ['cancelled', nine.id],
  ];
}

t.test('the wrong state', async (t) => {
  const service = await life(t);
  const { act, handler, manager } = service;
  const allowed: Record<string, [handler: string[], manager: string[]]> = {
    dispatched: [['sign', 'return'], []],
    signed: [
      ['contact', 'reply', 'return', 'extend', 'delegate', 'correct'],
      ['park', 'whistle'],
    ],
    contacted: [
      ['contact', 'reply', 'return', 'extend', 'delegate', 'correct'],
      ['park', 'whistle'],
    ],
    objected: [[], []],
    parked: [[], ['unpark']],
    replied: [['correct'], []],
    closed: [[], []],
    reassigned: [[], []],
    cancelled: [[], []],
  };
  for (const [state, id] of await inEachState(service)) {
    const [forHandler = [], forManager = []] = allowed[state] ?? [];
    t.match((await service.order(id)).status, state);
    t.same((await handler.get(`/orders/${id}`)).body.allowed.sort(), forHandler.toSorted(), `allowed at ${state}`);
    t.same(
      (await manager.get(`/orders/${id}`)).body.allowed.sort(),
      forManager.toSorted(),
      `to the manager at ${state}`,
    );
    for (const [action, body] of Object.entries(bodies)) {
      // These need more than a state: another unit, an event.
      if (['confirm', 'corrections'].includes(action)) continue;
      const [caller, may] = managers.includes(action) ? [manager, forManager] : [handler, forHandler];
      if (may.includes(action)) continue;
      const what = `${action} at ${state}`;
      const answer = await inVain(t, service, what, () => act(caller, id, action, body), 409, 'ILLEGAL_ACTION');
      t.match(answer.body, { state, version: Number }, what);
      t.same(answer.body.allowed.sort(), may.toSorted(), what);
    }
  }
});

t.test('versions', async (t) => {
  const service = await life(t);
  const { act, file, handler, manager, dispatcher, order } = service;
  const { id } = await file();
  t.match(await order(id), { version: 1 });
  const stale = async (
    what: string,
    caller: Caller,
    action: string,
    body: object,
    headers?: Record<string, string>,
  ) => {
    const { status, version } = await order(id);
    const answer = await inVain(t, service, what, () => act(caller, id, action, body, headers), 409, 'STALE_VERSION');
    t.match(answer.body, { state: status, version, allowed: Array }, what);
    return answer.body.allowed;
  };
  t.same((await stale('in If-Match', handler, 'sign', {}, { 'if-match': '"7"' })).sort(), ['return', 'sign']);
  await stale('in the body', handler, 'sign', { version: 2 });
  await stale('the body before the header', handler, 'sign', { version: 2 }, { 'if-match': '"1"' });
  for (const header of ['1', '"x"', '"1', 'W/1', '"-1"', '"1","2"', '""']) {
    const send = () => act(handler, id, 'sign', {}, { 'if-match': header });
    await inVain(t, service, `If-Match: ${header}`, send, 400, 'VALIDATION_FAILED', 'If-Match');
  }
  for (const version of [0, -1, 1.5, '1', null]) {
    const send = () => act(handler, id, 'sign', { version });
    await inVain(t, service, `version ${version}`, send, 400, 'VALIDATION_FAILED', 'version');
  }
  t.match(await act(handler, id, 'sign', {}, { 'if-match': '"1"' }), { status: 200, body: { version: 2 } });
  t.match(await act(handler, id, 'contact', { way: 'phone', version: 2 }), { status: 200, body: { version: 3 } });
  t.match(await act(handler, id, 'contact', { way: 'phone' }, { 'if-match': 'W/"3"' }), { status: 200 }, 'weak');
  t.match(await act(handler, id, 'contact', { way: 'phone' }, { 'if-match': '*' }), { body: { version: 5 } }, 'any');
  await stale('whistle', manager, 'whistle', { units: [city], reason: '联合处置', version: 4 });
  await stale('ruling, in the body', dispatcher, 'rulings', { on: 'park', approve: true, reason: '同意', version: 4 });
  const old = { 'if-match': '"4"' };
  await stale('ruling', dispatcher, 'rulings', { on: 'park', approve: true, reason: '同意' }, old);
  await stale('supervise', dispatcher, 'supervise', { reason: '督办' }, old);
  await stale('escalate', dispatcher, 'escalate', { reason: '提级' }, old);
  t.match(await act(dispatcher, id, 'supervise', { reason: '督办' }, { 'if-match': '"5"' }), { body: { version: 6 } });
});

t.test('bad input', async (t) => {
  const service = await life(t);
  const { act, handler, manager } = service;
  const { id } = await service.signed();
  const cases: [string, Caller, string, object | undefined, ...string[]][] = [
    ['unknown field', handler, 'sign', { note: '好' }, 'note'],
    ['contact without a way', handler, 'contact', {}, 'way'],
    ['contact by pigeon', handler, 'contact', { way: 'pigeon' }, 'way'],
    ['contact to come', handler, 'contact', { way: 'phone', at: '2026-11-22T12:00:01+08:00' }, 'at'],
    ['contact before dispatch', handler, 'contact', { way: 'phone', at: '2026-11-22T11:59:59+08:00' }, 'at'],
    ['reply without words', handler, 'reply', { result: 'resolved' }, 'text'],
    ['reply of blanks', handler, 'reply', { result: 'resolved', text: ' \n ' }, 'text'],
    ['reply of another kind', handler, 'reply', { ...done, result: 'closed' }, 'result'],
    ['return without the duty', handler, 'return', { reason: '不属于本街道' }, 'duty'],
    ['return with a blank duty', handler, 'return', { ...duty, duty: ' ' }, 'duty'],
    ['return without a reason', handler, 'return', { duty: '三定方案' }, 'reason'],
    ['return to nobody', handler, 'return', { ...duty, proposedUnit: 'BJ-NIX' }, 'proposedUnit'],
    ['return to oneself', handler, 'return', { ...duty, proposedUnit: street }, 'proposedUnit'],
    ['extension without a length', handler, 'extend', { reason: '忙' }, 'days'],
    ['extension with two', handler, 'extend', { reason: '忙', days: 1, hours: 1 }, 'days'],
    ['extension by nothing', handler, 'extend', { reason: '忙', days: 0 }, 'days'],
    ['extension by half a day', handler, 'extend', { reason: '忙', days: 0.5 }, 'days'],
    ['extension by more than the level has', handler, 'extend', { reason: '忙', days: 8 }, 'days'],
    ['the same in hours', handler, 'extend', { reason: '忙', hours: 169 }, 'hours'],
    ['extension without a reason', handler, 'extend', { days: 1 }, 'reason'],
    ['parking until today', manager, 'park', { kind: '资金', reason: '等待', reviewOn: '2026-11-22' }, 'reviewOn'],
    ['parking until yesterday', manager, 'park', { kind: '资金', reason: '等待', reviewOn: '2026-11-21' }, 'reviewOn'],
    [
      'parking until a day that is none',
      manager,
      'park',
      { kind: '资金', reason: '等待', reviewOn: '2027-02-29' },
      'reviewOn',
    ],
    ['parking without an end', manager, 'park', { kind: '资金', reason: '等待' }, 'reviewOn'],
    ['parking without a kind', manager, 'park', { reason: '等待', reviewOn: '2026-12-01' }, 'kind'],
    ['a whistle to nobody', manager, 'whistle', { units: [], reason: '联合处置' }, 'units'],
    ['a whistle to itself', manager, 'whistle', { units: [city, street], reason: '联合处置' }, 'units.1'],
    ['a whistle to one twice', manager, 'whistle', { units: [city, city], reason: '联合处置' }, 'units.1'],
    ['a whistle to an unknown unit', manager, 'whistle', { units: ['BJ-NIX'], reason: '联合处置' }, 'units.0'],
    ['a whistle without a reason', manager, 'whistle', { units: [city] }, 'reason'],
    ['confirming one that was not called', manager, 'confirm', { unit: city, tookPart: true }, 'unit'],
    ['confirming without a word', manager, 'confirm', { unit: city }, 'tookPart'],
    ['a community of another street', handler, 'delegate', { community: '110105001024' }, 'community'],
    ['a street for a community', handler, 'delegate', { community: street }, 'community'],
    ['an unknown community', handler, 'delegate', { community: '110105026999' }, 'community'],
    ['correcting what is no entry', handler, 'corrections', { ...bodies.corrections, event: '999999' }, 'event'],
    ['correcting the dispatch', handler, 'corrections', bodies.corrections, 'event'],
    ['correcting nothing', handler, 'corrections', { ...bodies.corrections, changes: {} }, 'changes'],
    ['correcting by no number', handler, 'corrections', { ...bodies.corrections, event: 'x' }, 'event'],
  ];
  for (const [what, caller, action, body, ...paths] of cases)
    await inVain(t, service, what, () => act(caller, id, action, body), 400, 'VALIDATION_FAILED', ...paths);
  t.match(await service.order(id), { status: 'signed', version: 2, request: null });
  for (const bad of ['x', '-1', '1e3', '99999999999999999999']) {
    const { status } = await act(handler, bad, 'sign');
    t.ok([400, 404].includes(status), `order ${bad}: ${status}`);
  }
});

t.test('a year that the calendar lacks is said, and nothing is stored', async (t) => {
  const service = await app(t, new Date('2026-12-28T09:00:00+08:00'));
  const { ctx, connection } = service;
  await connection.db.execute(sql`update levels set time_base = 'working'`);
  await connection.db.execute(sql`insert into catalog_versions (hash, source, loaded_at)
    select hash, source, loaded_at from catalog_versions order by version desc limit 1`);
  await ctx.refresh();
  const operator = await service.as('operator');
  const before = await stored(connection);
  refused(t, 'filing', await operator.post('/complaints', complaint({ level: 'L3' })), 503, 'CALENDAR_MISSING');
  t.same(await stored(connection), before);
  t.equal((await operator.post('/complaints', complaint({ level: 'L2' }))).status, 201, 'hours are natural');
});
