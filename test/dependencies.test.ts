/** docs/dependencies.md says what is installed, and what is installed is what was locked. */
import { readFileSync } from 'node:fs';
import t from 'tap';

type Json = Record<string, unknown>;
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const read = (file: string): Json => JSON.parse(readFileSync(file, 'utf8'));
const part = (from: Json, name: string): Json => {
  const value = from[name];
  if (!isJson(value)) throw new Error(`no ${name}`);
  return value;
};

const declared = read('package.json');
const page = readFileSync('docs/dependencies.md', 'utf8');
/** The cells of the table under a heading. */
const rows = (heading: string): string[][] =>
  (page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) => line.slice(2, -2).split(' | '));

for (const [kind, heading] of [
  ['dependencies', '运行时'],
  ['devDependencies', '开发与测试'],
] as const) {
  t.test(kind, (t) => {
    const listed = rows(heading);
    const installed = Object.entries(part(declared, kind)).map(([name, version]) => {
      const own = read(`node_modules/${name}/package.json`);
      t.equal(own.version, version, `${name} is pinned and installed as declared`);
      return [name, version, own.license];
    });
    t.same(
      listed.map((cells) => cells.slice(0, 3)),
      installed,
      'name, version and licence',
    );
    for (const [name, , , latest, use, why] of listed)
      t.ok(
        [latest, use, why].every((cell) => cell !== undefined && cell.trim() !== ''),
        `${name} says what for and why`,
      );
    t.end();
  });
}

t.test('the lock file', (t) => {
  const packages = Object.entries(part(read('package-lock.json'), 'packages')).filter(([path]) => path !== '');
  t.ok(packages.length > 300, `${packages.length} packages`);
  // Nothing is linked from a folder; what comes inside another package's archive is covered by that one's hash.
  const unsafe = packages.filter(
    ([, one]) => !isJson(one) || (one.inBundle !== true && !/^sha512-[\w+/]{86}==$/.test(String(one.integrity))),
  );
  t.same(
    unsafe.map(([path]) => path),
    [],
    'each has a hash',
  );
  const elsewhere = packages.filter(
    ([, one]) =>
      isJson(one) && one.resolved !== undefined && !/^https:\/\/registry\.npmjs\.org\//.test(String(one.resolved)),
  );
  t.same(
    elsewhere.map(([path]) => path),
    [],
    'and is from the registry',
  );
  t.end();
});
