/** Corrections: what a person decides otherwise than the machine is stored with what the machine said, once and for good. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { app, complaint, type T } from '../helper.ts';

const wages = complaint({ text: '我在一家餐馆打工，老板拖欠工资三个月不给。' });

async function desk(t: T) {
  const service = await app(t);
  const operator = await service.as('operator');
  const dispatcher = await service.as('dispatcher');
  const file = async (changes: object, given: object = complaint()) =>
    (await operator.post('/complaints', { ...given, ...changes })).body;
  const send = (number: string, body: object) =>
    dispatcher.post(`/complaints/${number}/dispatch`, { lead: '110105', reason: '核实', ...body });
  /** The corrections of one complaint, in the order of the fields. */
  const read = async (number: string) => [
    ...(await service.connection.db.execute<Record<string, unknown>>(sql`
      select r.* from corrections r join complaints c on c.id = r.complaint_id where c.number = ${number} order by r.id`)),
  ];
  return { ...service, operator, dispatcher, file, send, read };
}

const brief = (rows: Record<string, unknown>[]) =>
  rows.map(({ source, field, said, decided }) => [source, field, said, decided].join(' '));

t.test('what the operator decides himself', async (t) => {
  const { file, read, ctx } = await desk(t);
  const own = (await file({})).classification;
  t.match(own, { matter: { code: 'M05.03.02' }, need: { code: 'ZJ' }, level: { code: 'L3' } });
  const { number, classification } = await file({ matter: 'M01.01.01', type: 'praise', level: 'L2' });
  t.match(classification, { matter: { code: 'M01.01.01', confidence: 1 }, type: { code: 'praise' } });
  const rows = await read(number);
  t.same(brief(rows), [
    'filing matter M05.03.02 M01.01.01',
    `filing type ${own.type.code} praise`,
    'filing level L3 L2',
  ]);
  const { version } = ctx.judgeAt(ctx.clock()).catalog;
  const about = { actor: /^operator#\d+$/, accepted: true, model: own.model, catalog_version: version };
  t.match(rows, [
    { ...about, confidence: own.matter.confidence },
    { ...about, confidence: own.type.confidence },
    { ...about, confidence: null },
  ]);
  t.same(brief(await read((await file({ matter: 'M01.01.01', need: 'AQ' })).number)), [
    'filing matter M05.03.02 M01.01.01',
    'filing need ZJ AQ',
  ]);
});

t.test('who only repeats the machine, or decides nothing, corrects nothing', async (t) => {
  const { file, read } = await desk(t);
  const plain = await file({});
  const { matter, need, type, level } = plain.classification;
  const same = { matter: matter.code, need: need.code, type: type.code, level: level.code };
  const repeated = await file(same);
  const answered = await file({ disposition: 'answered', answer: '每日清运。' });
  const placed = await file({ street: '110105012' });
  for (const { number } of [plain, repeated, answered, placed]) t.same(await read(number), [], number);
});

t.test('what the machine said by itself is kept beside what was decided', async (t) => {
  const { file, connection } = await desk(t);
  const said = async (number: string) =>
    (await connection.db.execute<{ said: unknown }>(sql`select said from complaints where number = ${number}`))[0]
      ?.said;
  const own = (await file({}, wages)).number;
  const decided = (await file({ matter: 'M05.03.02', need: 'AQ', type: 'praise', level: 'L1' }, wages)).number;
  const { unit, triage, ...words } = Object(await said(own));
  t.match(words, { matter: { code: 'M06.01.01', accepted: true }, need: { code: 'LD' }, level: { code: 'L3' } });
  t.same([unit, triage], [null, true], 'no place, no unit');
  t.match(await said(decided), words);
});

t.test('what the triage desk decides', async (t) => {
  const { file, send, read } = await desk(t);
  const { number, classification } = await file({}, wages);
  t.match(classification, { dispatch: { status: 'triage', lead: null }, matter: { code: 'M06.01.01' } });
  t.equal((await send(number, { matter: 'M05.03.02', level: 'L2' })).status, 200);
  const rows = await read(number);
  t.same(brief(rows), [
    'triage matter M06.01.01 M05.03.02',
    'triage level L3 L2',
    // It follows from the matter: nobody has decided a need. The machine had proposed no unit.
    'triage unit  110105',
  ]);
  const { confidence } = classification.matter;
  t.match(rows, [
    { actor: /^dispatcher#\d+$/, confidence, accepted: true },
    { confidence: null, accepted: true },
    { confidence: null, accepted: false, said: null },
  ]);

  const agreed = await file({}, wages);
  await send(agreed.number, { matter: 'M06.01.01', need: 'LD', level: 'L3' });
  t.same(brief(await read(agreed.number)), ['triage unit  110105']);

  const vague = await file({ text: '你好，我想说一件事情。' });
  const { lead } = vague.classification.dispatch;
  await send(vague.number, lead === null ? {} : { lead: lead.code });
  t.same(brief(await read(vague.number)), lead === null ? ['triage unit  110105'] : [], 'as the machine proposed');
});

t.test('the desk is held against the machine by itself, and its unit against the proposal made to it', async (t) => {
  const { file, send, read } = await desk(t);
  const { number, classification } = await file({ matter: 'M05.03.02' }, wages);
  t.equal(classification.dispatch.status, 'triage', 'a street must lead, and none is named');
  await send(number, { matter: 'M06.01.01', need: 'LD' });
  t.same(
    brief(await read(number)),
    ['filing matter M06.01.01 M05.03.02', 'triage unit  110105'],
    'back to the machine’s own matter',
  );
});

t.test('a retry and a re-dispatch correct nothing', async (t) => {
  const { operator, send, read } = await desk(t);
  const key = { 'idempotency-key': 'one' };
  const body = { ...complaint(), matter: 'M01.01.01' };
  const first = await operator.post('/complaints', body, key);
  t.equal((await operator.post('/complaints', body, key)).body.number, first.body.number);
  t.equal((await send(first.body.number, { matter: 'M06.01.01' })).status, 200, 'it is handled: to another lead');
  t.equal((await read(first.body.number)).length, 1);
});

t.test('a correction is never changed or removed', async (t) => {
  const { file, connection } = await desk(t);
  await file({ matter: 'M01.01.01' });
  for (const change of [sql`update corrections set decided = 'M02'`, sql`delete from corrections`]) {
    const error = await connection.db.execute(change).then(
      () => null,
      (reason: { cause?: { message?: string } }) => reason,
    );
    t.match(error?.cause?.message, /corrections rows are never changed or removed/);
  }
});

t.test('a complaint from before the machine’s own answers were kept is held against its judgement', async (t) => {
  const { file, send, read, connection, as } = await desk(t);
  const { number } = await file({}, wages);
  await connection.db.execute(sql`update complaints set said = null`);
  await send(number, { matter: 'M05.03.02' });
  t.same(brief(await read(number)), ['triage matter M06.01.01 M05.03.02', 'triage unit  110105']);
  const { body } = await (await as('analyst')).get('/quality');
  t.same([body.items, body.total.judged, body.total.overrideRate], [[], 0, null], 'but it is not counted');
});
