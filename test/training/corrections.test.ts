/** The loop: complaints are filed, corrected at the triage desk, learned from, and the next one is judged nearer to them. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { buildLexicon } from '../../src/classify/lexicon.ts';
import { encodeModel } from '../../src/classify/model-file.ts';
import { builtInModels, loadModel } from '../../src/classify/store.ts';
import { type Context, createContext } from '../../src/context.ts';
import { correctedCases, correctedExamples } from '../../src/training/corrected.ts';
import { findCorrected, findCorrectedLevels } from '../../src/training/store.ts';
import { run } from '../commands/run.ts';
import { app, catalog, complaint, type T, type TestApp } from '../helper.ts';

/** Machine: M01 市容环卫, need mostly YJ. The desk holds that what matters is the blocked road: M04, BL. */
const places = ['小区门口', '学校旁边', '市场后面', '医院对面', '胡同口', '公园南门', '菜站边上', '桥底下'];
const market = (place: string) => `${place}的早市占着路，菜叶子满地，回电话19900004321。`;
const decided = { lead: '110105', matter: 'M04.06.01', need: 'BL', reason: '核实为堵路' };
const unseen = '超市门前的早市占着路，菜叶子满地，没人管。';

/** Files some complaints, and corrects them at the triage desk. */
async function correct(t: T, { as, clock }: TestApp, count: number): Promise<void> {
  const [operator, dispatcher] = [await as('operator'), await as('dispatcher')];
  for (const place of places.slice(0, count)) {
    clock.forward(1);
    const { body } = await operator.post('/complaints', complaint({ text: market(place), title: '早市' }));
    t.equal(body.status, 'triage');
    t.equal((await dispatcher.post(`/complaints/${body.number}/dispatch`, decided)).status, 200);
  }
}

/** A folder with the built-in models, and the environment of a command that uses it. */
function models(t: T, { connection }: TestApp) {
  const folder = t.testdir();
  cpSync(builtInModels, folder, { recursive: true });
  const current = readFileSync(path.join(folder, 'current'), 'utf8').trim();
  return { folder, current, env: { DATABASE_URL: connection.url, MODEL_DIR: folder, LOG_LEVEL: 'warn' } };
}

/** How sure the machine is that an unseen text is about traffic, and its need convenience. */
async function sure({ db }: Context, folder: string) {
  const ctx = await createContext(db, { models: folder });
  const { need, matter } = ctx.judgeAt(ctx.clock()).judge({ text: unseen }).judgement;
  const rated = [{ code: matter.firstLevel.code, confidence: matter.firstLevel.confidence }, ...matter.alternatives];
  const of = (all: readonly { code: string; confidence: number }[], code: string) =>
    all.find((one) => one.code.startsWith(code))?.confidence ?? 0;
  const other = ctx.judgeAt(ctx.clock()).judge({ text: complaint().text }).judgement;
  return { traffic: of(rated, 'M04'), convenience: of([need, ...need.alternatives], 'BL'), other };
}

