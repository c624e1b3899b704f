/**
 * How often a place inside running text is found: invented complaints with the street they lie in, or the doubt that is the
 * right answer. The floors are figures that were reached; a wrong street is what costs most.
 */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { readSeeds } from '../../src/db/seed.ts';
import { buildGazetteer } from '../../src/place/gazetteer.ts';
import { type Place, resolvePlace } from '../../src/place/resolve.ts';

interface Case {
  text: string;
  status: Place['status'];
  street: string | null;
}

const { divisions, areas, landmarks } = readSeeds().data;
const gazetteer = buildGazetteer(divisions, areas, landmarks);
const cases: Case[] = readFileSync(new URL('running.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line));

t.test('the street of a text is found, and doubt is answered as such', async (t) => {
  const share = { street: { right: 0, all: 0 }, doubt: { right: 0, all: 0 } };
  const wrong: string[] = [];
  for (const { text, status, street } of cases) {
    const place = resolvePlace(gazetteer, { text });
    const isRight = place.status === status && (place.street?.code ?? null) === street;
    const kind = share[street === null ? 'doubt' : 'street'];
    kind.all += 1;
    if (isRight) kind.right += 1;
    else t.comment(`${text} → ${place.status} ${place.street?.name ?? ''}`);
    if (!isRight && place.status === 'resolved') wrong.push(text);
  }
  t.ok(share.street.all >= 80 && share.doubt.all >= 30, 'enough of both');
  t.ok(share.street.right / share.street.all >= 0.92, `streets ${share.street.right} of ${share.street.all}`);
  t.ok(share.doubt.right / share.doubt.all >= 0.92, `doubts ${share.doubt.right} of ${share.doubt.all}`);
  t.strictSame(wrong, [], 'no wrong street');
});
