/** GET /complaints: what each condition finds, in pages, the newest first. */
import t from 'tap';
import { app, type Caller, complaint, refused, type T, type TestApp } from '../helper.ts';

const lift = { text: '电梯把人困住了，请尽快来人。', matter: 'M05.06.02', street: '110105026' };
const lamp = { text: '丰台区右安门街道路灯不亮，ETC车道旁看不见路。', matter: 'M02.04.01', street: '110106001' };

interface World extends TestApp {
  operator: Caller;
  /** Number of each complaint by a short name. */
  numbers: Record<string, string>;
  /** Short names of what a query finds. */
  find(caller: Caller, query: string): Promise<string[] | string>;
}

/** Some complaints of different kinds, one an hour. */
async function world(t: T): Promise<World> {
  const service = await app(t);
  const operator = await service.as('operator');
  const numbers: Record<string, string> = {};
  const file = async (name: string, changes: object) => {
    const { body } = await operator.post('/complaints', { ...complaint(), ...changes });
    numbers[name] = body.number;
    service.clock.forward(60);
  };
  await file('rubbish', {});
  await file('lift', { ...lift, channel: 'app', type: 'help', caller: { phone: '19900007777', name: '钱乙' } });
  await file('lamp', { ...lamp, channel: 'web', type: 'report', need: 'BL', caller: undefined });
  await file('vague', {
    text: '你好，我想说一件事情。',
    channel: 'mail',
    caller: { phone: '19900007777', secret: true },
  });
  await file('told', { disposition: 'answered', answer: '每日清运。', title: '咨询垃圾清运时间' });
  service.clock.forward(12 * 60);
  await file('tomorrow', { channel: 'wechat' });
  const names = new Map(Object.entries(numbers).map(([name, number]) => [number, name]));
  const find = async (caller: Caller, query: string) => {
    const { status, body } = await caller.get(`/complaints?sort=newest&${query}`);
    return status === 200 ? body.items.map(({ number }: { number: string }) => names.get(number)) : body.code;
  };
  return { ...service, operator, numbers, find };
}

t.test('conditions', async (t) => {
  const { operator, find } = await world(t);
  const all = ['tomorrow', 'told', 'vague', 'lamp', 'lift', 'rubbish'];
  const cases: [string, string[]][] = [
    ['', all],
    ['q=垃圾', ['tomorrow', 'told', 'rubbish']],
    ['q=清运垃圾', ['tomorrow', 'told', 'rubbish']],
    ['q=清运时间', ['told']],
    ['q=花家地', ['tomorrow', 'told', 'rubbish']],
    ['q=电梯', ['lift']],
    ['q=路灯 右安门', ['lamp']],
    ['q=路灯 电梯', []],
    ['q=滑雪', []],
    ['q=ETC', ['lamp']],
    ['q=etc', ['lamp']],
    ['phone=19900007777', ['vague', 'lift']],
    ['phone=1990000777', []],
    ['district=110105', ['tomorrow', 'told', 'lift', 'rubbish']],
    ['district=110106', ['lamp']],
    ['street=110105026', ['tomorrow', 'told', 'lift', 'rubbish']],
    ['street=110105001', []],
    ['unit=110105026', ['tomorrow', 'lift', 'rubbish']],
    ['unit=BJ-XFJ', []],
    ['matter=M05', ['tomorrow', 'told', 'lift', 'rubbish']],
    ['matter=M05.06', ['lift']],
    ['matter=M05.06.02', ['lift']],
    ['matter=M05.0', []],
    ['matter=M0', []],
    ['matter=%25', []],
    ['need=BL', ['lamp']],
    ['need=AQ', ['lift']],
    ['channel=app', ['lift']],
    ['type=help', ['lift']],
    ['type=report', ['lamp']],
    ['status=triage', ['vague']],
    ['status=answered', ['told']],
    ['status=closed', []],
    ['from=2026-11-23', ['tomorrow']],
    ['to=2026-11-23', all.slice(1)],
    ['from=2026-11-22&to=2026-11-23', all.slice(1)],
    ['from=2026-11-23&to=2026-11-23', []],
    ['from=2026-11-24&to=2026-11-22', []],
    ['q=垃圾&channel=phone&district=110105', ['told', 'rubbish']],
    ['street=110105026&need=AQ&phone=19900007777', ['lift']],
    ["q=垃圾' or '1'='1", []],
  ];
  for (const [query, found] of cases)
    t.same(await find(operator, encodeURI(query).replaceAll('%2525', '%25')), found, query || 'all');
});

