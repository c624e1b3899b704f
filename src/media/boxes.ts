/**
 * HEIC and M4A are made of boxes that point into each other by offset, so nothing may move: what tells of the person is
 * overwritten where it stands, and boxes nobody needs become `free` ones of zeros.
 */
import { emptyTiff } from './tiff.ts';

/** The file is not built as it says. Reading outside a buffer throws the same kind. */
export class BrokenFile extends RangeError {}

export interface Box {
  type: string;
  /** Where its size stands, where its content begins, where it ends. */
  start: number;
  body: number;
  end: number;
}

/** The boxes between two offsets. Throws where they do not fill the space. */
export function readBoxes(bytes: Buffer, from: number, to: number): Box[] {
  const boxes: Box[] = [];
  for (let start = from; start < to; ) {
    const short = bytes.readUInt32BE(start);
    const size = short === 1 ? Number(bytes.readBigUInt64BE(start + 8)) : short === 0 ? to - start : short;
    const body = start + (short === 1 ? 16 : 8);
    const end = start + size;
    if (end < body || end > to) throw new BrokenFile();
    boxes.push({ type: bytes.toString('latin1', start + 4, start + 8), start, body, end });
    start = end;
  }
  return boxes;
}

/** Makes every box but those named an empty one of the same size. */
export function blankOthers(bytes: Buffer, boxes: readonly Box[], kept: ReadonlySet<string>): void {
  for (const { type, start, body, end } of boxes) {
    if (kept.has(type)) continue;
    bytes.write('free', start + 4, 'latin1');
    bytes.fill(0, body, end);
  }
}

function only(boxes: readonly Box[], type: string): Box {
  const [box, second] = boxes.filter((one) => one.type === type);
  if (box === undefined || second !== undefined) throw new BrokenFile();
  return box;
}

/** Numbers of changing width, read one after the other. */
function reader(bytes: Buffer, start: number) {
  let at = start;
  return (width: number): number => {
    at += width;
    if (width === 0) return 0;
    return width === 8 ? Number(bytes.readBigUInt64BE(at - 8)) : bytes.readUIntBE(at - width, width);
  };
}

interface Extent {
  start: number;
  end: number;
}

/** Item → where its data stands in the file. `idat` is the box to which some offsets relate. */
function readLocations(bytes: Buffer, iloc: Box, idat: Box | undefined): Map<number, Extent[]> {
  const next = reader(bytes, iloc.body);
  const version = next(1);
  if (version > 2) throw new BrokenFile();
  next(3);
  const widths = next(2);
  const [offsetWidth = 0, lengthWidth = 0, baseWidth = 0, lastWidth = 0] = [12, 8, 4, 0].map((n) => (widths >> n) & 15);
  if ([offsetWidth, lengthWidth, baseWidth, lastWidth].some((width) => ![0, 4, 8].includes(width)))
    throw new BrokenFile();
  const indexWidth = version === 0 ? 0 : lastWidth;
  const idWidth = version === 2 ? 4 : 2;
  const found = new Map<number, Extent[]>();
  for (let items = next(idWidth); items > 0; items -= 1) {
    const id = next(idWidth);
    const method = version === 0 ? 0 : next(2) & 15;
    next(2);
    const relative = method === 1 ? (idat?.body ?? Number.NaN) : method === 0 ? 0 : Number.NaN;
    const base = relative + next(baseWidth);
    const extents: Extent[] = [];
    for (let count = next(2); count > 0; count -= 1) {
      next(indexWidth);
      const start = base + next(offsetWidth);
      extents.push({ start, end: start + next(lengthWidth) });
    }
    found.set(id, extents);
  }
  return found;
}

/** Item → its type (`hvc1`, `Exif`, `mime`). */
function readItemTypes(bytes: Buffer, iinf: Box): Map<number, string> {
  const from = iinf.body + (bytes.readUInt8(iinf.body) === 0 ? 6 : 8);
  return new Map(
    readBoxes(bytes, from, iinf.end).map(({ type, body }) => {
      const version = bytes.readUInt8(body);
      if (type !== 'infe' || (version !== 2 && version !== 3)) throw new BrokenFile();
      const id = version === 2 ? bytes.readUInt16BE(body + 4) : bytes.readUInt32BE(body + 4);
      const at = body + (version === 2 ? 8 : 10);
      return [id, bytes.toString('latin1', at, at + 4)];
    }),
  );
}

