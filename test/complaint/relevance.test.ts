/** Pages by relevance: each match once, the best of a window first, whatever is filed meanwhile. */
import fc from 'fast-check';
import t from 'tap';
import { type Match, rankPage, readStart, windowSize } from '../../src/complaint/relevance.ts';
import { app, complaint, refused } from '../helper.ts';

const newest = (a: Match, b: Match) => (a.at === b.at ? b.id - a.id : a.at < b.at ? 1 : -1);
const upTo = (match: Match, place: { at: string; id: number }) => newest(match, { ...place, score: 0 }) >= 0;

/** What the database answers: the newest matches of a span. */
function pick(all: readonly Match[], cursor: string | undefined): Match[] {
  const start = readStart(cursor, 'f');
  const inside = (match: Match) => {
    if ('top' in start) return upTo(match, start.top) && !(upTo(match, start.bottom) && match.id !== start.bottom.id);
    return start.after === undefined || (upTo(match, start.after) && match.id !== start.after.id);
  };
  return all.filter(inside).toSorted(newest).slice(0, windowSize);
}

t.test('every match once, however pages and windows fall', async () => {
  const minute = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString();
  const matches = fc.array(fc.record({ minute: fc.nat(300), score: fc.nat(4) }), { maxLength: 500 });
  fc.assert(
    fc.property(matches, fc.integer({ min: 1, max: 300 }), (given, limit) => {
      let all: Match[] = given.map(({ minute: n, score }, id) => ({ id, at: minute(n), score }));
      const before = new Set(all.map(({ id }) => id));
      const seen: number[] = [];
      let cursor: string | undefined;
      for (let pages = 0; pages < 1000; pages += 1) {
        const { items, next } = rankPage(pick(all, cursor), readStart(cursor, 'f'), limit, 'f');
        if (items.length > limit) return false;
        if (items.some(({ score }, index) => score > (items[index - 1]?.score ?? score))) return false;
        seen.push(...items.map(({ id }) => id));
        // One more is filed: it comes before all that was asked for.
        all = [...all, { id: 1000 + pages, at: minute(400 + pages), score: 9 }];
        if (next === null) break;
        cursor = next;
      }
      return seen.length === before.size && seen.every((id) => before.has(id)) && new Set(seen).size === seen.length;
    }),
    { numRuns: 200 },
  );
});

t.test('GET /complaints by words', async (t) => {
  const { as, clock } = await app(t);
  const operator = await as('operator');
  const numbers: Record<string, string> = {};
  const file = async (name: string, text: string) => {
    numbers[name] = (await operator.post('/complaints', complaint({ text }))).body.number;
    clock.forward(60);
  };
  await file('much', '电梯坏了，电梯一直不修，电梯里有异响，请维修电梯。');
  await file('near', '小区路灯损坏，夜里看不见。');
  await file(
    'far',
    '小区门口的路灯下面堆了很多杂物，影响通行，居民多次联系物业公司处理没有结果，另外电梯口的公告栏玻璃也有损坏，请安排。',
  );
  await file('none', '公交车站的座椅脏了。');
  const find = async (query: string) => {
    const { body } = await operator.get(encodeURI(`/complaints?${query}`));
    const names = new Map(Object.entries(numbers).map(([name, number]) => [number, name]));
    return body.items.map(({ number }: { number: string }) => names.get(number));
  };
  t.same(await find('q=电梯'), ['much', 'far'], 'who says it more often comes first');
  t.same(await find('q=电梯&sort=newest'), ['far', 'much']);
  t.same(await find('q=路灯 损坏'), ['near', 'far'], 'words that stand together before words apart');
  t.same(await find('q=路灯 损坏&limit=1'), ['near']);
  const { body } = await operator.get(encodeURI('/complaints?q=路灯 损坏&limit=1'));
  t.same(await find(`q=路灯 损坏&limit=1&cursor=${body.next}`), ['far']);
  refused(
    t,
    'the cursor of another order',
    await operator.get(encodeURI(`/complaints?q=路灯 损坏&sort=newest&cursor=${body.next}`)),
    400,
    'INVALID_CURSOR',
  );
  refused(t, 'nothing to rank by', await operator.get('/complaints?sort=relevance'), 400, 'VALIDATION_FAILED', 'sort');
  const { far = '', near = '' } = numbers;
  await file('mentions', `我先前反映过路灯，编号${near}，至今没有修。`);
  t.same(await find(`q=${near}`), ['near', 'mentions'], 'a number: that complaint, then who mentions it');
  t.same(await find(`q=${near}&sort=newest`), ['near', 'mentions']);
  t.same(await find(`q=${far}`), ['far']);
  t.same(await find(`q=${far}&channel=app`), [], 'the other conditions hold for it, too');
  const stranger = await as('handler', '110101');
  t.same((await stranger.get(`/complaints?q=${far}`)).body.items, [], 'and so does the scope');
});
