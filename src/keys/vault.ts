/**
 * The data keys of a running process, unwrapped once and held in memory: seals and opens the cells of callers, and makes the index
 * that a telephone number is looked up by. See ADR 030.
 */
import type { Db } from '../db/connect.ts';
import {
  blind,
  type DataKey,
  derive,
  fingerprint,
  KeyError,
  keyOfCell,
  nonceBytes,
  openCell,
  plainPhone,
  sealCell,
  unwrapKey,
  wrapKey,
} from './sealing.ts';
import { type DataKeyRow, insertKey, listKeys, lockKeys } from './store.ts';

export type CallerColumn = 'name' | 'phone' | 'address';

export interface Vault {
  /** A text as it is stored in a column of a complaint's caller. */
  seal(column: CallerColumn, complaintId: number, text: string): Buffer;
  /** Throws KeyError where the cell was changed, moved, or sealed with a key that is not known. */
  open(column: CallerColumn, complaintId: number, cell: Buffer): string;
  /** What a telephone number is looked up by, however it is written; null where there is no digit in it. */
  index(phone: string): Buffer | null;
  /** The hash of a body that tells of a person, so that nobody without the key can try out who it was. */
  blindBody(hash: Buffer): Buffer;
  /** Small secrets that are no caller's, such as those of second factors; `place` says where one stands, and it opens nowhere else. */
  sealSecret(place: string, text: string): Buffer;
  /** Null where the cell was changed or moved, or never ours. */
  openSecret(place: string, cell: Buffer): string | null;
  /** Reads keys that were made since. */
  refresh(): Promise<void>;
}

export interface VaultOptions {
  clock: () => Date;
  random: (bytes: number) => Buffer;
}

/** Where nothing is sealed or opened: commands that have nothing to do with callers. */
export const closedVault: Vault = {
  seal: () => noKeys(),
  open: () => noKeys(),
  index: () => noKeys(),
  blindBody: () => noKeys(),
  sealSecret: () => noKeys(),
  openSecret: () => noKeys(),
  refresh: async () => undefined,
};

function noKeys(): never {
  throw new KeyError('没有打开密钥');
}

const placeOf = (column: CallerColumn, complaintId: number) => `callers ${column} ${complaintId}`;

/** A new data key, wrapped. */
export function newKey(master: Buffer, purpose: DataKeyRow['purpose'], random: VaultOptions['random']) {
  const wrapped = wrapKey(master, purpose, random(32), random(nonceBytes));
  return { purpose, wrapped, master: fingerprint(master) };
}

/** The keys there are; the first ones are made where there are none. Throws KeyError where another master key is theirs. */
async function loadRows(db: Db, master: Buffer, { clock, random }: VaultOptions): Promise<DataKeyRow[]> {
  const rows = await listKeys(db);
  if (rows.length > 0) return rows;
  return db.transaction(async (tx) => {
    await lockKeys(tx);
    if ((await listKeys(tx)).length === 0) {
      const now = clock();
      for (const purpose of ['index', 'cells'] as const)
        await insertKey(tx, { ...newKey(master, purpose, random), createdAt: now, usableAt: new Date(0) });
    }
    return listKeys(tx);
  });
}

interface Opened extends DataKey {
  row: DataKeyRow;
}

/** Small secrets, under a key made from the one that stays: they outlast the keys of cells. */
function secretsWith(key: Buffer, random: VaultOptions['random']): Pick<Vault, 'sealSecret' | 'openSecret'> {
  const dataKey: DataKey = { id: 0, key };
  return {
    sealSecret: (place, text) => sealCell(dataKey, place, text, random(nonceBytes)),
    openSecret(place, cell) {
      try {
        return openCell(dataKey, place, cell);
      } catch {
        return null;
      }
    },
  };
}

/** Opens the keys of a database with its master key. Throws KeyError. */
export async function openVault(db: Db, master: Buffer, options: VaultOptions): Promise<Vault> {
  const cells = new Map<number, Opened>();
  let index: DataKey | null = null;
  const take = (rows: readonly DataKeyRow[]) => {
    for (const row of rows) {
      const known = cells.get(row.id);
      if (known === undefined && row.id !== index?.id) {
        if (row.master !== fingerprint(master))
          throw new KeyError(
            '数据库里的密钥由另一个主密钥保护：请用原来的 MASTER_KEY、MASTER_KEY_FILE 或 MASTER_KEY_COMMAND',
          );
        const opened = { id: row.id, key: unwrapKey(master, row.purpose, row.wrapped), row };
        if (row.purpose === 'index') index = opened;
        else cells.set(row.id, opened);
      } else if (known !== undefined) known.row = row;
    }
  };
  take(await loadRows(db, master, options));
  const indexKey = (index as DataKey | null)?.key;
  if (indexKey === undefined) throw new KeyError('数据库里没有索引密钥');
  const [ofPhones, ofBodies] = [derive(indexKey, 'phone'), derive(indexKey, 'body')];
  const sealing = (): DataKey => {
    const now = options.clock();
    const usable = [...cells.values()].filter(({ row }) => row.retiredAt === null && row.usableAt <= now);
    const newest = usable.at(-1);
    if (newest === undefined) throw new KeyError('没有可用的数据密钥');
    return newest;
  };
  return {
    seal: (column, id, text) => sealCell(sealing(), placeOf(column, id), text, options.random(nonceBytes)),
    open(column, id, cell) {
      const key = cells.get(keyOfCell(cell));
      if (key === undefined) throw new KeyError('密文所用的数据密钥还没有读到');
      return openCell(key, placeOf(column, id), cell);
    },
    index(phone) {
      const number = plainPhone(phone);
      return number === null ? null : blind(ofPhones, number);
    },
    blindBody: (hash) => blind(ofBodies, hash),
    ...secretsWith(derive(indexKey, 'secrets'), options.random),
    refresh: async () => take(await listKeys(db)),
  };
}
