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
