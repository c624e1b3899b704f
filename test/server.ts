/** The PostgreSQL of a test run: DATABASE_URL's, or an embedded one in a temporary folder. Shared by before, tests and after. */
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const prefix = 'jiesu-test-';

/** The folder of a run. `before`, every test and `after` are children of one runner: its process tells runs apart. */
export const testFolder = path.join(tmpdir(), `${prefix}${process.ppid}`);
/** Where `before` tells the tests which server and which template database to use. */
export const noteFile = `${testFolder}.json`;

/** Folders of runs whose runner is gone: they were interrupted. */
export function abandonedFolders(): string[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .filter((name) => !isAlive(Number(name.slice(prefix.length))))
    .map((name) => path.join(tmpdir(), name));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export interface Note {
  url: string;
  template: string;
  /** Whether this run has started the server. */
  embedded: boolean;
  /** Whether its migrations made the roles of the service, which belong to the whole server. */
  madeRoles: boolean;
}

/** The master key of all tests, in base64. */
export const testMaster = Buffer.alloc(32, 'jiesu test').toString('base64');

/** The same server, another database. */
export function databaseUrl(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.toString();
}
