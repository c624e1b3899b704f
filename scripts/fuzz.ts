/**
 * `npm run fuzz -- N seed`: sends N requests, sound ones and broken ones, to the real service on a database of its own, and fails on
 * any 5xx, any answer that does not come, any refusal that is no problem+json, and memory that only grows.
 */
import { fuzz } from './fuzz/run.ts';
import { newTally, openWorld } from './fuzz/world.ts';

const [count = 1000, seed = 1] = process.argv.slice(2).map(Number);
const closers: (() => unknown)[] = [];
const world = await openWorld({ teardown: (close: () => unknown) => void closers.push(close) });
const tally = newTally();
const say = (line: string) => void process.stdout.write(`${line}\n`);

/** Megabytes in use after what is garbage has gone. */
function heap(): number {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().heapUsed / 1024 / 1024);
}

const start = heap();
const half = Math.floor(count / 2);
const faults = await fuzz(world, seed, 0, half, tally);
const middle = heap();
faults.push(...(await fuzz(world, seed, half, count, tally)));
const end = heap();
say(`seed ${seed}, ${tally.sent} requests, answers ${JSON.stringify(tally.byClass)}, unsendable ${tally.unsendable}`);
say(`slowest ${tally.slowestMs} ms (${tally.slowest}); heap ${start} MB, ${middle} MB at half, ${end} MB at the end`);
for (const { index, what, role, request } of faults) {
  const body = request.body === undefined ? '' : ` ${JSON.stringify(request.body.toString()).slice(0, 1000)}`;
  say(
    `#${index} ${what}\n  as ${role}: ${request.method} ${request.url.slice(0, 1000)} ${JSON.stringify(request.headers)}${body}`,
  );
}
/** What may be kept besides: caches fill. */
const allowance = 64;
const grows = end > middle + allowance && end - middle > 0.5 * (middle - start);
if (grows) say('the memory grows');
for (const close of closers.toReversed()) await close();
process.exit(faults.length > 0 || grows ? 1 : 0);
