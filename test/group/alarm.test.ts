/** Group alarms: raised once by enough complaints of enough callers in one place and time, and joined by those that follow. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import type { AlarmRule } from '../../src/catalog/types.ts';
import { alarmRules } from '../../src/db/catalog-tables.ts';
import { largest, nearEnough, secondLevel, type Watch, watchesOf } from '../../src/group/alarm.ts';
import { app, type Caller, catalog, complaint, refused, type T, type TestApp } from '../helper.ts';

const phone = (n: number) => ({ caller: { phone: `1990000${String(n).padStart(4, '0')}` } });
/** Of one street, without a community. */
const lift = (changes: object = {}) =>
  complaint({ text: '电梯把人困住了，请尽快来人。', matter: 'M05.06.02', street: '110105026', ...changes });

/** Rules for every matter: the built-in ones watch outages alone. */
const general: AlarmRule[] = (
  [
    ['G01', 'community', 4, 3],
    ['G02', 'street', 8, 6],
  ] as const
).map(([code, scope, count, callers]) => {
  return { code, matter: '*', scope, count, callers, hours: 48, validFrom: '2026-01-01', validTo: null };
});

async function watchEverything({ ctx }: TestApp) {
  await ctx.db.insert(alarmRules).values(general);
  await ctx.db.execute(sql`insert into catalog_versions (hash, source, loaded_at)
    select hash, source, loaded_at from catalog_versions order by version desc limit 1`);
  await ctx.refresh();
}

async function setUp(t: T) {
  const service = await app(t);
  await watchEverything(service);
  const operator = await service.as('operator');
  const dispatcher = await service.as('dispatcher');
  const file = async (changes: object, by: Caller = operator) => (await by.post('/complaints', lift(changes))).body;
  const groups = async (query = '', by: Caller = dispatcher) => (await by.get(`/groups${query}`)).body.items;
  return { ...service, operator, dispatcher, file, groups };
}

t.test('eight of six callers within two days in one street (G02)', async (t) => {
  const { file, groups, clock } = await setUp(t);
  const numbers: string[] = [];
  for (let n = 1; n <= 7; n += 1) {
    // Another leaf of the second level counts as well; another street and another second level do not.
    const { number, group } = await file({ ...phone(n), matter: n % 2 === 0 ? 'M05.06.01' : 'M05.06.02' });
    numbers.push(number);
    t.equal(group, null, `${n}`);
    await file({ ...phone(n + 100), street: '110105001' });
    await file({ ...phone(n + 200), matter: 'M02.04.01' });
    clock.forward(60);
  }
  t.same(await groups(), []);
  const eighth = await file(phone(8));
  const since = '2026-11-22T12:00:00+08:00';
  t.same(eighth.group, { count: 8, callers: 8, since, rule: 'G02' });
  const ninth = await file(phone(8));
  t.same(ninth.group, { count: 9, callers: 8, since, rule: 'G02' }, 'joins it, from the same telephone');
  t.match(await groups(), [
    {
      id: /^\d+$/,
      status: 'open',
      rule: 'G02',
      matter: { code: 'M05.06', path: ['住房与物业', '电梯'] },
      scope: 'street',
      place: { code: '110105026', name: '望京街道' },
      since,
      raisedAt: '2026-11-22T19:00:00+08:00',
      until: '2026-11-24T19:00:00+08:00',
      count: 9,
      callers: 8,
      numbers: [...numbers, eighth.number, ninth.number],
    },
  ]);
  t.equal((await groups()).length, 1, 'raised once');
});

t.test('callers are told apart by their number, however it is written', async (t) => {
  const { file } = await setUp(t);
  const same = ['19900001111', '+8619900001111', '199-0000-1111', '8619900001111', '(199)00001111'];
  for (const number of same) t.equal((await file({ caller: { phone: number } })).group, null);
  for (let n = 0; n < 5; n += 1)
    t.equal((await file({ caller: { name: '无号' } })).group, null, 'nobody in particular');
  for (let n = 2; n <= 5; n += 1) t.equal((await file(phone(n))).group, null, `${n} callers`);
  t.match((await file(phone(6))).group, { count: 15, callers: 6 }, 'the sixth of them');
});

