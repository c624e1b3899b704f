/** Invented files, small and whole, in which the metadata is given: what must be gone can then be looked for. */
import { chunk } from '../../src/media/png.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A TIFF block as cameras write it, little-endian: orientation, maker, a GPS directory, then `told`. */
export function exif(orientation: number, told: Buffer): Buffer {
  const tiff = Buffer.alloc(64);
  tiff.write('II*\0', 'latin1');
  tiff.writeUInt32LE(8, 4);
  tiff.writeUInt16LE(2, 8);
  const entry = (at: number, tag: number, type: number, value: number) => {
    tiff.writeUInt16LE(tag, at);
    tiff.writeUInt16LE(type, at + 2);
    tiff.writeUInt32LE(1, at + 4);
    tiff.writeUInt32LE(value, at + 8);
  };
  entry(10, 0x0112, 3, orientation);
  entry(22, 0x8825, 4, 40);
  return Buffer.concat([tiff, latin('GPS'), told]);
}

function segment(marker: number, ...body: Buffer[]): Buffer {
  const whole = Buffer.concat(body);
  return Buffer.concat([Buffer.from([0xff, marker]), u16(whole.length + 2), whole]);
}

/** Compressed data in which no byte looks like a marker, but for restarts. */
export function stuffed(data: Uint8Array): Buffer {
  return Buffer.concat([...data].map((byte) => Buffer.from(byte === 0xff ? [0xff, 0] : [byte])));
}

export const iccProfile = latin('ICC_PROFILE\0\x01\x01colours');

/** What makes the picture of a JPEG: the scans with their tables, up to the end. */
export function jpegPicture(data: Uint8Array): Buffer {
  const scan = [
    segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    stuffed(data),
    Buffer.from([0xff, 0xd3]),
    stuffed(data),
  ];
  return Buffer.concat([
    segment(0xdb, Buffer.alloc(65)),
    segment(0xc2, Buffer.from([8, 0, 1, 0, 1, 1, 1, 0x11, 0])),
    ...scan,
    segment(0xc4, Buffer.alloc(19)),
    ...scan,
    Buffer.from([0xff, 0xd9]),
  ]);
}

export function jpeg(data: Uint8Array, told: Buffer, orientation = 6): Buffer {
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, latin('JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01'), told.subarray(0, 3)),
    segment(0xe1, latin('Exif\0\0'), exif(orientation, told)),
    segment(0xe1, latin('http://ns.adobe.com/xap/1.0/\0'), told),
    segment(0xe2, iccProfile),
    segment(0xe2, latin('MPF\0'), told),
    segment(0xed, latin('Photoshop 3.0\0'), told),
    segment(0xfe, told),
    segment(0xee, latin('Adobe\0d\0\0\0\0\x01')),
    jpegPicture(data),
    latin('trailer GPS'),
    told,
  ]);
}

export const pngSignature = Buffer.from('89504e470d0a1a0a', 'hex');
const header = chunk('IHDR', Buffer.from('0000000100000001080600000000', 'hex').subarray(0, 13));

export function png(data: Uint8Array, told: Buffer, orientation = 6): Buffer {
  return Buffer.concat([
    pngSignature,
    header,
    chunk('pHYs', Buffer.alloc(9, 1)),
    chunk('tEXt', Buffer.concat([latin('Comment\0GPS'), told])),
    chunk('eXIf', exif(orientation, told)),
    chunk('IDAT', Buffer.from(data)),
    chunk('iTXt', Buffer.concat([latin('XML:com.adobe.xmp\0\0\0\0\0'), told])),
    chunk('tIME', Buffer.alloc(7, 1)),
    chunk('IDAT', Buffer.from(data)),
    chunk('IEND', Buffer.alloc(0)),
    told,
  ]);
}

function riff(type: string, ...body: Buffer[]): Buffer {
  const whole = Buffer.concat(body);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(whole.length);
  return Buffer.concat([latin(type), size, whole, Buffer.alloc(whole.length % 2)]);
}

export function webp(data: Uint8Array, told: Buffer, orientation = 6): Buffer {
  const frame = riff('ANMF', Buffer.alloc(16, 2), riff('VP8L', Buffer.from(data)), riff('note', told));
  return Buffer.concat([
    riff(
      'RIFF',
      latin('WEBP'),
      riff('VP8X', Buffer.from([0x2c, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
      riff('ICCP', iccProfile),
      frame,
      riff('VP8 ', Buffer.from(data)),
      riff('EXIF', exif(orientation, told)),
      riff('XMP ', told),
      riff('jies', told),
    ),
    told,
  ]);
}

function blocks(data: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < data.length; at += 255) {
    const part = data.subarray(at, at + 255);
    parts.push(Buffer.from([part.length]), part);
  }
  return Buffer.concat([...parts, Buffer.from([0])]);
}

export function gif(data: Uint8Array, told: Buffer): Buffer {
  return Buffer.concat([
    latin('GIF89a\x01\0\x01\0\x80\0\0'),
    Buffer.from([0, 0, 0, 255, 255, 255]),
    Buffer.from([0x21, 0xff, 11]),
    latin('NETSCAPE2.0'),
    blocks(Buffer.from([1, 0, 0])),
    Buffer.from([0x21, 0xfe]),
    blocks(told),
    Buffer.from([0x21, 0xff, 11]),
    latin('XMP DataXMP'),
    blocks(told),
    Buffer.from([0x21, 0xf9, 4, 0, 0, 0, 0, 0]),
    Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2]),
    blocks(Buffer.from(data)),
    Buffer.from([0x3b]),
    told,
  ]);
}

