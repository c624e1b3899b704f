/**
 * The rules of docs/ARCHITECTURE.md that can be read off the source: what is pure, which way the arrows point, how long a
 * file and a function may be. Every check lists what breaks it.
 */
import { isBuiltin } from 'node:module';
import { basename } from 'node:path';
import t from 'tap';
import ts from 'typescript';
import { arrows, others } from './arrows.ts';
import { type File, read } from './source.ts';

/** Names of files that may touch the world: the database, the network, files. All other files of a feature are pure. */
const worldly = new Set(['routes.ts', 'service.ts', 'store.ts', 'jobs.ts']);
/** A report keeps its SQL beside its columns, the rollups theirs beside the measures; the segmenter loads a dictionary from files. */
const isExcepted = (file: string) =>
  file.startsWith('src/assessment/reports/') ||
  ['src/classify/segment.ts', 'src/rollup/lines.ts', 'src/rollup/calls.ts'].includes(file);
/** Outside the features, only these are pure. */
const pureParts = new Set(['src/http/errors.ts', 'src/http/schemas.ts', 'src/http/validation.ts']);

const src = read('src');
const all = [...src, ...read('test'), ...read('bench')];
/** `src/place/names.ts` → `place`, `src/app.ts` → `app.ts`. */
const partOf = (file: string) => file.split('/')[1] ?? '';
const isFeature = (file: string) => file.startsWith('src/') && partOf(file) in arrows;
const touchesWorld = (file: string) => worldly.has(basename(file)) || isExcepted(file);
const line = (file: File, node: ts.Node) => file.source.getLineAndCharacterOfPosition(node.getStart()).line + 1;

/** Where a file uses one of the given expressions (`Date.now`, `new Date()`), with lines. */
function uses(file: File, isMeant: (node: ts.Node) => boolean): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isMeant(node)) found.push(`${file.path}:${line(file, node)} ${node.getText()}`);
    else ts.forEachChild(node, visit);
  };
  visit(file.source);
  return found;
}

t.test('every folder of src has its place in the table of arrows', async (t) => {
  t.same(
    [...new Set(src.map(({ path }) => partOf(path)))].toSorted(),
    Object.keys({ ...arrows, ...others }).toSorted(),
  );
});

t.test('pure files take nothing from the world', async (t) => {
  /** A hash is a function of its input. */
  const hashing = [
    'src/access/sign-in.ts',
    'src/access/tokens.ts',
    'src/audit/chain.ts',
    'src/classify/model-file.ts',
    'src/figures/chart.ts',
    'src/outbox/signature.ts',
    'src/sso/flow.ts',
  ];
  const forbidden = /^(fastify|@fastify\/.*|drizzle-orm(\/.*)?|postgres|nodejieba)$/;
  const broken = src
    .filter(({ path }) => isFeature(path) && !touchesWorld(path))
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ to, typeOnly }) => {
          if (to === 'node:crypto') return !hashing.includes(path);
          if (!to.startsWith('src/')) return forbidden.test(to) || isBuiltin(to);
          return !typeOnly && (isFeature(to) ? touchesWorld(to) : !pureParts.has(to));
        })
        .map(({ to }) => `${path} imports ${to}`),
    );
  t.same(broken, []);
});

t.test('in features time and randomness are parameters; node:crypto only hashes and compares', async (t) => {
  const instants = /^(Date\.now|Math\.random|performance\.now|process\.hrtime(\.bigint)?)$/;
  const isMeant = (node: ts.Node) =>
    (ts.isPropertyAccessExpression(node) && instants.test(node.getText())) ||
    (ts.isNewExpression(node) && node.expression.getText() === 'Date' && (node.arguments ?? []).length === 0);
  const features = src.filter(({ path }) => isFeature(path));
  const plain = ['createHash', 'createHmac', 'timingSafeEqual'];
  const taken = features.flatMap(({ path, imports }) =>
    imports
      .filter(({ to, names }) => to === 'node:crypto' && !names.every((name) => plain.includes(name)))
      .map(({ names }) => `${path} takes ${names.join(', ') || 'everything'} from node:crypto`),
  );
  t.same([...features.flatMap((file) => uses(file, isMeant)), ...taken], []);
});

