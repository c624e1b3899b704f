/**
 * The life of a work order: the whole table of states × actions × actors, written out by hand, each cell decided with an order
 * that meets its needs and with orders that fail one each.
 */
import t from 'tap';
import { roles } from '../../src/access/roles.ts';
import { decide, type OrderFacts } from '../../src/workorder/decide.ts';
import {
  type Actor,
  actionLabels,
  isOrderState,
  type OrderAction,
  type OrderState,
  orderActions,
  orderStates,
  stateLabels,
} from '../../src/workorder/lifecycle.ts';
import type { Order } from '../../src/workorder/order.ts';
import { after, facts, order, requested } from './orders.ts';

const actors: readonly Actor[] = [...roles, 'system'];

/** States, action, actors, the next state (two where it is another without a call-back), needs. */
type Line = [states: string, action: OrderAction, who: string, next: string, needs: string];
/** `=`: the state stays; `<`: where it was before, here `contacted`. */
const lines: Line[] = [
  ['dispatched', 'sign', 'handler', 'signed', ''],
  ['dispatched signed contacted', 'return', 'handler', 'objected', 'leadOrCo noRequest returnsLeft windowOpen'],
  ['dispatched signed contacted', 'report', 'handler manager', 'replied', 'called'],
  ['dispatched signed contacted', 'escalate', 'dispatcher system', '=', 'lead'],
  ['dispatched signed contacted', 'reassign', 'dispatcher', 'reassigned', 'leadOrCo'],
  ['dispatched signed contacted', 'merge', 'dispatcher', 'merged', ''],
  ['dispatched signed contacted', 'close', 'system', 'closed', 'child'],
  ['dispatched signed contacted objected parked', 'cancel', 'operator dispatcher channel', 'cancelled', ''],
  ['dispatched signed contacted objected parked', 'supervise', 'dispatcher system', '=', ''],
  ['dispatched signed contacted objected parked', 'warn', 'system', '=', ''],
  ['dispatched signed contacted objected parked', 'overdue', 'system', '=', ''],
  ['dispatched signed contacted objected parked', 'remind', 'system', '=', ''],
  ['signed contacted', 'contact', 'handler', 'contacted', 'notCalled'],
  ['signed contacted', 'reply', 'handler', 'replied closed', 'notCalled'],
  ['signed contacted replied', 'correct', 'handler', '=', ''],
  ['signed contacted', 'extend', 'handler', '=', 'leadOrCo noRequest extensionsLeft notDue'],
  ['signed contacted', 'approveExtension', 'dispatcher', '=', 'extensionAsked notDue'],
  ['signed contacted', 'rejectExtension', 'dispatcher', '=', 'extensionAsked'],
  ['signed contacted', 'park', 'manager', '=', 'leadOrCo noRequest'],
  ['signed contacted', 'approvePark', 'dispatcher', 'parked', 'parkAsked'],
  ['signed contacted', 'rejectPark', 'dispatcher', '=', 'parkAsked'],
  ['signed contacted', 'whistle', 'manager', '=', 'street leadOrCo'],
  ['signed contacted', 'delegate', 'handler', '=', 'street leadOrCo'],
  ['objected', 'approveReturn', 'dispatcher', 'reassigned', 'returnAsked'],
  ['objected', 'rejectReturn', 'dispatcher', '<', 'returnAsked'],
  ['parked', 'unpark', 'manager dispatcher', '<', ''],
  ['replied', 'close', 'callback system', 'closed', ''],
  ['replied', 'confirm', 'manager', 'closed', 'called'],
  ['closed', 'reopen', 'dispatcher system', '=', 'lead current'],
  ['merged', 'unmerge', 'dispatcher', '<', ''],
];
const words = (text: string) => text.split(' ').filter((word) => word !== '');
const lineOf = (state: OrderState, action: OrderAction, actor: Actor) =>
  lines.find(([states, what, who]) => words(states).includes(state) && what === action && words(who).includes(actor));

