/** How complaints may be linked: which points to which, what is refused, and how a link reads from either end. Pure. */

/** 重复, 群体, 并单. */
export const linkKinds = ['repeat', 'group', 'merge'] as const;
export type LinkKind = (typeof linkKinds)[number];

/** What the other complaint is to the one that is read. */
export const relations = ['earlier', 'later', 'lead', 'merged', 'head', 'member'] as const;
export type Relation = (typeof relations)[number];

export interface LinkEnd {
  id: number;
  number: string;
  status: string;
  receivedAt: Date;
}

/** Only these may be merged, and be merged into: once a lead has been replied its callers are being called back. */
const open: readonly string[] = ['triage', 'dispatched'];

function isEarlier(a: LinkEnd, b: LinkEnd): boolean {
  const [first, second] = [a.receivedAt.getTime(), b.receivedAt.getTime()];
  return first < second || (first === second && a.id < b.id);
}

/**
 * Which end points to which: the later one of a repeat or a group to the earlier, so that links of these kinds form no
 * cycle; the one that is merged to its lead.
 */
export function direct<T extends LinkEnd>(kind: LinkKind, asked: T, other: T): { from: T; to: T } {
  if (kind === 'merge' || isEarlier(other, asked)) return { from: asked, to: other };
  return { from: other, to: asked };
}

export type Refusal = { code: 'ALREADY_LINKED' } | { code: 'ILLEGAL_ACTION'; detail: string; state: string };

/**
 * Why two complaints may not be linked; null where they may. `linked`: they are already, by this kind, or are in one group.
 * A merged complaint is not open, so that nothing is merged into what follows another, and merges form no cycle.
 */
export function refuseLink(kind: LinkKind, from: LinkEnd, to: LinkEnd, linked: boolean): Refusal | null {
  if (linked) return { code: 'ALREADY_LINKED' };
  if (kind !== 'merge') return null;
  const shut = [from, to].find(({ status }) => !open.includes(status));
  if (shut === undefined) return null;
  return { code: 'ILLEGAL_ACTION', detail: `诉求 ${shut.number} 不在办理中，不能并单`, state: shut.status };
}

/** Why a link may not be undone; null where it may. */
export function refuseUnlink(kind: LinkKind, from: LinkEnd, to: LinkEnd): Refusal | null {
  if (kind !== 'merge' || from.status === 'merged') return null;
  return { code: 'ILLEGAL_ACTION', detail: `主单 ${to.number} 已办结，不能撤销并单`, state: from.status };
}

/** What the end that a link points to is to the other. */
export const relationOfTo: Record<LinkKind, Relation> = { repeat: 'earlier', group: 'head', merge: 'lead' };
/** What the end that points is to the other. */
export const relationOfFrom: Record<LinkKind, Relation> = { repeat: 'later', group: 'member', merge: 'merged' };

/** One complaint of a group, as it stands in the store. */
export interface Member {
  id: number;
  number: string;
  receivedAt: Date;
  since: Date;
}

/** The earliest of a group is its head, whichever links tie it together. */
export function headOf(members: readonly Member[]): Member | undefined {
  return members.toSorted((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime() || a.id - b.id)[0];
}
