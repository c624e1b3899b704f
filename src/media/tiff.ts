/** The one thing of Exif that a picture needs: which way up it is. Everything else in it tells of the person who took it. */

const orientationTag = 0x0112;

/** The orientation (2 to 8) in a TIFF block; null where there is none, it is upright, or the block cannot be read. */
export function readOrientation(tiff: Buffer): number | null {
  const order = tiff.toString('latin1', 0, 2);
  if (tiff.length < 14 || (order !== 'II' && order !== 'MM')) return null;
  const short = (at: number) => (order === 'II' ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const first = order === 'II' ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  if (short(2) !== 42 || first + 2 > tiff.length) return null;
  const end = Math.min(first + 2 + 12 * short(first), tiff.length);
  for (let at = first + 2; at + 12 <= end; at += 12) {
    if (short(at) !== orientationTag) continue;
    const value = short(at + 8);
    return value >= 2 && value <= 8 ? value : null;
  }
  return null;
}

/** A TIFF block that says the orientation and nothing else. */
export function writeOrientation(value: number): Buffer {
  const tiff = Buffer.from('4d4d002a000000080001011200030000000100000000000000000000', 'hex').subarray(0, 26);
  tiff.writeUInt16BE(value, 18);
  return tiff;
}

/** A TIFF block that says nothing. */
export const emptyTiff = Buffer.from('4d4d002a00000008000000000000', 'hex');