/** An order, what is known beside it, and when. */
interface Case {
  order: Order;
  facts: OrderFacts;
  now: Date;
}
interface Change {
  order?: Partial<Order>;
  facts?: Partial<OrderFacts>;
  level?: string;
  now?: Date;
}
const caseOf = (state: OrderState, ...changes: Change[]): Case => {
  const level = changes.find((change) => change.level !== undefined)?.level ?? 'L3';
  const own = changes.map((change) => change.order ?? {});
  return {
    order: Object.assign(order({ level, status: state, before: 'contacted' }), ...own),
    facts: Object.assign(facts({}, level), ...changes.map((change) => change.facts ?? {})),
    now: changes.findLast((change) => change.now !== undefined)?.now ?? after(60),
  };
};

/** What each need is met by, where the usual order does not. */
const meets: Record<string, Change[]> = {
  called: [{ order: { role: 'whistle' } }],
  child: [{ order: { role: 'sub' } }, { order: { role: 'whistle' } }],
  returnAsked: [{ order: { request: requested('return') } }],
  extensionAsked: [{ order: { request: requested('extend') } }],
  parkAsked: [{ order: { request: requested('park') } }],
  lead: [{ order: { role: 'lead' } }],
  leadOrCo: [{ order: { role: 'lead' } }, { order: { role: 'co' } }],
  notCalled: [{ order: { role: 'lead' } }, { order: { role: 'co' } }, { order: { role: 'sub' } }],
  // The last instant of the window, and of what is not due.
  windowOpen: [{ now: after(1440) }, { level: 'L4', now: after(1440) }, { level: 'L2', now: after(120) }],
  notDue: [{ now: new Date(after(7 * 1440).getTime() - 1) }],
  returnsLeft: [{ order: { returns: 1 } }],
};
/** What each need is failed by, and how that is answered. */
const fails: Record<string, [Change, string][]> = {
  windowOpen: [
    [{ now: new Date(after(1440).getTime() + 1) }, 'RETURN_WINDOW_CLOSED'],
    [{ level: 'L2', now: new Date(after(120).getTime() + 1) }, 'RETURN_WINDOW_CLOSED'],
    [{ level: 'L1', now: after(0) }, 'RETURN_NOT_ALLOWED'],
  ],
  returnsLeft: [[{ order: { returns: 2 } }, 'RETURNS_EXHAUSTED']],
  extensionsLeft: [[{ order: { extensions: 1 } }, 'EXTENSIONS_EXHAUSTED']],
  notDue: [[{ now: after(7 * 1440) }, 'ALREADY_DUE']],
  noRequest: [[{ order: { request: requested('park') } }, 'REQUEST_PENDING']],
  returnAsked: [[{ order: { request: null } }, 'NO_REQUEST']],
  extensionAsked: [
    [{ order: { request: null } }, 'NO_REQUEST'],
    [{ order: { request: requested('park') } }, 'NO_REQUEST'],
  ],
  parkAsked: [
    [{ order: { request: null } }, 'NO_REQUEST'],
    [{ order: { request: requested('extend') } }, 'NO_REQUEST'],
  ],
  lead: (['co', 'whistle', 'sub'] as const).map((role) => [{ order: { role } }, 'ILLEGAL_ACTION']),
  leadOrCo: (['whistle', 'sub'] as const).map((role) => [{ order: { role } }, 'ILLEGAL_ACTION']),
  called: (['lead', 'co', 'sub'] as const).map((role) => [{ order: { role } }, 'ILLEGAL_ACTION']),
  notCalled: [[{ order: { role: 'whistle' } }, 'ILLEGAL_ACTION']],
  child: (['lead', 'co'] as const).map((role) => [{ order: { role } }, 'ILLEGAL_ACTION']),
  street: (['district', 'city', 'enterprise'] as const).map((unitKind) => [{ facts: { unitKind } }, 'ILLEGAL_ACTION']),
  current: [[{ order: { current: false } }, 'ILLEGAL_ACTION']],
};

