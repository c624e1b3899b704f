/** The worker against real receivers: signed, retried, dead and replayed, in order, at least once and not twice. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { createContext } from '../../src/context.ts';
import { connectTo } from '../../src/db/connect.ts';
import { app, complaint, type T } from '../helper.ts';
import { onThisMachine, receiver, signaturesBy, until, worker } from './receiver.ts';

const street = '110105026';

const service = await app(t, undefined, onThisMachine);
const admin = await service.as('admin');
const operator = await service.as('operator');
const handler = await service.as('handler', street);

/** A receiver that is told of everything, for one test, and a worker. */
async function setUp(t: T, timeoutMs?: number) {
  const hook = await receiver(t);
  const made = await admin.post('/webhooks', { url: hook.url });
  t.equal(made.status, 201);
  t.teardown(() => admin.delete(`/webhooks/${made.body.id}`));
  const deliveries = worker(t, service.ctx, timeoutMs);
  const file = async () => (await operator.post('/complaints', complaint())).body;
  const log = async (status?: string) =>
    (await admin.get(`/webhooks/${made.body.id}/deliveries${status === undefined ? '' : `?status=${status}`}`)).body
      .items;
  return { ...service, hook, made: made.body, deliveries, file, log };
}

const types = (got: { body: { type: string } }[]) => got.map(({ body }) => body.type);

t.test('a life is told in order, signed', async (t) => {
  const { hook, made, deliveries, file, clock, log } = await setUp(t);
  const { number, orders } = await file();
  const id = orders[0].id;
  await handler.post(`/orders/${id}/sign`);
  await handler.post(`/orders/${id}/contact`, { way: 'phone', note: '已约定' });
  await handler.post(`/orders/${id}/reply`, { result: 'resolved', text: '已清运' });
  await deliveries.drain();
  t.same(types(hook.got), ['complaint.file', 'order.dispatch', 'order.sign', 'order.contact', 'order.reply']);
  t.ok(hook.got.every((got) => signaturesBy(made.secret, got) === 1 && got.body.data.number === number));
  const [, dispatched] = hook.got;
  const { unit, signDueAt, contactDueAt, dueAt } = orders[0];
  t.match(dispatched?.body.data, { order: id, unit: unit.code, to: 'dispatched', signDueAt, contactDueAt, dueAt });
  t.equal(dispatched?.headers['webhook-timestamp'], String(clock.now.getTime() / 1000));
  t.equal(new Set(hook.got.map((got) => got.id)).size, 5, 'each under an id of its own');
  t.match(await log(), [
    { id: hook.got[4]?.id, type: 'order.reply', number, status: 'delivered', log: [{ status: 204 }] },
  ]);

  const rotated = (await admin.post(`/webhooks/${made.id}/rotate`)).body;
  await admin.post(`/webhooks/${made.id}/test`);
  await deliveries.drain();
  const ping = hook.got[5];
  t.ok(ping?.body.type === 'ping' && signaturesBy(made.secret, ping) === 1 && signaturesBy(rotated.secret, ping) === 1);
  clock.forward(25 * 60);
  await admin.post(`/webhooks/${made.id}/test`);
  await deliveries.drain();
  const later = hook.got[6];
  t.ok(later && signaturesBy(made.secret, later) === 0 && signaturesBy(rotated.secret, later) === 1, 'a day later');
});

