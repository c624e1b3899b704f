/** docs/security.md names files as its evidence: each of them exists. */
import { existsSync, readFileSync } from 'node:fs';
import t from 'tap';

const page = readFileSync('docs/security.md', 'utf8');
const named = [...page.matchAll(/`([\w./-]+\/[\w./-]*|Dockerfile|[\w-]+\.ts)`/g)].map(([, name = '']) => name);
// Addresses of the service, and file names whose folder was named just before.
const files = named.filter((name) => !name.startsWith('/') && name.includes('/'));

t.ok(files.length > 80, `${files.length} names`);
for (const name of new Set(files))
  t.ok(existsSync(/^(test|bench|drizzle|\.ci)\//.test(name) ? name : `src/${name}`), name);