/** The changes under which all needs of a line are met: each way of one need with the first way of the others. */
function waysToMeet(needs: string): Change[][] {
  const each = words(needs).map((need) => meets[need] ?? [{}]);
  const first = each.map(([one = {}]) => one);
  const others = each.flatMap((ways, at) => ways.slice(1).map((way) => first.with(at, way)));
  return [first, ...others];
}

const decideCase = (one: Case, action: OrderAction, actor: Actor) =>
  decide(one.order, action, actor, one.facts, one.now);

function goesTo(next: string, state: OrderState, callbackFollows: boolean): string {
  const [to = '', toWithout = to] = words(next);
  if (to === '=') return state;
  return to === '<' ? 'contacted' : callbackFollows ? to : toWithout;
}

t.test('each cell of the table, with its needs met', (t) => {
  const seen = new Set<Line>();
  for (const state of orderStates)
    for (const action of orderActions)
      for (const actor of actors) {
        const line = lineOf(state, action, actor);
        if (line === undefined) continue;
        seen.add(line);
        const [, , , next, needs] = line;
        for (const changes of waysToMeet(needs))
          for (const callbackFollows of [true, false]) {
            const one = caseOf(state, ...changes, { facts: { callbackFollows } });
            const what = `${actor}: ${action} of a ${one.order.role} order at ${state}, call-back ${callbackFollows}`;
            t.same(decideCase(one, action, actor), { ok: true, to: goesTo(next, state, callbackFollows) }, what);
          }
      }
  t.equal(seen.size, lines.length, 'each line was used');
  t.end();
});

t.test('each cell of the table, with one need failed', (t) => {
  for (const [states, action, who, , needs] of lines)
    for (const state of orderStates.filter((one) => words(states).includes(one)))
      for (const actor of actors.filter((one) => words(who).includes(one)))
        for (const need of words(needs))
          for (const [change, code] of fails[need] ?? []) {
            const [changes = []] = waysToMeet(needs);
            const one = caseOf(state, ...changes, change);
            const decision = decideCase(one, action, actor);
            t.match(decision, { ok: false, code, state }, `${actor}: ${action} at ${state} without ${need}`);
          }
  const named = new Set(lines.flatMap(([, , , , needs]) => words(needs)));
  t.same([...named].sort(), Object.keys(fails).sort(), 'each need was failed');
  t.end();
});

t.test('all other cells are refused, whatever the order is', (t) => {
  const kinds: Change[] = [
    {},
    { order: { role: 'co' } },
    { order: { role: 'whistle' } },
    { order: { role: 'sub' } },
    { order: { request: requested('return') } },
    { order: { request: requested('extend') } },
    { order: { request: requested('park') } },
  ];
  let cells = 0;
  for (const state of orderStates)
    for (const action of orderActions)
      for (const actor of actors) {
        if (lineOf(state, action, actor) !== undefined) continue;
        cells += 1;
        const found = kinds.map((kind) => decideCase(caseOf(state, kind), action, actor));
        const codes = found.map((decision) => (decision.ok ? 'ok' : decision.code));
        t.same(new Set(codes), new Set(['ILLEGAL_ACTION']), `${actor}: ${action} at ${state}`);
      }
  const legal = lines.reduce((sum, [states, , who]) => sum + words(states).length * words(who).length, 0);
  t.equal(cells + legal, orderStates.length * orderActions.length * actors.length, 'each cell was decided');
  t.end();
});