t.test('windows', async (t) => {
  const { file, groups, clock } = await setUp(t);
  for (let n = 1; n <= 7; n += 1) await file(phone(n));
  clock.forward(48 * 60);
  t.equal((await file(phone(8))).group, null, 'the first seven are 48 hours old');
  for (let n = 1; n <= 6; n += 1) await file(phone(n));
  const raised = await file(phone(9));
  t.match(raised.group, { count: 8, since: '2026-11-24T12:00:00+08:00' });
  clock.forward(48 * 60 - 1);
  t.match((await file(phone(10))).group, { count: 9 }, 'the last minute of the window');
  t.equal((await groups()).length, 1);
  clock.forward(1);
  t.same(await groups(), []);
  t.match(await groups('?status=closed'), [{ status: 'closed', count: 9 }]);
  t.equal((await file(phone(11))).group, null, 'the window is over, and two are not many');
  for (let n = 1; n <= 5; n += 1) t.equal((await file(phone(n))).group, null);
  t.match((await file(phone(6))).group, { count: 8, since: '2026-11-26T11:59:00+08:00' }, 'and raised anew');
  t.equal((await groups()).length, 1);
});

t.test('many at once raise one alarm', async (t) => {
  const { file, groups } = await setUp(t);
  for (let n = 1; n <= 4; n += 1) await file(phone(n));
  await Promise.all(Array.from({ length: 12 }, (_, n) => file(phone(n + 5))));
  t.match(await groups(), [{ rule: 'G02', count: 16, callers: 16 }]);
  t.equal((await groups()).length, 1);
});

t.test('a retry is told the same', async (t) => {
  const { operator, file } = await setUp(t);
  for (let n = 1; n <= 7; n += 1) await file(phone(n));
  const key = { 'idempotency-key': 'one' };
  const first = await operator.post('/complaints', lift(phone(8)), key);
  t.match(first.body.group, { count: 8, callers: 8 });
  t.same((await operator.post('/complaints', lift(phone(8)), key)).body, first.body);
});

t.test('who is told', async (t) => {
  const { as, file, groups, operator } = await setUp(t);
  const channel = await as('channel');
  for (let n = 1; n <= 8; n += 1) {
    const { group } = await file(phone(n), n === 8 ? channel : operator);
    t.equal(group, null, 'a channel must not learn of others');
  }
  const [found] = await groups();
  t.match(found, { count: 8, callers: 8 }, 'but the alarm is raised');
  const street = await as('manager', '110105026');
  t.same(await groups('', street), [found], 'the street that has the orders');
  t.same(await groups('', await as('manager', '110105')), [found], 'its district');
  t.same(await groups('', await as('manager', '110105001')), [], 'no other street');
  for (const role of ['operator', 'analyst', 'callback', 'channel'] as const)
    refused(t, role, await (await as(role)).get('/groups'), 403, 'FORBIDDEN');
  for (const answer of [await (await as('dispatcher')).get('/groups'), await street.get('/groups')])
    t.notMatch(answer.text, /1990000|[0-9a-f]{32}/, 'neither numbers nor their hashes');
});

t.test('pages', async (t) => {
  const { file, groups, dispatcher, clock } = await setUp(t);
  const streets = ['110105026', '110105001', '110106001'];
  for (const street of streets) {
    for (let n = 1; n <= 8; n += 1) await file({ ...phone(n), street });
    clock.forward(1);
  }
  const places = (items: { place: { code: string } }[]) => items.map(({ place }) => place.code);
  t.same(places(await groups()), streets.toReversed(), 'the newest first');
  const first = (await dispatcher.get('/groups?limit=2')).body;
  const second = (await dispatcher.get(`/groups?limit=2&cursor=${first.next}`)).body;
  t.same([...places(first.items), ...places(second.items)], streets.toReversed());
  t.equal(second.next, null);
  const other = await dispatcher.get(`/groups?status=closed&cursor=${first.next}`);
  refused(t, 'of another question', other, 400, 'INVALID_CURSOR');
});

