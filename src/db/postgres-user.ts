/**
 * PostgreSQL refuses to run as root. Started by root, its programs run as the system's `postgres` user, or as `nobody`
 * where there is none; started by anyone else, as that user.
 *
 * A clone or data folder may lie where that user cannot reach (a folder of mode 700, /root). Then the programs keep root's
 * right to pass folders (CAP_DAC_OVERRIDE, through setpriv) and nothing else of root's.
 */
import type { ExecFileOptions } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

type Run = (file: string, args: string[], options: ExecFileOptions) => Promise<unknown>;

/** Runs a program as the user the server belongs to. */
export interface Runner {
  uid?: number;
  gid?: number;
  run(file: string, args: string[]): Promise<void>;
}

async function serverUser(): Promise<{ uid: number; gid: number }> {
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const user = users.find(([known]) => known === name);
    if (user !== undefined) return { uid: Number(user[2]), gid: Number(user[3]) };
  }
  throw new Error('以 root 运行内置 PostgreSQL 需要系统用户 postgres 或 nobody；请建立其一，或设置 DATABASE_URL');
}

/** Whether every existing folder on the way to `target` may be passed by others. */
async function isOpenToOthers(target: string): Promise<boolean> {
  for (let at = path.resolve(target); ; at = path.dirname(at)) {
    const found = await stat(at).catch(() => null);
    if (found?.isDirectory() && (found.mode & 0o001) === 0 && at !== path.resolve(target)) return false;
    if (at === path.dirname(at)) return true;
  }
}

/** How to run the server's programs for a data folder, given where they lie. */
export async function runAs(folder: string, program: string, run: Run): Promise<Runner> {
  const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC' };
  const options = { cwd: '/', env, maxBuffer: 4 << 20 };
  if (process.getuid?.() !== 0) {
    return { run: async (file, args) => void (await run(file, args, options)) };
  }
  const user = await serverUser();
  if ((await isOpenToOthers(program)) && (await isOpenToOthers(path.join(folder, 'postgres')))) {
    return { ...user, run: async (file, args) => void (await run(file, args, { ...options, ...user })) };
  }
  // access(2) forgets capabilities of those who are not root, unless told that no such switch took place.
  const privileges = [
    '--securebits=+no_setuid_fixup',
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=-all,+dac_override',
    '--bounding-set=-all,+dac_override',
  ];
  const setpriv = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', ...privileges, '--'];
  return { ...user, run: async (file, args) => void (await run('setpriv', [...setpriv, file, ...args], options)) };
}
