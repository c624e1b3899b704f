/**
 * Claim: with 1,000,000 complaints stored, the look-up for similar complaints and group alarms that every filing makes takes
 * 20 ms or less in 95 of 100 cases, one after the other.
 * Run: npm run bench:similar (some minutes and 3 GB on disk; the number of complaints may be given as an argument)
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { machine } from '../src/access/scope.ts';
import { createContext } from '../src/context.ts';
import { type Connection, connectTo } from '../src/db/connect.ts';
import { openEmbedded } from '../src/db/embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { seedBuiltIn } from '../src/db/seed.ts';
import { type Filer, subjectOf } from '../src/intake/filing.ts';
import { lookAround, prepareFiling } from '../src/intake/service.ts';
import { insertFiling } from '../src/intake/store.ts';
import { readTriage } from '../src/triage/service.ts';
import { benchKeys } from './keys.ts';
import { benchCases, say } from './texts.ts';

const limitMs = 20;
const wanted = Number(process.argv[2] ?? 1_000_000);
const filed = 2000;
const measured = 1000;

const filer: Filer = { source: 'bench', actor: 'bench', tokenId: null, maySetReceivedAt: true, seesOthers: true };
const dispatcher = machine({ tokenId: 0, role: 'dispatcher', unit: null, name: 'bench', actor: 'bench' });
const dataDir = mkdtempSync(path.join(tmpdir(), 'jiesu-similar-'));
const server = await openEmbedded(dataDir);
const connection = await connectTo(server.url, 8);
try {
  await migrate(connection);
  await seedBuiltIn(connection.db, new Date());
  process.exitCode = await measure(connection);
} finally {
  await connection.close();
  await server.release();
  rmSync(dataDir, { recursive: true, force: true });
}

async function measure({ db }: Connection): Promise<number> {
  const now = new Date();
  const ctx = await createContext(db, { vault: await benchKeys(db, dataDir) });
  const { catalog } = ctx.judgeAt(now);
  for (const { complaint } of benchCases(catalog, filed))
    await insertFiling(db, { ...(await prepareFiling(ctx, complaint, filer, now)), watches: [] });
  await multiply({ db });
  await ctx.refresh();
  say(`${wanted} complaints stored, ${ctx.wordShares().size} common words counted`);
  const judge = ctx.judgeAt(now);
  const times: number[] = [];
  let found = 0;
  for (const [index, { complaint: request }] of benchCases(catalog, measured * 2, 11).entries()) {
    const { judgement, words } = judge.judge(subjectOf(request));
    const sought = { request, filer, judgement, words: ctx.segmenter.searchWords(words) };
    const start = performance.now();
    const { similar } = await lookAround(ctx, judge, sought, now);
    // The first half warms up what a running service has warm.
    if (index < measured) continue;
    times.push(performance.now() - start);
    if (similar.length > 0) found += 1;
  }
  say(`similar complaints for ${found} of ${measured}`);
  say(`look-up ${told(times)}`);
  const desk: number[] = [];
  for (let n = 0; n < 100; n += 1) {
    const start = performance.now();
    await readTriage(ctx, dispatcher, { limit: 50 }, now);
    desk.push(performance.now() - start);
  }
  say(`GET /triage, a page of 50: ${told(desk)}`);
  const ratio = percentile(times, 0.95) / limitMs;
  say(`ratio ${ratio.toFixed(2)} (limit 1.00, p95 over ${limitMs} ms) ${ratio <= 1 ? 'ok' : 'MISSED'}`);
  return ratio <= 1 ? 0 : 1;
}

function percentile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? Number.NaN;
}

function told(times: readonly number[]): string {
  return [0.5, 0.95, 0.99].map((share) => `p${share * 100} ${percentile(times, share).toFixed(1)} ms`).join(', ');
}

/**
 * Copies the complaints that were filed until as many are stored as are wanted: received over the last ninety days, each in a
 * street drawn so that some have many more than others, with other telephones and with words mixed from two of them.
 * The index for searching by word is left out meanwhile: nothing measured here reads it, and it takes longest to fill.
 */
async function multiply({ db }: Pick<Connection, 'db'>): Promise<void> {
  await db.execute(sql`drop index complaints_words`);
  await db.execute(sql`set synchronous_commit = off`);
  await db.execute(sql`create table pool as select row_number() over (order by id) - 1 as n, *,
      array_to_tsvector((tsvector_to_array(words))[1:10]) as head from complaints`);
  await db.execute(sql`create unique index on pool (n)`);
  await db.execute(sql`
    create table streets as select row_number() over (order by md5(code)) - 1 as n, code, parent,
      (select array_agg(code) from divisions c where c.parent = s.code) as communities
    from divisions s where kind = 'street' and not zone`);
  await db.execute(sql`create unique index on streets (n)`);
  for (let from = 0; from < wanted; from += 100_000) {
    await db.execute(sql`
      insert into complaints (number, public_code, source, body_hash, channel, status, text, received_at, closed_at,
        wants_callback, type, need, matter, level, district, street, community, judgement, said, "similar", catalog_version, words)
      select 'B' || lpad(g::text, 14, '0'), 'BENCHBEN', 'bench', a.body_hash, a.channel,
        case when g % 400 = 0 then 'triage' else 'closed' end, a.text,
        now() - random() * interval '90 days', now(), true, a.type, a.need, a.matter, a.level, s.parent, s.code,
        s.communities[1 + (random() * (cardinality(s.communities) - 1))::int],
        a.judgement, a.said, '[]', a.catalog_version,
        a.words || b.head
      from generate_series(${from}::int, ${Math.min(from + 100_000, wanted) - 1}::int) g
        join pool a on a.n = (hashint8(g) & 2147483647) % ${filed}
        join pool b on b.n = (hashint8(g + 1000000007) & 2147483647) % ${filed}
        join streets s on s.n = floor(power(((hashint8(g + 77) & 1048575) / 1048576.0), 2) * (select count(*) from streets))`);
    say(`… ${Math.min(from + 100_000, wanted)}`);
  }
  await db.execute(sql`
    insert into callers (complaint_id, phone_index, kind, secret)
    select id, sha256(int4send((hashint8(id) & 2147483647) % 400000)), 'person', false
    from complaints where source = 'bench' and number like 'B%'`);
  await db.execute(sql`vacuum analyze complaints`);
  await db.execute(sql`vacuum analyze callers`);
}
