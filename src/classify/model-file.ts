/**
 * A model as bytes: a magic word, the length of the header, the header as JSON, the strings, then rarity, weights, scales and
 * bias as little-endian numbers, and a SHA-256 over all before it. The same model gives the same bytes.
 */
import { createHash } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Model } from './model.ts';

const magic = 'JIESU-M1';
const hashLength = 32;

/** A model file cannot be used; the message says why. */
export class ModelError extends Error {}

const Header = Type.Object({
  name: Type.String({ minLength: 1 }),
  segmenter: Type.String(),
  dictionary: Type.String(),
  sums: Type.Array(Type.String()),
  heads: Type.Array(Type.Object({ task: Type.String(), codes: Type.Array(Type.String()), sharpness: Type.Number() })),
  usualLeaf: Type.Record(Type.String(), Type.String()),
  strings: Type.Integer({ minimum: 0 }),
  stringBytes: Type.Integer({ minimum: 0 }),
});
type Header = Static<typeof Header>;

const bytesOf = (array: Float32Array | Int8Array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);

export function encodeModel(model: Model): Buffer {
  const strings = Buffer.from(model.strings.join('\n'));
  const header: Header = {
    name: model.name,
    segmenter: model.segmenter,
    dictionary: model.dictionary,
    sums: [...model.sums],
    heads: model.heads.map(({ task, codes, sharpness }) => ({ task, codes: [...codes], sharpness })),
    usualLeaf: { ...model.usualLeaf },
    strings: model.strings.length,
    stringBytes: strings.length,
  };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const { rarity, weights, scales, bias } = model;
  const body = Buffer.concat([
    Buffer.from(magic),
    length,
    json,
    strings,
    ...[rarity, weights, scales, bias].map((array) => bytesOf(array)),
  ]);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}

/** Reads a model; throws a `ModelError` where the bytes are not those of a whole model. */
export function decodeModel(bytes: Buffer): Model {
  if (bytes.subarray(0, magic.length).toString('latin1') !== magic) throw new ModelError('不是模型文件');
  const body = bytes.subarray(0, Math.max(bytes.length - hashLength, 0));
  const hash = createHash('sha256').update(body).digest();
  if (!hash.equals(bytes.subarray(body.length))) throw new ModelError('文件不完整或已损坏（校验和不符）');
  const headerStart = magic.length + 4;
  const headerEnd = headerStart + body.readUInt32LE(magic.length);
  const header = readHeader(body.subarray(headerStart, headerEnd));
  const strings = body.subarray(headerEnd, headerEnd + header.stringBytes).toString();
  const heads: Model['heads'][number][] = [];
  let columns = 0;
  for (const head of header.heads) {
    heads.push({ ...head, from: columns });
    columns += head.codes.length;
  }
  let at = headerEnd + header.stringBytes;
  const take = (length: number) => {
    // Copied, so that numbers of four bytes begin where they may.
    const part = Uint8Array.prototype.slice.call(body, at, at + length);
    at += length;
    return part.buffer;
  };
  const rarity = new Float32Array(take(header.strings * 4));
  const weights = new Int8Array(take((header.strings + header.sums.length) * columns));
  const scales = new Float32Array(take(columns * 4));
  const bias = new Float32Array(take(columns * 4));
  const list = header.strings === 0 ? [] : strings.split('\n');
  if (at !== body.length || list.length !== header.strings) throw new ModelError('文件内容与其说明不符');
  const { name, segmenter, dictionary, sums, usualLeaf } = header;
  return { name, segmenter, dictionary, sums, usualLeaf, strings: list, rarity, heads, columns, weights, scales, bias };
}

function readHeader(bytes: Buffer): Header {
  try {
    const header: unknown = JSON.parse(bytes.toString());
    if (Value.Check(Header, header)) return header;
  } catch {
    // said below
  }
  throw new ModelError('文件头无法读取');
}