t.test('a refusal lists exactly what is allowed instead', (t) => {
  const lead = { returns: 0, extensions: 0 };
  const expected: [string, OrderState, Change, Actor, string][] = [
    ['new', 'dispatched', {}, 'handler', 'sign return'],
    ['new, L1', 'dispatched', { level: 'L1' }, 'handler', 'sign'],
    ['new, returned twice', 'dispatched', { order: { returns: 2 } }, 'handler', 'sign'],
    ['new, too late to return', 'dispatched', { now: after(1441) }, 'handler', 'sign'],
    ['new, of a called unit', 'dispatched', { order: { role: 'whistle' } }, 'handler', 'sign report'],
    ['of a called unit', 'dispatched', { order: { role: 'whistle' } }, 'manager', 'report'],
    ['signed', 'signed', { order: lead }, 'handler', 'contact reply return extend delegate correct'],
    ['signed, no street', 'signed', { facts: { unitKind: 'city' } }, 'handler', 'contact reply return extend correct'],
    ['asked', 'signed', { order: { request: requested('extend') } }, 'handler', 'contact reply delegate correct'],
    ['overdue', 'contacted', { now: after(8 * 1440) }, 'handler', 'contact reply delegate correct'],
    ['called', 'signed', { order: { role: 'whistle' } }, 'handler', 'report correct'],
    ['of a community', 'signed', { order: { role: 'sub' } }, 'handler', 'contact reply correct'],
    ['for the manager', 'signed', {}, 'manager', 'park whistle'],
    ['for the manager, asked', 'signed', { order: { request: requested('park') } }, 'manager', 'whistle'],
    ['parked', 'parked', {}, 'manager', 'unpark'],
    ['parked', 'parked', {}, 'handler', ''],
    ['objected', 'objected', { order: { request: requested('return') } }, 'handler', ''],
    [
      'objected, for the desk',
      'objected',
      { order: { request: requested('return') } },
      'dispatcher',
      'approveReturn rejectReturn supervise cancel',
    ],
    ['for the desk', 'contacted', {}, 'dispatcher', 'supervise escalate reassign merge cancel'],
    [
      'a parking asked, for the desk',
      'contacted',
      { order: { request: requested('park') } },
      'dispatcher',
      'approvePark rejectPark supervise escalate reassign merge cancel',
    ],
    [
      'an extension asked, due',
      'contacted',
      { order: { request: requested('extend') }, now: after(8 * 1440) },
      'dispatcher',
      'rejectExtension supervise escalate reassign merge cancel',
    ],
    ['replied', 'replied', {}, 'handler', 'correct'],
    ['replied', 'replied', {}, 'callback', 'close'],
    ['closed', 'closed', {}, 'dispatcher', 'reopen'],
    ['closed, replaced', 'closed', { order: { current: false } }, 'dispatcher', ''],
    ['merged', 'merged', {}, 'dispatcher', 'unmerge'],
    ['reassigned', 'reassigned', {}, 'dispatcher', ''],
    ['cancelled', 'cancelled', {}, 'system', ''],
    ['the caller of it', 'contacted', {}, 'channel', 'cancel'],
  ];
  for (const [what, state, change, actor, allowed] of expected) {
    const decision = decideCase(caseOf(state, change), 'dispatch', actor);
    const found = decision.ok ? ['ok'] : decision.allowed;
    t.same(found.toSorted(), words(allowed).sort(), `${what}, ${actor}`);
  }
  t.end();
});

t.test('an order that does not know where it was', (t) => {
  const lost = { order: order({ status: 'merged', before: null }), facts: facts(), now: after(1) };
  t.throws(() => decideCase(lost, 'unmerge', 'dispatcher'), /merged/);
  t.end();
});

t.test('labels, and words from outside', (t) => {
  for (const label of [...orderStates.map((one) => stateLabels[one]), ...orderActions.map((one) => actionLabels[one])])
    t.match(label, /^\p{Script=Han}+$/u);
  t.ok(orderStates.every(isOrderState));
  for (const word of ['', 'open', 'Dispatched', 'constructor', 'toString']) t.notOk(isOrderState(word), word);
  t.end();
});
