/** Prometheus metrics: requests by route, time of judgement, queue depth, overdue orders. No label carries data of a complaint. */

import { sql } from 'drizzle-orm';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Context } from '../context.ts';
import type { Db } from '../db/connect.ts';

export interface Metrics {
  registry: Registry;
  /** Seconds a judgement took. */
  judged: (seconds: number) => void;
}

export function createMetrics(db: Db): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const judgement = new Histogram({
    name: 'jiesu_judgement_seconds',
    help: '一次判定（分词、分类、定位、选单位）的秒数',
    buckets: [0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05],
    registers: [registry],
  });
  new Gauge({
    name: 'jiesu_orders_open',
    help: '未办结工单数，按状态',
    labelNames: ['status'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const status of ['dispatched', 'signed', 'contacted', 'objected', 'parked', 'replied'])
        this.set({ status }, 0);
      const rows = await db.execute<{ status: string; count: number }>(
        sql`select status, count(*)::int as count from orders where closed_at is null group by status`,
      );
      for (const { status, count } of rows) this.set({ status }, count);
    },
  });
  new Gauge({
    name: 'jiesu_orders_overdue',
    help: '已超答复时限而未办结的工单数',
    registers: [registry],
    async collect() {
      const [row] = await db.execute<{ count: number }>(
        sql`select count(*)::int as count from orders where replied_at is null and closed_at is null
          and due_at < coalesce(parked_at, now())`,
      );
      this.set(row?.count ?? 0);
    },
  });
  new Gauge({
    name: 'jiesu_complaints_triage',
    help: '待研判诉求数',
    registers: [registry],
    async collect() {
      const [row] = await db.execute<{ count: number }>(
        sql`select count(*)::int as count from complaints where status = 'triage'`,
      );
      this.set(row?.count ?? 0);
    },
  });
  countOutbox(db, registry);
  return { registry, judged: (seconds) => judgement.observe(seconds) };
}

function countOutbox(db: Db, registry: Registry): void {
  new Gauge({
    name: 'jiesu_outbox',
    help: '推送：待推送数与死信数',
    labelNames: ['status'],
    registers: [registry],
    async collect() {
      for (const status of ['pending', 'dead']) {
        const [row] = await db.execute<{ count: number }>(
          sql`select count(*)::int as count from outbox where status = ${status}`,
        );
        this.set({ status }, row?.count ?? 0);
      }
    },
  });
}

/** The same context with every judgement timed. */
export function timeJudgements(ctx: Context, { judged }: Metrics): Context {
  return {
    ...ctx,
    judgeAt(now) {
      const judge = ctx.judgeAt(now);
      return {
        ...judge,
        judge(subject) {
          const start = process.hrtime.bigint();
          const result = judge.judge(subject);
          judged(Number(process.hrtime.bigint() - start) / 1e9);
          return result;
        },
      };
    },
  };
}

/** Times every request by its route's pattern, never by its address: that may hold a number. */
export function installMetrics(app: FastifyInstance, { registry }: Metrics): void {
  const requests = new Histogram({
    name: 'jiesu_http_request_seconds',
    help: '请求时长，按方法、路由和状态码',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    // How long a stream was open is no time anybody waited.
    if (String(reply.getHeader('content-type')).startsWith('text/event-stream')) return;
    requests.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
  app.get('/metrics', { config: { permission: 'public' }, schema: { hide: true } }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
}