t.test('what the desk corrects, the next model knows', { timeout: 200_000 }, async (t) => {
  const world = await app(t);
  await correct(t, world, 8);
  const { folder, current, env } = models(t, world);
  const args = ['train', '--base', current, '--with-corrections', '--name'];
  const before = await sure(world.ctx, folder);
  const first = await run([...args, 'x'], env);
  t.match(first, { code: 0, out: '', err: /更正 8 件，级别更正 0 件/ });
  t.equal(readFileSync(path.join(folder, 'current'), 'utf8').trim(), current, 'not in use before anyone says so');
  t.match(await run(['model', 'use', 'x'], env), { code: 0 });
  t.match(
    await run(['model', 'use', 'judge-1'], env),
    { code: 1, err: /词典与现在的事项、词表不符/ },
    'made for other words',
  );
  const after = await sure(world.ctx, folder);
  t.match(after.other, { need: { code: 'ZJ' }, matter: { code: 'M05.03.02' } }, 'the rest is not forgotten');
  t.ok(after.traffic > before.traffic + 0.2, `traffic ${before.traffic} → ${after.traffic}`);
  t.ok(after.convenience > before.convenience + 0.2, `convenience ${before.convenience} → ${after.convenience}`);

  t.match(readFileSync(path.join(folder, 'x.md'), 'utf8'), /\| corrections \| 8 \| [0-9a-f]{16} \|/);
  await run([...args, 'y'], env);
  const bytes = (name: string) => encodeModel({ ...loadModel(folder, name), name: 'x' });
  t.ok(bytes('x').equals(bytes('y')), 'the same rows give the same model');
  t.match(await run([...args, 'z', '--corrections-limit', '3'], env), { code: 0, err: /更正 3 件/ });
  t.same(
    readdirSync(folder).filter((file) => !/^(current|.*\.(bin|md))$/.test(file)),
    [],
    'no file of texts',
  );
  for (const file of readdirSync(folder)) t.notMatch(readFileSync(path.join(folder, file), 'latin1'), /4321/, file);
});

t.test('which corrections are taken, and how', async (t) => {
  const world = await app(t);
  await correct(t, world, 3);
  const operator = await world.as('operator');
  world.clock.forward(1);
  await operator.post('/complaints', complaint({ level: 'L2' }));
  await operator.post('/complaints', complaint());
  world.clock.forward(1);
  await operator.post(
    '/complaints',
    complaint({ text: '电话199-0000-1234，证件110101199001011234，垃圾没人清', matter: 'M05.06.02' }),
  );
  const { db } = world.connection;
  const rows = await findCorrected(db, 100);
  t.same(
    rows.map(({ matter }) => matter),
    ['M05.06.02', 'M04.06.01', 'M04.06.01', 'M04.06.01'],
    'the last corrected first; a corrected level teaches nothing of these',
  );
  t.equal((await findCorrected(db, 2)).length, 2);
  const levels = await findCorrectedLevels(db, 100);
  t.match(levels, [{ level: 'L2', text: complaint().text }]);
  t.match(correctedCases(levels, ['L1', 'L2']), [{ level: 'L2' }]);
  t.match(correctedCases(levels, ['L1']), [{ level: 'none' }], 'a level that words never set');
  const lexicon = buildLexicon(catalog());
  const [operators, desks] = correctedExamples(rows, lexicon);
  t.match(operators, { matter: 'M05', need: 'AQ' }, 'the need that the matter brings along');
  t.notMatch(operators?.text, /110101199001011234/);
  t.match(desks, { title: '早市', matter: 'M04', need: 'BL' });
  t.match(desks?.text, /199\*\*\*\*4321/);
  const gone = rows.map((row) => ({ ...row, need: 'XX' }));
  t.same(correctedExamples(gone, lexicon), [], 'codes that are no more');
});

t.test('without corrections, and where they do not fit', { timeout: 120_000 }, async (t) => {
  const world = await app(t);
  const { folder, current, env } = models(t, world);
  const args = ['train', '--name', 'x', '--with-corrections'];
  const none = /还没有事项、需求、类型或级别的更正/;
  t.match(await run([...args, '--base', current], env), { code: 1, out: '', err: none });
  t.match(await run(args, env), { code: 1, out: '', err: none });
  t.match(await run([...args, '--corrections-limit', '0'], env), { code: 1, err: /--corrections-limit/ });
  const file = path.join(folder, 'data.jsonl');
  writeFileSync(file, `${JSON.stringify({ text: '停水', need: 'BL', matter: 'M03', type: 'help' })}\n`);
  t.match(await run([...args, '--letters', file], env), { code: 1, err: /--letters/ });
  t.match(await run([...args, '--base', current, '--data', file], env), { code: 0, err: none }, 'the data alone');
  t.notMatch(readFileSync(path.join(folder, 'x.md'), 'utf8'), /corrections/);
});
