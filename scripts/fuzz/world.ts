/** What the fuzzer plays with: the real service, callers of every role, and things in every place. */
import { roles, unitRoles } from '../../src/access/roles.ts';
import { places, streetOf } from '../../test/access/places.ts';
import { app, type Teardown } from '../../test/helper.ts';
import { lifeOf } from '../../test/life.ts';
import { onThisMachine } from '../../test/outbox/receiver.ts';
import type { Tally, World } from './run.ts';

const many = 1_000_000_000;
/** Limits would soon let nothing through. */
const settings = { publicLimits: { address: many, number: many }, loginLimits: { address: many }, unmaskLimit: many };

export async function openWorld(t: Teardown): Promise<World> {
  const life = await lifeOf(await app(t, undefined, { ...onThisMachine, settings }));
  const tokens: Record<string, string> = { nobody: '' };
  for (const role of roles)
    tokens[role] = (await life.as(role, unitRoles.includes(role) ? streetOf.own : undefined)).token;
  const all = await places(life, await life.as('channel'));
  return { service: life.app, tokens, places: Object.values(all) };
}

export const newTally = (): Tally => ({ sent: 0, byClass: {}, unsendable: 0, slowestMs: 0, slowest: '' });
