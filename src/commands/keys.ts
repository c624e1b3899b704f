/** `keys encrypt` and `keys rotate`: sealing what is plain, a new data key, another master key. */
import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { readKeyFile, readMaster } from '../keys/master.ts';
import { makeKey, reseal, rewrap, sealPlain } from '../keys/rotate.ts';
import { openVault } from '../keys/vault.ts';
import { CommandError, openKeys, print, say, withDatabase } from './common.ts';

const options = { clock: () => new Date(), random: randomBytes };

/** Seals what older nodes have written plain since the service was started. */
export async function keysEncrypt(): Promise<void> {
  await withDatabase(async (connection, config) => {
    const vault = await openKeys(connection, config);
    await sealPlain(connection.db, vault, new Date());
    print('encrypted');
  });
}

/** With `--master`, wraps the data keys with the master key in a file. Otherwise makes a new data key and seals everything with it. */
export async function keysRotate({ master: file, wait }: { master?: string; wait: string }): Promise<void> {
  const seconds = /^\d{1,4}$/.test(wait) ? Number(wait) : Number.NaN;
  if (Number.isNaN(seconds)) throw new CommandError('--wait 应为 0 到 9999 秒');
  await withDatabase(async ({ db }, config) => {
    const master = await readMaster(config);
    const vault = await openVault(db, master, options);
    if (file !== undefined) {
      const keys = await rewrap(db, master, await readKeyFile(file), options);
      say(`${keys} 个数据密钥已由新的主密钥保护；请把各节点的主密钥换成新的，再逐个重启`);
      return print('rewrapped');
    }
    const { id, usableAt } = await makeKey(db, master, options, seconds * 1000);
    say(`数据密钥 ${id} 从 ${usableAt.toISOString()} 起使用，等各节点读到它`);
    await setTimeout(Math.max(0, usableAt.getTime() - Date.now()) + 10);
    await vault.refresh();
    const rows = await reseal(db, vault, id, new Date(), (done) => say(`已重新加密 ${done} 件`));
    say(`共 ${rows} 件；旧的数据密钥已停用`);
    print('rotated');
  });
}
