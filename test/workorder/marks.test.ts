/** What the clocks of an order say, and when: a warning at a quarter left, a mark when it is up, what the rules make of that. */
import fc from 'fast-check';
import t from 'tap';
import { shanghaiTime } from '../../src/catalog/calendar.ts';
import { decide } from '../../src/workorder/decide.ts';
import { clockFacts } from '../../src/workorder/facts.ts';
import { orderStates } from '../../src/workorder/lifecycle.ts';
import { nextLook, type Tick, ticks } from '../../src/workorder/marks.ts';
import { evolve, type Order } from '../../src/workorder/order.ts';
import { after, facts, order, seeds } from './orders.ts';

const all = (one: Order) => ticks(one, clockFacts(seeds, one.level));
const told = (one: Order) =>
  all(one).map(({ at, action, mark }) => `${shanghaiTime(at).slice(5, 16)} ${action} ${mark}`);
/** An order after the clocks have said something. */
const say = (one: Order, { at, action, mark }: Tick) =>
  evolve(one, { at, action, actor: 'system', toStatus: one.status, data: { mark } });

t.test('a lead that nobody looks at, by the rules of seeds/escalations.csv', (t) => {
  const expected: [string, string[]][] = [
    [
      'L1',
      [
        '11-22T12:22 warn warn:sign',
        '11-22T12:30 overdue overdue:sign',
        '11-22T12:30 supervise E01:sign',
        '11-22T13:30 warn warn:contact',
        '11-22T13:30 warn warn:reply',
        '11-22T14:00 overdue overdue:contact',
        '11-22T14:00 supervise E02:contact',
        '11-22T14:00 overdue overdue:reply',
        '11-22T14:00 escalate E03:reply',
      ],
    ],
    [
      'L2',
      [
        '11-22T13:30 warn warn:sign',
        '11-22T13:30 warn warn:contact',
        '11-22T14:00 overdue overdue:sign',
        '11-22T14:00 remind E04:sign',
        '11-22T14:00 overdue overdue:contact',
        '11-23T06:00 warn warn:reply',
        '11-23T12:00 overdue overdue:reply',
        '11-23T12:00 supervise E05:reply',
        '11-24T00:00 escalate E06:reply',
      ],
    ],
    [
      'L3',
      [
        '11-22T13:30 warn warn:sign',
        '11-22T14:00 overdue overdue:sign',
        '11-22T18:00 remind E07:sign',
        '11-23T06:00 warn warn:contact',
        '11-23T12:00 overdue overdue:contact',
        '11-24T12:00 remind E08:contact',
        '11-27T18:00 warn warn:reply',
        '11-29T12:00 overdue overdue:reply',
        '11-29T12:00 remind E09:reply',
        '11-30T12:00 supervise E10:reply',
        '12-02T12:00 escalate E11:reply',
      ],
    ],
  ];
  for (const [level, marks] of expected) t.same(told(order({ level })), marks, level);
  t.end();
});

t.test('which clocks run', (t) => {
  const clocks = (one: Order) => [...new Set(all(one).map(({ clock }) => clock))].sort().join(' ');
  const signed = { status: 'signed' as const, signedAt: after(5) };
  const parked = {
    ...signed,
    status: 'parked' as const,
    before: 'signed' as const,
    parkedAt: after(60),
    reviewOn: '2026-12-01',
  };
  const expected: [string, Partial<Order>, string][] = [
    ['new', {}, 'contact reply sign'],
    ['new, of a co-handler', { role: 'co' }, 'reply sign'],
    ['new, of a community', { role: 'sub' }, 'reply sign'],
    ['new, of a called unit', { role: 'whistle' }, 'report sign'],
    ['signed', signed, 'contact reply'],
    ['signed, of a called unit', { ...signed, role: 'whistle' }, 'report'],
    ['contacted', { ...signed, status: 'contacted', contactedAt: after(9) }, 'reply'],
    ['returned before it was signed', { status: 'objected', before: 'dispatched' }, 'contact reply sign'],
    ['parked', parked, 'review'],
    ['replied', { ...signed, status: 'replied', repliedAt: after(9) }, ''],
    ['closed', { status: 'closed' }, ''],
    ['merged', { status: 'merged', before: 'signed' }, ''],
    ['reassigned', { status: 'reassigned' }, ''],
    ['cancelled', { status: 'cancelled' }, ''],
  ];
  for (const [what, changes, expects] of expected) t.equal(clocks(order(changes)), expects, what);
  t.same(told(order(parked)), [
    '12-02T00:00 overdue overdue:review',
    '12-02T00:00 remind E13:review',
    '12-09T00:00 supervise E14:review',
  ]);
  const called = order({ role: 'whistle', dueAt: after(120), signedAt: after(1), status: 'signed' });
  t.same(told(called), [
    '11-22T13:30 warn warn:report',
    '11-22T14:00 overdue overdue:report',
    '11-22T14:00 supervise E12:report',
  ]);
  t.notOk(
    told(order({ role: 'co' })).some((one) => one.includes('escalate')),
    'only a lead is taken over',
  );
  t.end();
});

