/** The audit in the database: pages of it, what waits to be chained, the chain from its beginning. */
import { and, asc, desc, eq, gt, gte, inArray, isNull, lt, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { audit, auditAnchors, auditChain, auditPending } from '../db/audit-tables.ts';
import type { Db } from '../db/connect.ts';
import type { Anchor, AuditRow, Head, Link } from './chain.ts';

export interface AuditFilter {
  actor?: string | undefined;
  action?: string | undefined;
  target?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
}

const before = alias(auditChain, 'before');

/** Rows before an id, newest first, with their links. */
export async function listAudit(db: Db, filter: AuditFilter, until: number | null, count: number) {
  const { actor, action, target, from, to } = filter;
  return db
    .select({
      id: audit.id,
      at: audit.at,
      actor: audit.actor,
      action: audit.action,
      target: audit.target,
      detail: audit.detail,
      seq: auditChain.seq,
      hash: auditChain.hash,
      previousHash: before.hash,
    })
    .from(audit)
    .leftJoin(auditChain, eq(auditChain.auditId, audit.id))
    .leftJoin(before, eq(before.seq, sql`${auditChain.seq} - 1`))
    .where(
      and(
        actor === undefined ? undefined : eq(audit.actor, actor),
        action === undefined ? undefined : eq(audit.action, action),
        target === undefined ? undefined : eq(audit.target, target),
        from === undefined ? undefined : gte(audit.at, from),
        to === undefined ? undefined : lt(audit.at, to),
        until === null ? undefined : lt(audit.id, until),
      ),
    )
    .orderBy(desc(audit.id))
    .limit(count);
}

/** An advisory lock of our own, apart from the others of the database. */
const chainLock = 7_203_028;

/** Whether it is this transaction's turn to chain; another node's otherwise. */
export async function takeTurn(tx: Db): Promise<boolean> {
  const [row] = await tx.execute<{ mine: boolean }>(sql`select pg_try_advisory_xact_lock(${chainLock}) as mine`);
  return row?.mine === true;
}

export async function findHead(tx: Db): Promise<Head | undefined> {
  const [row] = await tx.select().from(auditChain).orderBy(desc(auditChain.seq)).limit(1);
  return row;
}

const hashed = {
  id: audit.id,
  at: audit.at,
  actor: audit.actor,
  action: audit.action,
  target: audit.target,
  detail: sql<string>`${audit.detail}::text`,
};

/** What waits, as far as its rows are there. */
export async function listPending(tx: Db, count: number): Promise<AuditRow[]> {
  return tx
    .select(hashed)
    .from(auditPending)
    .innerJoin(audit, eq(audit.id, auditPending.auditId))
    .orderBy(asc(auditPending.auditId))
    .limit(count);
}

export async function insertLinks(tx: Db, links: readonly Link[]): Promise<void> {
  const ids = links.map(({ auditId }) => auditId);
  await tx.insert(auditChain).values([...links]);
  await tx.delete(auditPending).where(inArray(auditPending.auditId, ids));
}

export async function insertAnchor(tx: Db, anchor: Anchor): Promise<void> {
  await tx.insert(auditAnchors).values(anchor).onConflictDoNothing();
}

export async function listAnchors(db: Db): Promise<Anchor[]> {
  return db.select().from(auditAnchors).orderBy(asc(auditAnchors.day));
}

/** Links after one, in order, with their rows as far as they are there. */
export async function listLinks(db: Db, after: number, count: number): Promise<{ link: Link; row: AuditRow | null }[]> {
  const rows = await db
    .select({ link: auditChain, row: hashed })
    .from(auditChain)
    .leftJoin(audit, eq(audit.id, auditChain.auditId))
    .where(gt(auditChain.seq, after))
    .orderBy(asc(auditChain.seq))
    .limit(count);
  return rows.map(({ link, row }) => ({ link, row: row !== null && row.id !== null ? row : null }));
}

/** Rows that are neither chained nor wait for it: nobody has added them in the usual way. */
export async function listStray(db: Db, count: number): Promise<number[]> {
  const rows = await db
    .select({ id: audit.id })
    .from(audit)
    .leftJoin(auditChain, eq(auditChain.auditId, audit.id))
    .leftJoin(auditPending, eq(auditPending.auditId, audit.id))
    .where(and(isNull(auditChain.auditId), isNull(auditPending.auditId)))
    .orderBy(asc(audit.id))
    .limit(count);
  return rows.map(({ id }) => id);
}

/** What waits though its row is gone. */
export async function listLost(db: Db, count: number): Promise<number[]> {
  const rows = await db
    .select({ id: auditPending.auditId })
    .from(auditPending)
    .leftJoin(audit, eq(audit.id, auditPending.auditId))
    .where(isNull(audit.id))
    .orderBy(asc(auditPending.auditId))
    .limit(count);
  return rows.map(({ id }) => id);
}

export async function countPending(db: Db): Promise<number> {
  return db.$count(auditPending);
}
