/**
 * Every operation of openapi.yaml × every role × where the thing is that it is about: the caller's own unit, another one of its
 * district, one of another district, nobody's. The answer is what the table of roles and the rules of scope say.
 */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { may, type Role, roles, unitRoles } from '../../src/access/roles.ts';
import { type Answer, app, type Caller } from '../helper.ts';
import { district, duty, lifeOf } from '../life.ts';
import { onThisMachine } from '../outbox/receiver.ts';
import { type Call, calls, type Sight } from './calls.ts';
import { type Place, places, streetOf, type Where, whereabouts } from './places.ts';

interface Who {
  role: Role;
  /** A street, or the district above it; none of both. */
  kind: 'street' | 'district' | 'none';
  caller: Caller;
}

/** A status, or anything that is no refusal for who he is or what he sees. */
type Expected = 401 | 403 | 404 | 'let in';
type Rule = (who: Who, where: Where) => Expected;

const isReal = (where: Where) => where !== 'nobody';

/** Whether the caller's scope holds what is in a place. */
function holds({ role, kind }: Who, where: Where): boolean {
  if (kind === 'none') return role !== 'channel' || where === 'own';
  return where === 'own' || (kind === 'district' && where === 'neighbour');
}

const within: Rule = (who, where) => (holds(who, where) ? 'let in' : 404);
/** The same for things that nobody has none of. */
const real =
  (rule: Rule): Rule =>
  (who, where) =>
    isReal(where) ? rule(who, where) : 404;
/** The district sees what its streets have, and does not act for them. */
const forTheUnit: Rule = (who, where) => {
  const found = within(who, where);
  return found === 'let in' && who.kind === 'district' ? 403 : found;
};
const owns = ({ kind }: Who, where: Where) => kind === 'street' && where === 'own';

const rules: Record<Sight, Rule> = {
  role: () => 'let in',
  person: () => 403,
  complaint: within,
  order: real(within),
  'own order': real(forTheUnit),
  row: real(() => 'let in'),
  // What a unit adds is not for channels.
  file: real((who, where) => (who.role === 'channel' ? 404 : within(who, where))),
  'own file': real((who, where) => {
    if (who.role === 'channel') return 404;
    return who.kind === 'none' && who.role !== 'dispatcher' ? 403 : forTheUnit(who, where);
  }),
  // Nobody has claimed a call-back.
  caller: (who, where) => (who.role === 'callback' ? 403 : forTheUnit(who, where)),
  alarm: (_who, where) => (where === 'own' ? 'let in' : 404),
  case: real(within),
  article: real((who, where) => (who.role !== 'manager' || owns(who, where) ? 'let in' : 403)),
  owner: (who, where) => (who.role !== 'manager' || owns(who, where) ? 'let in' : 403),
  webhook: real((who, where) => (who.role === 'admin' || owns(who, where) ? 'let in' : 404)),
  // The manager comes before the administrator, and takes his own.
  'taken webhook': real((who, where) =>
    owns(who, where) || (who.role === 'admin' && where !== 'own') ? 'let in' : 404,
  ),
  evaluation: ({ role }) => (role === 'channel' ? 'let in' : 403),
  stranger: () => 401,
  // No identity provider is set up, no link was made.
  'nothing there': () => 404,
};

const placeless: readonly Sight[] = ['role', 'person', 'evaluation', 'stranger', 'nothing there'];

function expected(call: Call, who: Who, where: Where): Expected {
  return may(who.role, call.permission) ? rules[call.sight](who, where) : 403;
}

interface Operation {
  name: string;
  method: string;
  path: string;
}

const document: { paths: Record<string, Record<string, { operationId?: string }>> } = parse(
  readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'),
);
const operations: Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, { operationId }]) =>
    operationId === undefined ? [] : [{ name: operationId, method, path: path.replace('/api/v1', '') }],
  ),
);

/** Sends a call of a place. */
function send({ method, path }: Operation, call: Call, place: Place, caller: Caller): Promise<Answer> {
  const key = call.key === undefined ? '' : place[call.key];
  const filled = path.replace('{period}', '2026-11').replace(/\{\w+\}/, key);
  const url = call.query === undefined ? filled : `${filled}?${call.query(place)}`;
  const body = call.body?.(place);
  switch (method) {
    case 'get':
      return caller.get(url);
    case 'put':
      return caller.put(url, body, call.headers);
    case 'patch':
      return caller.patch(url, body, call.headers);
    case 'delete':
      return caller.delete(url);
    default:
      return caller.post(url, body, call.headers);
  }
}

