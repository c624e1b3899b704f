/** Shapes of a unit's queue. */
import { type Static, Type } from 'typebox';
import { listOf, oneOf, paging, ref } from '../http/schemas.ts';
import { openStates, orderStates } from '../workorder/lifecycle.ts';
import { OrderView } from '../workorder/schemas.ts';

const Count = Type.Integer({ minimum: 0 });

/** Orders with work to do, by state. */
export const QueueCounts = Type.Object({
  ...Object.fromEntries(openStates.map((state) => [state, Count])),
  overdue: Type.Integer({ minimum: 0, description: '以上各状态中已过答复时限的' }),
});
export type QueueCounts = Record<string, number> & { overdue: number };

export const OrderList = Type.Object(
  {
    ...listOf(ref(OrderView), 'OrderList').properties,
    since: Type.String({ description: '下次以 since 传回，只取此后有变化的工单；没有变化时与传来的相同' }),
    counts: Type.Unsafe<QueueCounts>(QueueCounts),
  },
  { $id: 'OrderList' },
);
export type OrderList = Static<typeof OrderList>;

const since = Type.Optional(Type.String({ minLength: 1, maxLength: 200 }));

export const QueueQuery = Type.Object(
  {
    status: Type.Optional(oneOf(orderStates)),
    since,
    sort: Type.Optional(oneOf(['due'], { default: 'due' })),
    ...paging,
  },
  { additionalProperties: false },
);
export type QueueQuery = Static<typeof QueueQuery>;

export const QueueHeaders = Type.Object({
  'if-none-match': Type.Optional(Type.String({ maxLength: 400, description: '上次答复的 ETag' })),
});

export const EventsQuery = Type.Object({ since }, { additionalProperties: false });

export const EventsHeaders = Type.Object({
  'last-event-id': Type.Optional(Type.String({ maxLength: 200, description: '最后收到的事件的 id，先于 since' })),
});
