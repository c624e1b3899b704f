/** Data keys in the database, and the rows of callers that are sealed anew. */
import { asc, eq, isNotNull, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/connect.ts';
import { dataKeys } from '../db/key-tables.ts';
import { callers, complaints, idempotencyKeys } from '../db/tables.ts';

export type DataKeyRow = typeof dataKeys.$inferSelect;
export type NewDataKey = typeof dataKeys.$inferInsert;

const keysLock = 7_203_030;

/** Takes the turn of those who make or change data keys, until the transaction ends. */
export async function lockKeys(tx: Db): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${keysLock})`);
}

export async function listKeys(db: Db): Promise<DataKeyRow[]> {
  return db.select().from(dataKeys).orderBy(asc(dataKeys.id));
}

export async function insertKey(tx: Db, row: NewDataKey): Promise<number> {
  const [stored] = await tx.insert(dataKeys).values(row).returning({ id: dataKeys.id });
  if (stored === undefined) throw new Error('the data key was not stored');
  return stored.id;
}

export async function updateKey(tx: Db, id: number, change: Partial<NewDataKey>): Promise<void> {
  await tx.update(dataKeys).set(change).where(eq(dataKeys.id, id));
}

export interface PlainRow {
  complaintId: number;
  name: string | null;
  phone: string | null;
  bodyHash: Buffer;
}

/** Rows of before there were keys, held until the transaction ends. An index knows them: it is empty once they are done. */
export async function takePlain(tx: Db, count: number): Promise<PlainRow[]> {
  return tx
    .select({
      complaintId: callers.complaintId,
      name: callers.name,
      phone: callers.phone,
      bodyHash: complaints.bodyHash,
    })
    .from(callers)
    .innerJoin(complaints, eq(complaints.id, callers.complaintId))
    .where(sql`${callers.name} is not null or ${callers.phone} is not null`)
    .orderBy(asc(callers.complaintId))
    .limit(count)
    .for('update', { of: callers });
}

export interface PlainAddress {
  id: number;
  address: string;
  bodyHash: Buffer;
  /** Whether the hash was made with the key already, for a caller who stands or stood beside the address. */
  isBlinded: boolean;
}

/** Addresses of before they were sealed, with their complaints held until the transaction ends. */
export async function takePlainAddresses(tx: Db, count: number): Promise<PlainAddress[]> {
  const { nameSealed, phoneSealed, anonymisedAt } = callers;
  const rows = await tx
    .select({
      id: complaints.id,
      address: complaints.address,
      bodyHash: complaints.bodyHash,
      isBlinded: sql<boolean>`(${nameSealed} is not null or ${phoneSealed} is not null or ${anonymisedAt} is not null)`,
    })
    .from(complaints)
    .leftJoin(callers, eq(callers.complaintId, complaints.id))
    .where(isNotNull(complaints.address))
    .orderBy(asc(complaints.id))
    .limit(count)
    .for('update', { of: complaints });
  return rows.map(({ address, ...row }) => ({ ...row, address: address ?? '' }));
}

/** Moves addresses, sealed, to where what is personal stands; of a caller who was taken out, none is left. */
export async function writeAddresses(
  tx: Db,
  rows: readonly { id: number; addressSealed: Buffer; bodyHash: Buffer }[],
): Promise<void> {
  const written = rows.map(({ id, addressSealed, bodyHash }) => ({
    id,
    address: hex(addressSealed),
    body: hex(bodyHash),
  }));
  const given = sql`jsonb_to_recordset(${JSON.stringify(written)}::jsonb) as w(id bigint, address text, body text)`;
  await tx.execute(sql`
    insert into callers as k (complaint_id, address_sealed, secret) select w.id, decode(w.address, 'hex'), false from ${given}
    on conflict (complaint_id) do update set address_sealed = excluded.address_sealed where k.anonymised_at is null`);
  await tx.execute(sql`
    update ${complaints} c set address = null, body_hash = decode(w.body, 'hex') from ${given} where c.id = w.id`);
  await writeKeyHashes(tx, given);
}

/** The same hashes where a retry is looked up by its key, from rows `w(id, body)`. */
async function writeKeyHashes(tx: Db, given: SQL): Promise<void> {
  await tx.execute(sql`
    update ${idempotencyKeys} i set body_hash = decode(w.body, 'hex') from ${given} where i.complaint_id = w.id`);
}

export interface SealedRow {
  complaintId: number;
  nameSealed: Buffer | null;
  phoneSealed: Buffer | null;
  addressSealed: Buffer | null;
}

/** Rows after one that hold a cell sealed with another key than the one given, held until the transaction ends. */
export async function takeSealedOtherwise(tx: Db, keyId: number, after: number, count: number): Promise<SealedRow[]> {
  const named = Buffer.alloc(4);
  named.writeUInt32BE(keyId);
  const { complaintId, nameSealed, phoneSealed, addressSealed } = callers;
  return tx
    .select({ complaintId, nameSealed, phoneSealed, addressSealed })
    .from(callers)
    .where(
      sql`${complaintId} > ${after} and (substring(${nameSealed} from 2 for 4) <> ${named}::bytea
        or substring(${phoneSealed} from 2 for 4) <> ${named}::bytea
        or substring(${addressSealed} from 2 for 4) <> ${named}::bytea)`,
    )
    .orderBy(asc(complaintId))
    .limit(count)
    .for('update');
}

const hex = (cell: Buffer | null) => cell?.toString('hex') ?? null;

export async function writeSealed(tx: Db, rows: readonly SealedRow[]): Promise<void> {
  const written = rows.map(({ complaintId, nameSealed, phoneSealed, addressSealed }) => {
    return { id: complaintId, name: hex(nameSealed), phone: hex(phoneSealed), address: hex(addressSealed) };
  });
  await tx.execute(sql`
    update callers k set name_sealed = decode(w.name, 'hex'), phone_sealed = decode(w.phone, 'hex'),
      address_sealed = decode(w.address, 'hex')
    from jsonb_to_recordset(${JSON.stringify(written)}::jsonb) as w(id bigint, name text, phone text, address text)
    where k.complaint_id = w.id`);
}

/** Puts sealed cells in the place of plain ones, and hashes that nobody can guess at in the place of those of the bodies. */
export async function writeFirstSealed(
  tx: Db,
  rows: readonly (Omit<SealedRow, 'addressSealed'> & { phoneIndex: Buffer | null; bodyHash: Buffer })[],
): Promise<void> {
  const written = rows.map(({ complaintId, nameSealed, phoneSealed, phoneIndex, bodyHash }) => {
    const cells = { name: hex(nameSealed), phone: hex(phoneSealed), index: hex(phoneIndex) };
    return { id: complaintId, ...cells, body: hex(bodyHash) };
  });
  const given = sql`jsonb_to_recordset(${JSON.stringify(written)}::jsonb)
    as w(id bigint, name text, phone text, index text, body text)`;
  await tx.execute(sql`
    update callers k set name = null, phone = null, name_sealed = decode(w.name, 'hex'),
      phone_sealed = decode(w.phone, 'hex'), phone_index = decode(w.index, 'hex')
    from ${given} where k.complaint_id = w.id`);
  await tx.execute(sql`update ${complaints} c set body_hash = decode(w.body, 'hex') from ${given} where c.id = w.id`);
  await writeKeyHashes(tx, given);
}
