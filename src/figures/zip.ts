/** A ZIP archive written as its files come, in constant memory: for workbooks that are too long to be held. Pure. */
import { Zip, ZipDeflate } from 'fflate';

/** A file of the archive; its text is asked for piece by piece. */
export interface Part {
  path: string;
  content: AsyncIterable<string> | Iterable<string>;
}

/** Sizes and places are written as 32 bits. */
const largest = 2 ** 32 - 1;

/**
 * The bytes of an archive. A part is asked for when the one before it is written; its text as fast as the reader takes the bytes.
 * Throws RangeError for more than 4 GiB, which the format could only hold by an extension that spreadsheets read unevenly.
 */
export async function* zipped(parts: AsyncIterable<Part> | Iterable<Part>): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const archive = new Zip((error, chunk) => {
    if (error !== null) throw error;
    ready.push(chunk);
  });
  const encoder = new TextEncoder();
  let total = 0;
  function* written(): Generator<Uint8Array> {
    for (const chunk of ready.splice(0)) {
      total += chunk.length;
      if (total > largest) throw new RangeError('archive too large');
      yield chunk;
    }
  }
  for await (const { path, content } of parts) {
    const file = new ZipDeflate(path);
    archive.add(file);
    let size = 0;
    for await (const text of content) {
      const bytes = encoder.encode(text);
      size += bytes.length;
      if (size > largest) throw new RangeError('part too large');
      file.push(bytes);
      yield* written();
    }
    file.push(new Uint8Array(0), true);
    yield* written();
  }
  archive.end();
  yield* written();
}
