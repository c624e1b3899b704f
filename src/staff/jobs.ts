/** Importing staff from a CSV file: sound rows become accounts, all at once; the others are sent back with the reason. */
import { parse } from 'csv-parse/sync';
import type { Session } from '../access/scope.ts';
import { checkPlace } from '../access/service.ts';
import type { Context } from '../context.ts';
import { recordAudit } from '../db/audit.ts';
import type { Db } from '../db/connect.ts';
import { writeCsv } from '../figures/csv.ts';
import { AppError, fieldError } from '../http/errors.ts';
import { columnFault, readRow, reasonColumn } from './import-row.ts';
import type { ImportAnswer, NewUser } from './schemas.ts';
import { addUser, firstPassword } from './service.ts';
import { findTaken } from './store.ts';

/** Each takes some 20 ms of a processor for the hash of its password. */
const maxRows = 500;
const atOnce = 2;

interface Line {
  /** Counted from 1, without the head. */
  row: number;
  record: Record<string, string>;
}

/** UTF-8 or, as spreadsheets in China save it, GB 18030. Throws VALIDATION_FAILED for neither. */
function decode(bytes: Buffer): string {
  for (const encoding of ['utf-8', 'gb18030']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // Not this one.
    }
  }
  throw fieldError('body', '应为 UTF-8 或 GB 18030 编码的 CSV');
}

/** The rows of a file. Throws VALIDATION_FAILED where it is no CSV, or not one of staff. */
function readLines(bytes: Buffer): Line[] {
  const read = (): string[][] => {
    try {
      return parse(decode(bytes), { bom: true, skip_empty_lines: true });
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw fieldError('body', '不是有效的 CSV，或各行的列数不同');
    }
  };
  const [head, ...rows] = read();
  const columns = (head ?? []).map((column) => column.trim());
  const fault = columnFault(columns);
  if (fault !== null) throw fieldError('body', fault);
  if (rows.length === 0 || rows.length > maxRows) throw fieldError('body', `一次 1 到 ${maxRows} 行`);
  return rows.map((cells, index) => ({
    row: index + 1,
    record: Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? ''])),
  }));
}

/** What belongs to an account already, or to an earlier row. */
interface Taken {
  logins: Set<string>;
  subjects: Set<string | null>;
}

/** Why an account cannot be made; null where it can. */
async function refusalOf(db: Db, { login, subject = null, role, unit = null }: NewUser, taken: Taken) {
  if (taken.logins.has(login)) return 'login 已被使用，或在文件中重复';
  if (subject !== null && taken.subjects.has(subject)) return 'subject 已属于另一用户，或在文件中重复';
  try {
    await checkPlace(db, role, unit);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

/** Sorts the rows into accounts to make and rows to send back. */
async function sort(db: Db, lines: readonly Line[]) {
  const read = lines.map((line) => ({ ...line, user: readRow(line.record) }));
  const users = read.flatMap(({ user }) => (typeof user === 'string' ? [] : [user]));
  const [logins, subjects] = [users.map(({ login }) => login), users.flatMap(({ subject }) => subject ?? [])];
  const rows = await findTaken(db, { logins, subjects });
  const taken = {
    logins: new Set(rows.map(({ login }) => login)),
    subjects: new Set(rows.map(({ subject }) => subject)),
  };
  const sound: { row: number; user: NewUser }[] = [];
  const rejects: Reject[] = [];
  for (const { row, record, user } of read) {
    const reason = typeof user === 'string' ? user : await refusalOf(db, user, taken);
    if (typeof user === 'string' || reason !== null) rejects.push({ record, reason: reason ?? '' });
    else {
      taken.logins.add(user.login);
      if (user.subject !== undefined) taken.subjects.add(user.subject);
      sound.push({ row, user });
    }
  }
  return { sound, rejects };
}

interface Reject {
  record: Record<string, string>;
  reason: string;
}

function rejectsFile(rejects: readonly Reject[]): string | null {
  const [first] = rejects;
  if (first === undefined) return null;
  const columns = Object.keys(first.record).filter((column) => column !== reasonColumn);
  const lines = rejects.map(({ record, reason }) => [...columns.map((column) => record[column] ?? ''), reason]);
  return writeCsv([[...columns, reasonColumn], ...lines], false);
}

/** Imports a file. What can be made is made in one transaction. Throws VALIDATION_FAILED for a file that is none, CONFLICT. */
export async function importUsers(ctx: Context, { actor }: Session, bytes: Buffer, now: Date): Promise<ImportAnswer> {
  const lines = readLines(bytes);
  const { sound, rejects } = await sort(ctx.db, lines);
  const hashed: { row: number; user: NewUser; password: string; passwordHash: string }[] = [];
  for (let at = 0; at < sound.length; at += atOnce) {
    const some = sound.slice(at, at + atOnce);
    hashed.push(...(await Promise.all(some.map(async (one) => ({ ...one, ...(await firstPassword(ctx.random)) })))));
  }
  const users = await ctx.db.transaction(async (tx) => {
    const made: ImportAnswer['users'] = [];
    for (const { row, user, password, passwordHash } of hashed) {
      const id = await addUser(tx, user, passwordHash, { actor, now });
      made.push({ row, id: String(id), login: user.login, password });
    }
    const detail = { created: made.length, rejected: rejects.length };
    await recordAudit(tx, { at: now, actor, action: 'users.imported', target: null, detail });
    return made;
  });
  return { created: users.length, users, rejected: rejects.length, rejects: rejectsFile(rejects) };
}
