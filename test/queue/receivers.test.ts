/** How many event streams there may be, and when they end: with their token, their receiver, the service. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { build } from '../../src/app.ts';
import { createContext } from '../../src/context.ts';
import { connectTo } from '../../src/db/connect.ts';
import { createLogger } from '../../src/logger.ts';
import { app, type Caller, refused } from '../helper.ts';
import { bySignal, file, listen, node, open, type Stream, told, until, wait } from './stream.ts';

t.test('a stream ends with its token', async (t) => {
  const service = await app(t);
  const operator = await service.as('operator');
  // Looks often: a transaction of another test on the same server holds back what a signal would tell at once.
  const far = await node(t, service, { lookMs: 500, heartbeatMs: 50 });
  const [revoked, good] = [await service.as('handler', '110105026'), await service.as('manager', '110105026')];
  const [ends, stays] = [await open(t, far, revoked), await open(t, far, good)];
  await until(() => ends.text().includes('\n:\n\n'));
  t.match(ends.text(), /\n\n:\n\n/, 'a comment keeps it alive');
  await service.connection.db.execute(
    sql`update tokens set revoked_at = now() where id = (select min(id) from tokens where role = 'handler')`,
  );
  await ends.ended;
  t.ok(ends.response.complete, 'the end is an orderly one');
  const id = await file(operator);
  await stays.count(1);
  t.same([told(ends), told(stays)], [[], [`${id} dispatched`]], 'the other goes on');
  service.clock.forward(366 * 24 * 60);
  await stays.ended;
  t.ok(stays.response.complete, 'and ends when its token expires');
});

t.test('a stream that opens while the tokens are looked at goes on', async (t) => {
  const service = await app(t);
  const caller = await service.as('handler', '110105026');
  const far = await node(t, service, { lookMs: 500, heartbeatMs: 2 });
  const streams: Stream[] = [];
  for (let n = 0; n < 15; n += 1) streams.push(await open(t, far, caller));
  const id = await file(await service.as('operator'));
  for (const stream of streams) await Promise.race([stream.count(1), stream.ended]);
  t.same(streams.map(told), Array(15).fill([`${id} dispatched`]));
});

t.test('who may, and how many', async (t) => {
  const service = await app(t);
  const far = await node(t, service, { perToken: 2, perUnit: 3 });
  const [one, two] = [await service.as('handler', '110105026'), await service.as('handler', '110105026')];
  const first = await open(t, far, one);
  await open(t, far, one);
  const refusal = async (caller: Caller) => {
    const answer = await far.inject({
      url: '/api/v1/queue/events',
      headers: caller.token === '' ? {} : { authorization: `Bearer ${caller.token}` },
    });
    return { status: answer.statusCode, headers: answer.headers, body: answer.json(), text: answer.body };
  };
  refused(t, 'a third of one token', await refusal(one), 429, 'TOO_MANY_STREAMS');
  await open(t, far, two);
  refused(t, 'a fourth of the unit', await refusal(two), 429, 'TOO_MANY_STREAMS');
  await open(t, far, await service.as('handler', '110105001'));
  first.stop();
  let status = 429;
  for (let tries = 0; tries < 100 && status === 429; tries += 1) {
    const headers = { authorization: `Bearer ${one.token}` };
    const hold = new AbortController();
    status = (await fetch(`${await listen(far)}/api/v1/queue/events`, { headers, signal: hold.signal })).status;
    hold.abort();
    await wait(20);
  }
  t.equal(status, 200, 'a closed one makes room');
  refused(t, 'no token', await refusal(service.anyone), 401, 'UNAUTHENTICATED');
  refused(t, 'a role without a queue', await refusal(await service.as('dispatcher')), 403, 'FORBIDDEN');
  const { statusCode } = await far.inject({ method: 'HEAD', url: '/api/v1/queue/events' });
  t.equal(statusCode, 404, 'no head of it');
});

t.test('a receiver that takes nothing is cut off, and what it did not take is kept for nobody', async (t) => {
  const service = await app(t);
  const operator = await service.as('operator');
  const unit = await service.as('handler', '110105026');
  const far = await node(t, service, { ...bySignal, heartbeatMs: 500 });
  const since = (await unit.get('/queue')).body.since;
  const id = await file(operator);
  // Enough text that neither side's socket can hold it: the same order, so that few statements make it.
  await service.connection.db.execute(sql`
    with c as (
      insert into complaints (number, public_code, source, body_hash, channel, status, text, received_at, wants_callback, type, need,
        level, judgement, "similar", catalog_version, words)
      select 'X' || n, public_code, source || n, body_hash, channel, status, repeat('很长的文字', 1000), received_at, wants_callback,
        type, need, level, judgement, "similar", catalog_version, words
      from complaints, generate_series(1, 1000) n where id = (select complaint_id from orders where id = ${Number(id)})
      returning id)
    insert into orders (complaint_id, unit, role, level, status, reason, dispatched_at, sign_due_at, contact_due_at, due_at)
    select c.id, o.unit, o.role, o.level, o.status, o.reason, o.dispatched_at, o.sign_due_at, o.contact_due_at, o.due_at
    from c, orders o where o.id = ${Number(id)}`);
  const reader = await open(t, far, unit, since);
  const dead = await open(t, far, unit, since);
  dead.response.pause();
  t.equal((await reader.count(1001)).length, 1001, 'who reads is told everything');
  // Six heartbeats, of which two are enough. A socket that is not read does not tell that it was closed.
  await wait(3000);
  dead.response.resume();
  await dead.ended;
  t.ok(dead.events.length < 1001, 'who does not is cut off');
  t.notOk(dead.response.complete);
  const next = await file(operator);
  await reader.count(1002);
  t.equal(reader.events.at(-1)?.order.id, next, 'and others go on');
});

t.test('the service stops though streams are open', async (t) => {
  const service = await app(t);
  const unit = await service.as('handler', '110105026');
  const connection = await connectTo(service.connection.url, 4);
  const ctx = await createContext(connection.db, {
    clock: () => service.clock.now,
    signal: connection.signal,
    vault: service.ctx.vault,
  });
  const far = await build(ctx, createLogger({ LOG_LEVEL: 'silent' }));
  const streams = [await open(t, far, unit), await open(t, far, unit)];
  await far.close();
  await connection.close();
  for (const { ended, response } of streams) {
    await ended;
    t.ok(response.complete, 'ended in order');
  }
});
