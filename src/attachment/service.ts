/**
 * Attachments: taken in, listed, handed out, withdrawn. The bytes are safe in their place before the row that names them is
 * committed; a file without a row is never handed out.
 */
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { maskText, readsTexts } from '../access/mask.ts';
import type { Session } from '../access/scope.ts';
import { shanghaiTime } from '../catalog/calendar.ts';
import type { Context } from '../context.ts';
import { insertEvents } from '../db/history.ts';
import { type Received, readHead, receive, withFolder } from '../files/receive.ts';
import { AppError } from '../http/errors.ts';
import type { Upload } from '../http/multipart.ts';
import { validateBody } from '../http/validation.ts';
import { allowedNames, headBytes, type Kind, kindOf } from '../media/kinds.ts';
import { cleanName } from './name.ts';
import { type AttachmentView, FormFields } from './schemas.ts';
import { mayWithdraw } from './sight.ts';
import {
  type AttachmentRow,
  countStanding,
  findAttachment,
  findComplaint,
  findOrder,
  findSame,
  hold,
  insertAttachment,
  listAttachments,
  lockAttachment,
  type Target,
  withdrawAttachment,
} from './store.ts';

/** The largest file, before and after cleaning. */
export const maxBytes = 20 * 1024 * 1024;
/** How many stand with one complaint, and with one order. */
const maxCount = 30;

/** What attachments belong to, as the address names it. */
export type Place = { number: string } | { orderId: number };

async function findPlace(db: Context['db'], session: Session, place: Place): Promise<Target> {
  const isComplaint = 'number' in place;
  const target = isComplaint
    ? await findComplaint(db, place.number, session)
    : await findOrder(db, place.orderId, session);
  if (target === undefined) throw new AppError('NOT_FOUND', isComplaint ? '没有这件诉求' : '没有这张工单');
  return target;
}

function view(row: AttachmentRow, { role }: Session): AttachmentView {
  const { withdrawnAt, withdrawnBy, withdrawnReason } = row;
  // The assessor needs no person, and names and notes may hold numbers of some.
  const shown = (text: string) => (readsTexts(role) ? text : maskText(text));
  const isWithdrawn = withdrawnAt !== null && withdrawnBy !== null && withdrawnReason !== null;
  return {
    id: String(row.id),
    order: row.orderId === null ? null : String(row.orderId),
    unit: row.unit,
    name: shown(row.name),
    type: row.type,
    size: row.size,
    sha256: row.sha256,
    note: row.note && shown(row.note),
    at: shanghaiTime(row.at),
    by: row.actor,
    withdrawn: isWithdrawn ? { at: shanghaiTime(withdrawnAt), by: withdrawnBy, reason: shown(withdrawnReason) } : null,
  };
}

/** What a complaint's page shows: all that the session sees of it; on an order's page, its own and the complaint's. */
export async function readAttachments(
  db: Context['db'],
  session: Session,
  complaintId: number,
  orderId?: number,
): Promise<AttachmentView[]> {
  return (await listAttachments(db, session, complaintId, orderId)).map((row) => view(row, session));
}

/** The same by the address of the complaint or the order. Throws NOT_FOUND outside the session's scope. */
export async function readAttachmentsOf({ db }: Context, session: Session, place: Place) {
  const { complaintId, orderId } = await findPlace(db, session, place);
  const rows = await listAttachments(db, session, complaintId, orderId);
  return { items: rows.map((row) => view(row, session)), next: null };
}

async function checkCount(db: Context['db'], target: Target): Promise<void> {
  if ((await countStanding(db, target)) >= maxCount)
    throw new AppError('TOO_MANY_ATTACHMENTS', `一件诉求、一张工单各至多 ${maxCount} 个附件`);
}

/** One file after the other is cleaned: each is held whole in memory meanwhile. */
let cleaning: Promise<unknown> = Promise.resolve();

/** The file without its metadata. Throws UNSUPPORTED_MEDIA where it is not sound. */
async function clean(file: Received, { clean: cleanBytes, extension }: Kind): Promise<Received> {
  if (cleanBytes === undefined) return file;
  const { path } = file;
  const run = async () => {
    const pieces = cleanBytes(await readFile(path));
    if (pieces === null) throw new AppError('UNSUPPORTED_MEDIA', `不是完好的 ${extension} 文件；可用：${allowedNames}`);
    return receive(pieces, `${path}.clean`);
  };
  const turn = cleaning.then(run);
  cleaning = turn.catch(() => undefined);
  return turn;
}