function box(type: string, ...body: Buffer[]): Buffer {
  const whole = Buffer.concat(body);
  return Buffer.concat([u32(whole.length + 8), latin(type), whole]);
}

const full = (version = 0) => Buffer.from([version, 0, 0, 0]);

/** A HEIC picture of one item, with Exif in `mdat` and XMP in `idat`, and what else phones add. */
export function heic(data: Uint8Array, told: Buffer): Buffer {
  const tiff = Buffer.concat([u32(0), exif(6, told)]);
  const infe = (id: number, type: string) =>
    box('infe', full(2), u16(id), u16(0), latin(type), latin(type === 'mime' ? '\0application/rdf+xml\0' : '\0'));
  const item = (id: number, method: number, offset: number, length: number) =>
    Buffer.concat([u16(id), u16(method), u16(0), u16(1), u32(offset), u32(length)]);
  const build = (mdatBody: number): Buffer =>
    Buffer.concat([
      box('ftyp', latin('heic\0\0\0\0mif1heic')),
      box(
        'meta',
        full(),
        box('hdlr', full(), u32(0), latin('pict'), Buffer.alloc(13)),
        box('pitm', full(), u16(1)),
        box(
          'iloc',
          full(1),
          u16(0x4400),
          u16(3),
          item(1, 0, mdatBody, data.length),
          item(2, 0, mdatBody + data.length, tiff.length),
          item(3, 1, 0, told.length),
        ),
        box('iinf', full(), u16(3), infe(1, 'hvc1'), infe(2, 'Exif'), infe(3, 'mime')),
        box('iprp', box('ipco', box('irot', Buffer.from([1])), box('udes', full(), told)), box('ipma', full(), u32(0))),
        box('idat', told),
        box('uuid', Buffer.alloc(16, 7), told),
      ),
      box('mdat', Buffer.from(data), tiff),
      box('sefd', told),
      box('free', told),
    ]);
  const mdatBody = build(0).indexOf('mdat') + 4;
  return build(mdatBody);
}

/** Sound as a telephone records it: the place in `udta`, the boxes of MP4. */
export function m4a(data: Uint8Array, told: Buffer, handler = 'soun', brand = 'M4A '): Buffer {
  const track = box(
    'trak',
    box('tkhd', Buffer.alloc(84)),
    box('mdia', box('mdhd', Buffer.alloc(24)), box('hdlr', full(), u32(0), latin(handler), Buffer.alloc(13))),
    box('udta', box('name', told)),
  );
  return Buffer.concat([
    box('ftyp', latin(`${brand}\0\0\0\0isom`)),
    box('mdat', Buffer.from(data)),
    box('moov', box('mvhd', Buffer.alloc(100)), track, box('udta', box('\xa9xyz', told)), box('meta', full(), told)),
    box('uuid', Buffer.alloc(16, 7), told),
  ]);
}

const id3 = Buffer.concat([latin('ID3\x03\0\0\0\0\0\x0a'), Buffer.alloc(10)]);
/** Files that are kept as they are: only their beginnings are looked at. */
export const plain = {
  mp3: Buffer.concat([id3, Buffer.from([0xff, 0xfb, 0x90, 0x64]), Buffer.alloc(413, 0x55)]),
  aac: Buffer.concat([Buffer.from([0xff, 0xf1, 0x50, 0x80, 0x02, 0x1f, 0xfc]), Buffer.alloc(40)]),
  wav: Buffer.concat([latin('RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0'), Buffer.alloc(28)]),
  ogg: Buffer.concat([latin('OggS\0\x02'), Buffer.alloc(20), latin('\x01\x13OpusHead\x01\x01'), Buffer.alloc(40)]),
  amr: Buffer.concat([latin('#!AMR\n'), Buffer.alloc(64, 0x3c)]),
  pdf: latin('%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n'),
};

/** Programs and pages, whatever they are called. */
export const refusedFiles = {
  'Windows program': Buffer.concat([latin('MZ\x90\0\x03\0\0\0'), Buffer.alloc(500)]),
  'Linux program': Buffer.concat([latin('\x7fELF\x02\x01\x01\0'), Buffer.alloc(500)]),
  'shell script': latin('#!/bin/sh\nrm -rf /\n'),
  page: latin('<!DOCTYPE html><script>alert(1)</script>'),
  drawing: latin('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
  archive: Buffer.concat([latin('PK\x03\x04\x14\0\0\0\0\0'), Buffer.alloc(200)]),
  'a GIF in name only': latin('GIF89a/*<script>*/=1;alert(1)//'),
  'broken JPEG': Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff]), Buffer.alloc(100)]),
  film: m4a(Buffer.alloc(50), latin('x'), 'vide', 'isom'),
  nothing: Buffer.alloc(0),
};
