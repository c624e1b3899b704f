/** What each action changes of an order, and the order that a dispatch makes. */
import t from 'tap';
import { type OrderAction, type OrderState, orderActions } from '../../src/workorder/lifecycle.ts';
import { evolve, type Order, type OrderEvent, orderEvent, placed } from '../../src/workorder/order.ts';
import { newOrder } from '../../src/workorder/placement.ts';
import { noon } from '../helper.ts';
import { after, order, requested, seeds } from './orders.ts';

const at = after(600);
const due = after(9000);

/** Action, the order before it, the state it goes to, data of the event, what is changed beside version and state. */
type Row = [OrderAction, Partial<Order>, OrderState, Record<string, unknown>, Partial<Order>];
const signed = { status: 'signed' as const, signedAt: after(10) };
const marks = ['warn:sign', 'warn:reply', 'overdue:reply', 'E09:reply', 'E13:review'];
const parked = { parkedAt: after(300), parkKind: '资金', reviewOn: '2026-12-01' };
const asked = { kind: 'extend' as const, at: at.toISOString(), by: 'handler#1', reason: '忙' };
const rows: Row[] = [
  ['sign', {}, 'signed', {}, { signedAt: at }],
  ['contact', signed, 'contacted', {}, { contactedAt: at }],
  ['contact', signed, 'contacted', { at: after(500).toISOString() }, { contactedAt: after(500) }],
  ['contact', { ...signed, status: 'contacted', contactedAt: after(20) }, 'contacted', { at: at.toISOString() }, {}],
  [
    'reply',
    signed,
    'replied',
    { result: 'resolved', text: '好', basis: '条例' },
    { repliedAt: at, result: 'resolved', reply: '好', basis: '条例' },
  ],
  [
    'reply',
    signed,
    'closed',
    { result: 'explained', text: '好' },
    { repliedAt: at, closedAt: at, result: 'explained', reply: '好' },
  ],
  [
    'reply',
    { ...signed, request: requested('extend') },
    'replied',
    { result: 'resolved', text: '好' },
    { repliedAt: at, result: 'resolved', reply: '好', request: null },
  ],
  [
    'report',
    { role: 'whistle' },
    'replied',
    { arrivedAt: after(590).toISOString(), text: '到场' },
    { signedAt: at, repliedAt: at, arrivedAt: after(590), reply: '到场' },
  ],
  ['confirm', { role: 'whistle', status: 'replied' }, 'closed', { tookPart: true }, { closedAt: at, tookPart: true }],
  ['confirm', { role: 'whistle', status: 'replied' }, 'closed', { tookPart: false }, { closedAt: at, tookPart: false }],
  [
    'return',
    signed,
    'objected',
    { reason: '忙', duty: '职责', proposedUnit: '110105' },
    { returns: 1, before: 'signed', request: { ...asked, kind: 'return', duty: '职责', proposedUnit: '110105' } },
  ],
  [
    'approveReturn',
    { status: 'objected', before: 'signed', request: requested('return') },
    'reassigned',
    {},
    { closedAt: at, current: false, request: null },
  ],
  [
    'rejectReturn',
    { status: 'objected', before: 'signed', returns: 1, request: requested('return') },
    'signed',
    {},
    { before: null, request: null },
  ],
  ['extend', signed, 'signed', { reason: '忙', minutes: 60 }, { request: { ...asked, minutes: 60 } }],
  [
    'approveExtension',
    { ...signed, marks, request: requested('extend') },
    'signed',
    { dueAt: due.toISOString() },
    { dueAt: due, extensions: 1, request: null, marks: ['warn:sign'] },
  ],
  ['rejectExtension', { ...signed, request: requested('extend') }, 'signed', {}, { request: null }],
  [
    'park',
    signed,
    'signed',
    { reason: '忙', kind: '资金', reviewOn: '2026-12-01' },
    { request: { ...asked, kind: 'park', parkKind: '资金', reviewOn: '2026-12-01' } },
  ],
  [
    'approvePark',
    { ...signed, request: { ...requested('park'), parkKind: '资金', reviewOn: '2026-12-01' } },
    'parked',
    {},
    { request: null, before: 'signed', parkedAt: at, parkKind: '资金', reviewOn: '2026-12-01' },
  ],
  ['rejectPark', { ...signed, request: requested('park') }, 'signed', {}, { request: null }],
  [
    'unpark',
    { status: 'parked', before: 'signed', ...parked, marks },
    'signed',
    { dueAt: due.toISOString() },
    { before: null, dueAt: due, parkedAt: null, parkKind: null, reviewOn: null, marks: ['warn:sign'] },
  ],
  // It was late before it was parked: nothing new is to be said of its reply.
  [
    'unpark',
    { status: 'parked', before: 'signed', ...parked, dueAt: after(200), marks },
    'signed',
    { dueAt: after(200).toISOString() },
    { before: null, parkedAt: null, parkKind: null, reviewOn: null, marks: marks.slice(0, 4) },
  ],
  ['whistle', signed, 'signed', { units: ['110105'] }, {}],
  ['delegate', signed, 'signed', { community: '110105026001' }, {}],
  ['supervise', signed, 'signed', { reason: '急' }, { supervisions: 1 }],
  ['supervise', signed, 'signed', { reason: '急', mark: 'E10:reply' }, { supervisions: 1, marks: ['E10:reply'] }],
  ['escalate', signed, 'signed', { mark: 'E11:reply' }, { role: 'co', marks: ['E11:reply'] }],
  [
    'reassign',
    { ...signed, request: requested('park') },
    'reassigned',
    {},
    { closedAt: at, current: false, request: null },
  ],
  [
    'correct',
    { ...signed, status: 'contacted', contactedAt: after(20) },
    'contacted',
    { first: true, changes: { at: after(15).toISOString() } },
    { contactedAt: after(15) },
  ],
  [
    'correct',
    { ...signed, status: 'contacted', contactedAt: after(20) },
    'contacted',
    { first: false, changes: { at: after(15).toISOString() } },
    {},
  ],
  [
    'correct',
    { status: 'replied', reply: '错', result: 'resolved' },
    'replied',
    { changes: { text: '对', result: 'explained', basis: '条例' } },
    { reply: '对', result: 'explained', basis: '条例' },
  ],
  ['close', { status: 'replied' }, 'closed', {}, { closedAt: at }],
  ['close', { role: 'sub' }, 'closed', {}, { closedAt: at }],
  ['reopen', { status: 'closed', closedAt: after(30) }, 'closed', {}, { current: false }],
  ['merge', { ...signed, request: requested('park') }, 'merged', {}, { closedAt: at, before: 'signed', request: null }],
  [
    'unmerge',
    { status: 'merged', before: 'signed', closedAt: after(30) },
    'signed',
    {},
    { closedAt: null, before: null },
  ],
  ['cancel', { status: 'objected', request: requested('return') }, 'cancelled', {}, { closedAt: at, request: null }],
  ['warn', signed, 'signed', { mark: 'warn:reply' }, { marks: ['warn:reply'] }],
  [
    'overdue',
    { ...signed, marks: ['warn:reply'] },
    'signed',
    { mark: 'overdue:reply' },
    { marks: ['warn:reply', 'overdue:reply'] },
  ],
  ['remind', signed, 'signed', { mark: 'E09:reply' }, { marks: ['E09:reply'] }],
];

