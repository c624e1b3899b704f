/** PNG without texts, times and Exif: only chunks that the picture needs are kept, byte for byte. */
import { readOrientation, writeOrientation } from './tiff.ts';

const signature = Buffer.from('89504e470d0a1a0a', 'hex');
const needed = new Set([
  ...['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'acTL', 'fcTL', 'fdAT'],
  ...['cHRM', 'gAMA', 'iCCP', 'sBIT', 'sRGB', 'cICP', 'mDCV', 'cLLI', 'bKGD', 'hIST', 'pHYs', 'sPLT'],
]);

/** CRC-32 as PNG has it. */
export function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** A chunk with its length and checksum. */
export function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length);
  crc.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, crc]);
}

/** The pieces of the cleaned file; null where the file is none or broken. What follows its end is dropped. */
export function cleanPng(bytes: Buffer): Buffer[] | null {
  if (!bytes.subarray(0, 8).equals(signature)) return null;
  const kept = [bytes.subarray(0, 8)];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const end = at + 12 + length;
    if (end > bytes.length || (at === 8) !== (type === 'IHDR')) return null;
    const isUnknownButCritical = !needed.has(type) && /^[A-Z]/.test(type);
    if (isUnknownButCritical) return null;
    if (needed.has(type)) kept.push(bytes.subarray(at, end));
    if (type === 'IEND') return kept;
    const orientation = type === 'eXIf' ? readOrientation(bytes.subarray(at + 8, end - 4)) : null;
    if (orientation !== null) kept.push(chunk('eXIf', writeOrientation(orientation)));
    at = end;
  }
  return null;
}
