/** The queue of a unit: polled, or as server-sent events. */
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { ref } from '../http/schemas.ts';
import { problem, sessionOf } from '../http/security.ts';
import { createStreams, type StreamSettings } from './jobs.ts';
import { EventsHeaders, EventsQuery, OrderList, QueueHeaders, QueueQuery } from './schemas.ts';
import { readQueue } from './service.ts';

export function queueRoutes(app: Api, ctx: Context, settings: Partial<StreamSettings> = {}): void {
  app.addSchema(OrderList);

  app.get(
    '/queue',
    {
      config: { permission: 'queue.read' },
      schema: {
        operationId: 'readQueue',
        tags: ['orders'],
        summary: '本单位的工单，最急的在前；带 since 只取有变化的，带 If-None-Match 没有变化时答 304',
        querystring: QueueQuery,
        headers: QueueHeaders,
        response: { 200: ref(OrderList), 304: { description: '没有变化', type: 'null' } },
      },
    },
    async (request, reply) => {
      const known = request.headers['if-none-match'];
      const { tag, list } = await readQueue(ctx, sessionOf(request), request.query, known, ctx.clock());
      reply.headers({ etag: tag, 'cache-control': 'private, no-cache' });
      if (list === null) reply.code(304);
      return list;
    },
  );
  eventRoute(app, ctx, settings);
}

function eventRoute(app: Api, ctx: Context, settings: Partial<StreamSettings>): void {
  const streams = createStreams(ctx, app.log, settings);
  // Before the server waits for its connections to end.
  app.addHook('preClose', () => streams.close());
  const events = {
    description: 'event: order，data 为工单，id 可作 since',
    content: { 'text/event-stream': { schema: { type: 'string' } } },
  };

  app.get(
    '/queue/events',
    {
      config: { permission: 'queue.read', outlasts: true },
      // It would open a stream that nobody reads.
      exposeHeadRoute: false,
      schema: {
        operationId: 'streamQueue',
        tags: ['orders'],
        summary: '本单位工单的变化，服务器推送；以 Last-Event-ID 续传',
        querystring: EventsQuery,
        headers: EventsHeaders,
        response: { 200: events, 429: problem('打开的事件流过多') },
      },
    },
    async (request, reply) => {
      const since = request.headers['last-event-id'] ?? request.query.since;
      const stream = await streams.open(sessionOf(request), since);
      // Proxies must pass on every event as it comes.
      reply.headers({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        // Else the service, when it stops, would wait for it to be used again.
        connection: 'close',
      });
      return reply.send(stream);
    },
  );
}