t.test('pages', async (t) => {
  const { operator } = await world(t);
  for (let i = 0; i < 3; i += 1) await operator.post('/complaints', complaint());
  const all = (await operator.get('/complaints?district=110105')).body.items.map(
    ({ number }: { number: string }) => number,
  );
  t.equal(all.length, 7);
  const seen: string[][] = [];
  for (let next: string | null = '', n = 0; next !== null && n < 9; n += 1) {
    const { body } = await operator.get(`/complaints?district=110105&limit=3${next && `&cursor=${next}`}`);
    seen.push(body.items.map(({ number }: { number: string }) => number));
    next = body.next;
    // One filed in between comes before the first page and shifts nothing.
    if (n === 0) await operator.post('/complaints', complaint());
  }
  t.same(seen, [all.slice(0, 3), all.slice(3, 6), all.slice(6)], 'each once');
});

t.test('the telephone is asked for only by those who speak with callers', async (t) => {
  const { as, find, numbers } = await world(t);
  const roles: [Parameters<typeof as>[0], string | undefined, string[] | string][] = [
    ['operator', undefined, ['vague', 'lift']],
    ['dispatcher', undefined, ['vague', 'lift']],
    ['callback', undefined, ['vague', 'lift']],
    ['handler', '110105026', ['lift']],
    ['handler', '110105001', []],
    ['manager', '110105026', 'FORBIDDEN'],
    ['assessor', undefined, 'FORBIDDEN'],
    ['analyst', undefined, 'FORBIDDEN'],
    ['auditor', undefined, 'FORBIDDEN'],
    ['admin', undefined, 'FORBIDDEN'],
    ['channel', undefined, 'FORBIDDEN'],
  ];
  for (const [role, unit, found] of roles) t.same(await find(await as(role, unit), 'phone=19900007777'), found, role);
  const dispatcher = await as('dispatcher');
  await dispatcher.post(`/complaints/${numbers.vague}/dispatch`, { lead: '110105001', reason: '属地' });
  const street = await as('handler', '110105001');
  t.same(await find(street, ''), ['vague'], 'the street has the complaint of the secret caller');
  t.same(await find(street, 'phone=19900007777'), [], 'but does not find it by his number');
});

t.test('scope', async (t) => {
  const { as, find, numbers, operator } = await world(t);
  const all = ['tomorrow', 'told', 'vague', 'lamp', 'lift', 'rubbish'];
  const readers: [Parameters<typeof as>[0], string | undefined, string[]][] = [
    ['handler', '110105026', ['tomorrow', 'lift', 'rubbish']],
    ['manager', '110105026', ['tomorrow', 'lift', 'rubbish']],
    ['handler', '110105', ['tomorrow', 'lift', 'rubbish']],
    ['handler', 'BJ-SCJ', ['lift']],
    ['handler', '110105001', []],
    ['handler', '110101', []],
    ['channel', undefined, []],
    ['dispatcher', undefined, all],
    ['analyst', undefined, all],
    ['assessor', undefined, all],
    ['auditor', undefined, all],
    ['callback', undefined, all],
    ['admin', undefined, all],
  ];
  for (const [role, unit, found] of readers) {
    const reader = await as(role, unit);
    t.same(await find(reader, ''), found, `${role} ${unit ?? ''} finds`);
    const wider = await find(reader, 'district=110105&status=dispatched');
    t.ok(typeof wider !== 'string' && wider.every((name) => found.includes(name)), 'no filter widens the scope');
    for (const name of all) {
      const answer = await reader.get(`/complaints/${numbers[name]}`);
      if (found.includes(name)) t.equal(answer.status, 200, `${role} ${unit ?? ''} reads ${name}`);
      else refused(t, `${role} ${unit ?? ''} does not read ${name}`, answer, 404, 'NOT_FOUND');
    }
  }
  const channel = await as('channel');
  const own = (await channel.post('/complaints', complaint())).body.number;
  t.same(
    (await channel.get('/complaints')).body.items.map(({ number }: { number: string }) => number),
    [own],
  );
  t.equal((await channel.get(`/complaints/${own}`)).status, 200, 'a channel reads what it filed');
  t.equal((await (await as('channel')).get(`/complaints/${own}`)).status, 404, 'another channel does not');
  t.equal((await operator.get(`/complaints/${own}`)).status, 200);
});

t.test('lists show nobody', async (t) => {
  const { as, operator } = await world(t);
  const readers = [operator, await as('handler', '110105026'), await as('analyst'), await as('auditor')];
  for (const reader of readers) t.notMatch((await reader.get('/complaints')).text, /19900001234|19900007777|赵甲|钱乙/);
});