t.test('what fails is tried again, as the same message', async (t) => {
  const { hook, made, deliveries, file, clock, log } = await setUp(t, 200);
  await admin.patch(`/webhooks/${made.id}`, { actions: ['file'] });
  hook.answer = (_got, response) => response.writeHead(500).end('x'.repeat(100_000));
  await file();
  await deliveries.drain();
  await deliveries.drain();
  t.equal(hook.got.length, 1, 'not before its time');
  hook.answer = (_got, response) => response.writeHead(302, { location: hook.url }).end();
  clock.forward(1);
  await deliveries.drain();
  t.equal(hook.got.length, 2, 'a redirect is not followed');
  hook.answer = () => undefined;
  clock.forward(2);
  await deliveries.drain();
  hook.answer = (_got, response) => response.socket?.destroy();
  clock.forward(7);
  await deliveries.drain();
  hook.answer = (_got, response) => response.writeHead(204).end();
  t.match(await log('pending'), [{ attempts: 4, failure: 'reset' }]);
  clock.forward(40);
  await deliveries.drain();
  const [row] = await log();
  t.match(row, { status: 'delivered', attempts: 5, failure: null, nextAt: null });
  const tried = row.log.map(({ status, failure }: Record<string, unknown>) => [status, failure]);
  t.same(tried, [
    [500, 'status'],
    [302, 'status'],
    [null, 'timeout'],
    [null, 'reset'],
    [204, null],
  ]);
  t.equal(new Set(hook.got.map(({ id, text }) => id + text)).size, 1, 'the same id and bytes each time');
  t.ok(
    hook.got.every((got) => signaturesBy(made.secret, got) === 1),
    'signed anew each time',
  );
});

t.test('dead letters, replay, and the end of a webhook nobody answers for', async (t) => {
  const { hook, made, deliveries, file, clock, log, app } = await setUp(t);
  await admin.patch(`/webhooks/${made.id}`, { actions: ['file'] });
  await hook.close();
  const outlast = async () => {
    for (let tries = 0; tries < 12; tries += 1) {
      await deliveries.drain();
      clock.forward(tries < 5 ? 150 : 440);
    }
  };
  await file();
  await outlast();
  const [dead] = await log('dead');
  t.match(dead, { status: 'dead', failure: 'refused', attempts: 12, nextAt: null });
  t.equal(dead.log.length, 12);
  t.match((await app.inject({ url: '/metrics' })).body, /jiesu_outbox\{status="dead"\} 1/);

  const again = await receiver(t);
  const at = dead.at;
  await admin.patch(`/webhooks/${made.id}`, { url: again.url });
  t.match((await admin.post(`/webhooks/${made.id}/replay`, { deliveries: ['999'] })).body, { replayed: 0 });
  t.match((await admin.post(`/webhooks/${made.id}/replay`, { from: clock.now.toISOString() })).body, { replayed: 0 });
  t.match((await admin.post(`/webhooks/${made.id}/replay`, { from: at })).body, { replayed: 1, more: false });
  await deliveries.drain();
  t.equal(again.got[0]?.id, dead.id, 'the same id');
  t.match((await admin.get(`/webhooks/${made.id}`)).body, { active: true, deadInRow: 0 });

  await again.close();
  for (let count = 0; count < 21; count += 1) await file();
  await outlast();
  const off = (await admin.get(`/webhooks/${made.id}`)).body;
  t.match(off, { active: false, disabledReason: /连续 20 次/ });
  t.equal((await log('dead')).length, 21, 'with what still waited');
  await file();
  t.equal((await log('pending')).length, 0, 'is told of nothing more');
  t.equal((await admin.post(`/webhooks/${made.id}/replay`, {})).status, 409);
  t.equal((await admin.post(`/webhooks/${made.id}/test`)).status, 409);
  const last = await receiver(t);
  await admin.patch(`/webhooks/${made.id}`, { url: last.url, active: true });
  t.match((await admin.post(`/webhooks/${made.id}/replay`, {})).body, { replayed: 21 });
  await deliveries.drain();
  t.equal(last.got.length, 21);
  t.match((await admin.get(`/webhooks/${made.id}`)).body, { active: true, disabledReason: null, deadInRow: 0 });
});

t.test('a worker that dies between sending and recording', async (t) => {
  const { hook, made, deliveries, file, clock, connection, log } = await setUp(t);
  await admin.patch(`/webhooks/${made.id}`, { actions: ['file'] });
  await file();
  const doomed = await connectTo(connection.url, 1);
  const ctx = await createContext(doomed.db, { clock: () => clock.now, ...onThisMachine });
  hook.answer = async (_got, response) => {
    await doomed.close();
    response.writeHead(204).end();
  };
  await t.rejects(worker(t, ctx).drain(), 'its database is gone');
  t.equal(hook.got.length, 1);
  t.match(await log(), [{ status: 'pending', attempts: 0 }]);
  hook.answer = (_got, response) => response.writeHead(204).end();
  await deliveries.drain();
  t.equal(hook.got.length, 1, 'its lease is respected');
  clock.forward(2);
  await deliveries.drain();
  t.equal(hook.got.length, 2);
  t.equal(hook.got[1]?.id, hook.got[0]?.id, 'the same id: the receiver can tell');
  t.match(await log(), [{ status: 'delivered', attempts: 1 }]);
});

