/** The audit as the auditor reads it, and what writes it. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { runChaining } from '../../src/audit/jobs.ts';
import { recordAudit } from '../../src/db/audit.ts';
import { createLogger } from '../../src/logger.ts';
import { app, complaint, refused } from '../helper.ts';

const log = createLogger({ LOG_LEVEL: 'silent' });

t.test('pages, filters and the chain', async (t) => {
  const { as, ctx, clock, connection } = await app(t);
  const auditor = await as('auditor');
  for (let n = 1; n <= 7; n += 1) {
    const action = n % 2 === 0 ? 'report.export' : 'webhook.create';
    const target = n === 4 ? null : `thing:${n}`;
    await recordAudit(ctx.db, { at: clock.now, actor: `admin#${n % 3}`, action, target, detail: { n } });
    clock.forward(1);
  }
  const fresh = (await auditor.get('/audit')).body;
  t.equal(fresh.items.length, 7);
  t.match(fresh.items[0], { id: '7', actor: 'admin#1', target: 'thing:7', detail: { n: 7 }, seq: null, hash: null });
  await runChaining(ctx, log);
  const ids: string[] = [];
  let last: { previousHash: string; hash: string } | null = null;
  for (let next: string | null = ''; next !== null; ) {
    const page = await auditor.get(`/audit?limit=3${next && `&cursor=${next}`}`);
    t.equal(page.status, 200);
    for (const item of page.body.items) {
      ids.push(item.id);
      if (last !== null) t.equal(last.previousHash, item.hash, 'each holds the hash of the one before');
      last = item;
    }
    next = page.body.next;
  }
  t.same(ids, ['7', '6', '5', '4', '3', '2', '1']);
  t.equal(last?.previousHash, '0'.repeat(64));
  const asked = async (query: string) =>
    (await auditor.get(`/audit?${query}`)).body.items.map(({ id }: { id: string }) => id);
  t.same(await asked('action=report.export'), ['6', '4', '2']);
  t.same(await asked('actor=admin%230'), ['6', '3']);
  t.same(await asked('target=thing:5&action=webhook.create'), ['5']);
  t.same(await asked('from=2026-11-22T12:02:00%2B08:00&to=2026-11-22T12:04:00%2B08:00'), ['4', '3']);
  t.match((await auditor.get('/audit/verify')).body, { equal: true, links: 7, findings: [] });
  refused(t, 'no head', await auditor.get('/audit/verify?head=1:2'), 400, 'VALIDATION_FAILED', 'head');
  refused(t, 'a foreign cursor', await auditor.get('/audit?cursor=eA'), 400, 'INVALID_CURSOR');
  await connection.db.transaction(async (tx) => {
    await tx.execute(sql`set local session_replication_role = replica`);
    await tx.execute(sql`delete from audit where id = 3`);
  });
  t.match((await auditor.get('/audit/verify')).body, {
    equal: false,
    count: 1,
    findings: [{ fault: 'removed', id: '3' }],
  });
});

t.test('what is audited', async (t) => {
  const { as, ctx } = await app(t, new Date('2026-12-20T12:00:00+08:00'), { webhookAllow: '127.0.0.1:9' });
  const [admin, assessor, analyst, auditor, operator] = await Promise.all(
    (['admin', 'assessor', 'analyst', 'auditor', 'operator'] as const).map((role) => as(role)),
  );
  if (!admin || !assessor || !analyst || !auditor || !operator) throw new Error('no callers');
  const { number } = (await operator.post('/complaints', complaint())).body;
  const latest = async () => {
    const [row] = (await auditor.get('/audit?limit=1')).body.items;
    return { action: row?.action, target: row?.target, actor: row?.actor.split('#')[0], detail: row?.detail };
  };
  t.equal((await auditor.get('/audit')).body.items.length, 0, 'filing is told by the history alone');

  await analyst.get('/reports/rates?period=2026-12&by=unit&format=csv');
  t.match(await latest(), {
    action: 'report.export',
    target: 'report:rates',
    actor: 'analyst',
    detail: { format: 'csv', by: 'unit' },
  });
  await analyst.get('/reports/volume?period=2026-12&format=xlsx');
  t.match(await latest(), { action: 'report.export', target: 'report:volume', detail: { format: 'xlsx' } });
  await analyst.get('/reports/volume/cases?period=2026-12&figure=volume&key=total&format=csv');
  t.match(await latest(), { action: 'report.export', target: 'report:volume/cases', detail: { figure: 'volume' } });

  const applied = await assessor.post('/assessment/exclusions', {
    number,
    kind: '不合理诉求',
    scope: 'none',
    reason: '多次核实',
  });
  t.equal(applied.status, 201, applied.text);
  t.match(await latest(), {
    action: 'exclusion.apply',
    target: `complaint:${number}`,
    detail: { exclusion: Number(applied.body.id) },
  });
  const other = await as('assessor', undefined, '另一人');
  await other.post(`/assessment/exclusions/${applied.body.id}/review`, { approve: true, reason: '同意' });
  t.match(await latest(), { action: 'exclusion.review', target: `complaint:${number}`, detail: { approve: true } });

  t.equal((await assessor.post('/assessment/periods/2026-11/close', {})).status, 200);
  t.match(await latest(), { action: 'period.close', target: 'period:2026-11', actor: 'assessor' });

  const made = await admin.post('/webhooks', { url: 'http://127.0.0.1:9/secret-path' });
  t.equal(made.status, 201, made.text);
  t.match(await latest(), {
    action: 'webhook.create',
    target: `webhook:${made.body.id}`,
    detail: { scope: 'all', host: '127.0.0.1:9' },
  });
  await admin.post(`/webhooks/${made.body.id}/rotate`, {});
  t.match(await latest(), { action: 'webhook.rotate' });
  await admin.patch(`/webhooks/${made.body.id}`, { description: '局里的' });
  t.match(await latest(), { action: 'webhook.change', detail: { fields: ['description'] } });
  await admin.delete(`/webhooks/${made.body.id}`);
  t.match(await latest(), { action: 'webhook.remove' });

  const article = { unit: '110105026', title: '垃圾清运时间', text: '每日六时。', reason: '新写' };
  const written = await admin.post('/knowledge', article);
  t.match(await latest(), {
    action: 'article.create',
    target: `article:${written.body.id}`,
    detail: { reason: '新写' },
  });
  await admin.post(`/knowledge/${written.body.id}/withdraw`, { reason: '过时' });
  t.match(await latest(), { action: 'article.withdraw', detail: { reason: '过时' } });

  refused(t, 'not the auditor', await admin.get('/audit'), 403, 'FORBIDDEN');
  t.match(await latest(), { action: 'access.refuse', target: 'permission:audit.read', actor: 'admin' });
  refused(t, 'a body that is none', await admin.post('/webhooks', {}), 400, 'VALIDATION_FAILED', 'url');
  t.match(await latest(), { action: 'access.refuse' }, 'what failed is not audited');
  const all = (await auditor.get('/audit')).text;
  t.notMatch(all, /secret-path|19900001234|赵甲/);
  await runChaining(ctx, log);
  t.match((await auditor.get('/audit/verify')).body, { equal: true });
});
