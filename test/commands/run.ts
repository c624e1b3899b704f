/** Runs the command line as a user does: a process of its own, with its streams and its exit code. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { testMaster } from '../server.ts';

export interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

export interface Running {
  process: ChildProcess;
  done: Promise<Outcome>;
}

/** Starts `jiesu ARGS`. Only `env` and the path are passed on: nothing of the surroundings decides. */
export function start(args: string[], env: Record<string, string | undefined>, input = ''): Running {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', ...args], {
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '/',
      MASTER_KEY: testMaster,
      // A machine that runs other tests besides may stand still for a moment.
      SHED_DELAY_MS: '0',
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const streams = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    streams.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    streams.err += text;
  });
  child.stdin.end(input);
  const done = new Promise<Outcome>((resolve) => child.once('close', (code) => resolve({ code, ...streams })));
  return { process: child, done };
}

export function run(args: string[], env: Record<string, string | undefined>, input = ''): Promise<Outcome> {
  return start(args, env, input).done;
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** Waits until the service answers that it is ready: two minutes, where other tests run besides. Throws when it ends before. */
export async function untilReady(port: number, running: Running): Promise<void> {
  let ended: Outcome | null = null;
  running.done.then((outcome) => {
    ended = outcome;
  });
  for (let tries = 0; tries < 1200; tries += 1) {
    if (ended !== null) throw new Error(`the service ended: ${JSON.stringify(ended)}`);
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the service did not get ready');
}
