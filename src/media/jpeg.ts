/** JPEG without what it tells beside the picture. The tables and scans that make the picture are kept byte for byte. */
import { readOrientation, writeOrientation } from './tiff.ts';

const soi = 0xd8;
const eoi = 0xd9;
const sos = 0xda;
const isRestart = (marker: number) => marker >= 0xd0 && marker <= 0xd7;
const startsWith = (body: Buffer, text: string) => body.toString('latin1', 0, text.length) === text;

/** Marker, length and body as one segment. */
function segment(marker: number, body: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

/** What is left of an application segment: of JFIF without its thumbnail, of Exif the orientation, colours as they are. */
function keep(marker: number, whole: Buffer): Buffer | null {
  const body = whole.subarray(4);
  const isTable = marker < 0xe0 && marker >= 0xc0;
  if (isTable) return whole;
  if (marker === 0xe0 && startsWith(body, 'JFIF\0') && body.length >= 14)
    return segment(marker, Buffer.concat([body.subarray(0, 12), Buffer.from([0, 0])]));
  if (marker === 0xe1 && startsWith(body, 'Exif\0')) {
    const orientation = readOrientation(body.subarray(6));
    if (orientation === null) return null;
    return segment(marker, Buffer.concat([Buffer.from('Exif\0\0'), writeOrientation(orientation)]));
  }
  if (marker === 0xe2 && startsWith(body, 'ICC_PROFILE\0')) return whole;
  // How the colours of the scans are to be understood.
  if (marker === 0xee && startsWith(body, 'Adobe')) return whole;
  return null;
}

/** Where the scan that begins at `from` ends: at the next marker that is not one of its own. -1 where the file ends first. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; ) {
    const next = bytes[at + 1];
    if (next === undefined) return -1;
    if (next === 0xff) at += 1;
    else if (next === 0 || isRestart(next)) at = bytes.indexOf(0xff, at + 2);
    else return at;
  }
  return -1;
}

/** The pieces of the cleaned file; null where the file is none or broken. What follows the end of the picture is dropped. */
export function cleanJpeg(bytes: Buffer): Buffer[] | null {
  if (bytes[0] !== 0xff || bytes[1] !== soi) return null;
  const kept = [bytes.subarray(0, 2)];
  let scans = 0;
  // Decoders skip stray bytes between segments; here they are dropped.
  for (let at = bytes.indexOf(0xff, 2); at !== -1; at = bytes.indexOf(0xff, at)) {
    const marker = bytes[at + 1];
    if (marker === undefined) return null;
    if (marker === 0xff || marker === 0 || marker === 1 || isRestart(marker)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    if (marker === eoi) return scans === 0 ? null : [...kept, bytes.subarray(at, at + 2)];
    if (marker === soi || at + 4 > bytes.length) return null;
    const length = bytes.readUInt16BE(at + 2);
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) return null;
    if (marker === sos) {
      const scanEnd = endOfScan(bytes, end);
      if (scanEnd === -1) return null;
      scans += 1;
      kept.push(bytes.subarray(at, scanEnd));
      at = scanEnd;
    } else {
      const rest = keep(marker, bytes.subarray(at, end));
      if (rest !== null) kept.push(rest);
      at = end;
    }
  }
  return null;
}
