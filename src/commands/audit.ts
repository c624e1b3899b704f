/** `audit verify`: checks the audit against its chain, its anchors, and a head that was noted elsewhere. */
import { verifyAudit } from '../audit/service.ts';
import { CommandError, print, say, withDatabase } from './common.ts';

/** Prints `equal`; or what was found, and fails. */
export async function auditVerify({ head }: { head?: string }): Promise<void> {
  await withDatabase(async ({ db }) => {
    const found = await verifyAudit(db, head, (links) => say(`已校验 ${links} 条`));
    say(`链上 ${found.links} 条，待上链 ${found.pending} 条，锚 ${found.anchors} 个`);
    if (found.head !== null) say(`请另处保存：${found.head}`);
    if (found.equal) return print('equal');
    for (const { fault, id, says } of found.findings) print(`${fault} ${id ?? '-'} ${says}`);
    throw new CommandError(`有 ${found.count} 处不符`);
  });
}
