/** A short run of the fuzzer over openapi.yaml (`npm run fuzz -- N seed` is the long one). */
import t from 'tap';
import { fuzz } from '../../scripts/fuzz/run.ts';
import { newTally, openWorld } from '../../scripts/fuzz/world.ts';

const world = await openWorld(t);

t.test('some hundred requests, sound and broken', async (t) => {
  const tally = newTally();
  t.same(await fuzz(world, 20_261_122, 0, 400, tally), []);
  t.ok((tally.byClass['2xx'] ?? 0) > 50, `${JSON.stringify(tally.byClass)}: not only refusals`);
});
