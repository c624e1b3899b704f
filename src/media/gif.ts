/** GIF without comments and foreign data (XMP lives there). Pictures, their timing and the loop are kept byte for byte. */

const loops = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0']);

/** The end of a chain of data blocks that begins at `at`; -1 where the file ends first. */
function endOfBlocks(bytes: Buffer, at: number): number {
  let end = at;
  for (let size = bytes[end]; size !== 0; size = bytes[end]) {
    if (size === undefined) return -1;
    end += 1 + size;
  }
  return end + 1;
}

const tableSize = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);

function isKept(bytes: Buffer, at: number): boolean {
  const label = bytes[at + 1];
  // Timing of the next picture; a text drawn as a picture; an application's data.
  if (label === 0xf9 || label === 0x01) return true;
  return label === 0xff && bytes[at + 2] === 11 && loops.has(bytes.toString('latin1', at + 3, at + 14));
}

/** The pieces of the cleaned file; null where the file is none or broken. What follows its end is dropped. */
export function cleanGif(bytes: Buffer): Buffer[] | null {
  if (!/^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6)) || bytes.length < 14) return null;
  const screenEnd = 13 + tableSize(bytes.readUInt8(10));
  const kept = [bytes.subarray(0, screenEnd)];
  let pictures = 0;
  for (let at = screenEnd; at < bytes.length; ) {
    const kind = bytes.readUInt8(at);
    if (kind === 0x3b) return pictures === 0 ? null : [...kept, bytes.subarray(at, at + 1)];
    const isPicture = kind === 0x2c;
    if ((!isPicture && kind !== 0x21) || (isPicture && at + 10 > bytes.length)) return null;
    // After a picture's header comes its colour table, then one byte, then its data.
    const data = isPicture ? at + 10 + tableSize(bytes.readUInt8(at + 9)) + 1 : at + 2;
    const end = endOfBlocks(bytes, data);
    if (end === -1) return null;
    if (isPicture) pictures += 1;
    if (isPicture || isKept(bytes, at)) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return null;
}
