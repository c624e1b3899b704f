/** Which files are taken, told by their content alone, and how each is cleaned of what it tells about its maker. */
import { fileTypeFromBuffer } from 'file-type';
import { cleanHeic, cleanM4a } from './boxes.ts';
import { cleanGif } from './gif.ts';
import { cleanJpeg } from './jpeg.ts';
import { cleanPng } from './png.ts';
import { cleanWebp } from './webp.ts';

export interface Kind {
  /** The media type under which it is served. */
  type: string;
  /** The extension it gets; others by which it is also known. */
  extension: string;
  aliases?: readonly string[];
  /** The pieces of the file without metadata, null where it is broken. Without one, the file is kept as it came. */
  clean?: (bytes: Buffer) => Buffer[] | null;
}

const jpeg: Kind = { type: 'image/jpeg', extension: 'jpg', aliases: ['jpeg', 'jpe', 'jfif'], clean: cleanJpeg };
const png: Kind = { type: 'image/png', extension: 'png', aliases: ['apng'], clean: cleanPng };
const webp: Kind = { type: 'image/webp', extension: 'webp', clean: cleanWebp };
const gif: Kind = { type: 'image/gif', extension: 'gif', clean: cleanGif };
const heic: Kind = { type: 'image/heic', extension: 'heic', aliases: ['heif'], clean: cleanHeic };
const m4a: Kind = { type: 'audio/mp4', extension: 'm4a', aliases: ['mp4'], clean: cleanM4a };
const mp3: Kind = { type: 'audio/mpeg', extension: 'mp3' };
const aac: Kind = { type: 'audio/aac', extension: 'aac' };
const wav: Kind = { type: 'audio/wav', extension: 'wav' };
const ogg: Kind = { type: 'audio/ogg', extension: 'ogg', aliases: ['oga', 'opus', 'spx'] };
const amr: Kind = { type: 'audio/amr', extension: 'amr' };
const pdf: Kind = { type: 'application/pdf', extension: 'pdf' };

export const kinds: readonly Kind[] = [jpeg, png, webp, gif, heic, m4a, mp3, aac, wav, ogg, amr, pdf];

/** What is allowed, as a refusal names it. */
export const allowedNames = '图片 JPEG、PNG、WebP、GIF、HEIC，音频 MP3、M4A/AAC、WAV、OGG、AMR，文档 PDF';

/** By the extension that `file-type` gives. Recorders also write sound as plain MP4: its cleaning refuses films. */
const byDetected: Record<string, Kind> = {
  jpg: jpeg,
  png,
  apng: png,
  webp,
  gif,
  heic,
  m4a,
  mp4: m4a,
  mp3,
  aac,
  wav,
  ogg,
  oga: ogg,
  opus: ogg,
  spx: ogg,
  amr,
  pdf,
};

/** As much of a file's beginning as is needed to tell what it is. */
export const headBytes = 4100;

/** What a file is by its first bytes, or null where it is nothing that we take. */
export async function kindOf(head: Buffer): Promise<Kind | null> {
  const found = await fileTypeFromBuffer(head);
  return byDetected[found?.ext ?? ''] ?? null;
}
