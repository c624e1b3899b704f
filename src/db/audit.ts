/** The one way into the audit (审计): rows are written in the transaction of what they tell of, and never changed. */
import { maskText } from '../access/mask.ts';
import { audit } from './audit-tables.ts';
import type { Db } from './connect.ts';

export interface AuditEntry {
  at: Date;
  /** As in events: role and token, or `system`, or who typed a command. */
  actor: string;
  /** What was done, as `thing.verb`. */
  action: string;
  /** To what, as `thing:key`. */
  target: string | null;
  /** Free of personal data; telephone and identity numbers that someone typed into a reason are masked here. */
  detail: Record<string, unknown>;
}

export async function recordAudit(tx: Db, { detail, ...entry }: AuditEntry): Promise<void> {
  const masked = Object.entries(detail).map(([key, value]) => [
    key,
    typeof value === 'string' ? maskText(value) : value,
  ]);
  await tx.insert(audit).values({ ...entry, detail: Object.fromEntries(masked) });
}

/** Records that figures or lists left the service as a file: what was asked for, and by whom. */
export async function recordExport(
  db: Db,
  { actor }: { actor: string },
  report: string,
  asked: Record<string, unknown>,
  at: Date,
): Promise<void> {
  await recordAudit(db, { at, actor, action: 'report.export', target: `report:${report}`, detail: asked });
}

/** Names a person in the audit by the index of his number: the same person by the same name, and nobody can tell who it is. */
export function personOf(phoneIndex: Buffer): string {
  return `caller:${phoneIndex.toString('hex').slice(0, 16)}`;
}

/** Records that somebody asked whether a number has complained, which is a look at a person. */
export async function recordPhoneSearch(
  db: Db,
  { actor }: { actor: string },
  phoneIndex: Buffer,
  at: Date,
): Promise<void> {
  await recordAudit(db, { at, actor, action: 'caller.search', target: personOf(phoneIndex), detail: {} });
}