t.test('arrows between features go one way', async (t) => {
  const order = Object.keys(arrows);
  for (const [feature, allowed] of Object.entries(arrows)) {
    const below = order.slice(0, order.indexOf(feature));
    t.ok(
      allowed.every((one) => below.includes(one)),
      `${feature} imports only what stands above it in the table`,
    );
  }
  const table = { ...arrows, ...others };
  const broken = src.flatMap(({ path, imports }) =>
    imports
      .filter(({ to }) => isFeature(to) && partOf(to) !== partOf(path) && !table[partOf(path)]?.includes(partOf(to)))
      .map(({ to }) => `${path} imports ${to}`),
  );
  t.same(broken, []);
});

t.test('no feature reaches into the store or the routes of another, or up to what starts the service', async (t) => {
  const above = new Set(['app.ts', 'main.ts', 'config.ts', 'logger.ts', 'commands']);
  const inner = new Set(['store.ts', 'routes.ts']);
  const broken = src
    .filter(({ path }) => isFeature(path))
    .flatMap((file) =>
      file.imports
        .filter(({ to }) => to.startsWith('src/') && partOf(to) !== partOf(file.path))
        .filter(({ to }) => above.has(partOf(to)) || (isFeature(to) && inner.has(basename(to))))
        .map(({ to }) => `${file.path} imports ${to}`),
    );
  t.same(broken, []);
});

t.test('no file imports itself by way of others, not even for types', async (t) => {
  const byPath = new Map(src.map((file) => [file.path, file]));
  const state = new Map<string, 'open' | 'done'>();
  const cycles: string[] = [];
  const visit = (file: string, way: readonly string[]): void => {
    if (state.get(file) === 'open') cycles.push([...way.slice(way.indexOf(file)), file].join(' → '));
    if (state.has(file)) return;
    state.set(file, 'open');
    for (const { to } of byPath.get(file)?.imports ?? []) if (byPath.has(to)) visit(to, [...way, file]);
    state.set(file, 'done');
  };
  for (const { path } of src) visit(path, []);
  t.same(cycles, []);
});

t.test('a file has at most 300 lines, a function 50 (a story told by a test may be longer)', async (t) => {
  const long = all
    .map(({ path, source }) => ({ path, lines: source.getFullText().replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > 300);
  const functions = all.flatMap((file) => {
    if (file.path.startsWith('test/')) return [];
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
        const { line: end } = file.source.getLineAndCharacterOfPosition(node.end);
        const lines = end - line(file, node) + 2;
        if (lines > 50) found.push(`${file.path}:${line(file, node)} ${node.name?.getText() ?? '…'}: ${lines} lines`);
      }
      ts.forEachChild(node, visit);
    };
    visit(file.source);
    return found;
  });
  t.same([...long.map(({ path, lines }) => `${path}: ${lines} lines`), ...functions], []);
});

t.test('the environment is read in one place', async (t) => {
  const may = (file: string) =>
    /^(test|bench|src\/commands)\//.test(file) || ['src/config.ts', 'src/main.ts'].includes(file);
  const isMeant = (node: ts.Node) => ts.isPropertyAccessExpression(node) && node.getText() === 'process.env';
  t.same(
    all.filter(({ path }) => !may(path)).flatMap((file) => uses(file, isMeant)),
    [],
  );
});

t.test('what a scope shows is said in one place for code and in one for SQL', async (t) => {
  /** A webhook is its owner's; a search looks for a unit's orders the way an index can. Neither says anew what a unit is shown. */
  const may = [
    'src/access/scope.ts',
    'src/db/seen.ts',
    'src/db/sight.ts',
    'src/complaint/store.ts',
    'src/outbox/store.ts',
  ];
  const isMeant = (node: ts.Node) =>
    ts.isPropertyAccessExpression(node) && /^(scope|reader)\.(unit|tokenId)$/.test(node.getText());
  t.same(
    src.filter(({ path }) => !may.includes(path)).flatMap((file) => uses(file, isMeant)),
    [],
  );
});

t.test('only the segmenter imports nodejieba', async (t) => {
  const importers = all.filter(({ imports }) => imports.some(({ to }) => to === 'nodejieba')).map(({ path }) => path);
  t.same(
    importers.filter((file) => !file.startsWith('bench/')),
    ['src/classify/segment.ts'],
  );
});

t.test('no file only passes on what others export', async (t) => {
  const isPassedOn = (node: ts.Statement) => ts.isExportDeclaration(node) || ts.isImportDeclaration(node);
  const barrels = src.filter(
    ({ source: { statements } }) => statements.some(ts.isExportDeclaration) && statements.every(isPassedOn),
  );
  t.same(
    barrels.map(({ path }) => path),
    [],
  );
});
