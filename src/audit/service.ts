/** The audit: read by the auditor, chained by one node at a time, verified from its beginning. See ADR 028. */
import { preciseTime, shanghaiTime } from '../catalog/calendar.ts';
import type { Context } from '../context.ts';
import { type Db, snapshot } from '../db/connect.ts';
import { fieldError } from '../http/errors.ts';
import { page, readNumbers, writeCursor } from '../http/schemas.ts';
import {
  type Anchor,
  anchorDue,
  createWalk,
  type Finding,
  formatHead,
  type Link,
  linksAfter,
  origin,
} from './chain.ts';
import type { AuditEntryView, AuditQuery, Verification } from './schemas.ts';
import {
  countPending,
  findHead,
  insertAnchor,
  insertLinks,
  listAnchors,
  listAudit,
  listLinks,
  listLost,
  listPending,
  listStray,
  takeTurn,
} from './store.ts';

/** Rows chained in one transaction, and read at a time when the chain is verified. */
const batch = 2000;
/** Findings that are told; how many there are is told too. */
const shown = 100;

/** A page of the audit, newest first. */
export async function readAudit(ctx: Context, query: AuditQuery) {
  const { limit, cursor, from, to, ...equal } = query;
  const filters = JSON.stringify([equal, from, to]);
  const [until = null] = cursor === undefined ? [] : readNumbers(cursor, 'audit', filters, 1);
  const span = {
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
  };
  const rows = await listAudit(ctx.db, { ...equal, ...span }, until, limit + 1);
  const { items, next } = page(rows, limit, ({ id }) => writeCursor('audit', filters, [id]));
  return { items: items.map(view), next };
}

function view({
  id,
  at,
  seq,
  hash,
  previousHash,
  ...row
}: Awaited<ReturnType<typeof listAudit>>[number]): AuditEntryView {
  const before = seq === null ? null : (previousHash ?? origin.hash);
  return {
    ...row,
    id: String(id),
    at: preciseTime(at),
    seq,
    previousHash: before?.toString('hex') ?? null,
    hash: hash?.toString('hex') ?? null,
  };
}

/**
 * Chains a batch of what waits, and anchors a day that is over. Answers the links and the anchor made; null where another node is at
 * it. Only rows of ended transactions are seen, and one that ends later is chained later: the order of the chain is that of chaining.
 */
export async function chainBatch(
  db: Db,
  now: Date,
): Promise<{ links: Link[]; anchor: Anchor | null; more: boolean } | null> {
  return db.transaction(async (tx) => {
    if (!(await takeTurn(tx))) return null;
    const head = (await findHead(tx)) ?? origin;
    const anchor = anchorDue(head, now);
    if (anchor !== null) await insertAnchor(tx, anchor);
    const links = linksAfter(head, await listPending(tx, batch), now);
    if (links.length > 0) await insertLinks(tx, links);
    return { links, anchor, more: links.length === batch };
  });
}

/** A head as an auditor noted it. Throws VALIDATION_FAILED for what is none. */
function parseHead(text: string): { seq: number; hash: string } {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined) throw fieldError('head', '应为 序号:哈希，如校验所答的 head');
  return { seq: Number(seq), hash };
}

/**
 * Checks every row against the chain, the chain against its anchors, and both against a head noted earlier where one is given. In one
 * snapshot: what is written meanwhile is not mistaken for a fault.
 */
export async function verifyAudit(
  db: Db,
  head: string | undefined,
  told?: (links: number) => void,
): Promise<Verification> {
  const noted = head === undefined ? null : parseHead(head);
  return db.transaction(async (tx) => {
    const anchors = await listAnchors(tx);
    const walk = createWalk(anchors, noted);
    const findings: Finding[] = [];
    for (;;) {
      const links = await listLinks(tx, walk.head().seq, batch);
      for (const { link, row } of links) findings.push(...walk.step(link, row));
      told?.(walk.head().seq);
      if (links.length < batch) break;
    }
    findings.push(...walk.end());
    for (const id of await listStray(tx, shown))
      findings.push({ fault: 'added', id, says: '此条不在链上，也不在待上链之列' });
    for (const id of await listLost(tx, shown)) findings.push({ fault: 'removed', id, says: '此条上链之前已被删除' });
    return {
      equal: findings.length === 0,
      links: walk.head().seq,
      pending: await countPending(tx),
      anchors: anchors.length,
      head: walk.head().seq === 0 ? null : formatHead(walk.head()),
      last: walk.head().seq === 0 ? null : shanghaiTime(walk.head().at),
      count: findings.length,
      findings: findings.slice(0, shown).map((one) => ({ ...one, id: one.id === null ? null : String(one.id) })),
    };
  }, snapshot);
}