/** Items that make the picture. Which way up it is stands in its properties, so Exif goes whole. */
const pictureItems = new Set(['hvc1', 'hvc2', 'lhv1', 'av01', 'avc1', 'grid', 'iovl', 'iden', 'tmap']);
const heicBoxes = new Set(['ftyp', 'meta', 'mdat', 'free']);
const metaBoxes = new Set(['hdlr', 'pitm', 'iinf', 'iref', 'iprp', 'iloc', 'idat', 'dinf', 'grpl', 'ipro']);
/** Descriptions in words, times, foreign data. */
const toldByProperties = new Set(['udes', 'uuid', 'itai', 'crtt', 'mdft']);

function blankItem(bytes: Buffer, type: string, extents: readonly Extent[], within: readonly Box[]): void {
  for (const { start, end } of extents) {
    if (!within.some((box) => start >= box.body && end <= box.end && start < end)) throw new BrokenFile();
    bytes.fill(type === 'mime' ? 0x20 : 0, start, end);
    if (type === 'Exif' && end - start >= 4 + emptyTiff.length) emptyTiff.copy(bytes, start + 4);
  }
}

/** The cleaned picture, as long as the given one; null where it is none or broken. */
export function cleanHeic(given: Buffer): Buffer[] | null {
  return unlessBroken(() => {
    const bytes = Buffer.from(given);
    const top = readBoxes(bytes, 0, bytes.length);
    const meta = only(top, 'meta');
    const inside = readBoxes(bytes, meta.body + 4, meta.end);
    const idats = inside.filter(({ type }) => type === 'idat');
    const locations = readLocations(bytes, only(inside, 'iloc'), idats[0]);
    const data = [...top.filter(({ type }) => type === 'mdat'), ...idats];
    for (const [id, type] of readItemTypes(bytes, only(inside, 'iinf')))
      if (!pictureItems.has(type)) blankItem(bytes, type, locations.get(id) ?? [], data);
    const iprp = only(inside, 'iprp');
    const ipco = only(readBoxes(bytes, iprp.body, iprp.end), 'ipco');
    const properties = readBoxes(bytes, ipco.body, ipco.end);
    blankOthers(
      bytes,
      properties.filter(({ type }) => toldByProperties.has(type)),
      new Set(),
    );
    blankOthers(bytes, inside, metaBoxes);
    blankOthers(bytes, top, heicBoxes);
    for (const { body, end } of top.filter(({ type }) => type === 'free')) bytes.fill(0, body, end);
    return [bytes];
  });
}

const audioBoxes = new Set(['ftyp', 'styp', 'moov', 'mdat', 'moof', 'sidx', 'mfra']);
const movieBoxes = new Set(['mvhd', 'trak', 'mvex', 'iods']);
const trackBoxes = new Set(['tkhd', 'edts', 'mdia', 'tref']);

/** What a track holds: `soun`, `vide`. */
function trackKind(bytes: Buffer, track: readonly Box[]): string {
  const mdia = only(track, 'mdia');
  const { body } = only(readBoxes(bytes, mdia.body, mdia.end), 'hdlr');
  return bytes.toString('latin1', body + 8, body + 12);
}

/** The cleaned sound, as long as the given one; null where it is broken or shows pictures. Recorders write the place into `udta`. */
export function cleanM4a(given: Buffer): Buffer[] | null {
  return unlessBroken(() => {
    const bytes = Buffer.from(given);
    const top = readBoxes(bytes, 0, bytes.length);
    const moov = only(top, 'moov');
    const inside = readBoxes(bytes, moov.body, moov.end);
    const tracks = inside.filter(({ type }) => type === 'trak').map(({ body, end }) => readBoxes(bytes, body, end));
    if (tracks.length === 0 || tracks.some((track) => trackKind(bytes, track) !== 'soun')) return null;
    for (const track of tracks) blankOthers(bytes, track, trackBoxes);
    blankOthers(bytes, inside, movieBoxes);
    blankOthers(bytes, top, audioBoxes);
    return [bytes];
  });
}

function unlessBroken<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
