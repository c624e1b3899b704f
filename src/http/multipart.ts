/**
 * Uploads as multipart/form-data: one file and a few short fields. Nothing is read beyond the limits, whatever the client
 * says or sends; a refusal is answered while it still sends, and then it is cut off.
 */
import type { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError, fieldError } from './errors.ts';

/** What a form takes besides its file: the fields, and the heads of the parts. */
const formBytes = 64 * 1024;
const maxFields = 5;
/** How long a refused client may go on sending before its connection ends, in milliseconds. */
const patience = 5000;

const tooLarge = (maxBytes: number) =>
  new AppError('PAYLOAD_TOO_LARGE', `文件不能大于 ${Math.floor(maxBytes / 1024 / 1024)} MB`);

/** Makes the routes of this scope take forms with a file of at most `maxBytes`. Call it in a scope of their own: others take JSON alone. */
export async function installUploads(scope: FastifyInstance, maxBytes: number): Promise<void> {
  await scope.register(multipart, {
    throwFileSizeLimit: false,
    limits: { fileSize: maxBytes, files: 1, fields: maxFields, parts: maxFields + 1, fieldSize: 8192, headerPairs: 20 },
  });
  scope.addHook('onRequest', async ({ headers }) => {
    if (Number(headers['content-length'] ?? 0) > maxBytes + formBytes) throw tooLarge(maxBytes);
  });
  scope.addHook('onResponse', async ({ raw }) => {
    if (raw.readableEnded || raw.destroyed) return;
    // Reading on lets the client see the answer; not for ever.
    raw.unpipe();
    raw.resume();
    const timer = setTimeout(() => raw.destroy(), patience).unref();
    raw.once('close', () => clearTimeout(timer));
  });
}

/** Codes of the parser for forms that are not as agreed. */
const faults: Record<string, () => AppError> = {
  FST_FILES_LIMIT: () => fieldError('file', '一次只能传一个文件'),
  FST_FIELDS_LIMIT: () => fieldError('body', '字段过多'),
  FST_PARTS_LIMIT: () => fieldError('body', '字段过多'),
};

function toFault(error: unknown): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (code.startsWith('FST_')) return faults[code]?.() ?? new AppError('MALFORMED_FORM');
  // The client has gone; and the parser's errors, which have no code. Others are ours: a full disk is no fault of the client.
  const isTheirs = code === 'ECONNRESET' || (code === '' && /multipart|boundary|\bpart\b/i.test(error.message));
  return isTheirs ? new AppError('MALFORMED_FORM') : error;
}

export interface Upload<T> {
  file: T;
  fileName: string;
  fields: Record<string, string>;
}

/**
 * Reads a whole form; `take` consumes the bytes of its one part `file`. Throws UNSUPPORTED_MEDIA_TYPE where it is no form,
 * MALFORMED_FORM, VALIDATION_FAILED for other parts than agreed, PAYLOAD_TOO_LARGE as soon as the limit is passed. What was taken
 * of a form that is refused in the end is for the caller to remove.
 */
export async function readUpload<T>(
  request: FastifyRequest,
  maxBytes: number,
  take: (bytes: Readable) => Promise<T>,
): Promise<Upload<T>> {
  if (!request.isMultipart()) throw new AppError('UNSUPPORTED_MEDIA_TYPE', '请用 multipart/form-data');
  let current: Readable | null = null;
  const read = async (): Promise<Upload<T>> => {
    let found: { file: T; fileName: string } | null = null;
    const fields: Record<string, string> = {};
    for await (const part of request.parts()) {
      if (part.type === 'field') {
        if (part.valueTruncated || part.fieldnameTruncated) throw fieldError(part.fieldname.slice(0, 50), '过长');
        if (part.fieldname in fields) throw fieldError(part.fieldname, '不能重复');
        fields[part.fieldname] = String(part.value);
        continue;
      }
      if (part.fieldname !== 'file') throw fieldError(part.fieldname.slice(0, 50), '不认识的字段');
      current = part.file;
      found = { file: await take(part.file), fileName: part.filename };
      current = null;
      if (part.file.truncated) throw tooLarge(maxBytes);
    }
    if (found === null) throw fieldError('file', '不能缺少');
    return { ...found, fields };
  };
  return new Promise((resolve, reject) => {
    read().then(resolve, (error: unknown) => reject(toFault(error)));
    let seen = 0;
    // The parser skips what stands before the first part and after the last without a limit.
    request.raw.on('data', (chunk: Buffer) => {
      seen += chunk.length;
      if (seen <= maxBytes + formBytes) return;
      // Who is taking the file must stop writing before it may be removed.
      if (current === null) reject(tooLarge(maxBytes));
      else current.destroy(tooLarge(maxBytes));
    });
  });
}
