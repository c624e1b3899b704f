/** WebP without Exif and XMP. Only chunks that the picture needs are kept; the header is told what is gone. */
import { readOrientation, writeOrientation } from './tiff.ts';

const pictures = new Set(['VP8 ', 'VP8L', 'ALPH']);
const needed = new Set([...pictures, 'VP8X', 'ICCP', 'ANIM', 'ANMF']);
const exifFlag = 0x08;
const xmpFlag = 0x04;

interface Chunk {
  type: string;
  body: Buffer;
}

/** The chunks of a RIFF list, or null where they do not fill it. */
function readChunks(list: Buffer): Chunk[] | null {
  const chunks: Chunk[] = [];
  let at = 0;
  while (at + 8 <= list.length) {
    const length = list.readUInt32LE(at + 4);
    if (at + 8 + length > list.length) return null;
    chunks.push({ type: list.toString('latin1', at, at + 4), body: list.subarray(at + 8, at + 8 + length) });
    at += 8 + length + (length % 2);
  }
  // The padding of the last chunk may be missing.
  return at === list.length || at === list.length + 1 ? chunks : null;
}

function writeChunk({ type, body }: Chunk): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

/** The orientation in a chunk EXIF: some writers put the prefix of JPEG before the block. */
function orientationOf(body: Buffer): number | null {
  return readOrientation(body.toString('latin1', 0, 6) === 'Exif\0\0' ? body.subarray(6) : body);
}

/** A frame of an animation holds chunks of its own after 16 bytes of header. */
function cleanFrame({ type, body }: Chunk): Chunk | null {
  const inner = readChunks(body.subarray(16));
  if (inner === null || body.length < 16) return null;
  const kept = inner.filter((one) => pictures.has(one.type)).map(writeChunk);
  return { type, body: Buffer.concat([body.subarray(0, 16), ...kept]) };
}

function cleanChunk(chunk: Chunk, oriented: boolean): Chunk | null {
  if (chunk.type === 'ANMF') return cleanFrame(chunk);
  if (chunk.type !== 'VP8X') return chunk;
  const body = Buffer.from(chunk.body);
  if (body.length < 10) return null;
  body.writeUInt8((body.readUInt8(0) & ~(exifFlag | xmpFlag)) | (oriented ? exifFlag : 0));
  return { type: 'VP8X', body };
}

/** The pieces of the cleaned file; null where the file is none or broken. What follows its end is dropped. */
export function cleanWebp(bytes: Buffer): Buffer[] | null {
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WEBP') return null;
  const end = 8 + bytes.readUInt32LE(4);
  const chunks = end > bytes.length + 1 ? null : readChunks(bytes.subarray(12, end));
  if (chunks === null) return null;
  const exif = chunks.find(({ type }) => type === 'EXIF');
  const isExtended = chunks[0]?.type === 'VP8X';
  const orientation = exif === undefined || !isExtended ? null : orientationOf(exif.body);
  const cleaned = chunks.filter(({ type }) => needed.has(type)).map((chunk) => cleanChunk(chunk, orientation !== null));
  const whole = cleaned.filter((chunk) => chunk !== null);
  if (whole.length === 0 || whole.length < cleaned.length) return null;
  if (orientation !== null) whole.push({ type: 'EXIF', body: writeOrientation(orientation) });
  const body = whole.map(writeChunk);
  const head = Buffer.from(bytes.subarray(0, 12));
  head.writeUInt32LE(4 + body.reduce((sum, { length }) => sum + length, 0), 4);
  return [head, ...body];
}
