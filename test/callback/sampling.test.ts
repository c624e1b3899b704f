/** Who is called back: a share by rule, the same however often it is asked; the rules of levels and units. */
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import t from 'tap';
import { callbackRuleOf } from '../../src/catalog/callback-rules.ts';
import { isSampled, lotOf } from '../../src/workorder/sampling.ts';
import { life } from '../life.ts';
import { plain, useRules } from './rules.ts';

const number = (n: number) => `20261122${String(n).padStart(7, '0')}`;
const many = Array.from({ length: 20_000 }, (_, n) => number(n + 1));

t.test('a share of the complaints, whichever numbers they have', (t) => {
  for (const share of [0, 500, 2000, 5000, 9900, 10_000]) {
    const taken = many.filter((one) => isSampled({ ...plain, share }, one)).length;
    t.ok(Math.abs(taken - (many.length * share) / 10_000) < 200, `${share}: ${taken}`);
  }
  t.end();
});

t.test('lots', (t) => {
  const numbers = fc.integer({ min: 1, max: 9_999_999 }).map(number);
  const share = fc.integer({ min: 0, max: 10_000 });
  fc.assert(
    fc.property(numbers, share, fc.string(), (one, share, seed) => {
      const rule = { ...plain, share, seed };
      const lot = lotOf(rule, one);
      // A larger share takes all that a smaller one did.
      return Number.isInteger(lot) && lot >= 0 && lot < 10_000 && isSampled(rule, one) === lot < share;
    }),
  );
  const half = { ...plain, share: 5000 };
  const both = many.filter((one) => isSampled(half, one) && isSampled({ ...half, seed: 'other' }, one)).length;
  t.ok(Math.abs(both - many.length / 4) < 300, `another seed is another lot: ${both}`);
  t.equal(lotOf(plain, number(1)), 555, 'the lot of a number never changes');
  t.end();
});

t.test('the most particular rule', (t) => {
  const rules = [
    plain,
    { ...plain, code: 'T3', level: ['L1', 'L2'] },
    { ...plain, code: 'T2', unit: ['110105026'] },
    { ...plain, code: 'T1', level: ['L1'], unit: ['110105026'] },
    { ...plain, code: 'T0', level: ['L2'] },
  ];
  const of = (level: string, unit: string) => callbackRuleOf(rules, level, unit).code;
  t.equal(of('L4', '110105001'), 'T9');
  t.equal(of('L1', '110105001'), 'T3');
  t.equal(of('L2', '110105001'), 'T0', 'among equals the first by code');
  t.equal(of('L2', '110105026'), 'T2');
  t.equal(of('L1', '110105026'), 'T1');
  t.throws(() => callbackRuleOf(rules.slice(1), 'L4', '110105001'), /no rule/);
  t.end();
});

t.test('who is not in the sample', async (t) => {
  const service = await life(t);
  await useRules(service, { ...plain, share: 5000 }, { ...plain, code: 'T1', level: ['L1'], share: 0 });
  const { agent, handler, act, file, complaint, connection, ctx, clock } = service;
  const cases: string[] = [];
  for (const level of ['L3', 'L3', 'L3', 'L3', 'L3', 'L3', 'L1']) {
    const { id, number } = await file(level);
    await act(handler, id, 'sign');
    const { body } = await act(handler, id, 'reply', { result: 'resolved', text: '已清运。' });
    const sampled = level === 'L3' && isSampled({ ...plain, share: 5000 }, number);
    t.equal(body.status, sampled ? 'replied' : 'closed', number);
    cases.push(number);
    const found = await complaint(number);
    t.match(found, sampled ? { status: 'replied', closedAt: null } : { status: 'closed', closedAt: String });
    const told = found.timeline.filter(({ action }: { action: string }) => action === 'unsampled');
    t.match(told, sampled ? [] : [{ sentence: '按抽样规则不回访', data: { rule: level === 'L1' ? 'T1' : 'T9' } }]);
  }
  const listed = async (status: string) =>
    (await agent.get(`/callbacks?status=${status}`)).body.items.map((one: { number: string }) => one.number);
  const [due, spared] = [await listed('due'), await listed('unsampled')];
  t.same([...due, ...spared].sort(), cases, 'each on one list');
  t.ok(due.length > 0 && spared.length > 1, 'and neither is empty');
  t.match((await agent.get('/callbacks?status=unsampled')).body.items, [{ sampled: false, rule: String }]);
  const rows = await connection.db.execute(
    sql`select 1 from callbacks where status = 'unsampled' and answered_at is not null`,
  );
  t.equal(rows.length, 0, 'never a valid call-back');
  clock.forward(60);
  t.equal(ctx.judgeAt(clock.now).catalog.data.callbacks.length, 2);
});
