/** Linking complaints: which points to which, what is refused, and what either of them tells. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { app, type Caller, complaint, refused, stored, type T } from '../helper.ts';

/** Goes to the street whatever the model makes of the words. */
const lift = (changes: object = {}) =>
  complaint({ text: '电梯把人困住了，请尽快来人。', matter: 'M05.06.02', street: '110105026', ...changes });

async function desk(t: T) {
  const service = await app(t);
  const operator = await service.as('operator');
  const dispatcher = await service.as('dispatcher');
  const file = async (changes: object = {}) => {
    const { body } = await operator.post('/complaints', lift(changes));
    service.clock.forward(10);
    return String(body.number);
  };
  const link = (number: string, to: string, kind: string, by: Caller = dispatcher) =>
    by.post(`/complaints/${number}/link`, { to, kind, reason: '电话核实' });
  const unlink = (number: string, to: string, kind?: string) =>
    dispatcher.post(`/complaints/${number}/unlink`, { to, kind, reason: '误操作' });
  const links = async (number: string, by: Caller = dispatcher) =>
    (await by.get(`/complaints/${number}`)).body.links.map((one: Record<string, string>) => [
      one.number,
      one.kind,
      one.relation,
    ]);
  return { ...service, operator, dispatcher, file, link, unlink, links };
}

t.test('a repeat: the later points to the earlier, whichever is asked', async (t) => {
  const { file, link, links, dispatcher } = await desk(t);
  const [first, second, third] = [await file(), await file(), await file()];
  const answer = await link(first, second, 'repeat');
  t.match(answer, {
    status: 200,
    body: {
      number: first,
      status: 'dispatched',
      links: [{ number: second, kind: 'repeat', relation: 'later', since: '2026-11-22T12:30:00+08:00' }],
    },
  });
  t.equal((await link(third, first, 'repeat')).status, 200);
  t.same(await links(second), [[first, 'repeat', 'earlier']]);
  t.same(await links(first), [
    [second, 'repeat', 'later'],
    [third, 'repeat', 'later'],
  ]);
  const { timeline, status } = (await dispatcher.get(`/complaints/${second}`)).body;
  t.equal(status, 'dispatched', 'a repeat goes on by itself');
  t.match(timeline.at(-1), {
    action: 'link',
    actor: /^dispatcher#\d+$/,
    data: { kind: 'repeat', number: first, relation: 'earlier', reason: '电话核实' },
  });
});

t.test('a group: all that links connect, its head the earliest', async (t) => {
  const { file, link, unlink, links } = await desk(t);
  const [a, b, c, d] = [await file(), await file(), await file(), await file()];
  await link(c, d, 'group');
  await link(b, c, 'group');
  t.same(await links(d), [
    [b, 'group', 'head'],
    [c, 'group', 'member'],
  ]);
  refused(t, 'connected by others', await link(b, d, 'group'), 409, 'ALREADY_LINKED');
  await link(d, a, 'group');
  t.same(await links(b), [
    [a, 'group', 'head'],
    [c, 'group', 'member'],
    [d, 'group', 'member'],
  ]);
  t.equal((await unlink(c, b)).status, 200);
  t.same(await links(b), [], 'cut off');
  t.same(await links(a), [
    [c, 'group', 'member'],
    [d, 'group', 'member'],
  ]);
});

