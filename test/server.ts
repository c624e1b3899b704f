/** The PostgreSQL of a test run: DATABASE_URL's, or an embedded one in a temporary folder. Shared by before, tests and after. */
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** One folder and one note for each checkout, so that two checkouts may run their tests at once. */
const name = `jiesu-test-${createHash('sha256').update(process.cwd()).digest('hex').slice(0, 12)}`;

export const testFolder = path.join(tmpdir(), name);
/** Where `before` tells the tests which server and which template database to use. */
export const noteFile = `${testFolder}.json`;

export interface Note {
  url: string;
  template: string;
  /** Whether this run has started the server. */
  embedded: boolean;
}

/** The same server, another database. */
export function databaseUrl(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.toString();
}
