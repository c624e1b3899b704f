/** Runs the fuzzer: sends requests, judges answers, and finds the smallest request that still shows a fault. */
import type { FastifyInstance } from 'fastify';
import { permissions } from '../../src/access/roles.ts';
import { calls } from '../../test/access/calls.ts';
import type { Place } from '../../test/access/places.ts';
import { type Dice, dice, type Mutation, mutation, operations, pick, type Request, sound } from './requests.ts';

export interface World {
  service: FastifyInstance;
  /** By role; the empty one for nobody. */
  tokens: Record<string, string>;
  places: readonly Place[];
}

export interface Fault {
  index: number;
  what: string;
  role: string;
  request: Request;
}

export interface Tally {
  sent: number;
  /** Requests by the first digit of their answers' status. */
  byClass: Record<string, number>;
  unsendable: number;
  slowestMs: number;
  slowest: string;
}

/** An answer that takes longer hangs. */
const patienceMs = 15_000;

const cannotBeSent = Symbol('cannot be sent');

async function send({ service }: World, token: string, { method, url, headers, body, operation }: Request) {
  const authorization: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
  const asked = {
    method,
    url,
    headers: { ...authorization, ...headers },
    ...(body === undefined ? {} : { payload: body }),
    // An event stream has no end.
    payloadAsStream: operation === 'streamQueue',
  };
  try {
    const answer = await service.inject(asked);
    if (operation !== 'streamQueue' || answer.statusCode >= 400) return answer;
    answer.stream().destroy();
    return answer;
  } catch {
    return cannotBeSent;
  }
}

/** What is wrong with the answer to a request; null where nothing is. */
async function judge(world: World, token: string, request: Request, tally?: Tally): Promise<string | null> {
  const start = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'hangs'>((resolve) => {
    timer = setTimeout(() => resolve('hangs'), patienceMs);
  });
  const answer = await Promise.race([send(world, token, request), late]);
  clearTimeout(timer);
  if (answer === 'hangs') return `no answer in ${patienceMs} ms`;
  if (answer === cannotBeSent) {
    if (tally) tally.unsendable += 1;
    return null;
  }
  const ms = performance.now() - start;
  const { statusCode, headers } = answer;
  if (tally) {
    const digit = `${Math.floor(statusCode / 100)}xx`;
    tally.byClass[digit] = (tally.byClass[digit] ?? 0) + 1;
    if (ms > tally.slowestMs) Object.assign(tally, { slowestMs: Math.round(ms), slowest: request.operation });
  }
  if (statusCode < 400) return null;
  const isProblem = String(headers['content-type']).startsWith('application/problem+json');
  if (!isProblem) return `${statusCode} as ${headers['content-type']}`;
  const text = request.operation === 'streamQueue' ? '' : answer.body;
  // That the calendar lacks a far year is what the answer is for.
  if (statusCode >= 500 && !text.includes('CALENDAR_MISSING')) return `${statusCode} ${text.slice(0, 200)}`;
  return null;
}

interface Trial {
  role: string;
  base: Request;
  mutations: Mutation[];
}

function trialOf(world: World, roll: Dice): Trial {
  // Passwords take long by design.
  const chosen = pick(roll, operations);
  const isCostly = /login|Password|Totp/.test(chosen.name);
  const operation = isCostly && roll(4) > 0 ? pick(roll, operations) : chosen;
  const allowed = permissions[calls[operation.name]?.permission ?? 'public'];
  const role = roll(5) === 0 ? pick(roll, Object.keys(world.tokens)) : pick<string>(roll, allowed);
  const base = sound(operation, roll, pick(roll, world.places));
  return { role, base, mutations: Array.from({ length: roll(4) }, () => mutation(operation, roll)) };
}

const applied = (base: Request, mutations: readonly Mutation[]) =>
  mutations.reduce((request, mutate) => mutate(request), base);

/** Leaves out what the fault does not need. */
async function smallest(world: World, { role, base, mutations }: Trial): Promise<Request> {
  const fails = (request: Request) => judge(world, world.tokens[role] ?? '', request);
  let kept = mutations;
  for (const one of mutations) {
    const fewer = kept.filter((other) => other !== one);
    if ((await fails(applied(base, fewer))) !== null) kept = fewer;
  }
  const request = applied(base, kept);
  const [path = '', query] = request.url.split('?');
  let pairs = query?.split('&') ?? [];
  for (const pair of [...pairs]) {
    const fewer = pairs.filter((other) => other !== pair);
    const url = fewer.length === 0 ? path : `${path}?${fewer.join('&')}`;
    if ((await fails({ ...request, url })) !== null) pairs = fewer;
  }
  return { ...request, url: pairs.length === 0 ? path : `${path}?${pairs.join('&')}` };
}

/** Sends the requests from one number of a seed to another; answers the faults, each made small. */
export async function fuzz(world: World, seed: number, from: number, to: number, tally: Tally): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (let index = from; index < to; index += 1) {
    const trial = trialOf(world, dice(seed * 1_000_003 + index));
    const request = applied(trial.base, trial.mutations);
    tally.sent += 1;
    const what = await judge(world, world.tokens[trial.role] ?? '', request, tally);
    if (what !== null) faults.push({ index, what, role: trial.role, request: await smallest(world, trial) });
  }
  return faults;
}
