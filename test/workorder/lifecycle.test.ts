/** The life of a work order: the whole table of states × actions × roles, written out by hand, and what holds on every path. */
import fc from 'fast-check';
import t from 'tap';
import { type Role, roles } from '../../src/access/roles.ts';
import {
  actionLabels,
  allowedActions,
  decide,
  isOrderState,
  type OrderAction,
  type OrderState,
  orderActions,
  orderStates,
  stateLabels,
} from '../../src/workorder/lifecycle.ts';

/** [state, action, role, next where a call-back follows, next where none does, stamps, stamps without call-back]. */
const legal: [OrderState, OrderAction, Role, OrderState, OrderState, string, string][] = [
  ['dispatched', 'sign', 'handler', 'signed', 'signed', 'signedAt', 'signedAt'],
  ['signed', 'contact', 'handler', 'contacted', 'contacted', 'contactedAt', 'contactedAt'],
  ['signed', 'reply', 'handler', 'replied', 'closed', 'repliedAt', 'repliedAt closedAt'],
  ['contacted', 'contact', 'handler', 'contacted', 'contacted', '', ''],
  ['contacted', 'reply', 'handler', 'replied', 'closed', 'repliedAt', 'repliedAt closedAt'],
  ['replied', 'close', 'callback', 'closed', 'closed', 'closedAt', 'closedAt'],
  ['dispatched', 'merge', 'dispatcher', 'merged', 'merged', 'closedAt', 'closedAt'],
  ['signed', 'merge', 'dispatcher', 'merged', 'merged', 'closedAt', 'closedAt'],
  ['contacted', 'merge', 'dispatcher', 'merged', 'merged', 'closedAt', 'closedAt'],
  // Back to where it was: here it had been contacted.
  ['merged', 'unmerge', 'dispatcher', 'contacted', 'contacted', '', ''],
];
const find = (state: OrderState, action: OrderAction, role: Role) =>
  legal.find(([from, what, who]) => from === state && what === action && who === role);

t.test('the table', (t) => {
  for (const state of orderStates) {
    for (const role of roles) {
      const allowed = orderActions.filter((action) => find(state, action, role) !== undefined);
      t.same(allowedActions(state, role), allowed, `${role} at ${state}`);
      for (const action of orderActions) {
        const row = find(state, action, role);
        for (const callbackFollows of [true, false]) {
          const decision = decide(state, action, role, { callbackFollows, before: 'contacted' });
          const what = `${role}: ${action} at ${state}${callbackFollows ? '' : ' without call-back'}`;
          if (row === undefined) {
            t.same(decision, { ok: false, code: 'ILLEGAL_ACTION', allowed }, what);
            continue;
          }
          const [, , , next, nextWithout, stamps, stampsWithout] = row;
          const expected = callbackFollows ? { to: next, stamps } : { to: nextWithout, stamps: stampsWithout };
          const stamped = expected.stamps.split(' ').filter((stamp) => stamp !== '');
          const clears = action === 'unmerge' ? ['closedAt'] : [];
          t.same(decision, { ok: true, to: expected.to, stamps: stamped, clears }, what);
        }
      }
    }
  }
  t.end();
});

t.test('on every path', (t) => {
  const step = fc.tuple(fc.constantFrom(...orderActions), fc.constantFrom(...roles));
  const path = fc.array(fc.oneof(step, fc.constantFrom(...legal.map(([, action, role]) => [action, role] as const))), {
    minLength: 1,
    maxLength: 25,
  });
  fc.assert(
    fc.property(path, fc.boolean(), (steps, callbackFollows) => {
      let state: OrderState = 'dispatched';
      let before: OrderState = state;
      let stamped: string[] = [];
      for (const [action, role] of steps) {
        const decision = decide(state, action, role, { callbackFollows, before });
        if (!decision.ok) {
          if (decision.allowed.includes(action)) return false;
          if (!decision.allowed.every((one) => decide(state, one, role, { callbackFollows, before }).ok)) return false;
          continue;
        }
        if (state === 'closed') return false;
        if (callbackFollows && decision.to === 'closed' && state !== 'replied') return false;
        if (action === 'merge') before = state;
        if (action === 'unmerge' && decision.to !== before) return false;
        state = decision.to;
        const { clears } = decision;
        stamped = [...stamped.filter((stamp) => !clears.some((one) => one === stamp)), ...decision.stamps];
      }
      const once = new Set(stamped).size === stamped.length;
      return once && stamped.includes('closedAt') === (state === 'closed' || state === 'merged');
    }),
    { numRuns: 2000 },
  );
  t.pass('a refusal lists exactly what is allowed, nothing leaves `closed`, no stamp is set twice');
  t.end();
});

t.test('words', (t) => {
  for (const label of [...Object.values(stateLabels), ...Object.values(actionLabels)])
    t.match(label, /^\p{Script=Han}+$/u);
  t.same(Object.keys(stateLabels), orderStates);
  t.same(Object.keys(actionLabels), orderActions);
  for (const word of ['', 'open', 'constructor', 'Closed']) t.notOk(isOrderState(word), word);
  t.end();
});
