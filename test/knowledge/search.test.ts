/** How asked words weigh, which articles are offered, and what is indexed. */
import fc from 'fast-check';
import t from 'tap';
import { excerpt, stateOn } from '../../src/knowledge/article.ts';
import { type Hit, offers, scoreOf, vectorOf, weighQuestion } from '../../src/knowledge/search.ts';

const plain = () => 1;
const hit = (changes: Partial<Hit>): Hit => ({ id: 1, weight: 0, titled: [], told: [], matter: null, ...changes });

t.test('rare words weigh more, and more in the title than in the text', async (t) => {
  const counts = new Map([
    ['居住证', 1],
    ['材料', 60],
    ['北京', 20],
  ]);
  const { asked } = weighQuestion(['材料', '居住证', '北京', '火星'], counts, 80, plain);
  const [material, permit, city] = asked;
  t.same(
    asked.map(({ word }) => word),
    ['材料', '居住证', '北京'],
    'what no article holds is not looked for',
  );
  t.ok((permit?.heavy ?? 0) > (city?.heavy ?? 0) && (city?.heavy ?? 0) > (material?.heavy ?? 0));
  t.ok((permit?.light ?? 0) < (permit?.heavy ?? 0) && (permit?.light ?? 0) > 0);
  const rarer = weighQuestion(['居住证'], counts, 80, () => 0);
  t.ok((rarer.asked[0]?.heavy ?? 0) < (permit?.heavy ?? 0), 'a word that all complaints have tells less');
});

t.test('words that only ask are left out, unless there are no others', async (t) => {
  const counts = new Map([
    ['怎么', 70],
    ['护照', 2],
  ]);
  t.same(
    weighQuestion(['怎么', '护照'], counts, 80, plain).asked.map(({ word }) => word),
    ['护照'],
  );
  t.same(
    weighQuestion(['怎么'], counts, 80, plain).asked.map(({ word }) => word),
    ['怎么'],
  );
});

t.test('a word and the shorter one inside it count as little more than one', async (t) => {
  const counts = new Map([
    ['幼儿园', 2],
    ['幼儿', 2],
  ]);
  const both = weighQuestion(['幼儿', '幼儿园'], counts, 80, plain).asked;
  const one = weighQuestion(['幼儿园'], counts, 80, plain).asked;
  t.equal(both.at(1)?.heavy, one.at(0)?.heavy);
  t.ok((both.at(0)?.heavy ?? 0) < (one.at(0)?.heavy ?? 0));
});

t.test('scores are shares, whatever the counts say', async () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ minLength: 2, maxLength: 4 }), { maxLength: 80 }),
      fc.nat(300),
      fc.func(fc.nat(300)),
      fc.func(fc.double({ min: 0, max: 1, noNaN: true })),
      (words, total, count, rarity) => {
        const counts = new Map(words.map((word) => [word, Math.min(total, count(word))]));
        const question = weighQuestion(words, counts, total, rarity);
        const most = question.asked.reduce((sum, { heavy }) => sum + heavy, 0);
        return (
          question.asked.every(({ heavy, light }) => heavy >= light && light >= 0) &&
          scoreOf(most, question) <= 1 &&
          scoreOf(0, question) === 0
        );
      },
    ),
  );
});

t.test('three are offered at most, the best first, and nothing that is hardly alike', async (t) => {
  const question = { asked: [], whole: 1000 };
  const hits = [
    hit({ id: 1, weight: 100, titled: ['北京'] }),
    ...[2, 3, 4, 5].map((id) => hit({ id, weight: 400 + id, titled: ['护照'], told: ['照片'] })),
  ];
  const found = offers(hits, question, []);
  t.same(
    found.map(({ hit }) => hit.id),
    [5, 4, 3],
  );
  t.equal(found[0]?.why, '标题或问法有“护照”；正文有“照片”');
  t.same(offers(hits.slice(0, 1), question, []), []);
});

t.test('the judged matter decides between articles that are alike', async (t) => {
  const question = { asked: [], whole: 1000 };
  const hits = [
    hit({ id: 1, weight: 500, titled: ['补办'], matter: 'M06.04.03' }),
    hit({ id: 2, weight: 490, titled: ['补办'], matter: 'M11.04.02' }),
  ];
  const about = (code: string, confidence = 0.9) =>
    offers(hits, question, [{ code, confidence }]).map(({ hit }) => hit.id);
  t.same(about('M01.01.01'), [1, 2]);
  t.same(about('M11.04.02'), [2, 1]);
  t.same(about('M11.04.05'), [2, 1], 'another leaf of the same second level');
  t.same(about('M11.04.02', 0), [1, 2], 'a guess without confidence is none');
  t.match(offers(hits, question, [{ code: 'M11.04.02', confidence: 0.9 }])[0]?.why, /与所判事项相符/);
});

t.test('what is indexed: words of title and questions before those of the text, quotes and all', async (t) => {
  const content = {
    unit: 'U',
    title: "甲'",
    matter: null,
    questions: ['乙'],
    text: '乙 丙\\',
    basis: '丁',
    validFrom: '',
    validTo: null,
  };
  const words = (text: string) => text.split(/\s+/);
  t.equal(vectorOf(content, words), "'甲''':1A '乙':1A '丙\\\\':1 '丁':1");
});

t.test('the state of an article on a day: the last day does not count', async (t) => {
  const base = { validFrom: '2026-01-10', validTo: '2026-01-12', status: 'published' as const };
  t.same(
    ['2026-01-09', '2026-01-10', '2026-01-11', '2026-01-12'].map((day) => stateOn(base, day)),
    ['upcoming', 'valid', 'valid', 'expired'],
  );
  t.equal(stateOn({ ...base, status: 'withdrawn' }, '2026-01-10'), 'withdrawn');
});

t.test('an excerpt ends with a sentence where it can', async (t) => {
  t.equal(excerpt('短。', 10), '短。');
  t.equal(excerpt('一二三四五六。七八九十', 8), '一二三四五六。');
  t.equal(excerpt('一。二三四五六七八九十', 8), '一。二三四五六七…');
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 1, max: 50 }),
      (text, most) => [...excerpt(text, most)].length <= most + 1,
    ),
  );
});
