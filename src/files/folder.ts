/** Files in a folder: each under its SHA-256, written once, safe on the disk before anybody is told of it. */
import { mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Files, placeOf } from './files.ts';

const ignoreMissing = (error: NodeJS.ErrnoException) => {
  if (error.code !== 'ENOENT') throw error;
  return null;
};

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}

export function folderFiles(root: string): Files {
  return {
    incoming: join(root, 'incoming'),
    async put(sha256, path, { size }) {
      const target = join(root, placeOf(sha256));
      const existing = await stat(target).catch(ignoreMissing);
      if (existing?.size !== size) {
        await sync(path);
        await mkdir(dirname(target), { recursive: true, mode: 0o700 });
        await rename(path, target);
      }
      // Names are safe only once their folders are; those of a file that another request has just put here, too.
      for (const folder of [dirname(target), dirname(dirname(target)), root]) await sync(folder);
    },
    async open(sha256) {
      const handle = await open(join(root, placeOf(sha256)), 'r');
      return handle.createReadStream();
    },
  };
}