t.test('what is refused', async (t) => {
  const { file, link, unlink, connection, dispatcher, operator } = await desk(t);
  const [a, b] = [await file(), await file()];
  const none = '209911220000001';
  await link(b, a, 'repeat');
  const told = await file({ disposition: 'answered', answer: '已告知。' });
  const before = await stored(connection);
  refused(t, 'with itself', await link(a, a, 'repeat'), 400, 'VALIDATION_FAILED', 'to');
  refused(t, 'twice', await link(b, a, 'repeat'), 409, 'ALREADY_LINKED');
  refused(t, 'twice, the other way', await link(a, b, 'repeat'), 409, 'ALREADY_LINKED');
  refused(t, 'with nothing', await link(a, none, 'group'), 404, 'NOT_FOUND');
  refused(t, 'of nothing', await link(none, a, 'group'), 404, 'NOT_FOUND');
  refused(t, 'unknown kind', await link(a, b, 'twin'), 400, 'VALIDATION_FAILED', 'kind');
  refused(t, 'no number', await link(a, 'x', 'group'), 400, 'VALIDATION_FAILED', 'to');
  const merged = await link(told, a, 'merge');
  refused(t, 'an answered one into another', merged, 409, 'ILLEGAL_ACTION');
  t.equal(merged.body.state, 'answered');
  refused(t, 'into an answered one', await link(a, told, 'merge'), 409, 'ILLEGAL_ACTION');
  refused(t, 'undoing what is not', await unlink(a, told), 404, 'NOT_FOUND');
  refused(t, 'undoing another kind', await unlink(a, b, 'merge'), 404, 'NOT_FOUND');
  const unlinked = await dispatcher.post(`/complaints/${a}/unlink`, { to: b });
  refused(t, 'undoing without a reason', unlinked, 400, 'VALIDATION_FAILED', 'reason');
  refused(t, 'by an operator', await link(a, b, 'group', operator), 403, 'FORBIDDEN');
  t.same(await stored(connection), before, 'nothing stored');
  await t.rejects(
    connection.db.execute(sql`update complaint_links set kind = 'group'`),
    { cause: { code: '23001' } },
    'history is not edited',
  );
});

t.test('two kinds between two complaints; undone one by one, and made again', async (t) => {
  const { file, link, unlink, links } = await desk(t);
  const [a, b] = [await file(), await file()];
  await link(b, a, 'repeat');
  await link(b, a, 'group');
  refused(t, 'which of them?', await unlink(a, b), 400, 'VALIDATION_FAILED', 'kind');
  t.match((await unlink(a, b, 'repeat')).body.links, [{ number: b, kind: 'group' }]);
  t.match((await unlink(a, b)).body.links, []);
  refused(t, 'twice', await unlink(a, b), 404, 'NOT_FOUND');
  await link(b, a, 'repeat');
  t.same(await links(a), [[b, 'repeat', 'later']], 'linked again');
});

t.test('who reads of it', async (t) => {
  const { file, link, links, as } = await desk(t);
  const channel = await as('channel');
  const own = String((await channel.post('/complaints', lift())).body.number);
  const also = String((await channel.post('/complaints', lift({ caller: undefined }))).body.number);
  const other = await file();
  await link(other, own, 'repeat');
  await link(other, own, 'group');
  await link(own, also, 'repeat');
  t.same(await links(own, channel), [[also, 'repeat', 'later']], 'a channel learns nothing of what others filed');
  t.notMatch((await channel.get(`/complaints/${own}`)).text, new RegExp(other));
  const street = await as('handler', '110105026');
  t.equal((await links(own, street)).length, 3);
  const analyst = await as('analyst');
  t.notMatch((await analyst.get(`/complaints/${own}`)).text, /电话核实/, 'a reason may name persons');
});

t.test('several desks at once', async (t) => {
  const { file, link, as } = await desk(t);
  const desks = await Promise.all(Array.from({ length: 4 }, () => as('dispatcher')));
  for (const kind of ['repeat', 'group', 'merge']) {
    const [a, b] = [await file(), await file()];
    const answers = await Promise.all(desks.map((one) => link(b, a, kind, one)));
    t.same(answers.map(({ status }) => status).sort(), [200, 409, 409, 409], `${kind}: one links`);
  }
  const ring = [await file(), await file(), await file()];
  const answers = await Promise.all(ring.map((number, i) => link(number, ring[(i + 1) % 3] ?? '', 'merge', desks[i])));
  t.ok(
    answers.some(({ status }) => status === 409),
    'merges form no ring',
  );
});