t.test('what each action changes, and nothing else', (t) => {
  for (const [action, before, toStatus, data, changed] of rows) {
    const start = order(before);
    const event: OrderEvent = { at, action, actor: 'handler#1', toStatus, data };
    const version = ['warn', 'overdue', 'remind'].includes(action) ? 1 : 2;
    t.same(
      evolve(start, event),
      { ...start, ...changed, status: toStatus, version },
      `${action} ${JSON.stringify(data)}`,
    );
    t.same(start, order(before), 'the order before is as it was');
  }
  t.same(new Set(rows.map(([action]) => action)), new Set(orderActions.slice(1)), 'each action but dispatch');
  t.end();
});

t.test('the order that a dispatch makes, and events of none', (t) => {
  const more = { returns: 1, round: 2, parentId: 7, community: '110105026001', cell: '三格', dueAt: due };
  const placement = { unit: '110105026', role: 'sub' as const, level: 'L2', reason: '交办', ...more };
  const { event, order: made } = newOrder(seeds, placement, noon, 'handler#1');
  t.match(made, { ...placement, status: 'dispatched', current: true, version: 1, dispatchedAt: noon });
  t.match(made, { signDueAt: after(120), contactDueAt: after(120), extensions: 0, marks: [], request: null });
  const row = {
    ...event,
    data: JSON.parse(JSON.stringify(event.data)),
    id: 1,
    complaintId: 1,
    orderId: 1,
    fromStatus: null,
  };
  const read = orderEvent(row);
  t.same(read === null ? null : placed(read), made, 'and again from the event as it is stored');
  const none: [string, object][] = [
    ['of the complaint', { action: 'file' }],
    ['without a state', { toStatus: null }],
    ['of a state of complaints', { toStatus: 'triage' }],
  ];
  for (const [what, change] of none) t.equal(orderEvent({ ...row, ...change }), null, what);
  t.end();
});