t.test('closed by hand', async (t) => {
  const { file, groups, dispatcher, clock, connection, as } = await setUp(t);
  for (let n = 1; n <= 8; n += 1) await file(phone(n));
  const [alarm] = await groups();
  const close = (by: Caller = dispatcher, id = alarm.id) => by.post(`/groups/${id}/close`, { reason: '已统一处置' });
  refused(t, 'a unit', await close(await as('manager', '110105026')), 403, 'FORBIDDEN');
  refused(t, 'none such', await close(dispatcher, '999999'), 404, 'NOT_FOUND');
  refused(t, 'no reason', await dispatcher.post(`/groups/${alarm.id}/close`, {}), 400, 'VALIDATION_FAILED', 'reason');
  t.equal(alarm.closed, null);
  clock.forward(1);
  const answers = await Promise.all([close(), close()]);
  const [done, late] = answers.toSorted((a, b) => a.status - b.status);
  const closed = { actor: 'dispatcher', reason: '已统一处置', at: '2026-11-22T12:01:00+08:00' };
  t.match(done, { status: 200, body: { id: alarm.id, status: 'closed', count: 8 } });
  t.match(done?.body.closed.at, closed.at);
  t.match(done?.body.closed, { reason: closed.reason });
  t.match(late, { status: 409, body: { code: 'ILLEGAL_ACTION', state: 'closed', allowed: [] } });
  t.same(await groups(), []);
  t.match(await groups('?status=closed'), [{ id: alarm.id, closed: { reason: closed.reason } }]);
  clock.forward(1);
  for (let n = 11; n <= 17; n += 1) t.equal((await file(phone(n))).group, null, `${n}: the eight before do not count`);
  t.match((await file(phone(18))).group, { count: 8, since: '2026-11-22T12:02:00+08:00' }, 'raised anew by new ones');
  t.match(await groups('?status=closed'), [{ count: 8 }], 'and the closed one took none');
  await t.rejects(connection.db.execute(sql`update group_closings set reason = 'x'`));
  await t.rejects(connection.db.execute(sql`delete from group_closings`));
  clock.forward(48 * 60);
  const [second] = (await groups('?status=closed')).filter(({ id }: { id: string }) => id !== alarm.id);
  refused(t, 'its window is over', await close(dispatcher, second.id), 409, 'ILLEGAL_ACTION');
});

t.test('which rules watch', (t) => {
  const about = {
    matter: 'M03.01.01',
    community: '110105026001',
    street: '110105026',
    district: '110105',
    receivedAt: new Date('2026-11-22T12:00:00+08:00'),
  };
  const today = catalog();
  const watched = { ...today, data: { ...today.data, alarms: [...general, ...today.data.alarms] } };
  const codes = (changes: object) => watchesOf(watched, { ...about, ...changes }).map(({ rule }) => rule.code);
  t.same(codes({}), ['G01', 'G02', 'G03', 'G07']);
  t.same(codes({ community: null }), ['G02', 'G07']);
  t.same(codes({ community: null, street: null }), ['G07']);
  t.same(codes({ matter: 'M05.06.02' }), ['G01', 'G02']);
  t.same(codes({ matter: null }), []);
  const [watch] = watchesOf(watched, { ...about, matter: 'M05.06.02' });
  t.match(watch, { matter: 'M05.06', place: '110105026001', after: new Date('2026-11-20T12:00:00+08:00') });
  t.ok((watch as Watch).leaves.every((leaf) => secondLevel(leaf) === 'M05.06'));
  t.end();
});

t.test('which group is told', (t) => {
  const figures = (rule: string, callers: number, count: number) => ({ rule, callers, count, since: new Date(0) });
  t.equal(largest([]), null);
  t.match(largest([figures('G01', 3, 9), figures('G02', 4, 5)]), { rule: 'G02' });
  t.match(largest([figures('G02', 4, 5), figures('G01', 4, 5)]), { rule: 'G01' });
  const rule = {
    code: 'G',
    matter: '*',
    scope: 'street',
    count: 5,
    callers: 2,
    hours: 1,
    validFrom: '',
    validTo: null,
  } as const;
  t.equal(nearEnough(rule), 3);
  t.end();
});

t.test('a complaint is filed though its group cannot be counted, and the next one counts it', async (t) => {
  const { file, groups, connection } = await setUp(t);
  for (let n = 1; n <= 7; n += 1) await file(phone(n));
  await connection.db.execute(sql`alter table group_members add constraint broken check (false)`);
  const eighth = await file(phone(8));
  t.match(eighth, { number: /^\d+$/, status: 'dispatched', group: null });
  t.same(await groups(), []);
  await connection.db.execute(sql`alter table group_members drop constraint broken`);
  t.match((await file(phone(9))).group, { count: 9, callers: 9 });
  t.equal((await groups()).length, 1);
});
