/** “See rule”: lead and co-handlers from another rule, its successors, and what is refused. */
import fc from 'fast-check';
import t from 'tap';
import { resolveSeen, seeFaults } from '../../src/catalog/see.ts';
import type { DispatchRule } from '../../src/catalog/types.ts';
import { buildDispatcher } from '../../src/dispatch/choose.ts';
import { lint } from '../../src/dispatch/lint.ts';
import { catalog } from '../helper.ts';

const rule = (code: string, lead: string, changes: Partial<DispatchRule> = {}): DispatchRule => ({
  code,
  priority: 50,
  matter: 'M01',
  place: '*',
  type: [],
  caller: [],
  level: [],
  lead,
  co: [],
  reason: `${code} 的理由。`,
  validFrom: '2026-01-01',
  validTo: null,
  ...changes,
});
const messages = (...rules: DispatchRule[]) => seeFaults(rules).map(({ code, message }) => `${code} ${message}`);

t.test('a rule takes lead and co-handlers of the one it sees, and says so', async (t) => {
  const rules = [
    rule('A', 'see:B', { matter: 'M01.01', priority: 60 }),
    rule('B', 'see:C', { matter: 'M02' }),
    rule('C', 'BJ-CGW', { matter: 'M03', co: ['street'] }),
  ];
  t.same(messages(...rules), []);
  const beijing = catalog();
  const written = { ...beijing, data: { ...beijing.data, rules } };
  const leaf = beijing.leaves.find(({ code }) => code === 'M01.01.01') ?? null;
  const { choose } = buildDispatcher(written);
  const choice = choose({
    leaf,
    matterAccepted: true,
    placeStatus: 'resolved',
    district: '110105',
    street: '110105026',
    type: 'complain',
    level: 'L3',
    caller: 'person',
  });
  t.match(choice, { rule: 'A', status: 'dispatch', lead: { code: 'BJ-CGW' }, co: [{ code: '110105026' }] });
  t.equal(choice.reason, 'A 的理由。（见 C：C 的理由。）');
  const pushed = [rule('X', 'see:Y', { matter: 'M10.05' }), rule('Y', 'street', { matter: 'M01' })];
  const found = lint({ ...written, data: { ...written.data, rules: pushed } }, { ...beijing.data, rules: pushed });
  t.match(
    found.find(({ check }) => check === 'pushed-down'),
    { code: 'X' },
    'the linter sees through it',
  );
});

t.test('successors', async (t) => {
  const seeing = rule('A', 'see:B');
  const old = rule('B', 'BJ-CGW', { validTo: '2026-06-01' });
  const next = rule('B.v2', 'BJ-ZFJ', { validFrom: '2026-06-01' });
  t.same(messages(seeing, old, next), []);
  t.match(resolveSeen([seeing, next]), [{ code: 'A', lead: 'BJ-ZFJ', reason: /见 B\.v2/ }, { code: 'B.v2' }]);
});

t.test('refused', async (t) => {
  t.match(messages(rule('A', 'see:B')), [/“B” 不存在/]);
  t.match(messages(rule('A', 'see:A')), [/循环：A → A/]);
  const cycle = messages(rule('A', 'see:B'), rule('B', 'see:C'), rule('C', 'see:A'));
  t.match(cycle, [/循环：A → B → C → A/, /循环：B → C → A → B/, /循环：C → A → B → C/]);
  const closed = rule('B', 'BJ-CGW', { validTo: '2026-06-01' });
  t.match(messages(rule('A', 'see:B'), closed), [/已停用/]);
  t.same(messages(rule('A', 'see:B', { validTo: '2026-05-01' }), closed), [], 'it ends before');
  t.match(messages(rule('A', 'see:B'), rule('B', 'BJ-CGW', { validFrom: '2026-02-01' })), [/晚于/]);
  t.match(messages(rule('A', 'see:B', { co: ['street'] }), rule('B', 'BJ-CGW')), [/应为空/]);
});

t.test('whatever sees what, nothing hangs, and without faults every lead is named', async () => {
  const codes = ['A', 'B', 'C', 'D', 'E'];
  const lead = fc.constantFrom('BJ-CGW', 'street', ...codes.map((code) => `see:${code}`));
  fc.assert(
    fc.property(fc.tuple(lead, lead, lead, lead, lead), (leads) => {
      const rules = leads.map((word, index) => rule(codes[index] ?? '', word));
      const resolved = resolveSeen(rules);
      const isWhole = resolved.every((one) => !one.lead.startsWith('see:'));
      return isWhole === (seeFaults(rules).length === 0);
    }),
  );
});
