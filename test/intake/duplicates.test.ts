/** Similar complaints: those of the same telephone, street and matter, with the reason in words. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { findSimilar, overlap } from '../../src/intake/duplicates.ts';
import { weighing } from '../../src/text/shares.ts';
import { app, complaint } from '../helper.ts';

const other = '市民反映，朝阳区望京街道花家地西里三区物业公司长期不清运垃圾，来电反映物业服务差的问题。';
const lamp = '来电反映丰台区右安门街道路灯不亮的问题，晚上看不见路。';

t.test('what a new complaint is like', async (t) => {
  const { as, clock } = await app(t);
  const operator = await as('operator');
  const channel = await as('channel');
  const file = async (changes: object) => (await operator.post('/complaints', { ...complaint(), ...changes })).body;
  const old = await channel.post('/complaints', complaint({ receivedAt: '2026-10-01T12:00:00+08:00' }));
  const first = await file({});
  t.same(first.similar, [], `nothing older than 30 days (${old.body.number})`);
  clock.forward(60);
  const cases: [string, object, RegExp | null][] = [
    [
      'another caller, same estate and matter',
      { text: other, caller: { phone: '19900005678' } },
      /^同一(社区|街道)、同一事项、用词相似 \d+%$/,
    ],
    ['no caller', { text: other, caller: undefined }, /^同一(社区|街道)、同一事项/],
    ['same caller', { text: other }, /^同一来电号码、同一(社区|街道)、同一事项/],
    ['another matter elsewhere, same caller', { text: lamp }, null],
    ['another matter elsewhere, another caller', { text: lamp, caller: { phone: '19900005678' } }, null],
  ];
  for (const [what, changes, why] of cases) {
    const { similar } = await file(changes);
    const found = similar.find(({ number }: { number: string }) => number === first.number);
    if (why === null) t.equal(found, undefined, what);
    else t.match(found, { score: Number, why }, what);
    t.ok(similar.length <= 5, 'at most five');
    const scores = similar.map(({ score }: { score: number }) => score);
    t.ok(
      scores.every((score: number) => score >= 0.45 && score <= 1),
      'a share',
    );
    t.same(
      scores,
      scores.toSorted((a: number, b: number) => b - a),
      'the most alike first',
    );
  }
});

t.test('a telephone alone brings the earlier complaint, if the words agree', async (t) => {
  const { as } = await app(t);
  const operator = await as('operator');
  const first = await operator.post('/complaints', complaint({ text: lamp }));
  const without = await operator.post('/complaints', complaint({ text: '路灯不亮的问题，晚上看不见路，来电反映。' }));
  t.match(without.body.similar, [{ number: first.body.number, why: /^同一来电号码/ }]);
});

t.test('the score', (t) => {
  const same = { samePhone: false, sameStreet: false, sameCommunity: false, sameMatter: false, nearMatter: false };
  const words = ['物业', '垃圾', '清运', '楼道'];
  const cases: [string, object, readonly string[], number | null][] = [
    ['everything the same', { samePhone: true, sameStreet: true, sameCommunity: true, sameMatter: true }, words, 1],
    ['street, matter and words', { sameStreet: true, sameMatter: true }, words, 0.75],
    ['words alone', {}, words, 0.5],
    ['half of the words', {}, words.slice(0, 2), null],
    ['no words shared', { samePhone: true, sameStreet: true, sameMatter: true }, ['路灯'], 0.5],
    ['telephone alone', { samePhone: true }, ['路灯'], null],
  ];
  for (const [what, changes, others, score] of cases) {
    const found = findSimilar(words, [{ number: '1', words: others, ...same, ...changes }]);
    t.same(
      found.map((one) => one.score),
      score === null ? [] : [score],
      what,
    );
  }
  const many = Array.from({ length: 9 }, (_, i) => ({ number: `20261122000000${i}`, words, ...same }));
  t.equal(findSimilar(words, many).length, 5, 'at most five');
  t.equal(findSimilar(words, many)[0]?.number, '202611220000008', 'of equal ones the newest first');
  t.same(findSimilar([], [{ number: '1', words: [], ...same }]), [], 'no words at all');
  t.end();
});

t.test('rare words weigh more', (t) => {
  const weigh = weighing(
    new Map([
      ['反映', 1],
      ['垃圾', 0.1],
      ['电梯', 0.01],
    ]),
  );
  // ln 1 / ln 0.01 = 0, ln 0.1 / ln 0.01 = 0.5; the rarest counted one weighs 1, and so do those too rare to be counted.
  t.same(
    ['反映', '垃圾', '电梯', '花家地'].map((word) => Math.round(weigh(word) * 1000) / 1000),
    [0, 0.5, 1, 1],
  );
  const own = new Set(['反映', '垃圾', '花家地']);
  t.equal(overlap(own, ['反映', '垃圾', '花家地'], weigh), 1);
  t.equal(Math.round(overlap(own, ['反映', '电梯', '花家地'], weigh) * 1000), 400, '1 of 0.5 + 1 + 1');
  t.equal(overlap(own, ['反映'], weigh), 0, 'what all say');
  t.equal(overlap(own, ['反映'], weighing(new Map())), 1 / 3, 'nothing counted yet: all weigh the same');
  t.end();
});

t.test('words are counted by the database, and taken up by a refresh', async (t) => {
  const { as, ctx, connection } = await app(t);
  const operator = await as('operator');
  t.equal(ctx.wordShares().size, 0);
  const lift = { matter: 'M05.06.02', street: '110105026' };
  for (let n = 0; n < 6; n += 1) {
    const text = n % 3 === 0 ? '来电反映电梯困人' : '来电反映电梯停运';
    await operator.post('/complaints', { ...complaint({ text, caller: undefined }), ...lift });
  }
  await connection.db.execute(sql`analyze complaints`);
  await ctx.refresh();
  t.equal(ctx.wordShares().get('电梯'), 1);
  t.ok((ctx.wordShares().get('停运') ?? 0) > 0.6, 'four of six');
});

t.test('another leaf of the same second level, and how far back', async (t) => {
  const { as, clock } = await app(t);
  const operator = await as('operator');
  const file = async (changes: object) =>
    (await operator.post('/complaints', { ...complaint({ street: '110105026', caller: undefined }), ...changes })).body;
  const text = '望京街道花家地西里三区电梯坏了';
  const first = await file({ text, matter: 'M05.06.01' });
  const near = await file({ text, matter: 'M05.06.02' });
  t.match(near.similar, [{ number: first.number, why: /^同一(社区|街道)、同类事项、用词相似 100%$/ }]);
  const other = await file({ text, matter: 'M05.03.02' });
  t.same(other.similar, [], 'another second level');
  clock.forward(30 * 1440);
  t.equal((await file({ text, matter: 'M05.06.01' })).similar.length, 2, 'thirty days back');
  clock.forward(1440);
  t.equal((await file({ text, matter: 'M05.06.01' })).similar.length, 1, 'not thirty-one');
});
