/** Two agents never call the same person at once: what is claimed is hidden, kept, given back, and forgotten in time. */
import t from 'tap';
import { complaint, refused, stored, type T } from '../helper.ts';
import { answered, done, type Life, life } from '../life.ts';
import { plain, useRules } from './rules.ts';

interface Task {
  id: string;
  number: string;
}

/** A service with a call-back that is due for each telephone number, and two agents. */
async function due(t: T, ...phones: (string | null)[]) {
  const service = await life(t);
  await useRules(service, plain);
  for (const phone of phones) await reply(service, phone);
  const other = await service.as('callback');
  const list = async (agent = service.agent): Promise<Task[]> => (await agent.get('/callbacks')).body.items;
  const ids = async (agent = service.agent) => (await list(agent)).map(({ id }) => id);
  return { ...service, other, list, ids, tasks: await ids() };
}

async function reply({ operator, handler, act }: Life, phone: string | null): Promise<void> {
  const caller = phone === null ? { kind: 'person' as const } : { phone };
  const { body } = await operator.post('/complaints', complaint({ caller }));
  const { id } = body.orders[0];
  await act(handler, id, 'sign');
  await act(handler, id, 'reply', done);
}

const [first, second] = ['19900001111', '19900002222'];

t.test('a caller belongs to one agent', async (t) => {
  const { agent, other, tasks, ids, clock, connection } = await due(t, first, second, first);
  const [one, stranger, two] = tasks as [string, string, string];
  const claimed = await agent.post(`/callbacks/${one}/claim`);
  t.match(claimed, { status: 200, body: { until: '2026-11-22T12:10:00+08:00' } });
  t.same(
    claimed.body.callbacks.map(({ id, claim }: { id: string; claim: object }) => [id, claim]),
    [one, two].map((id) => [id, { mine: true, until: '2026-11-22T12:10:00+08:00' }]),
    'with all that he waits for',
  );
  t.same(await ids(agent), tasks, 'the agent sees his own');
  t.same(await ids(other), [stranger], 'nobody else does');
  const before = await stored(connection);
  for (const id of [one, two]) {
    const attempt = () => other.post(`/callbacks/${id}/attempts`, answered);
    refused(t, 'an attempt of another', await attempt(), 409, 'CALLBACK_HELD');
    refused(t, 'a claim of another', await other.post(`/callbacks/${id}/claim`), 409, 'CALLBACK_HELD');
    refused(t, 'another gives it back', await other.delete(`/callbacks/${id}/claim`), 409, 'CALLBACK_HELD');
  }
  t.same(await stored(connection), before, 'nothing stored');
  clock.forward(9);
  t.match(await agent.post(`/callbacks/${two}/claim`), { body: { until: '2026-11-22T12:19:00+08:00' } }, 'for longer');
  clock.forward(9);
  t.same(await ids(other), [stranger], 'still his');
  clock.forward(1);
  t.same(await ids(other), tasks, 'a lease ends of itself');
  t.equal((await other.post(`/callbacks/${one}/claim`)).status, 200);
  refused(t, 'too late', await agent.post(`/callbacks/${two}/attempts`, answered), 409, 'CALLBACK_HELD');
});

t.test('giving back', async (t) => {
  const { agent, other, tasks, ids } = await due(t, first, first);
  const [one, two] = tasks as [string, string];
  t.equal((await agent.delete(`/callbacks/${one}/claim`)).status, 204, 'what nobody has');
  await agent.post(`/callbacks/${one}/claim`);
  t.equal((await agent.delete(`/callbacks/${two}/claim`)).status, 204);
  t.same(await ids(other), tasks);
  t.equal((await other.post(`/callbacks/${two}/attempts`, answered)).status, 201);
});

t.test('a claim ends with the attempt, that on the caller goes on', async (t) => {
  const { agent, other, tasks, ids, clock } = await due(t, first, first);
  const [one, two] = tasks as [string, string];
  await agent.post(`/callbacks/${one}/claim`);
  t.match(await agent.post(`/callbacks/${one}/attempts`, answered), {
    status: 201,
    body: { callback: { claim: null } },
  });
  t.same(await ids(other), [], 'the agent has the caller on the line');
  refused(t, 'a claim of what is over', await agent.post(`/callbacks/${one}/claim`), 409, 'ILLEGAL_ACTION');
  await agent.post(`/callbacks/${two}/attempts`, { way: 'phone', reached: false });
  t.same(await ids(other), [], 'not due yet');
  t.equal((await other.post(`/callbacks/${two}/claim`)).status, 200, 'but free');
  clock.forward(60);
  t.same(await ids(agent), [two], 'due again, and the lease is over');
});

t.test('what is replied while the caller is held', async (t) => {
  const service = await due(t, first);
  const { agent, other, tasks, ids } = service;
  await agent.post(`/callbacks/${tasks[0]}/claim`);
  await reply(service, first);
  const [, later] = (await ids(agent)) as [string, string];
  t.same(await ids(other), []);
  refused(t, 'a claim', await other.post(`/callbacks/${later}/claim`), 409, 'CALLBACK_HELD');
  refused(t, 'an attempt', await other.post(`/callbacks/${later}/attempts`, answered), 409, 'CALLBACK_HELD');
  t.equal((await agent.post(`/callbacks/${later}/claim`)).body.callbacks.length, 2);
});

t.test('callers without a number are nobody in common', async (t) => {
  const { agent, other, tasks, ids } = await due(t, null, null);
  t.equal((await agent.post(`/callbacks/${tasks[0]}/claim`)).body.callbacks.length, 1);
  t.same(await ids(other), [tasks[1]]);
});

t.test('two agents at once', async (t) => {
  const service = await due(t, first, first, first, second);
  const { as, tasks, agent, other } = service;
  const agents = [agent, other, await as('callback'), await as('callback')];
  const own = tasks.slice(0, 3);
  for (let round = 0; round < 6; round += 1) {
    const claims = await Promise.all(agents.map((one, n) => one.post(`/callbacks/${own[(n + round) % 3]}/claim`)));
    t.same(claims.map(({ status }) => status).sort(), [200, 409, 409, 409], 'one gets the caller, with all tasks');
    t.equal(claims.find(({ status }) => status === 200)?.body.callbacks.length, 3);
    const winner = agents[claims.findIndex(({ status }) => status === 200)];
    t.equal((await winner?.delete(`/callbacks/${own[0]}/claim`))?.status, 204);
  }
});
