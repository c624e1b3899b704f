/** Striking cases out: two persons, an appeal, a third; whose case it is; what it changes in open and in closed periods. */
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import t from 'tap';
import { scopeOfCase } from '../../src/assessment/frozen.ts';
import { assessedScopes } from '../../src/catalog/assessment-rules.ts';
import { verifyPeriod } from '../../src/closing/jobs.ts';
import { appealed, exclusionStates, hasTaken, ruled } from '../../src/exclusion/course.ts';
import { maizidian, no, wangjing, world, yes } from '../assessment/lives.ts';
import { inVain } from '../life.ts';

t.test('the stricter wins', async (t) => {
  const scope = fc.constantFrom(...assessedScopes);
  fc.assert(
    fc.property(scope, fc.array(fc.record({ kind: fc.string(), scope })), (own, standing) => {
      const found = scopeOfCase({ code: 'type', scope: own }, standing);
      const strictest = Math.max(
        ...[own, ...standing.map((one) => one.scope)].map((one) => assessedScopes.indexOf(one)),
      );
      return assessedScopes.indexOf(found.scope) === strictest && (found.reason === null) === (found.scope === 'all');
    }),
  );
  t.same(scopeOfCase({ code: 'consult', scope: 'none' }, [{ kind: 'strike', scope: 'none' }]).reason, 'consult');
});

t.test('every state of an application', async (t) => {
  for (const status of exclusionStates) {
    const waits = status === 'applied' || status === 'appealed';
    t.equal(ruled(status, true) !== null, waits, `ruled on when ${status}`);
    t.equal(appealed({ status, standing: true }) !== null, status === 'approved' || status === 'rejected', status);
  }
  t.match(appealed({ status: 'approved', standing: true }), { standing: true }, 'the first ruling stands meanwhile');
  t.equal(hasTaken([{ actor: 'assessor#1', person: '甲' }], { actor: 'assessor#2', person: '甲' }), true);
});

t.test('from application to the last word', async (t) => {
  const w = await world(t);
  const { one, two, three, as, analyst, operator, handler, manager } = w;
  const { number } = await (await (await w.tell('10-20')).at('10-21').reply()).at('10-22').call(no);
  w.time('10-23');
  const body = { number, kind: 'strike', scope: 'none', reason: '不属于受理范围' };
  const apply = (changes: object) => one.post('/assessment/exclusions', { ...body, ...changes });
  const wrong: [string, object, string][] = [
    ['unknown kind', { kind: 'nothing' }, 'kind'],
    ['a scope that the kind does not allow', { kind: 'unreasonable', scope: 'response-only' }, 'scope'],
    ['a scope that is none', { scope: 'all' }, 'scope'],
    ['no reason', { reason: ' ' }, 'reason'],
    ['no such attachment', { evidence: '999' }, 'evidence'],
  ];
  for (const [what, changes, path] of wrong) {
    await inVain(t, w, what, () => apply(changes), 400, 'VALIDATION_FAILED', path);
  }
  await inVain(t, w, 'no complaint', () => apply({ number: '209901010000001' }), 404, 'NOT_FOUND');
  for (const caller of [manager, handler, analyst, operator]) {
    t.equal((await caller.post('/assessment/exclusions', body)).status, 403);
  }
  const applied = await apply({});
  t.equal(applied.status, 201);
  t.match(applied.body, { status: 'applied', standing: false, unit: wangjing, kind: { code: 'strike', name: '剔除' } });
  const url = `/assessment/exclusions/${applied.body.id}`;
  await inVain(t, w, 'the same again', () => apply({}), 409, 'ALREADY_EXCLUDED');
  const rule = { approve: true, reason: '经核实' };
  const review = (caller: typeof one) => () => caller.post(`${url}/review`, rule);
  await inVain(t, w, 'the applicant himself', review(one), 409, 'SAME_PERSON');
  const alias = await as('assessor', undefined, '考评甲');
  await inVain(t, w, 'the applicant with another token', review(alias), 409, 'SAME_PERSON');
  await inVain(t, w, 'the unit', review(manager), 403, 'FORBIDDEN');
  await as('manager', wangjing, '孙主任');
  const staff = await as('assessor', undefined, '孙主任');
  await inVain(t, w, 'staff of the unit with a token of an assessor', review(staff), 409, 'OWN_UNIT');
  await inVain(
    t,
    w,
    'an appeal too early',
    () => manager.post(`${url}/appeal`, { reason: '不服' }),
    409,
    'ILLEGAL_ACTION',
  );

  const figures = async () => (await analyst.get('/reports/rates?period=2026-11&basis=assessed')).body.total;
  t.match(await figures(), { volume: 1, valid: 1, excluded: {} });
  t.match((await two.post(`${url}/review`, rule)).body, { status: 'approved', standing: true });
  t.match(await figures(), { volume: 0, valid: 0, resolutionRate: null, excluded: { strike: 1 } });
  await inVain(t, w, 'twice', review(three), 409, 'ILLEGAL_ACTION');

  const stranger = await w.of('manager', maizidian);
  await inVain(t, w, 'another unit', () => stranger.post(`${url}/appeal`, { reason: '不服' }), 404, 'NOT_FOUND');
  t.equal((await stranger.get(url)).status, 404);
  t.match((await manager.post(`${url}/appeal`, { reason: '应当计入' })).body, { status: 'appealed', standing: true });
  await inVain(t, w, 'the first reviewer again', review(two), 409, 'SAME_PERSON');
  t.match((await three.post(`${url}/review`, { approve: false, reason: '申诉成立' })).body, {
    status: 'dismissed',
    standing: false,
    steps: [
      { step: 'apply', person: '考评甲' },
      { step: 'review', approve: true, person: '考评乙' },
      { step: 'appeal', approve: null },
      { step: 'final', approve: false, person: '考评丙' },
    ],
  });
  t.match(await figures(), { volume: 1, valid: 1, excluded: {} });
  await inVain(t, w, 'appealed twice', () => manager.post(`${url}/appeal`, { reason: '再' }), 409, 'ILLEGAL_ACTION');

  const timeline = (await w.complaint(number)).timeline;
  t.equal(timeline.filter(({ action }: { action: string }) => action === 'exclusion').length, 4, 'the whole trail');
  const list = async (caller: typeof one, query = '') =>
    (await caller.get(`/assessment/exclusions?${query}`)).body.items;
  t.equal((await list(analyst)).length, 1);
  t.equal((await list(manager)).length, 1, 'of its own case');
  t.equal((await list(stranger)).length, 0);
  t.equal((await list(analyst, 'standing=1')).length, 0);
  t.equal((await list(analyst, `status=dismissed&number=${number}&kind=strike&unit=${wangjing}`)).length, 1);
  await t.rejects(w.connection.db.execute(sql`update exclusion_steps set reason = ''`));
  await t.rejects(w.connection.db.execute(sql`update exclusions set scope = 'response-only'`));
});

