/** What a webhook is told of an event. Codes and times alone: no person, no free text, nothing of an event's own data. Pure. */
import { shanghaiTime } from '../catalog/calendar.ts';
import type { OrderSnapshot } from '../db/outbox-tables.ts';

/** An event as the outbox has it; a ping has none. */
export interface Told {
  queuedAt: Date;
  event: {
    id: number;
    at: Date;
    action: string;
    from: string | null;
    to: string | null;
    orderId: number | null;
  } | null;
  /** Of the complaint. */
  number: string | null;
  /** The order as it stood when the event happened. */
  snapshot: OrderSnapshot | null;
}

/** `order.sign`, `complaint.file`, `ping`: what it is about, and the action. */
export function typeOf(event: Pick<NonNullable<Told['event']>, 'action' | 'orderId'> | null): string {
  if (event === null) return 'ping';
  return `${event.orderId === null ? 'complaint' : 'order'}.${event.action}`;
}

/** The body, the same at every attempt. */
export function bodyOf({ event, number, snapshot, queuedAt }: Told): string {
  if (event === null) return JSON.stringify({ type: 'ping', timestamp: shanghaiTime(queuedAt), data: {} });
  const { id, at, from, to, orderId } = event;
  const time = (text: string) => shanghaiTime(new Date(text));
  return JSON.stringify({
    type: typeOf(event),
    timestamp: shanghaiTime(at),
    data: {
      event: String(id),
      number,
      order: orderId && String(orderId),
      from,
      to,
      ...(snapshot && {
        unit: snapshot.unit,
        signDueAt: time(snapshot.signDueAt),
        contactDueAt: time(snapshot.contactDueAt),
        dueAt: time(snapshot.dueAt),
      }),
    },
  });
}
