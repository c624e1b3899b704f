/** The audit keeps what it was told: whatever a superuser does to its rows with the triggers switched off is found and named. */
import { type SQL, sql } from 'drizzle-orm';
import t from 'tap';
import { runChaining } from '../../src/audit/jobs.ts';
import { verifyAudit } from '../../src/audit/service.ts';
import { recordAudit } from '../../src/db/audit.ts';
import { createLogger } from '../../src/logger.ts';
import { type Clock, clockAt, db, noon, type T } from '../helper.ts';

const log = createLogger({ LOG_LEVEL: 'silent' });

/** Three days of audit, four rows a day, all chained; the first two days are anchored. */
async function threeDays(t: T) {
  const { db: base } = await db(t);
  const clock: Clock = clockAt(noon);
  for (let day = 1; day <= 3; day += 1) {
    for (let n = 1; n <= 4; n += 1) {
      const entry = { at: clock.now, actor: `operator#${n}`, action: 'caller.unmask', target: `complaint:${day}` };
      await base.transaction((tx) => recordAudit(tx, { ...entry, detail: { n, reason: '回电', big: 2 ** 53 } }));
    }
    await runChaining({ db: base, clock: () => clock.now }, log);
    if (day < 3) clock.forward(1440);
  }
  return { base, clock };
}

/** As a superuser who knows of the triggers. */
async function tamper(base: Awaited<ReturnType<typeof threeDays>>['base'], ...statements: SQL[]): Promise<void> {
  await base.transaction(async (tx) => {
    await tx.execute(sql`set local session_replication_role = replica`);
    for (const statement of statements) await tx.execute(statement);
  });
}

const found = async (base: Awaited<ReturnType<typeof threeDays>>['base'], head?: string) =>
  (await verifyAudit(base, head)).findings.map(({ fault, id }) => `${fault} ${id}`);

t.test('what nobody touched is equal', async (t) => {
  const { base } = await threeDays(t);
  const verified = await verifyAudit(base, undefined);
  t.match(verified, { equal: true, links: 12, pending: 0, anchors: 2, count: 0, findings: [] });
  t.same(await found(base, verified.head ?? ''), [], 'also held against the head noted before');
});

t.test('the triggers refuse every change', async (t) => {
  const { base } = await threeDays(t);
  const tables = ['audit', 'audit_chain', 'audit_anchors'];
  for (const table of tables) {
    const column = { audit: 'actor', audit_chain: 'audit_id', audit_anchors: 'count' }[table] ?? '';
    const attempts = [`update ${table} set ${column} = ${column}`, `delete from ${table}`, `truncate ${table}`];
    for (const attempt of attempts)
      await t.rejects(base.execute(sql.raw(attempt)), { cause: { code: '23001' } }, attempt);
  }
  t.same(await found(base), []);
});

