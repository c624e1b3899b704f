/** The master key: from a variable, a file or a command; without any of them, in development, from a file that is made here. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '../config.ts';
import { KeyError, parseKey } from './sealing.ts';

const commandMs = 30_000;

type Sources = Pick<Config, 'MASTER_KEY' | 'MASTER_KEY_FILE' | 'MASTER_KEY_COMMAND' | 'DATA_DIR' | 'NODE_ENV'>;

/** Throws KeyError where production has no key of its own: one that is made beside the data would be lost, or stolen, with them. */
export function checkMaster(config: Sources): void {
  const { MASTER_KEY, MASTER_KEY_FILE, MASTER_KEY_COMMAND, NODE_ENV, DATA_DIR } = config;
  if (NODE_ENV !== 'production' || (MASTER_KEY ?? MASTER_KEY_FILE ?? MASTER_KEY_COMMAND) !== undefined) return;
  throw new KeyError(
    `生产环境（NODE_ENV=production）须设 MASTER_KEY、MASTER_KEY_FILE 或 MASTER_KEY_COMMAND，不用开发时自动造的密钥；\
以前用自动造的：把 ${join(DATA_DIR, 'master.key')} 移到数据目录以外，设 MASTER_KEY_FILE 指向它`,
  );
}

/** The key as configured. Throws KeyError, also where production has none. */
export async function readMaster(config: Sources): Promise<Buffer> {
  const { MASTER_KEY, MASTER_KEY_FILE, MASTER_KEY_COMMAND } = config;
  const given = [MASTER_KEY, MASTER_KEY_FILE, MASTER_KEY_COMMAND].filter((one) => one !== undefined);
  if (given.length > 1) throw new KeyError('MASTER_KEY、MASTER_KEY_FILE、MASTER_KEY_COMMAND 只能设一个');
  if (MASTER_KEY !== undefined) return parseKey(MASTER_KEY, 'MASTER_KEY');
  if (MASTER_KEY_FILE !== undefined) return readKeyFile(MASTER_KEY_FILE);
  if (MASTER_KEY_COMMAND !== undefined)
    return parseKey(await outputOf(MASTER_KEY_COMMAND), 'MASTER_KEY_COMMAND 的输出');
  checkMaster(config);
  return ownKey(config.DATA_DIR);
}

export async function readKeyFile(path: string): Promise<Buffer> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new KeyError(`读不到主密钥文件 ${path}（${error.code}）`);
  });
  return parseKey(text, path);
}

async function outputOf(command: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', command], { timeout: commandMs });
    return stdout;
  } catch {
    // Its output is not quoted: it may hold the key.
    throw new KeyError('MASTER_KEY_COMMAND 没有成功');
  }
}

/** The key of a data folder, made when first asked for; of two processes that make it at once, one wins. */
async function ownKey(folder: string): Promise<Buffer> {
  const path = join(folder, 'master.key');
  const known = await readFile(path, 'utf8').catch(() => null);
  if (known !== null) return parseKey(known, path);
  await mkdir(folder, { recursive: true });
  const fresh = join(folder, `master.key.${randomBytes(6).toString('hex')}`);
  await writeFile(fresh, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flush: true });
  await link(fresh, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(fresh);
  return readKeyFile(path);
}