t.test('an appeal that is won after closing is an amendment', async (t) => {
  const w = await world(t);
  const { one, three, manager, analyst, connection } = w;
  const { number } = await (await (await w.tell('10-20')).at('10-21').reply()).at('10-22').call(yes);
  const late = await (await (await w.tell('10-21')).at('10-22').reply()).at('10-23').call(no);
  w.time('11-19');
  const id = await w.strike(number, 'none', true);
  t.equal((await one.post('/assessment/periods/2026-11/close')).status, 200);
  const query = '/reports/rates?period=2026-11&basis=assessed';
  const closed = (await analyst.get(query)).body;
  t.match(closed.total, { volume: 1, valid: 1, resolved: 0, excluded: { strike: 1 } });

  w.time('11-20');
  await manager.post(`/assessment/exclusions/${id}/appeal`, { reason: '应当计入' });
  t.equal((await analyst.get('/assessment/periods/2026-11')).body.amendments, 0, 'an appeal changes nothing by itself');
  await three.post(`/assessment/exclusions/${id}/review`, { approve: false, reason: '申诉成立' });
  t.match((await analyst.get('/assessment/periods/2026-11/amendments')).body.items, [
    {
      number,
      reason: '申诉成立',
      exclusion: id,
      before: { scope: 'none', reason: 'strike' },
      after: { scope: 'all', reason: null, answer: { resolved: true } },
    },
  ]);
  const after = (await analyst.get(query)).body;
  t.same(after.total, closed.total, 'never a silent change');
  t.match(after.period, { amendments: 1 });
  t.match((await analyst.get(`${query}&amended=1`)).body.total, { volume: 2, valid: 2, resolved: 1, excluded: {} });
  // And one that is struck out afterwards.
  await w.strike(late.number, 'response-only', true, 'mediation');
  t.match((await analyst.get(`${query}&amended=1`)).body.total, {
    volume: 2,
    valid: 1,
    responseValid: 2,
    resolved: 1,
    excluded: { mediation: 1 },
  });
  t.same((await verifyPeriod(connection.db, '2026-11', () => undefined)).differences, []);
  t.equal((await manager.get('/assessment/periods/2026-11/amendments')).body.items.length, 2);
  const stranger = await w.of('manager', maizidian);
  t.equal((await stranger.get('/assessment/periods/2026-11/amendments')).body.items.length, 0, 'not of another unit');
});
