/** Where uploaded files are kept: the two functions that the rest of the service knows of it. */
import type { Readable } from 'node:stream';

export interface Files {
  /** Keeps the file at `path`, which may be moved away, under its SHA-256 (hexadecimal). Keeping it twice keeps it once. */
  put(sha256: string, path: string, about: { size: number; type: string }): Promise<void>;
  /** The bytes that were kept. Throws where there are none. */
  open(sha256: string): Promise<Readable>;
  /** Folder for files on their way in. */
  incoming: string;
}

/** Where a file stands below a root: spread over folders, so that none grows too long. */
export function placeOf(sha256: string): string {
  return `${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`;
}
