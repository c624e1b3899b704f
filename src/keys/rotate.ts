/** Sealing what is stored: rows of before there were keys, and rows under an old key, batch by batch beside the running service. */
import { recordAudit } from '../db/audit.ts';
import type { Db } from '../db/connect.ts';
import { fingerprint, KeyError, nonceBytes, unwrapKey, wrapKey } from './sealing.ts';
import {
  insertKey,
  listKeys,
  lockKeys,
  type SealedRow,
  takePlain,
  takePlainAddresses,
  takeSealedOtherwise,
  updateKey,
  writeAddresses,
  writeFirstSealed,
  writeSealed,
} from './store.ts';
import { type CallerColumn, newKey, type Vault, type VaultOptions } from './vault.ts';

const batch = 1000;

/**
 * Seals every row that is still plain; answers how many there were, an address counted for itself. Runs again for what an older
 * version writes meanwhile.
 */
export async function sealPlain(db: Db, vault: Vault, now: Date): Promise<number> {
  // The callers first: of an address it must be known whether its body was hashed with a caller's.
  const named = await inBatches(db, now, (tx) => sealCallers(tx, vault));
  return named + (await inBatches(db, now, (tx) => sealAddresses(tx, vault)));
}

/** Does batches in transactions of their own until one is not full; answers how many rows there were in all, audited. */
async function inBatches(db: Db, now: Date, seal: (tx: Db) => Promise<number>): Promise<number> {
  for (let sealed = 0; ; ) {
    const done = await db.transaction(async (tx) => {
      const rows = await seal(tx);
      if (rows < batch && sealed + rows > 0) await audited(tx, 'keys.encrypt', { rows: sealed + rows }, now);
      return rows;
    });
    sealed += done;
    if (done < batch) return sealed;
  }
}

async function sealCallers(tx: Db, vault: Vault): Promise<number> {
  const rows = await takePlain(tx, batch);
  const seal = (column: CallerColumn, id: number, text: string | null) =>
    text === null ? null : vault.seal(column, id, text);
  const written = rows.map(({ complaintId, name, phone, bodyHash }) => ({
    complaintId,
    nameSealed: seal('name', complaintId, name),
    phoneSealed: seal('phone', complaintId, phone),
    phoneIndex: phone === null ? null : vault.index(phone),
    bodyHash: vault.blindBody(bodyHash),
  }));
  if (written.length > 0) await writeFirstSealed(tx, written);
  return rows.length;
}

async function sealAddresses(tx: Db, vault: Vault): Promise<number> {
  const rows = await takePlainAddresses(tx, batch);
  const written = rows.map(({ id, address, bodyHash, isBlinded }) => ({
    id,
    addressSealed: vault.seal('address', id, address),
    bodyHash: isBlinded ? bodyHash : vault.blindBody(bodyHash),
  }));
  if (written.length > 0) await writeAddresses(tx, written);
  return rows.length;
}

function audited(tx: Db, action: string, detail: Record<string, unknown>, at: Date): Promise<void> {
  return recordAudit(tx, { at, actor: 'system', action, target: null, detail });
}

/** Makes a new data key that seals from `waitMs` on: by then every node has read it. Answers its number. */
export async function makeKey(
  db: Db,
  master: Buffer,
  { clock, random }: VaultOptions,
  waitMs: number,
): Promise<{ id: number; usableAt: Date }> {
  const now = clock();
  const usableAt = new Date(now.getTime() + waitMs);
  return db.transaction(async (tx) => {
    await lockKeys(tx);
    const id = await insertKey(tx, { ...newKey(master, 'cells', random), createdAt: now, usableAt });
    await audited(tx, 'keys.make', { key: id }, now);
    return { id, usableAt };
  });
}

/** Seals everything with the newest key, which must be usable by now, and retires the others. Answers how many rows it took. */
export async function reseal(
  db: Db,
  vault: Vault,
  keyId: number,
  now: Date,
  told?: (rows: number) => void,
): Promise<number> {
  const again = (column: CallerColumn, id: number, cell: Buffer | null) =>
    cell === null ? null : vault.seal(column, id, vault.open(column, id, cell));
  let sealed = 0;
  for (let after = 0, last = -1; after !== last; ) {
    last = after;
    await db.transaction(async (tx) => {
      const rows: SealedRow[] = await takeSealedOtherwise(tx, keyId, after, batch);
      const written = rows.map(({ complaintId, nameSealed, phoneSealed, addressSealed }) => ({
        complaintId,
        nameSealed: again('name', complaintId, nameSealed),
        phoneSealed: again('phone', complaintId, phoneSealed),
        addressSealed: again('address', complaintId, addressSealed),
      }));
      await writeSealed(tx, written);
      sealed += rows.length;
      after = rows.at(-1)?.complaintId ?? after;
    });
    told?.(sealed);
  }
  await db.transaction(async (tx) => {
    await lockKeys(tx);
    for (const { id, purpose, retiredAt } of await listKeys(tx))
      if (purpose === 'cells' && id < keyId && retiredAt === null) await updateKey(tx, id, { retiredAt: now });
    await audited(tx, 'keys.rotate', { key: keyId, rows: sealed }, now);
  });
  return sealed;
}

/** Wraps every data key with another master key. What is sealed stays as it is, and running nodes go on. */
export async function rewrap(db: Db, master: Buffer, next: Buffer, { clock, random }: VaultOptions): Promise<number> {
  return db.transaction(async (tx) => {
    await lockKeys(tx);
    const rows = await listKeys(tx);
    if (rows.some((row) => row.master !== fingerprint(master))) throw new KeyError('数据库里的密钥由另一个主密钥保护');
    for (const { id, purpose, wrapped } of rows) {
      const again = wrapKey(next, purpose, unwrapKey(master, purpose, wrapped), random(nonceBytes));
      await updateKey(tx, id, { wrapped: again, master: fingerprint(next) });
    }
    await audited(tx, 'keys.rewrap', { keys: rows.length, master: fingerprint(next) }, clock());
    return rows.length;
  });
}