t.test('two workers share the work', async (t) => {
  const { hook, deliveries, file, ctx } = await setUp(t);
  const second = worker(t, ctx);
  hook.answer = (_got, response) => setTimeout(() => response.writeHead(204).end(), 5);
  const filing = Promise.all(Array.from({ length: 30 }, file));
  for (let round = 0; round < 10; round += 1) await Promise.all([deliveries.drain(), second.drain()]);
  await filing;
  await Promise.all([deliveries.drain(), second.drain()]);
  t.equal(hook.got.length, 60, 'everything');
  t.equal(new Set(hook.got.map(({ id }) => id)).size, 60, 'and nothing twice');
  const order = new Map<string, string[]>();
  for (const { body } of hook.got) order.set(body.data.number, [...(order.get(body.data.number) ?? []), body.type]);
  t.ok(
    [...order.values()].every((types) => types.join() === 'complaint.file,order.dispatch'),
    'each complaint in order',
  );
});

t.test('a receiver that hangs holds up neither orders nor other receivers', async (t) => {
  const { hook, deliveries, file, log, ctx } = await setUp(t);
  hook.answer = () => undefined;
  const other = await receiver(t);
  const { id } = (await admin.post('/webhooks', { url: other.url })).body;
  t.teardown(() => admin.delete(`/webhooks/${id}`));
  for (let count = 0; count < 10; count += 1) await file();
  deliveries.start();
  await until(t, 'the other receiver has all', () => other.got.length === 20);
  t.equal(hook.got.length, 8, 'eight at a time wait for the one that hangs');
  const start = Date.now();
  await file();
  t.ok(Date.now() - start < 2000, 'an order goes its way');
  await until(t, 'the other has the new ones', () => other.got.length === 22);
  await deliveries.stop();
  t.ok(Date.now() - start < 8000, 'stopping does not wait for the hanging one');
  t.ok(
    (await log()).every((row: { attempts: number; status: string }) => row.status === 'pending' && row.attempts === 0),
  );
  hook.answer = (_got, response) => response.writeHead(200).end('ok');
  await worker(t, ctx).drain();
  t.equal(new Set(hook.got.map(({ id }) => id)).size, 22, 'given back at once, without waiting for a lease');
});

t.test('only what is committed is told', async (t) => {
  const { hook, deliveries, connection, file } = await setUp(t);
  await file();
  await deliveries.drain();
  const before = hook.got.length;
  await connection.db
    .transaction(async (tx) => {
      await tx.execute(sql`insert into events (complaint_id, at, actor, action, data)
        select id, now(), 'x', 'sign', '{}' from complaints`);
      throw new Error('rolled back');
    })
    .catch(() => undefined);
  await deliveries.drain();
  t.equal(hook.got.length, before);
});

t.test('a worker that runs goes on while anything is due, however fast the receiver', async (t) => {
  const { hook, deliveries, file } = await setUp(t);
  const count = 60;
  const timed = async (deliver: () => Promise<unknown>) => {
    for (let n = 0; n < count; n += 1) await file();
    const before = hook.got.length;
    const start = performance.now();
    await deliver();
    // Each complaint tells of its filing and of its order.
    await until(t, 'all of it', () => hook.got.length >= before + 2 * count);
    return performance.now() - start;
  };
  const atOnce = await timed(() => deliveries.drain());
  const running = await timed(async () => deliveries.start());
  t.ok(
    running < 10 * atOnce + 1000,
    `${Math.round(running)} ms beside ${Math.round(atOnce)} ms: it does not wait between batches`,
  );
});
