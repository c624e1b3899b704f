/**
 * The hash chain of the audit: what a link holds, and what is wrong with a chain, row by row. Pure. A link's hash is over the link
 * before, its own number and the digest of its row: nothing can be changed, removed or moved without every later hash changing too.
 */
import { createHash } from 'node:crypto';
import { shanghaiDate } from '../catalog/calendar.ts';

/** A row as it is hashed: `detail` is PostgreSQL's own text of the jsonb, exact whatever the numbers in it. */
export interface AuditRow {
  id: number;
  at: Date;
  actor: string;
  action: string;
  target: string | null;
  detail: string;
}

export interface Link {
  /** Counts from 1. */
  seq: number;
  auditId: number;
  /** When it was chained. */
  at: Date;
  digest: Buffer;
  hash: Buffer;
}

/** Where a chain stands at the end of a day. */
export interface Anchor {
  day: string;
  lastId: number;
  count: number;
  hash: Buffer;
}

/** What the next link builds on. */
export type Head = Pick<Link, 'seq' | 'auditId' | 'at' | 'hash'>;

/** Before the first link. */
export const origin: Head = { seq: 0, auditId: 0, at: new Date(0), hash: Buffer.alloc(32) };

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** The digest of a row: JSON with the fields in a fixed order, so that no two rows read alike. */
export function digestOf({ id, at, actor, action, target, detail }: AuditRow): Buffer {
  return sha256(JSON.stringify([id, at.toISOString(), actor, action, target, detail]));
}

/** The hash of a link after one with `before`. */
export function hashOf(before: Buffer, { seq, auditId, at, digest }: Omit<Link, 'hash'>): Buffer {
  return sha256(JSON.stringify([before.toString('hex'), seq, auditId, at.toISOString(), digest.toString('hex')]));
}

/** The links of some rows after `head`, in the order given. A clock that was set back does not take the chain back. */
export function linksAfter(head: Head, rows: readonly AuditRow[], now: Date): Link[] {
  const at = now > head.at ? now : head.at;
  let last = head;
  return rows.map((row) => {
    const link = { seq: last.seq + 1, auditId: row.id, at, digest: digestOf(row) };
    const made = { ...link, hash: hashOf(last.hash, link) };
    last = made;
    return made;
  });
}

/** The anchor that is due before anything is chained at `now`: that of the day of the last link, once it is over. */
export function anchorDue({ seq, auditId, at, hash }: Head, now: Date): Anchor | null {
  const day = shanghaiDate(at);
  return seq === 0 || day >= shanghaiDate(now) ? null : { day, lastId: auditId, count: seq, hash };
}

export const faults = ['changed', 'removed', 'added', 'moved', 'gap', 'anchor', 'head'] as const;
export type Fault = (typeof faults)[number];

/** What is wrong: with which row of the audit, where there is one to name. */
export interface Finding {
  fault: Fault;
  id: number | null;
  says: string;
}

/** A head as it is noted elsewhere: `count:hash`. */
export function formatHead({ seq, hash }: Pick<Head, 'seq' | 'hash'>): string {
  return `${seq}:${hash.toString('hex')}`;
}

/**
 * Walks a chain from its beginning. Links are given in order, each with the row it is of or null where that is gone; what is wrong with
 * one is told once, and the walk goes on with what is stored.
 */
export function createWalk(anchors: readonly Anchor[], noted: { seq: number; hash: string } | null) {
  let last = origin;
  const byDay = new Map(anchors.map((anchor) => [anchor.day, anchor]));
  const check = (link: Link, row: AuditRow | null): Finding[] => {
    const found: Finding[] = [];
    const { seq, auditId: id, digest, hash } = link;
    const isNext = seq === last.seq + 1;
    const near = `审计第 ${last.auditId} 条之后、第 ${id} 条之前`;
    if (!isNext) found.push({ fault: 'gap', id: null, says: `链上缺第 ${last.seq + 1}–${seq - 1} 环，在${near}` });
    else if (!hashOf(last.hash, link).equals(hash))
      found.push({ fault: 'moved', id, says: `链的第 ${seq} 环与前一环不相接` });
    if (row === null) found.push({ fault: 'removed', id, says: '此条已被删除' });
    else if (!digestOf(row).equals(digest)) found.push({ fault: 'changed', id, says: '此条已被改动' });
    return found;
  };
  /** The day of the last link is over: it must be anchored as it stands. */
  const endOfDay = (mustBe: boolean): Finding[] => {
    if (last.seq === 0) return [];
    const day = shanghaiDate(last.at);
    const anchor = byDay.get(day);
    byDay.delete(day);
    if (anchor === undefined) return mustBe ? [{ fault: 'anchor', id: last.auditId, says: `缺 ${day} 的锚` }] : [];
    const same = anchor.count === last.seq && anchor.lastId === last.auditId && anchor.hash.equals(last.hash);
    return same ? [] : [{ fault: 'anchor', id: anchor.lastId, says: `${day} 的锚与链不一致` }];
  };
  return {
    /** Where the walk stands. */
    head: () => last,
    step(link: Link, row: AuditRow | null): Finding[] {
      const found = shanghaiDate(link.at) === shanghaiDate(last.at) ? [] : endOfDay(true);
      found.push(...check(link, row));
      last = link;
      if (noted?.seq === link.seq && noted.hash !== link.hash.toString('hex'))
        found.push({ fault: 'head', id: link.auditId, says: `链的第 ${link.seq} 环与所记的不同` });
      return found;
    },
    end(): Finding[] {
      const found = endOfDay(false);
      for (const { day, lastId, count } of byDay.values())
        found.push({ fault: 'anchor', id: lastId, says: `${day} 的锚记到第 ${count} 环，链上没有这一天的结尾` });
      if (noted !== null && noted.seq > last.seq)
        found.push({ fault: 'head', id: null, says: `所记的链有 ${noted.seq} 环，现在只有 ${last.seq} 环` });
      return found;
    },
  };
}
