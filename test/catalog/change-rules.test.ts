/** Changing the dispatch rules through the API: in force from a day on, on record, tried beforehand, and refused as a whole. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { readSeeds, seed } from '../../src/db/seed.ts';
import { app, complaint, refused, type T } from '../helper.ts';

const rule = (changes: object = {}) => ({
  code: 'T1',
  priority: 90,
  matter: 'M05.03.02',
  place: '110105',
  type: [],
  caller: [],
  level: [],
  lead: 'BJ-ZJW',
  co: ['street'],
  reason: '朝阳区试点：物业服务由住建部门牵头。',
  ...changes,
});
const property = complaint({ matter: 'M05.03.02', level: 'L3', type: 'complain' });

async function service(t: T) {
  const own = await app(t);
  const operator = await own.as('operator');
  const admin = await own.as('admin');
  const analyst = await own.as('analyst');
  const file = async (given = property) => {
    const { body } = await operator.post('/complaints', given);
    return { number: body.number, ...body.classification.dispatch, lead: body.classification.dispatch.lead?.code };
  };
  const change = (rules: object[], more: object = {}) =>
    admin.put('/catalog/rules', { rules, reason: '试点方案', ...more });
  const counts = async () => {
    const [row] = await own.connection.db.execute(sql`select (select count(*)::int from catalog_versions) as versions,
      (select count(*)::int from catalog_changes) as changes, (select count(*)::int from dispatch_rules) as rules`);
    return { ...row };
  };
  return { ...own, operator, admin, analyst, file, change, counts };
}

t.test('a new rule decides from now on; what was filed stays; the change is on record', async (t) => {
  const { file, change, admin, operator, counts, clock } = await service(t);
  const before = await file();
  t.match(before, { lead: '110105026', rule: 'default' });
  const { version } = (await admin.get('/catalog/rules?limit=1')).body;
  const answer = await change([rule()]);
  t.equal(answer.status, 200, answer.text);
  t.match(answer.body, {
    version: version + 1,
    validFrom: '2026-11-22',
    warnings: [],
    rules: [{ before: null, after: { code: 'T1', validFrom: '2026-11-22', validTo: null } }],
  });
  const after = await file();
  t.match(after, { lead: 'BJ-ZJW', rule: 'T1', co: [{ code: '110105026' }], runnersUp: [{ rule: 'default' }] });
  const old = (await operator.get(`/complaints/${before.number}`)).body;
  t.match(old, { lead: { code: '110105026' }, classification: { dispatch: { rule: 'default' } } });

  clock.forward(60);
  const again = await change([rule()]);
  t.match(again.body, { version: version + 1, rules: [] }, 'the same once more changes nothing');
  const second = await change([rule({ lead: 'BJ-CGW' })], { reason: '改由城管委牵头' });
  t.match(second.body.rules, [{ before: { code: 'T1', validTo: null }, after: { code: 'T1.v2', lead: 'BJ-CGW' } }]);
  t.match(await file(), { lead: 'BJ-CGW', rule: 'T1.v2' });
  t.match((await change([rule({ lead: 'BJ-CGW', validTo: '2026-12-01' })])).body.rules, [
    { before: { code: 'T1.v2', validTo: null }, after: { code: 'T1.v2', validTo: '2026-12-01' } },
  ]);
  clock.forward(9 * 1440);
  t.match(await file(), { lead: '110105026', rule: 'default' }, 'it has ended');

  const { body: first } = await admin.get('/catalog/changes?limit=2');
  t.match(first.items, [
    { reason: '试点方案' },
    { reason: '改由城管委牵头', version: version + 2, actor: /^admin#\d+$/ },
  ]);
  const { body: rest } = await admin.get(`/catalog/changes?limit=2&cursor=${first.next}`);
  t.match(rest, { items: [{ at: '2026-11-22T12:00:00+08:00', rules: [{ before: null, after: rule() }] }], next: null });
  t.match(await counts(), { changes: 3 });
});

t.test('from a later day on', async (t) => {
  const { file, change, clock } = await service(t);
  t.match((await change([rule()], { validFrom: '2026-11-24' })).body, { validFrom: '2026-11-24' });
  t.match(await file(), { rule: 'default' });
  clock.forward(2 * 1440);
  t.match(await file(), { rule: 'T1' });
  // One that was to come is taken back by one that comes before it.
  await change([rule({ lead: 'BJ-CGW' })], { validFrom: '2026-12-10' });
  const { body } = await change([rule({ lead: 'BJ-HJJ' })], { validFrom: '2026-12-01' });
  t.match(body.rules, [
    { before: { code: 'T1', validTo: '2026-12-10' }, after: { code: 'T1.v3', validFrom: '2026-12-01', validTo: null } },
    { before: { code: 'T1.v2' }, after: null },
  ]);
  clock.forward(25 * 1440);
  t.match(await file(), { rule: 'T1.v3', lead: 'BJ-HJJ' });
});

t.test('a rule of the files is closed, and loading the files again does not bring it back', async (t) => {
  const { file, change, connection, ctx, clock, admin } = await service(t);
  const { items } = (await admin.get('/catalog/rules?limit=500')).body;
  const built = items.find(({ code }: { code: string }) => code === 'R081');
  const heating = complaint({ matter: 'M03.04.02', level: 'L3', type: 'complain' });
  t.match(await file(heating), { rule: 'R081', lead: 'QY-RL' });
  t.match((await change([{ ...built, lead: 'QY-JNKG', reason: '改由京能。' }])).body.rules, [
    { before: { code: 'R081' }, after: { code: 'R081.v2', lead: 'QY-JNKG' } },
  ]);
  t.match(await file(heating), { rule: 'R081.v2', lead: 'QY-JNKG' });
  const seeds = readSeeds();
  t.match(await seed(connection.db, seeds, clock.now), { loaded: false }, 'the files have not changed');
  t.match(await seed(connection.db, { ...seeds, hash: 'another' }, clock.now), { loaded: true });
  await ctx.refresh();
  t.match(await file(heating), { rule: 'R081.v2', lead: 'QY-JNKG' });
});

t.test('what is not sound is refused as a whole, and the rules stay', async (t) => {
  const { file, change, admin, counts } = await service(t);
  const before = await counts();
  const faults: [object[], string[], object?][] = [
    [[rule(), rule({ code: 'T2', lead: 'NOBODY' })], ['rules.1']],
    [[rule({ lead: 'enterprise:gas' })], ['rules.0']],
    [[rule({ matter: 'M99' })], ['rules.0']],
    [[rule({ place: '110000' })], ['rules.0']],
    [[rule({ type: ['song'] })], ['rules.0']],
    [[rule({ matter: '*', place: '*' })], ['rules.0']],
    [[rule(), rule()], ['rules.1']],
    [[rule({ code: 'T1.v7' })], ['rules.0']],
    [[rule({ validTo: '2026-11-22' })], ['rules.0']],
    [[rule({ matter: 'M10.05.01', lead: 'street' })], ['rules.0']],
    [[rule({ matter: 'M03.04', priority: 40, lead: 'BJ-CGW' })], ['rules']],
    [[rule()], ['validFrom'], { validFrom: '2026-11-21' }],
    [[], ['rules']],
    [[rule({ matter: '' })], ['rules.0.matter']],
    [[{ ...rule(), see: 'R001' }], ['rules.0.see']],
  ];
  for (const [rules, paths, more] of faults) {
    const answer = await change(rules, more);
    const found: string[] = (answer.body.errors ?? []).map(({ path }: { path: string }) => path);
    refused(t, `${JSON.stringify(rules).slice(0, 60)} ${paths}`, answer, 400, 'VALIDATION_FAILED', ...found);
    t.ok(
      paths.every((path) => found.some((one) => one === path || one.startsWith(`${path}.`))),
      `${paths} in ${found}`,
    );
  }
  refused(t, 'no reason', await admin.put('/catalog/rules', { rules: [rule()] }), 400, 'VALIDATION_FAILED', 'reason');
  t.same(await counts(), before);
  t.match(await file(), { rule: 'default' });
  const warned = await change([rule({ matter: 'M03.04.01', place: '*', priority: 30, lead: 'QY-RL', co: [] })]);
  t.match(warned.body.warnings, [{ check: 'unreachable', severity: 'warning', code: 'T1' }]);
});

t.test('trying a change stores nothing and tells who gains and who loses', async (t) => {
  const { file, analyst, operator, counts } = await service(t);
  const numbers: string[] = [];
  for (let n = 0; n < 3; n += 1) numbers.unshift((await file()).number);
  await operator.post('/complaints', complaint({ text: '海淀区中关村街道路灯不亮', matter: 'M02.03.01', level: 'L3' }));
  const before = await counts();
  const trial = (last: number) => analyst.post('/catalog/rules/try', { rules: [rule()], last });
  const { status, body } = await trial(100);
  t.equal(status, 200);
  t.match(body, {
    tried: 4,
    changed: 3,
    byUnit: [
      { unit: { code: '110105026' }, gains: 0, loses: 3 },
      { unit: { code: 'BJ-ZJW' }, gains: 3, loses: 0 },
    ],
    findings: [],
  });
  t.same(
    body.examples.map(({ number }: { number: string }) => number),
    numbers,
  );
  t.match(body.examples[0], { from: { code: '110105026' }, to: { code: 'BJ-ZJW' }, rule: 'T1' });
  t.match((await trial(2)).body, { tried: 2, changed: 1 });
  t.same(await counts(), before);
  refused(t, 'too many', await trial(5001), 400, 'VALIDATION_FAILED', 'last');
  const pushed = { rules: [rule({ matter: 'M10.05.01', lead: 'street' })], last: 1 };
  t.match((await analyst.post('/catalog/rules/try', pushed)).body.findings, [{ check: 'pushed-down' }]);
});

t.test('two changes at once: neither is lost unseen', async (t) => {
  const { change, counts } = await service(t);
  const { changes } = await counts();
  const answers = await Promise.all(
    ['A1', 'A2', 'A3', 'A4'].map((code, index) => change([rule({ code, priority: 90 + index })])),
  );
  const done = answers.filter(({ status }) => status === 200).length;
  for (const answer of answers) if (answer.status !== 200) refused(t, 'the slower', answer, 409, 'CONFLICT');
  t.ok(done >= 1);
  t.equal((await counts()).changes, Number(changes) + done);
});

t.test('changes are never edited', async (t) => {
  const { change, connection } = await service(t);
  await change([rule()]);
  await t.rejects(connection.db.execute(sql`update catalog_changes set reason = 'x'`));
  await t.rejects(connection.db.execute(sql`delete from catalog_changes`));
});

t.test('emergencies and ways by law are offered with the judgement, and a person decides', async (t) => {
  const { operator } = await service(t);
  const fire = complaint({
    text: '朝阳区望京街道花家地西里三区楼道着火了，冒浓烟。',
    level: 'L1',
    matter: 'M11.06.03',
  });
  const { body } = await operator.post('/complaints', fire);
  t.match(body, {
    status: 'dispatched',
    classification: { dispatch: { emergency: { channel: '119' } }, disposition: { kind: 'handover', route: 'H01' } },
  });
  t.ok(
    body.orders.some(({ unit }: { unit: { code: string } }) => unit.code === '110105026'),
    'the street has an order',
  );
  const taken = await operator.post('/complaints', { ...fire, disposition: 'handover' });
  t.match(taken.body, { status: 'handover', orders: [] });
  const court = await operator.post('/assist', { text: '不服法院判决，要求重审。' });
  t.match(court.body.disposition, { kind: 'redirected', route: 'S01', reason: /12368/ });
});
