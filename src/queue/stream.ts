/** The text of server-sent events (HTML standard, 9.2). Pure. */
import type { OrderView } from '../workorder/schemas.ts';

/** The first words of a stream: how long to wait before connecting again, and from where to go on even if nothing follows. */
export function opening(id: string, retryMs: number): string {
  return `retry: ${retryMs}\nid: ${id}\n\n`;
}

/** A comment, so that neither side takes a silent connection for a dead one. */
export const heartbeat = ':\n\n';

/** An order that has changed. JSON has no line breaks, so it is one line of data. */
export function orderEvent(id: string, order: OrderView): string {
  return `event: order\nid: ${id}\ndata: ${JSON.stringify(order)}\n\n`;
}
