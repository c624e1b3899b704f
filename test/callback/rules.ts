/** Other rules for calling back, in the running service of a test. */
import type { CallbackRule } from '../../src/catalog/callback-rules.ts';
import { readSeeds, seed } from '../../src/db/seed.ts';
import type { TestApp } from '../helper.ts';

/** A rule for all orders: everybody is called, three times at most, an hour apart, from nine to six. */
export const plain: CallbackRule = {
  code: 'T9',
  level: [],
  unit: [],
  share: 10_000,
  seed: 'test',
  headStartMinutes: 0,
  maxAttempts: 3,
  spacingMinutes: 60,
  fromHour: 9,
  toHour: 18,
  leaseMinutes: 10,
  laterHours: 24,
  lateHours: 48,
  endReasons: ['wrongNumber'],
  validFrom: '2026-01-01',
  validTo: null,
};

/** Loads rules in place of the built-in ones and takes them into use. */
export async function useRules({ connection, ctx, clock }: TestApp, ...rules: CallbackRule[]): Promise<void> {
  const { data, ...seeds } = readSeeds();
  const hash = JSON.stringify(rules);
  await seed(connection.db, { ...seeds, hash, data: { ...data, callbacks: rules } }, clock.now);
  await ctx.refresh();
}
