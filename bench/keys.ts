/** The keys of a measurement's own database: those that a service with the same data folder would use. */
import { randomBytes } from 'node:crypto';
import type { Db } from '../src/db/connect.ts';
import { drawId, type Filing, insertFiling } from '../src/intake/store.ts';
import { readMaster } from '../src/keys/master.ts';
import { openVault, type Vault } from '../src/keys/vault.ts';

export async function benchKeys(db: Db, dataDir: string): Promise<Vault> {
  return openVault(db, await readMaster({ DATA_DIR: dataDir }), { clock: () => new Date(), random: randomBytes });
}

/** Stores a filing that was prepared once and is stored many times, each time as another complaint. */
export async function insertAgain(db: Db, filing: Filing) {
  return insertFiling(db, { ...filing, complaint: { ...filing.complaint, id: await drawId(db) } });
}
