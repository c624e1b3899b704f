/** An answer that is committed while its period is being closed: among the cases that are frozen, or an amendment; never lost. */
import { setTimeout } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { machine, type Session } from '../../src/access/scope.ts';
import { recordAttempt } from '../../src/callback/service.ts';
import { verifyPeriod } from '../../src/closing/jobs.ts';
import { closePeriod } from '../../src/closing/service.ts';
import { instant, type World, world } from '../assessment/lives.ts';
import { answered } from '../life.ts';

const last = instant('11-18T23:59:59.999');
const midnight = instant('11-19T00:00');
const by = (role: Session['role']): Session => machine({ tokenId: 1, role, unit: null, name: role, actor: role });
const attempt = { ...answered, way: 'phone', satisfaction: 'satisfied' } as const;

/** So many cases that are replied and not yet called back. */
async function due(w: World, count: number): Promise<number[]> {
  for (let n = 0; n < count; n += 1) await (await w.tell('11-16')).at('11-17').reply();
  return (await w.agent.get('/callbacks?limit=500')).body.items.map(({ id }: { id: string }) => Number(id));
}

const answer = ({ ctx }: World, id: number) => recordAttempt(ctx, by('callback'), id, attempt, last);
const close = ({ ctx }: World) => closePeriod(ctx, by('assessor'), '2026-11', midnight);

/** A transaction of another connection that holds a lock until it is told to go. */
async function holding({ connection }: World, lock: ReturnType<typeof sql>): Promise<() => Promise<void>> {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  let done: Promise<void> = Promise.resolve();
  await new Promise<void>((resolve) => {
    done = connection.db.transaction(async (tx) => {
      await tx.execute(lock);
      resolve();
      await gate;
    });
  });
  return async () => {
    release();
    await done;
  };
}

/** Waits until so many statements of the test's database wait for locks. */
async function waiting({ connection }: World, count: number): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    const [row] = await connection.db.execute<{ count: number }>(sql`select count(*)::int as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`);
    if (row?.count === count) return;
    await setTimeout(25);
  }
  throw new Error('nobody waits');
}

async function outcome(w: World) {
  const { body } = await w.analyst.get('/reports/rates?period=2026-11&by=unit');
  const { items } = (await w.analyst.get('/assessment/periods/2026-11/amendments?limit=500')).body;
  const { differences } = await verifyPeriod(w.connection.db, '2026-11', () => undefined);
  return { frozen: body.total.valid, amendments: items.length, differences };
}

t.test('an answer that is being written is waited for, and frozen', async (t) => {
  const w = await world(t);
  const [id = 0] = await due(w, 1);
  const release = await holding(w, sql`select from callbacks where id = ${id} for update`);
  const written = answer(w, id);
  await waiting(w, 1);
  const closed = close(w);
  await waiting(w, 2);
  await release();
  t.equal((await written).valid, true);
  t.equal((await closed).status, 'closed');
  t.same(await outcome(w), { frozen: 1, amendments: 0, differences: [] });
});

t.test('an answer that comes while the cases are being frozen becomes an amendment', async (t) => {
  const w = await world(t);
  const [id = 0] = await due(w, 1);
  // The figures cannot be written yet: the closing has read the cases and stands still.
  const release = await holding(w, sql`lock table period_figures in share mode`);
  const closed = close(w);
  await waiting(w, 1);
  const written = answer(w, id);
  await waiting(w, 2);
  await release();
  t.equal((await closed).status, 'closed');
  t.equal((await written).valid, true);
  t.same(await outcome(w), { frozen: 0, amendments: 1, differences: [] });
});

t.test('an answer of the period that goes on does not wait for one that is closed', async (t) => {
  const w = await world(t);
  const [id = 0] = await due(w, 1);
  const release = await holding(w, sql`lock table assessment_periods in exclusive mode`);
  const { valid } = await recordAttempt(w.ctx, by('callback'), id, attempt, instant('11-20'));
  t.equal(valid, true);
  await release();
});

t.test('whatever the order, every answer stands in one of the two', async (t) => {
  const w = await world(t);
  const ids = await due(w, 12);
  const answers = ids.map(async (id, n) => {
    await setTimeout(n * 8);
    return answer(w, id);
  });
  const closing = setTimeout(40).then(() => close(w));
  await Promise.all([...answers, closing]);
  const { frozen, amendments, differences } = await outcome(w);
  t.equal(frozen + amendments, ids.length, `${frozen} frozen, ${amendments} amended`);
  t.same(differences, []);
});