const said = ({ status }: Answer): Expected | number =>
  [401, 403, 404].includes(status) || status >= 500 ? status : 'let in';

t.test('a line for every operation, and none besides', async (t) => {
  t.same(Object.keys(calls).toSorted(), operations.map(({ name }) => name).toSorted());
});

/** What is not done here with success, and where it is. */
const doneElsewhere: Record<string, string[]> = {
  'test/queue': ['streamQueue'],
  'test/closing': ['amendPeriod'],
  'test/account': ['login', 'changePassword', 'logout', 'listSessions', 'endSessions'],
  'test/totp': ['beginTotp', 'confirmTotp', 'removeTotp'],
  'test/sso': ['startOidc', 'finishOidc'],
  'test/link': ['linkComplaints', 'unlinkComplaints'],
  'test/exclusion': ['appealExclusion', 'reviewExclusion'],
  'test/handling': ['confirmReport', 'reportToOrder', 'unparkOrder', 'reopenComplaint', 'delegateOrder'],
  'test/assessment': [
    ...['listNeedsCases', 'listRankingCases', 'listRatesCases'],
    ...['listRepeatsCases', 'listSupervisionCases', 'listTimelinessCases'],
  ],
};

const settings = { publicLimits: { address: 1000, number: 1000 }, loginLimits: { address: 1000 } };
const life = await lifeOf(await app(t, undefined, { ...onThisMachine, settings }));
const callers: Who[] = [];
for (const role of roles) {
  if (!unitRoles.includes(role)) callers.push({ role, kind: 'none', caller: await life.as(role) });
  else
    for (const [kind, unit] of [
      ['street', streetOf.own],
      ['district', district],
    ] as const)
      callers.push({ role, kind, caller: await life.as(role, unit) });
}
const channel = callers.find(({ role }) => role === 'channel')?.caller ?? life.anyone;
const all = await places(life, channel);
const succeeded = new Set<string>();

/** Acts that the shared order no longer allows: who does it to an order of his own, and what goes before. */
const onCopies: Record<string, { by: 'handler' | 'dispatcher'; after: [string, object?][] }> = {
  signOrder: { by: 'handler', after: [] },
  returnOrder: { by: 'handler', after: [['sign']] },
  extendOrder: { by: 'handler', after: [['sign']] },
  superviseOrder: { by: 'dispatcher', after: [] },
  escalateOrder: { by: 'dispatcher', after: [] },
  ruleOnOrder: { by: 'dispatcher', after: [['sign'], ['return', duty]] },
};

t.test('acts on orders of their own', async (t) => {
  for (const [name, { by, after }] of Object.entries(onCopies)) {
    const operation = operations.find((one) => one.name === name);
    const call = calls[name];
    if (operation === undefined || call === undefined) throw new Error(name);
    const { id } = await life.file('L3');
    for (const [action, body] of after) t.equal((await life.act(life.handler, id, action, body)).status, 200, action);
    const answer = await send(operation, call, { ...all.own, order: id }, life[by]);
    t.equal(answer.status, 200, `${name} ${answer.text.slice(0, 100)}`);
    succeeded.add(name);
  }
});

t.test('every operation × every role × every place', async (t) => {
  // What is only looked at first, since an act may change what is seen; acts in the order of their lines.
  const order = Object.keys(calls);
  const rank = ({ name, method }: Operation) => order.indexOf(name) + (method === 'get' ? 0 : order.length);
  for (const operation of operations.toSorted((one, other) => rank(one) - rank(other))) {
    const call = calls[operation.name];
    if (call === undefined) continue;
    const wrong: string[] = [];
    for (const where of placeless.includes(call.sight) ? (['own'] as const) : whereabouts) {
      for (const who of callers) {
        const answer = await send(operation, call, all[where], who.caller);
        const wanted = expected(call, who, where);
        if (answer.status < 400) succeeded.add(operation.name);
        if (said(answer) !== wanted)
          wrong.push(`${who.role} (${who.kind}) ${where}: ${answer.status} for ${wanted} ${answer.text.slice(0, 150)}`);
      }
      const { status } = await send(operation, call, all[where], life.anyone);
      if (call.permission !== 'public' && status !== 401) wrong.push(`without a token, ${where}: ${status}`);
    }
    t.same(wrong, [], operation.name);
  }
});

t.test('each was also let in with success', async (t) => {
  const never = operations.map(({ name }) => name).filter((name) => !succeeded.has(name));
  t.same(never.toSorted(), Object.values(doneElsewhere).flat().toSorted());
});