const changes: [string, SQL[], string[]][] = [
  ['the actor', [sql`update audit set actor = 'operator#9' where id = 6`], ['changed 6']],
  ['the time, by a millisecond', [sql`update audit set at = at + interval '1 ms' where id = 1`], ['changed 1']],
  ['no target', [sql`update audit set target = null where id = 12`], ['changed 12']],
  ['a reason', [sql`update audit set detail = detail || '{"reason": "无"}' where id = 5`], ['changed 5']],
  [
    'a number too long for JavaScript',
    [sql`update audit set detail = detail || '{"big": 9007199254740993}' where id = 5`],
    ['changed 5'],
  ],
  ['the first gone', [sql`delete from audit where id = 1`], ['removed 1']],
  ['one in the middle gone', [sql`delete from audit where id = 7`], ['removed 7']],
  ['the last gone', [sql`delete from audit where id = 12`], ['removed 12']],
  [
    'two changed places',
    [
      sql`update audit set actor = case id when 6 then 'operator#3' else 'operator#2' end where id in (6, 7)`,
      sql`update audit set detail = jsonb_set(detail, '{n}', case id when 6 then '3'::jsonb else '2' end) where id in (6, 7)`,
    ],
    ['changed 6', 'changed 7'],
  ],
  [
    'two links changed places',
    [
      sql`update audit_chain set audit_id = -audit_id where seq in (6, 7)`,
      sql`update audit_chain set audit_id = case seq when 6 then 7 else 6 end where seq in (6, 7)`,
    ],
    ['moved 7', 'changed 7', 'moved 6', 'changed 6'],
  ],
  [
    'one added in between',
    [
      sql`insert into audit (id, at, actor, action, detail) overriding system value
        select 100, at, actor, action, '{}' from audit where id = 6`,
    ],
    ['added 100'],
  ],
  ['a link gone', [sql`delete from audit_chain where seq = 7`], ['gap null', 'added 7']],
  [
    'a row gone with its link',
    [sql`delete from audit_chain where seq = 7`, sql`delete from audit where id = 7`],
    ['gap null'],
  ],
  [
    'the last day gone with its links',
    [sql`delete from audit_chain where seq > 7`, sql`delete from audit where id > 7`],
    ['anchor 8'],
  ],
  ['an anchor', [sql`update audit_anchors set hash = sha256('') where count = 4`], ['anchor 4']],
  ['an anchor gone', [sql`delete from audit_anchors where count = 8`], ['anchor 8']],
  [
    'a digest that fits the changed row',
    [sql`update audit_chain set digest = sha256('') where seq = 3`],
    ['moved 3', 'changed 3'],
  ],
];

for (const [what, statements, wanted] of changes) {
  t.test(`changed by a superuser: ${what}`, async (t) => {
    const { base } = await threeDays(t);
    await tamper(base, ...statements);
    t.same(await found(base), wanted);
  });
}

t.test('a tail that is cut off after the last anchor is found by the head noted elsewhere', async (t) => {
  const { base } = await threeDays(t);
  const { head } = await verifyAudit(base, undefined);
  await tamper(base, sql`delete from audit_chain where seq > 10`, sql`delete from audit where id > 10`);
  t.same(await found(base), [], 'not by the chain alone');
  t.same(await found(base, head ?? ''), ['head null']);
});

t.test('a row that goes before it is chained is missed', async (t) => {
  const { base, clock } = await threeDays(t);
  const entry = { at: clock.now, actor: 'operator#1', action: 'caller.unmask', target: null, detail: {} };
  await recordAudit(base, entry);
  t.match(await verifyAudit(base, undefined), { equal: true, pending: 1 });
  await tamper(base, sql`delete from audit where id = 13`);
  t.same(await found(base), ['removed 13']);
});

t.test('writers do not wait for each other, and who ends late is chained late', async (t) => {
  const { base, clock } = await threeDays(t);
  const entry = { at: clock.now, actor: 'operator#1', action: 'caller.unmask', target: null, detail: {} };
  const world = { db: base, clock: () => clock.now };
  await base.transaction(async (slow) => {
    await recordAudit(slow, entry);
    await base.transaction((fast) => recordAudit(fast, { ...entry, actor: 'operator#2' }));
    await runChaining(world, log);
    t.match(await verifyAudit(base, undefined), { equal: true, links: 13, pending: 0 }, 'the later one is chained');
  });
  t.match(await verifyAudit(base, undefined), { equal: true, links: 13, pending: 1 });
  await Promise.all([1, 2, 3].map(() => runChaining(world, log)));
  t.match(await verifyAudit(base, undefined), { equal: true, links: 14, pending: 0 });
  await t.rejects(
    base.transaction(async (tx) => {
      await recordAudit(tx, entry);
      throw new Error('undone');
    }),
    /undone/,
  );
  await runChaining(world, log);
  t.match(await verifyAudit(base, undefined), { equal: true, links: 14, pending: 0 }, 'what was undone is not there');
});

t.test('a clock that is set back', async (t) => {
  const { base, clock } = await threeDays(t);
  clock.forward(-2880);
  await recordAudit(base, { at: clock.now, actor: 'system', action: 'x.y', target: null, detail: {} });
  await runChaining({ db: base, clock: () => clock.now }, log);
  t.match(await verifyAudit(base, undefined), { equal: true, links: 13, pending: 0, anchors: 2 });
});