t.test('each thing is said once, and the next look is when there is more to say', (t) => {
  for (const level of ['L1', 'L2', 'L3', 'L4']) {
    let one = order({ level });
    const said: string[] = [];
    const expected = told(one).filter((words) => !words.includes('escalate'));
    for (
      let look = nextLook(one, clockFacts(seeds, level));
      look !== null;
      look = nextLook(one, clockFacts(seeds, level))
    ) {
      const [tick] = all(one);
      if (tick === undefined) break;
      t.same(tick.at, look);
      if (tick.action !== 'escalate') said.push(`${shanghaiTime(tick.at).slice(5, 16)} ${tick.action} ${tick.mark}`);
      one = say(one, tick);
    }
    t.same(said, expected, `${level}: all of it, in order`);
    t.same(all(one), [], 'and then nothing');
    t.same(one.marks.length, new Set(one.marks).size, 'no mark twice');
  }
  t.end();
});

t.test('after an extension or a parking, of the new due time', (t) => {
  let one = order({ status: 'contacted', signedAt: after(1), contactedAt: after(2) });
  const [warning] = all(one);
  if (warning === undefined) throw new Error('no warning');
  one = say(one, warning);
  const rest = told(one);
  t.equal(rest.length, 4, 'what follows the due time');
  const extended = evolve(one, {
    at: after(9000),
    action: 'approveExtension',
    actor: 'dispatcher#1',
    toStatus: 'contacted',
    data: { dueAt: after(14 * 1440).toISOString() },
  });
  t.same(told(extended).slice(0, 3), [
    '12-03T00:00 warn warn:reply',
    '12-06T12:00 overdue overdue:reply',
    '12-06T12:00 remind E09:reply',
  ]);
  t.equal(told(extended).length, 5, 'all that is said of a due time');
  t.end();
});

t.test('what a clock asks for is something the lifecycle allows', (t) => {
  const states = orderStates.filter(
    (state) => all(order({ status: state, before: 'signed', reviewOn: '2026-12-01' })).length > 0,
  );
  t.same(states, ['dispatched', 'signed', 'contacted', 'objected', 'parked']);
  for (const status of states)
    for (const role of ['lead', 'co', 'whistle', 'sub'] as const)
      for (const level of ['L1', 'L2', 'L3', 'L4']) {
        const one = order({ status, role, level, before: 'signed', reviewOn: '2026-12-01' });
        const refused = all(one).filter((tick) => !decide(one, tick.action, 'system', facts({}, level), tick.at).ok);
        t.same(refused, [], `${status}, ${role}, ${level}`);
      }
  const objected = order({ status: 'objected', before: 'signed', dueAt: after(10) });
  t.match(told({ ...objected, status: 'signed' }).at(-1), /escalate/, 'what waited for a ruling is escalated after it');
  t.end();
});

t.test('in order of time, whatever has been said already', (t) => {
  const marks = [
    ...new Set(['L1', 'L2', 'L3', 'L4'].flatMap((level) => all(order({ level })).map(({ mark }) => mark))),
  ];
  fc.assert(
    fc.property(fc.constantFrom('L1', 'L2', 'L3', 'L4'), fc.subarray(marks), (level, said) => {
      const one = order({ level, marks: said });
      const found = all(one);
      const times = found.map(({ at }) => at.getTime());
      const whole = all(order({ level })).filter(({ mark }) => !said.includes(mark));
      return times.every((time, n) => n === 0 || time >= (times[n - 1] ?? 0)) && found.length === whole.length;
    }),
  );
  t.pass();
  t.end();
});
