/** Files on their way in: written and hashed piece by piece into a folder that is gone afterwards, whatever happens. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const abandonedMs = 86_400_000;

export interface Received {
  path: string;
  size: number;
  /** Hexadecimal. */
  sha256: string;
}

/** Runs `body` with an empty folder below `incoming`, and removes it. */
export async function withFolder<T>(incoming: string, body: (folder: string) => Promise<T>): Promise<T> {
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(incoming, 'upload-'));
  try {
    return await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes pieces to a new file. Holds one of them at a time. */
export async function receive(pieces: AsyncIterable<Buffer> | Iterable<Buffer>, path: string): Promise<Received> {
  const hash = createHash('sha256');
  const handle = await open(path, 'wx', 0o600);
  let size = 0;
  try {
    for await (const piece of pieces) {
      hash.update(piece);
      await handle.writeFile(piece);
      size += piece.length;
    }
  } finally {
    await handle.close();
  }
  return { path, size, sha256: hash.digest('hex') };
}

/** The first bytes of a file. */
export async function readHead(path: string, length: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Removes what a process that died has left behind: folders untouched for a day, so that other nodes' uploads stay. */
export async function removeAbandoned(incoming: string, now: Date): Promise<void> {
  const names = await readdir(incoming).catch(() => []);
  for (const name of names.filter((one) => one.startsWith('upload-'))) {
    const folder = join(incoming, name);
    const found = await stat(folder).catch(() => null);
    if (found !== null && now.getTime() - found.mtimeMs > abandonedMs)
      await rm(folder, { recursive: true, force: true });
  }
}
