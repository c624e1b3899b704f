/** What holds of an order on every path: a million random actions of all actors on many orders. */
import t from 'tap';
import { roles } from '../../src/access/roles.ts';
import { allowedActions, decide } from '../../src/workorder/decide.ts';
import {
  type Actor,
  lifecycle,
  type OrderAction,
  type OrderState,
  orderActions,
  orderStates,
} from '../../src/workorder/lifecycle.ts';
import { evolve, type Order } from '../../src/workorder/order.ts';
import { noon } from '../helper.ts';
import { after, facts, order } from './orders.ts';

/** Numbers that only look random: the same each time (mulberry32). */
function lottery(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const actors: readonly Actor[] = [...roles, 'system'];
const ended: readonly OrderState[] = ['closed', 'merged', 'reassigned', 'cancelled'];
const mayAsk: Record<string, readonly OrderState[]> = {
  return: ['objected'],
  extend: ['signed', 'contacted'],
  park: ['signed', 'contacted'],
};

/** What is wrong with an order, by what must hold of each at any time. */
function faults({
  status,
  closedAt,
  request,
  before,
  returns,
  extensions,
  parkedAt,
  current,
  ...one
}: Order): string[] {
  const holds: Record<string, boolean> = {
    'a state of the table': orderStates.includes(status),
    'closedAt when it has ended, and only then': (closedAt !== null) === ended.includes(status),
    'a request only when asked': request === null || (mayAsk[request.kind]?.includes(status) ?? false),
    'waits for a ruling while objected': (status === 'objected') === (request?.kind === 'return'),
    'knows where it was': !['objected', 'parked', 'merged'].includes(status) || before !== null,
    'parked with a review': status !== 'parked' || (parkedAt !== null && one.reviewOn !== null),
    'a parking ends by unparking, or with the order': parkedAt === null || ['parked', 'cancelled'].includes(status),
    'at most two returns': returns <= 2,
    'one extension': extensions <= 1,
    'stands until it is replaced': current || ['reassigned', 'closed'].includes(status),
    'signed before it is replied': one.repliedAt === null || one.signedAt !== null,
  };
  return Object.keys(holds).filter((name) => !holds[name]);
}

const data = (action: OrderAction, now: Date): Record<string, unknown> => ({
  reason: '测试',
  ...(['approveExtension', 'unpark'].includes(action) ? { dueAt: after(10_000, now).toISOString() } : {}),
  ...(action === 'park' ? { kind: '资金', reviewOn: '2027-01-01' } : {}),
});

/** One order from its dispatch to an end, or at most 300 random actions long; answers how many. `seen` gathers what was done. */
function walk(pick: (below: number) => number, seen: Set<string>): number {
  const role = (['lead', 'lead', 'lead', 'co', 'whistle', 'sub'] as const)[pick(6)] ?? 'lead';
  const level = `L${1 + pick(4)}`;
  let now = noon;
  let one = order({ role, level });
  const known = facts({ callbackFollows: pick(2) === 0, unitKind: pick(4) === 0 ? 'city' : 'street' }, level);
  const history: OrderAction[] = ['dispatch'];
  let steps = 0;
  for (; steps < 300 && one.current && one.status !== 'cancelled'; steps += 1) {
    now = after(pick(pick(40) === 0 ? 3000 : 8), now);
    const actor = actors[pick(actors.length)] ?? 'system';
    const allowed = allowedActions(one, actor, known, now);
    // Half of them what may be done, so that the walk goes deep; half of them anything.
    const from = pick(2) === 0 && allowed.length > 0 ? allowed : orderActions;
    const some = from[pick(from.length)] ?? 'sign';
    // An end is seldom chosen, or few orders would live long.
    const action = ['cancel', 'reassign', 'approveReturn'].includes(some) && pick(8) > 0 ? 'supervise' : some;
    const fail = (what: string): never => {
      throw new Error(`${what}: ${actor} ${action} at ${one.status} after ${history.join(' ')}`);
    };
    const decision = decide(one, action, actor, known, now);
    if (decision.ok !== allowed.includes(action)) fail('what is allowed can be done, and nothing else');
    if (!decision.ok) {
      if (decision.allowed.join() !== allowed.join() || decision.state !== one.status) fail('the refusal tells it');
      continue;
    }
    const before = one;
    one = evolve(one, { at: now, action, actor, toStatus: decision.to, data: data(action, now) });
    history.push(action);
    seen.add(`${before.status} ${action}`);
    if (one.version < before.version) fail('the version falls');
    const marked = history.filter((word) => ['warn', 'overdue', 'remind'].includes(word)).length;
    if (history.length - 1 !== one.version - 1 + marked) fail('the history is as long as the version says');
    const wrong = faults(one);
    if (wrong.length > 0) fail(wrong.join(', '));
  }
  return steps;
}

t.test('a million random actions', (t) => {
  const pick = lottery(20261122);
  const seen = new Set<string>();
  let [steps, walks] = [0, 0];
  for (; steps < 1_000_000; walks += 1) steps += walk(pick, seen);
  const cells = orderStates.flatMap((state) => Object.keys(lifecycle[state]).map((action) => `${state} ${action}`));
  // A unit that was called to the spot reports and never contacts the caller.
  seen.add('contacted report');
  t.same([...seen].sort(), cells.sort(), `each cell of the table was walked through, by ${walks} orders`);
  t.end();
});