function checkFields(fields: Record<string, string>): string | null {
  const errors = validateBody(FormFields, fields);
  if (errors.length > 0) throw new AppError('VALIDATION_FAILED', '', { errors });
  return fields.note ?? null;
}

/**
 * Takes a file in. `read` reads the form and hands the bytes to what it is given. The same bytes again are answered with the
 * attachment that is there (`isNew` false), so that an upload may be retried. Throws NOT_FOUND, FORBIDDEN for another unit's order,
 * TOO_MANY_ATTACHMENTS, UNSUPPORTED_MEDIA, and what `read` throws; then nothing is left.
 */
export async function attach(
  ctx: Context,
  session: Session,
  place: Place,
  read: (take: (bytes: Readable) => Promise<Received>) => Promise<Upload<Received>>,
  now: Date,
): Promise<{ attachment: AttachmentView; isNew: boolean }> {
  const target = await findPlace(ctx.db, session, place);
  if (target.unit !== session.unit) throw new AppError('FORBIDDEN', '只能给本单位的工单加附件');
  await checkCount(ctx.db, target);
  return withFolder(ctx.files.incoming, async (folder) => {
    const { file, fileName, fields } = await read((bytes) => receive(bytes, `${folder}/file`));
    const note = checkFields(fields);
    const kind = file.size === 0 ? null : await kindOf(await readHead(file.path, headBytes));
    if (kind === null) throw new AppError('UNSUPPORTED_MEDIA', `按内容认不出可用的类型；可用：${allowedNames}`);
    const { path, sha256, size } = await clean(file, kind);
    const { type } = kind;
    await ctx.files.put(sha256, path, { size, type });
    const row = { ...target, sha256, size, type, name: cleanName(fileName, kind), note, at: now, actor: session.actor };
    const { stored, isNew } = await ctx.db.transaction((tx) => store(tx, target, row));
    return { attachment: view(stored, session), isNew };
  });
}

/** Writes the row and its event, unless the complaint or order has the same bytes already. */
async function store(
  tx: Context['db'],
  target: Target,
  row: Parameters<typeof insertAttachment>[1],
): Promise<{ stored: AttachmentRow; isNew: boolean }> {
  await hold(tx, target);
  const same = await findSame(tx, target, row.sha256);
  if (same !== undefined) return { stored: same, isNew: false };
  await checkCount(tx, target);
  const stored = await insertAttachment(tx, row);
  const { complaintId, orderId, at, actor, id, type, size, sha256 } = stored;
  // Neither name nor note: the history is read by some who may not see the attachment.
  const data = { attachment: String(id), type, size, sha256 };
  await insertEvents(tx, [{ complaintId, orderId, at, actor, action: 'attach', data }]);
  return { stored, isNew: true };
}

const notFound = () => new AppError('NOT_FOUND', '没有这个附件');

/** An attachment to be handed out. Throws NOT_FOUND where the session does not see it, or it was withdrawn. */
export async function findForDownload(ctx: Context, session: Session, id: number): Promise<AttachmentRow> {
  const row = await findAttachment(ctx.db, id, session);
  if (row === undefined || row.withdrawnAt !== null) throw notFound();
  return row;
}

/** Withdraws an attachment: it is handed out no longer; the row, its bytes and the history stay. Throws NOT_FOUND, FORBIDDEN, ILLEGAL_ACTION. */
export async function withdraw(
  ctx: Context,
  session: Session,
  id: number,
  reason: string,
  now: Date,
): Promise<AttachmentView> {
  const { actor } = session;
  return ctx.db.transaction(async (tx) => {
    const row = await lockAttachment(tx, id, session);
    if (row === undefined) throw notFound();
    if (!mayWithdraw(session, row)) throw new AppError('FORBIDDEN', '只有上传的一方和派单员可以撤回');
    if (row.withdrawnAt !== null)
      throw new AppError('ILLEGAL_ACTION', '附件已经撤回', { state: 'withdrawn', allowed: [] });
    const change = { withdrawnAt: now, withdrawnBy: actor, withdrawnReason: reason };
    await hold(tx, row);
    await withdrawAttachment(tx, id, change);
    const { complaintId, orderId } = row;
    const data = { attachment: String(id) };
    await insertEvents(tx, [{ complaintId, orderId, at: now, actor, action: 'withdraw-attachment', data }]);
    return view({ ...row, ...change }, session);
  });
}
