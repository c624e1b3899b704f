/** Reading the dispatch data: every table with version and validity, for every role; and “see rule” through the API. */
import t from 'tap';
import { readSeeds } from '../../src/db/seed.ts';
import { app, refused } from '../helper.ts';

t.test('the dispatch data of today, with version and validity', async (t) => {
  const { as, anyone } = await app(t);
  const reader = await as('channel');
  const { data } = readSeeds();
  const tables = {
    'local-units': data.localUnits,
    guard: data.guard,
    routes: data.routes,
    alarms: data.alarms,
    handling: data.handling,
    escalations: data.escalations,
  };
  for (const [address, rows] of Object.entries(tables)) {
    const { status, body } = await reader.get(`/catalog/${address}?limit=500`);
    t.equal(status, 200, address);
    t.match(body, { version: Number, date: '2026-11-22', next: null });
    t.equal(body.items.length, rows.length);
    t.match(body.items[0], { validFrom: '2026-01-01', validTo: null });
    refused(t, address, await anyone.get(`/catalog/${address}`), 401, 'UNAUTHENTICATED');
    if (rows.length < 2) continue;
    const first = await reader.get(`/catalog/${address}?limit=1`);
    const second = await reader.get(`/catalog/${address}?limit=1&cursor=${first.body.next}`);
    t.same([...first.body.items, ...second.body.items], body.items.slice(0, 2));
  }
  t.match((await reader.get('/catalog/routes?limit=1')).body.items, [{ kind: 'handover', target: '119', alone: true }]);
});

t.test('a rule that sees another, through the API', async (t) => {
  const { as } = await app(t);
  const admin = await as('admin');
  const rule = (code: string, lead: string, matter = 'M09.06.01') => ({
    code,
    priority: 45,
    matter,
    place: '*',
    type: [],
    caller: [],
    level: [],
    lead,
    co: [],
    reason: `${code} 的理由。`,
  });
  const change = (...rules: object[]) => admin.put('/catalog/rules', { rules, reason: '试' });
  refused(t, 'unknown', await change(rule('T1', 'see:R999')), 400, 'VALIDATION_FAILED', 'rules.0.lead');
  const cycle = await change(rule('T1', 'see:T2'), rule('T2', 'see:T1', 'M09.06.02'));
  refused(t, 'cycle', cycle, 400, 'VALIDATION_FAILED', 'rules.0.lead', 'rules.1.lead');
  t.match(cycle.body.errors[0].message, /T1 → T2 → T1/);
  t.equal((await change(rule('T1', 'see:R036'))).status, 200);
  const stopped = await change({ ...rule('R036', 'BJ-CGW', 'M01.01.04'), validTo: '2026-11-23' });
  refused(t, 'one that others see may not stop', stopped, 400, 'VALIDATION_FAILED', 'rules');
});
